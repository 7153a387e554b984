//! Sets of paths: takes patterns in the syntax of `.gitignore`, tells which paths below the root they name.

use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::{Error, Result};
use crate::input::Origin;

/// A set of paths below the root of a repository. Of a container, all members are in it, or the ones it names.
#[derive(Clone, Debug)]
pub struct Paths {
    patterns: Vec<String>,
    set: Gitignore,
}

impl Paths {
    /// # Errors
    /// What is no pattern.
    pub fn new(patterns: Vec<String>) -> Result<Self> {
        let mut builder = GitignoreBuilder::new("");
        for pattern in &patterns {
            let wrong = || Error::new(format!("`{pattern}` is no pattern of paths"));
            if pattern.trim().is_empty() || pattern.starts_with('#') {
                return Err(wrong());
            }
            builder.add_line(None, pattern).map_err(|_| wrong())?;
        }
        let set = builder.build().map_err(|error| Error::new(error.to_string()))?;
        Ok(Self { patterns, set })
    }

    /// Whether a path as [`below_root`] gives it is in the set.
    pub fn contain(&self, path: &str) -> bool {
        let contains = |path| self.set.matched_path_or_any_parents(path, false).is_ignore();
        contains(path) || Origin::containers(path).any(contains)
    }

    /// Whether all of these paths are in the set.
    pub fn contain_all(&self, paths: &[String]) -> bool {
        paths.iter().all(|path| self.contain(path))
    }

    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// The path of an origin below the root, given that of the current folder below it; none where it lies outside.
pub fn below_root(root: &Path, prefix: &Path, origin: &Origin) -> Option<String> {
    let is_plain = |part| matches!(part, Component::Normal(_));
    // Nearly all origins are of this kind, which is told many times faster.
    if prefix.as_os_str().is_empty() && Path::new(origin.as_str()).components().all(is_plain) {
        return Some(origin.as_str().to_owned());
    }
    let path = tidy(&root.join(prefix).join(origin.as_str()))?;
    let below = path.strip_prefix(tidy(root)?).ok().filter(|below| below.is_relative())?;
    below.to_str().map(str::to_owned)
}

/// Without `.` and `..`; none where `..` leads out of it.
fn tidy(path: &Path) -> Option<PathBuf> {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => tidy.pop().then_some(())?,
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => tidy.push(component),
        }
    }
    Some(tidy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_gitignore() {
        let paths = |patterns: &[&str]| Paths::new(patterns.iter().map(|p| (*p).to_owned()).collect()).unwrap();
        for (patterns, path, contained) in [
            (&["*.sql"][..], "a/b.sql", true),
            (&["/dumps"], "dumps/a/b.sql", true),
            (&["/dumps"], "a/dumps/b.sql", false),
            (&["dumps/**", "!dumps/keep.sql"], "dumps/keep.sql", false),
            (&["*.zip"], "a.zip!b/c.csv", true),
            (&["**/c.csv"], "a.zip!b/c.csv", true),
            (&["/a.zip!b.zip"], "a.zip!b.zip!c.csv", true),
            (&["**/*.tar"], "a.zip!b/b.tar!c/c.csv", true),
            (&["**/*.tar"], "a.zip!b/b.tgz!c/c.csv", false),
            (&["tests/"], "tests", false),
            (&["tests/"], "tests/a", true),
        ] {
            assert_eq!(paths(patterns).contain(path), contained, "{patterns:?} {path}");
        }
        assert!(Paths::new(vec![String::new()]).is_err());
        assert!(Paths::new(vec!["a{".into()]).is_err());
    }

    #[test]
    fn a_path_is_named_from_the_root_wherever_it_is_told_from() {
        let told = |root: &str, prefix: &str, path: &str| {
            below_root(Path::new(root), Path::new(prefix), &Origin::file(Path::new(path)))
        };
        for root in ["", "/home/repo"] {
            assert_eq!(told(root, "", "src/a").as_deref(), Some("src/a"));
            assert_eq!(told(root, "src/b", "../a").as_deref(), Some("src/a"));
            assert_eq!(told(root, "src", "../../a"), None);
            assert_eq!(told(root, "src", "/etc/a"), None);
            assert_eq!(told(root, "", "-").as_deref(), Some("-"));
        }
        for path in ["/home/repo/src/a", "/home/other/../repo/./src/a", "../../repo/src/a"] {
            assert_eq!(told("/home/repo", "src", path).as_deref(), Some("src/a"), "{path}");
        }
        for path in ["/home/repo2/src/a", "/src/a", "/home/repo/../a"] {
            assert_eq!(told("/home/repo", "src", path), None, "{path}");
        }
        assert_eq!(told("/home/repo", "src", "/home/repo").as_deref(), Some(""));
    }
}
