//! The stage that judges. It takes what organisations declare in their privacy policies (policy files in TOML, five
//! of them embedded from `patterns/policies/`) and [`Finding`](crate::finding::Finding)s, and gives each finding one
//! [`Verdict`](crate::finding::Verdict) a policy, with the clause that decided.

use std::fs;
use std::path::Path;

use crate::category::Categories;
use crate::error::{Error, Result};

mod advice;
mod check;
mod dated;
pub mod diff;
pub mod draft;
mod expiry;
mod found;
mod judge;
mod model;
mod parse;
mod period;
mod posture;
mod schema;
mod show;
mod table;

pub use check::{check, shared_id};
pub use dated::{Dates, Stamps, Traces};
pub use found::{Report, Seen};
pub use judge::{Judge, stale};
pub use model::{
    Clause, Deadline, Deadlines, Declaration, Document, Medium, Note, Operator, Policy, Prohibition, Retention,
    Security, Source, Storage, Subjects, Unit,
};
pub use period::Period;
pub use posture::Postures;
pub use schema::schema;
pub use show::{list, show};
pub use table::table;

struct Embedded {
    id: &'static str,
    file: &'static str,
    text: &'static str,
}

macro_rules! embedded {
    ($($id:literal,)*) => {
        &[$(Embedded {
            id: $id,
            file: concat!("patterns/policies/", $id, ".toml"),
            text: include_str!(concat!("../../patterns/policies/", $id, ".toml")),
        },)*]
    };
}

static EMBEDDED: &[Embedded] = embedded!["aitu-sauda", "anysoft", "club-1c", "justcode", "robotek",];

impl Embedded {
    fn parse(&self, categories: &Categories) -> Result<Policy> {
        Policy::parse(self.file, self.text, categories)
    }
}

/// The policies embedded at build time, by id.
#[derive(Clone, Debug)]
pub struct Policies(Vec<Policy>);

impl Policies {
    pub fn builtin(categories: &Categories) -> Result<Self> {
        EMBEDDED.iter().map(|embedded| embedded.parse(categories)).collect::<Result<_>>().map(Self)
    }

    pub fn get(&self, id: &str) -> Option<&Policy> {
        self.0.iter().find(|policy| &*policy.id == id)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Policy> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Policies {
    type Item = &'a Policy;
    type IntoIter = std::slice::Iter<'a, Policy>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The policy that a user named: the id of an embedded one or else the path of a policy file. An embedded id wins over
/// a file of the same name; write `./ID` for the file.
///
/// Fails on an unknown id, on a file that cannot be read and on one that is no policy.
pub fn load(id_or_file: &str, categories: &Categories) -> Result<Policy> {
    if let Some(embedded) = EMBEDDED.iter().find(|embedded| embedded.id == id_or_file) {
        return embedded.parse(categories);
    }
    let path = Path::new(id_or_file);
    if path.is_dir() {
        return Err(Error::new("this is a directory, and a policy is one file")
            .at(id_or_file)
            .help("name the policy file itself, such as policy.toml"));
    }
    if !path.exists() && !id_or_file.ends_with(".toml") {
        let known: Vec<_> = EMBEDDED.iter().map(|embedded| embedded.id).collect();
        return Err(Error::new(format!("there is no policy `{}`", id_or_file.escape_debug()))
            .help(format!("known policies: {}; or give the path of a policy file", known.join(", "))));
    }
    let bytes = fs::read(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::new("there is no such file").at(id_or_file),
        _ => Error::new(format!("the policy cannot be read: {e}")).at(id_or_file),
    })?;
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"%PDF") {
        let help = format!("`derbes policy draft {id_or_file}` writes a policy file from it");
        return Err(Error::new("this is a document and no policy file").at(id_or_file).help(help));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::new("the policy is not text in UTF-8").at(id_or_file).help("save the file as UTF-8"))?;
    Policy::parse(id_or_file, &text, categories)
}

#[cfg(test)]
mod tests;
