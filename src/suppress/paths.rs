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
        contains(path) || path.split_once('!').is_some_and(|(container, _)| contains(container))
    }

    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

/// The path of an origin below the root, given that of the current folder; none where it lies outside.
pub fn below_root(prefix: &Path, origin: &Origin) -> Option<String> {
    let mut path = PathBuf::new();
    for component in prefix.join(origin.as_str()).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => path.push(name),
            Component::ParentDir => path.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    path.into_os_string().into_string().ok()
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
        let told = |prefix: &str, path: &str| below_root(Path::new(prefix), &Origin::file(Path::new(path)));
        assert_eq!(told("", "src/a").as_deref(), Some("src/a"));
        assert_eq!(told("src/b", "../a").as_deref(), Some("src/a"));
        assert_eq!(told("src", "../../a"), None);
        assert_eq!(told("src", "/etc/a"), None);
        assert_eq!(told("", "-").as_deref(), Some("-"));
    }
}
