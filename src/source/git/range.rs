//! A range of commits: takes `A..B`, gives what B adds since it left A, as a merge request shows it.

use super::changes::{self, Kind, OPTIONS};
use super::{Query, Repository, command, start};
use crate::error::{Error, Result};
use crate::finding::Skipped;
use crate::input::{Blob, Store, Target};
use crate::source::Listing;

pub fn list(query: &Query, range: &str) -> Result<Listing> {
    let repository = Repository::read(Repository::ask()?)?;
    let (base, head) = ends(range)?;
    let base = merge_base(&base, &head)?;
    let mut git = command();
    git.args(["diff"]).args(OPTIONS).args([&base, &head]).arg("--").args(&query.paths);
    let changes = changes::parse(&start(&mut git)?.end("compare the commits")?)?;
    let mut ignored = repository.ignored(query);
    let mut listing = Listing::default();
    for change in changes.into_iter().filter(|change| !ignored.contains(&change.path)) {
        let path = repository.origin(&change.path);
        match change.kind {
            Kind::Nothing | Kind::Unmerged => {}
            Kind::Submodule => {
                listing.skipped.push(Skipped { path, reason: "submodule".to_owned(), bytes: 0, incomplete: false })
            }
            Kind::Text if !query.whole_files && change.comparable && change.old == change.new => {}
            Kind::Text => {
                let comparable = !query.whole_files && change.comparable && !change.old.is_null();
                let since = comparable.then_some(change.old).into_iter().collect();
                listing
                    .targets
                    .push(Target { origin: path, store: Store::Blob(Blob { id: change.new, since, stood: None }) });
            }
        }
    }
    Ok(listing)
}

/// The two revisions of `A..B` or `A...B`; where one is missing it is HEAD.
fn ends(range: &str) -> Result<(String, String)> {
    let split = range.split_once("...").or_else(|| range.split_once(".."));
    let (from, to) = split.ok_or_else(|| {
        let message = format!("`{}` is no range of commits", range.escape_debug());
        Error::new(message).help("write A..B, such as origin/main..HEAD")
    })?;
    let named = |revision: &str| if revision.is_empty() { "HEAD".to_owned() } else { revision.to_owned() };
    Ok((named(from), named(to)))
}

/// Where the histories of two revisions part.
fn merge_base(from: &str, to: &str) -> Result<String> {
    for revision in [from, to] {
        let mut git = command();
        git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]).arg(format!("{revision}^{{commit}}"));
        if start(&mut git)?.end("find the commit").is_err() {
            let message = format!("there is no commit `{}` here", revision.escape_debug());
            return Err(
                Error::new(message).help("a shallow clone has few commits: `git fetch --unshallow` gets the rest")
            );
        }
    }
    let mut git = command();
    let found = start(git.args(["merge-base", "--", from, to]))?.end("find where the commits part");
    let base = String::from_utf8(found.unwrap_or_default()).unwrap_or_default();
    match base.trim() {
        "" => Err(Error::new(format!("`{from}` and `{to}` have no commit in common here"))
            .help("a shallow clone has few commits: `git fetch --unshallow` gets the rest")),
        base => Ok(base.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends() {
        let owned = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(ends("a..b").unwrap(), owned("a", "b"));
        assert_eq!(ends("a...b").unwrap(), owned("a", "b"));
        assert_eq!(ends("v1.0..").unwrap(), owned("v1.0", "HEAD"));
        assert!(ends("main").is_err());
    }
}
