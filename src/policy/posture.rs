//! What a path is by its name: takes a path, gives the posture that fits it. The names are data, in
//! `patterns/postures.toml`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::data::embedded;
use crate::error::Result;
use crate::finding::Posture;

/// The names that tell what a path is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Postures {
    compression: BTreeSet<String>,
    test_data: Tests,
    logs: Logs,
    code: Code,
    data: Data,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    folders: BTreeSet<String>,
    names: Vec<String>,
    endings: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Logs {
    folders: BTreeSet<String>,
    extensions: Vec<String>,
    names: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    folders: BTreeSet<String>,
    extensions: BTreeSet<String>,
    text: BTreeSet<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    folders: BTreeSet<String>,
    extensions: BTreeSet<String>,
}

impl Postures {
    /// Those embedded at build time.
    pub fn builtin() -> Result<Self> {
        embedded!("patterns/postures").read()
    }

    /// The posture that fits a path with `/` between its folders and `!` before a container's member. None where its
    /// name does not tell.
    pub fn of(&self, path: &str) -> Option<Posture> {
        let path = path.to_lowercase();
        let mut folders: Vec<&str> = path.split(['/', '!']).collect();
        let name = self.stored(folders.pop().unwrap_or_default());
        if self.is_test(name) || folders.iter().any(|folder| self.test_data.folders.contains(*folder)) {
            return Some(Posture::TestData);
        }
        if self.is_log(name) {
            return Some(Posture::Logs);
        }
        let extension = name.rsplit_once('.').map_or(name, |(_, extension)| extension);
        if self.code.extensions.contains(extension) {
            return Some(Posture::Code);
        }
        let by_folder = folders.iter().rev().find_map(|folder| self.of_folder(folder));
        by_folder.or_else(|| match extension {
            _ if self.data.extensions.contains(extension) => Some(Posture::Data),
            _ if self.code.text.contains(extension) => Some(Posture::Code),
            _ => None,
        })
    }

    /// The name without its endings of compression.
    fn stored<'n>(&self, name: &'n str) -> &'n str {
        match name.rsplit_once('.') {
            Some((stem, ending)) if self.compression.contains(ending) && stem.contains('.') => self.stored(stem),
            _ => name,
        }
    }

    fn is_test(&self, name: &str) -> bool {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let ends = |ending: &String| stem.ends_with(ending.as_str());
        self.test_data.endings.iter().any(ends) || self.test_data.names.iter().any(|pattern| fits(pattern, name))
    }

    /// Whether this is a log, or what a rotation made of one.
    fn is_log(&self, name: &str) -> bool {
        let follows = |part: &str| part.chars().next().is_none_or(|c| !c.is_alphanumeric());
        let is_extension = |part: &str| {
            let rest = self.logs.extensions.iter().find_map(|extension| part.strip_prefix(extension.as_str()));
            rest.is_some_and(follows)
        };
        name.split('.').skip(1).any(is_extension) || self.logs.names.iter().any(|pattern| fits(pattern, name))
    }

    fn of_folder(&self, folder: &str) -> Option<Posture> {
        let folders = [
            (&self.code.folders, Posture::Code),
            (&self.logs.folders, Posture::Logs),
            (&self.data.folders, Posture::Data),
        ];
        folders.into_iter().find(|(names, _)| names.contains(folder)).map(|(_, posture)| posture)
    }
}

/// Whether a name fits a pattern with `*` at one end, or none.
fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(ending), _) => name.ends_with(ending),
        (_, Some(beginning)) => name.starts_with(beginning),
        (None, None) => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_by_its_name() {
        let (code, test, logs, data) =
            (Some(Posture::Code), Some(Posture::TestData), Some(Posture::Logs), Some(Posture::Data));
        let postures = Postures::builtin().unwrap();
        let cases = [
            ("src/main.rs", code),
            ("README.md", code),
            (".env", code),
            ("deploy/values.yaml", code),
            ("Dockerfile", code),
            ("db/migrations/20210301_users.sql", code),
            ("backups/app/settings.py", code),
            ("src/orders_test.go", test),
            ("src/checkout.spec.ts", test),
            ("src/test_orders.py", test),
            ("tests/fixtures/clients.csv", test),
            ("spec/dump.sql", test),
            ("app.log", logs),
            ("app.log.gz", logs),
            ("var/app.log.1", logs),
            ("var/app.log-20210301.zst", logs),
            ("var/app.log.2021-03-01.gz", logs),
            ("/var/log/nginx/access_log", logs),
            ("logs/support.txt", logs),
            ("logs/messages", logs),
            ("clients.csv", data),
            ("shop.sql", data),
            ("shop.sql.gz", data),
            ("dumps/users.json", data),
            ("DUMPS/USERS.JSON", data),
            ("backups/notes.md", data),
            ("site.tar.gz", data),
            ("site.tar.gz!var/app.log", logs),
            ("site.zip!src/a.py", code),
            ("site.zip!export/users.xml", data),
            ("a/changelog.md", code),
            ("catalog.csv", data),
            ("blog.json", code),
            ("contest.csv", data),
            ("latest.csv", data),
            ("users", None),
            ("a/b.xyz", None),
            ("-", None),
            ("", None),
        ];
        for (path, expected) in cases {
            assert_eq!(postures.of(path), expected, "{path}");
        }
    }

    #[test]
    fn the_data_file_is_written_in_lower_case() {
        let text = include_str!("../../patterns/postures.toml");
        let names = text.lines().filter(|line| !line.starts_with('#'));
        assert!(names.flat_map(str::chars).all(|c| !c.is_uppercase()));
    }
}
