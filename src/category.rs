//! Vocabulary of categories: what personal data is sorted into. The categories themselves are data, in
//! `patterns/categories.toml`; their ids are a public contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::error::{Error, Result};

/// A text in the three languages of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub en: String,
    pub ru: String,
    pub kk: String,
}

/// How Law 94-V of 21.05.2013 sees a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Relates to an identified or identifiable person (art. 1).
    Personal,
    /// Physiological or biological features from which identity can be established (art. 1).
    Biometric,
    /// About no natural person: detected, never personal.
    NotPersonal,
}

/// One category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub id: Arc<str>,
    pub title: Title,
    pub standing: Standing,
    /// The categories that a document of this kind carries besides: an identity document shows a name, a birth date,
    /// a photo.
    pub carries: Vec<Arc<str>>,
    /// The documents that carry it.
    pub carried_by: Vec<Arc<str>>,
    /// Whether systems record it by themselves, so that it may stand in logs.
    pub technical: bool,
}

/// All categories, by id.
#[derive(Clone, Debug)]
pub struct Categories(BTreeMap<Arc<str>, Category>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: Title,
    standing: Standing,
    #[serde(default)]
    carries: Vec<Arc<str>>,
    #[serde(default)]
    technical: bool,
}

impl Categories {
    /// Those embedded at build time.
    pub fn builtin() -> Result<Self> {
        Self::parse("patterns/categories.toml", include_str!("../patterns/categories.toml"))
    }

    /// Reads the text of `file`: one table a category, named by its id.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let entries: BTreeMap<Arc<str>, Entry> = toml::from_str(text).map_err(|e| Error::toml(file, text, &e))?;
        for (id, entry) in &entries {
            if let Some(unknown) = entry.carries.iter().find(|c| !entries.contains_key(*c)) {
                return Err(Error::new(format!("category `{id}` carries `{unknown}`, which is no category")).at(file));
            }
        }
        let mut carried: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        for (document, entry) in &entries {
            for category in &entry.carries {
                carried.entry(category.clone()).or_default().push(document.clone());
            }
        }
        let category = |(id, entry): (Arc<str>, Entry)| {
            let carried_by = carried.get(&id).cloned().unwrap_or_default();
            let Entry { title, standing, carries, technical } = entry;
            (id.clone(), Category { id, title, standing, carries, carried_by, technical })
        };
        Ok(Self(entries.into_iter().map(category).collect()))
    }

    pub fn get(&self, id: &str) -> Option<&Category> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_categories_are_read() {
        let categories = Categories::builtin().unwrap();
        assert_eq!(categories.iter().count(), 43);
        assert_eq!(categories.get("bin").unwrap().standing, Standing::NotPersonal);
        assert!(categories.get("id-document").unwrap().carries.iter().any(|c| &**c == "iin"));
        let documents = ["driver-licence", "eds-certificate", "id-document"].map(Arc::from);
        assert_eq!(categories.get("iin").unwrap().carried_by, documents);
    }
}
