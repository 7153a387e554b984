//! Data files: takes one as text, gives what it says, by a closed schema.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A data file in TOML.
#[derive(Clone, Copy, Debug)]
pub struct File<'t> {
    pub name: &'t str,
    pub text: &'t str,
    /// The same in JSON, where the build has translated it.
    json: &'static str,
}

impl<'t> File<'t> {
    pub fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text, json: "" }
    }

    pub const fn translated(name: &'t str, text: &'t str, json: &'static str) -> Self {
        Self { name, text, json }
    }

    /// What it says.
    ///
    /// # Errors
    /// No TOML, or not of the schema; with the line.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        // The translation is read many times faster; what is wrong with it is told of the file as somebody wrote it.
        match serde_json::from_str(self.json) {
            Ok(read) => Ok(read),
            Err(_) => toml::from_str(self.text).map_err(|error| self.error(&error)),
        }
    }

    /// The error of a file in TOML, with the line it is on.
    pub fn error(&self, error: &toml::de::Error) -> Error {
        Error::toml(self.name, self.text, error)
    }
}

/// A data file of this repository, embedded at build time, by its path.
macro_rules! embedded {
    ($($path:literal),+) => {
        $crate::data::File::translated(
            concat!($($path),+, ".toml"),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $($path),+, ".toml")),
            include_str!(concat!(env!("OUT_DIR"), "/", $($path),+, ".json")),
        )
    };
}

pub(crate) use embedded;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_wrong_is_told_of_the_file() {
        let file = File::translated("a.toml", "b = 1\nc = 'x'", r#"{"b":1,"c":"x"}"#);
        assert!(file.read::<serde_json::Value>().is_ok());
        let error = file.read::<BTreeMap<String, i32>>().unwrap_err();
        assert_eq!(error.place.as_deref(), Some("a.toml:2"));
    }

    #[test]
    fn a_translation_says_the_same() {
        let file = embedded!("patterns/", "postures");
        let written: serde_json::Value = toml::from_str(file.text).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(file.json).unwrap(), written);
    }
}
