//! What is staged: takes the index, gives what the next commit would add. The files in the working tree are not looked
//! at. While a merge is being committed, only what neither side has is new.

use std::collections::HashMap;
use std::path::PathBuf;

use super::changes::{self, Change, Kind, OPTIONS};
use super::{Query, Repository, Running, command, start};
use crate::error::{Error, Result};
use crate::finding::{Problem, Skipped};
use crate::input::{Blob, ObjectId, Store, Target};
use crate::source::Listing;

pub fn list(query: &Query) -> Result<Listing> {
    let asked = Repository::ask()?;
    let diff = diff(query, None)?;
    let repository = Repository::read(asked)?;
    if !repository.has_files {
        let help = "run this where the files are checked out, or scan commits with --range or --history";
        return Err(Error::new("nothing can be staged here: there are no files checked out").help(help));
    }
    let changes = changes::parse(&diff.end("list what is staged")?)?;
    let merged = repository.merged().into_iter().map(|parent| Side::new(query, &parent));
    let sides = merged.collect::<Result<Vec<_>>>()?;
    let mut listing = Listing::default();
    let mut ignored = repository.ignored(query);
    for change in changes.into_iter().filter(|change| !ignored.contains(&change.path)) {
        listing.add_change(change, &sides, &repository, query);
    }
    Ok(listing)
}

fn diff(query: &Query, against: Option<&str>) -> Result<Running> {
    let mut git = command();
    git.args(["diff", "--cached"]).args(OPTIONS).args(against).arg("--").args(&query.paths);
    start(&mut git)
}

/// What the next commit changes against another parent than HEAD.
struct Side(HashMap<PathBuf, Change>);

impl Side {
    fn new(query: &Query, parent: &str) -> Result<Self> {
        let changes = changes::parse(&diff(query, Some(parent))?.end("compare with what is merged")?)?;
        Ok(Self(changes.into_iter().map(|change| (change.path.clone(), change)).collect()))
    }
}

impl Repository {
    /// The commits that are being merged into HEAD.
    fn merged(&self) -> Vec<String> {
        let heads = std::fs::read_to_string(self.folder.join("MERGE_HEAD")).unwrap_or_default();
        heads.lines().filter(|line| ObjectId::new(line).is_some()).map(str::to_owned).collect()
    }
}

impl Listing {
    fn add_change(&mut self, change: Change, sides: &[Side], repository: &Repository, query: &Query) {
        let path = repository.origin(&change.path);
        let of_sides: Option<Vec<_>> = sides.iter().map(|side| side.0.get(&change.path)).collect();
        match change.kind {
            Kind::Nothing => {}
            Kind::Submodule => {
                self.skipped.push(Skipped { path, reason: "submodule".to_owned(), bytes: 0, incomplete: false })
            }
            Kind::Unmerged => {
                let message = "conflicts are not resolved".to_owned();
                self.problems.push(Problem { path, message, examined: 0, incomplete: true });
            }
            Kind::Text => {
                // What one side has as it is was committed there.
                let Some(of_sides) = of_sides else { return };
                let earlier: Vec<_> = std::iter::once(&change).chain(of_sides).collect();
                if !query.whole_files && earlier.iter().any(|c| c.comparable && c.old == change.new) {
                    return;
                }
                let comparable = earlier.iter().filter(|c| !query.whole_files && c.comparable && !c.old.is_null());
                let since = comparable.map(|c| c.old.clone()).collect();
                self.targets
                    .push(Target { origin: path, store: Store::Blob(Blob { id: change.new, since, stood: None }) });
            }
        }
    }
}
