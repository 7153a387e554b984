//! Vocabulary of what is scanned: a [`Target`] is something named and not yet opened, its [`Origin`] is the name that
//! every report shows.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::name;

/// Where bytes came from, as reports show it: `/` between folders, no leading `./`, `!` before a container's member.
///
/// Origins order by their bytes, which is the order of every report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(Arc<str>);

impl Origin {
    /// The origin of standard input, `-`.
    pub fn stdin() -> Self {
        Self("-".into())
    }

    /// The origin of a file: `.` and doubled or trailing slashes fall away, `..` stays. Bytes of a name that are not
    /// UTF-8 show as `\xNN`, so that two such files never share a name. A file named `-` shows as `./-`.
    pub fn file(path: &Path) -> Self {
        let tidy: PathBuf = path.components().filter(|component| *component != Component::CurDir).collect();
        let mut shown = String::new();
        for chunk in tidy.as_os_str().as_encoded_bytes().utf8_chunks() {
            shown.push_str(chunk.valid());
            for byte in chunk.invalid() {
                shown.push_str(&format!("\\x{byte:02X}"));
            }
        }
        if std::path::MAIN_SEPARATOR != '/' {
            shown = shown.replace(std::path::MAIN_SEPARATOR, "/");
        }
        match shown.as_str() {
            "" => Self(".".into()),
            "-" => Self("./-".into()),
            _ => Self(shown.into()),
        }
    }

    /// An origin as it was shown before.
    pub fn shown(text: &str) -> Self {
        Self(text.into())
    }

    /// The origin of a member of this container, whatever name it has there. The name leads nowhere: without a root or
    /// `.`, each `..` shown as `\x2E\x2E`, with `/` between folders, and cut where it is longer than any file's. Where it is no
    /// name, it may be what stands behind one in a damaged container: then only what surely is none is shown of it.
    pub fn member(&self, name: &str) -> Self {
        const LONGEST: usize = 4096;
        const LONGEST_PART: usize = 255;
        let is_long = |part: &str| part.len() > LONGEST_PART && part.chars().count() > LONGEST_PART;
        let is_name = !name.contains(char::is_control) && !name.split(['/', '\\']).any(is_long);
        let begun = name.split(char::is_control).next().filter(|_| !is_name).and_then(name::shown);
        let name = if is_name { name } else { begun.as_deref().unwrap_or_default() };
        let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
        let mut shown = format!("{}!", self.0);
        let parts = name[..end].split(['/', '\\']).filter(|part| !matches!(*part, "" | "."));
        for (index, part) in parts.enumerate() {
            if index > 0 {
                shown.push('/');
            }
            shown.push_str(if part == ".." { "\\x2E\\x2E" } else { part });
        }
        if end < name.len() || !is_name {
            shown.push('…');
        }
        Self(shown.into())
    }

    /// The containers that it is in, the innermost first.
    pub fn containers(path: &str) -> impl Iterator<Item = &str> {
        path.rmatch_indices('!').map(|(at, _)| &path[..at])
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a git object: 40 or 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// None where the text is no such name.
    pub fn new(text: &str) -> Option<Self> {
        let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (hex && matches!(text.len(), 40 | 64)).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for no object.
    pub fn is_null(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'0')
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A file as git stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub id: ObjectId,
    /// Earlier versions. Only values that begin on a line which none of them has count; all do where there is none.
    pub since: Vec<ObjectId>,
    /// Of a history.
    pub stood: Option<Arc<Stood>>,
}

/// Which blob, and where it stood in a history: the first commits that brought it, and its first paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stood {
    pub blob: ObjectId,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Origin>,
}

/// What a target's bytes are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    Stdin,
    File(PathBuf),
    Blob(Blob),
    /// The container that it is a member of.
    Member,
}

/// Something to scan, named, not yet opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub origin: Origin,
    pub store: Store,
}

impl Target {
    pub fn stdin() -> Self {
        Self { origin: Origin::stdin(), store: Store::Stdin }
    }

    pub fn file(path: PathBuf) -> Self {
        Self { origin: Origin::file(&path), store: Store::File(path) }
    }

    /// A member of it, by the name that the container has.
    pub fn member(&self, name: &str) -> Self {
        let store = match &self.store {
            // Of a blob, it is known where the container stood.
            Store::Blob(blob) => {
                let paths = |stood: &Arc<Stood>| stood.paths.iter().map(|path| path.member(name)).collect();
                let stood = blob.stood.as_ref().map(|s| Arc::new(Stood { paths: paths(s), ..(**s).clone() }));
                Store::Blob(Blob { id: blob.id.clone(), since: Vec::new(), stood })
            }
            Store::Stdin | Store::File(_) | Store::Member => Store::Member,
        };
        Self { origin: self.origin.member(name), store }
    }

    /// Where it stands: at its origin, or where a blob of a history stood.
    pub fn paths(&self) -> &[Origin] {
        let stood = self.blob().and_then(|blob| blob.stood.as_deref());
        stood.map_or(std::slice::from_ref(&self.origin), |stood| &stood.paths)
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.store {
            Store::File(path) => Some(path),
            Store::Stdin | Store::Blob(_) | Store::Member => None,
        }
    }

    pub fn blob(&self) -> Option<&Blob> {
        match &self.store {
            Store::Blob(blob) => Some(blob),
            Store::Stdin | Store::File(_) | Store::Member => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_leading_dot_and_names_members() {
        let origin = Origin::file(Path::new("./dumps/a.zip"));
        assert_eq!(origin.as_str(), "dumps/a.zip");
        assert_eq!(Origin::file(Path::new("././a//b/./c/")).as_str(), "a/b/c");
        assert_eq!(Origin::file(Path::new("../a")).as_str(), "../a");
        assert_eq!(Origin::file(Path::new("/a/b")).as_str(), "/a/b");
        assert_eq!(Origin::file(Path::new("./")).as_str(), ".");
        assert_eq!(Origin::file(Path::new("./-")).as_str(), "./-");
        assert_eq!(origin.member("b.tar.gz").member("c.sql").as_str(), "dumps/a.zip!b.tar.gz!c.sql");
    }

    #[test]
    fn the_name_of_a_member_leads_nowhere() {
        let shown = |name: &str| Origin::file(Path::new("a.zip")).member(name).as_str().to_owned();
        assert_eq!(shown("/etc/passwd"), "a.zip!etc/passwd");
        assert_eq!(shown("../../etc/./x"), "a.zip!\\x2E\\x2E/\\x2E\\x2E/etc/x");
        assert_eq!(shown("b\\c.txt"), "a.zip!b/c.txt");
        assert_eq!(shown(""), "a.zip!");
        assert_eq!(shown(&"жж/".repeat(5000)).chars().count(), 6 + 819 * 3);
        // A damaged container gives for a name what stands behind it.
        assert_eq!(shown("b/c.csvid;iin\n1;900517132728"), "a.zip!b/c.csvid;iin…");
        assert_eq!(shown("../c.csv*;900517132728\n2"), "a.zip!\\x2E\\x2E/c.csv*;************…");
        assert_eq!(shown(&"1;900517132728;".repeat(50)), "a.zip!…");
        let containers: Vec<_> = Origin::containers("a.zip!b.tar!c").collect();
        assert_eq!(containers, ["a.zip!b.tar", "a.zip"]);
    }
}
