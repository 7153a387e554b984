//! Changes between two trees: takes what `git diff --raw -z` prints, gives each changed file with its modes and blobs.

use std::path::PathBuf;

use super::path;
use crate::error::{Error, Result};
use crate::input::ObjectId;

/// The options of a `git diff` whose output [`parse`] reads: nothing that a configuration sets may change it.
pub const OPTIONS: [&str; 11] = [
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-relative",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--find-renames",
    "--ignore-submodules=dirty",
    "-O/dev/null",
    "--end-of-options",
];

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: Kind,
    /// Null where there is none.
    pub old: ObjectId,
    pub new: ObjectId,
    /// As it is now, below the root.
    pub path: PathBuf,
    /// Whether the older version was of the same kind, so that their lines can be compared.
    pub comparable: bool,
}

/// What stands at a path now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nothing,
    /// A file, or a symlink with its target as text.
    Text,
    Submodule,
    Unmerged,
}

/// Reads records of the form `:MODE MODE ID ID STATUS\0PATH\0`, with a second path after a rename.
///
/// # Errors
/// Another form: git is too old or too new.
pub fn parse(raw: &[u8]) -> Result<Vec<Change>> {
    let mut parts = raw.split(|byte| *byte == 0);
    let mut changes = Vec::new();
    while let Some(head) = parts.next().filter(|head| !head.is_empty()) {
        let change = change(head, &mut parts).ok_or_else(|| {
            let shown = String::from_utf8_lossy(head).into_owned();
            Error::new(format!("git printed a change in a form that is not known: {shown}"))
        })?;
        changes.push(change);
    }
    Ok(changes)
}

fn change<'a>(head: &[u8], parts: &mut impl Iterator<Item = &'a [u8]>) -> Option<Change> {
    let head = std::str::from_utf8(head).ok()?.strip_prefix(':')?;
    let [old_mode, new_mode, old, new, status] = head.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let first = parts.next()?;
    let named = if status.starts_with(['R', 'C']) { parts.next()? } else { first };
    let kind = match (status, new_mode) {
        ("U", _) => Kind::Unmerged,
        (_, "000000") => Kind::Nothing,
        (_, "160000") => Kind::Submodule,
        _ => Kind::Text,
    };
    let comparable = old_mode != "160000" && old_mode.get(..3) == new_mode.get(..3);
    Some(Change { kind, old: ObjectId::new(old)?, new: ObjectId::new(new)?, path: path(named), comparable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_change_is_read() {
        let [none, a, b] = ["0", "a", "b"].map(|digit| digit.repeat(40));
        let raw = [
            format!(":000000 100644 {none} {b} A\0new\nline\0"),
            format!(":100644 100755 {a} {a} M\0mode\0"),
            format!(":100644 100644 {a} {b} R086\0from\0to\0"),
            format!(":100644 000000 {a} {none} D\0gone\0"),
            format!(":100644 120000 {a} {b} T\0link\0"),
            format!(":000000 160000 {none} {b} A\0module\0"),
            format!(":000000 000000 {none} {none} U\0conflict\0"),
        ];
        let changes = parse(raw.concat().as_bytes()).unwrap();
        let shown: Vec<_> = changes.iter().map(|c| (c.path.to_str().unwrap(), c.kind, c.comparable)).collect();
        let expected = [
            ("new\nline", Kind::Text, false),
            ("mode", Kind::Text, true),
            ("to", Kind::Text, true),
            ("gone", Kind::Nothing, false),
            ("link", Kind::Text, false),
            ("module", Kind::Submodule, false),
            ("conflict", Kind::Unmerged, true),
        ];
        assert_eq!(shown, expected);
        assert_eq!((changes[2].old.as_str(), changes[2].new.as_str()), (&*a, &*b));
    }

    #[test]
    fn another_form_is_an_error() {
        for raw in [":100644", "100644 100644 a b M\0f\0", ":100644 100644 a b M\0f\0"] {
            assert!(parse(raw.as_bytes()).is_err(), "{raw}");
        }
        assert_eq!(parse(b"").unwrap(), []);
    }
}
