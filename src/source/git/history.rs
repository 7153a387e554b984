//! History: gives every blob that ever stood in a commit, once, with the commits that brought it and the paths where it
//! stood. A blob is named after its first path and commit: `src/a.py@0123456789ab`.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::sync::Arc;

use super::{Query, Repository, command, failure, path, start};
use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::finding::{Problem, Skipped};
use crate::input::{Blob, ObjectId, Origin, Stood, Store, Target};
use crate::source::Listing;

/// Commits and paths that are named of one blob, at most.
const NAMED: usize = 10;

/// Digits of a commit in the name of a blob.
const SHORT: usize = 12;

pub fn list(query: &Query, since: Option<Date>) -> Result<Listing> {
    let repository = Repository::read(Repository::ask()?)?;
    let mut git = command();
    git.args(["log", "--all", "--reverse", "--full-history", "--raw", "-z", "-c", "--root", "--no-abbrev"]);
    git.args(["--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "--no-color", "--format=tformat:%H"]);
    git.args(["--no-notes", "--no-show-signature", "--ignore-submodules=dirty", "-O/dev/null"]);
    // Without a time of day git takes the present one.
    git.args(since.map(|since| format!("--since={since}T00:00:00")));
    git.arg("--").args(&query.paths);
    let mut running = start(&mut git)?.0;
    let mut blobs = Blobs { roots: shallow()?, ..Blobs::default() };
    let read = match running.stdout.take() {
        Some(records) => blobs.read(BufReader::with_capacity(1 << 16, records)),
        None => Ok(()),
    };
    let output = running.wait_with_output().map_err(|e| Error::new(format!("git cannot list the history: {e}")))?;
    if !output.status.success() {
        return Err(failure("list the history", &output));
    }
    read?;
    Ok(blobs.listing(&repository, query))
}

/// The commits whose parents a shallow clone does not have.
fn shallow() -> Result<HashSet<Vec<u8>>> {
    let said = start(command().args(["rev-parse", "--git-path", "shallow"]))?.end("find the repository")?;
    let commits = std::fs::read(path(said.strip_suffix(b"\n").unwrap_or(&said))).unwrap_or_default();
    Ok(commits.split(|byte| *byte == b'\n').filter(|id| !id.is_empty()).map(<[u8]>::to_vec).collect())
}

/// The blobs of a history, in the order in which they came.
#[derive(Default)]
struct Blobs {
    seen: HashMap<ObjectId, usize>,
    blobs: Vec<(ObjectId, Stood)>,
    submodules: Vec<Vec<u8>>,
    /// Commits whose parents are not here.
    roots: HashSet<Vec<u8>>,
    /// Whether the history goes on before one of them.
    goes_on: bool,
}

impl Blobs {
    /// Reads commits, each followed by what it changed against all of its parents: `::MODE MODE MODE ID ID ID STATUS`,
    /// as many colons as parents.
    fn read(&mut self, mut records: impl BufRead) -> Result<()> {
        let failed = |e| Error::new(format!("git cannot list the history: {e}"));
        let mut record = Vec::new();
        let mut commit: Arc<str> = "".into();
        while records.read_until(0, &mut record).map_err(failed)? > 0 {
            let text = record.strip_suffix(b"\0").unwrap_or(&record).trim_ascii_start();
            if text.starts_with(b":") {
                let (is_submodule, id) = last(text).ok_or_else(|| {
                    let shown = String::from_utf8_lossy(text).into_owned();
                    Error::new(format!("git printed a change in a form that is not known: {shown}"))
                })?;
                record.clear();
                records.read_until(0, &mut record).map_err(failed)?;
                let name = record.strip_suffix(b"\0").unwrap_or(&record);
                match is_submodule {
                    true => self.submodules.push(name.to_owned()),
                    false if id.is_null() => {}
                    false => self.add(id, &commit, name),
                }
            } else {
                commit = String::from_utf8_lossy(text).into();
                self.goes_on |= self.roots.contains(text);
            }
            record.clear();
        }
        Ok(())
    }

    fn add(&mut self, id: ObjectId, commit: &Arc<str>, name: &[u8]) {
        let index = *self.seen.entry(id.clone()).or_insert_with(|| {
            self.blobs.push((id.clone(), Stood { blob: id, commits: Vec::new(), paths: Vec::new() }));
            self.blobs.len() - 1
        });
        let Stood { commits, paths, .. } = &mut self.blobs[index].1;
        if commits.len() < NAMED && commits.last() != Some(commit) {
            commits.push(commit.clone());
        }
        if paths.len() < NAMED {
            let path = Origin::file(&path(name));
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }

    fn listing(mut self, repository: &Repository, query: &Query) -> Listing {
        let mut ignored = repository.ignored(query);
        let mut listing = Listing::default();
        for (id, mut stood) in self.blobs {
            stood.paths.retain(|path| !ignored.contains(path.as_str().as_ref()));
            stood.paths.iter_mut().for_each(|path| *path = repository.origin(path.as_str().as_ref()));
            let Some(shown) = stood.paths.first() else { continue };
            let commit = stood.commits.first().map_or("", |commit| &commit[..commit.len().min(SHORT)]);
            let origin = Origin::file(format!("{shown}@{commit}").as_ref());
            let blob = Blob { id, since: Vec::new(), stood: Some(Arc::new(stood)) };
            listing.targets.push(Target { origin, store: Store::Blob(blob) });
        }
        self.submodules.sort();
        self.submodules.dedup();
        let skipped = |name: Vec<u8>| {
            let path = repository.origin(&path(&name));
            Skipped { path, reason: "submodule".to_owned(), bytes: 0, incomplete: false }
        };
        if self.goes_on {
            let message = "the clone is shallow, and what was committed before is not here".to_owned();
            listing.problems.push(Problem { path: Origin::file(".".as_ref()), message, examined: 0, incomplete: true });
        }
        listing.skipped.extend(self.submodules.into_iter().map(skipped));
        listing
    }
}

/// What stands at a path after a commit: whether a submodule, and its object.
fn last(record: &[u8]) -> Option<(bool, ObjectId)> {
    let text = std::str::from_utf8(record).ok()?;
    let parents = text.len() - text.trim_start_matches(':').len();
    let fields: Vec<_> = text[parents..].split(' ').collect();
    let (modes, ids) = (fields.get(..=parents)?, fields.get(parents + 1..2 * parents + 2)?);
    Some((*modes.last()? == "160000", ObjectId::new(ids.last()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_listed_once_with_its_commits_and_paths() {
        let [none, a, b] = ["0", "a", "b"].map(|digit| digit.repeat(40));
        let [one, two] = ["1", "2"].map(|digit| digit.repeat(40));
        let records = [
            format!("{one}\0\n:000000 100644 {none} {a} A\0x\0:000000 160000 {none} {b} A\0module\0"),
            format!("{two}\0\n::100644 100644 100644 {b} {none} {a} MM\0y\ny\0:100644 000000 {a} {none} D\0x\0"),
        ];
        let mut blobs = Blobs::default();
        blobs.read(records.concat().as_bytes()).unwrap();
        assert_eq!(blobs.blobs.len(), 1);
        let stood = &blobs.blobs[0].1;
        assert_eq!(stood.commits.iter().map(|c| &**c).collect::<Vec<_>>(), [&*one, &*two]);
        assert_eq!(stood.paths.iter().map(Origin::as_str).collect::<Vec<_>>(), ["x", "y\ny"]);
        assert_eq!(blobs.submodules, [b"module"]);
    }

    #[test]
    fn another_form_is_an_error() {
        for record in ["x\0:100644\0f\0", "x\0::100644 100644 a b M\0f\0"] {
            assert!(Blobs::default().read(record.as_bytes()).is_err(), "{record}");
        }
    }
}
