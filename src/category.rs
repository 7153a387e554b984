//! Vocabulary of categories: what personal data is sorted into. The categories themselves are data, in
//! `patterns/categories.toml`; their ids are a public contract.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::{File, embedded};
use crate::error::{Error, Result};

/// A text in the three languages of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    pub en: String,
    pub ru: String,
    pub kk: String,
}

/// How Law 94-V of 21.05.2013 sees a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Category {
    pub id: Arc<str>,
    pub title: Title,
    pub standing: Standing,
    /// The categories that a document of this kind carries besides: an identity document shows a name, a birth date,
    /// a photo.
    pub carries: Vec<Arc<str>>,
    /// The documents that carry it.
    #[serde(skip)]
    pub carried_by: Vec<Arc<str>>,
    /// Whether systems record it by themselves, so that it may stand in logs.
    pub technical: bool,
}

/// All categories, by id.
#[derive(Clone, Debug, Default)]
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
        Self::parse(embedded!("patterns/categories"))
    }

    /// Reads a file: one table a category, named by its id.
    pub fn parse(file: File) -> Result<Self> {
        let entries: BTreeMap<Arc<str>, Entry> = file.read()?;
        for (id, entry) in &entries {
            if let Some(unknown) = entry.carries.iter().find(|c| !entries.contains_key(*c)) {
                return Err(
                    Error::new(format!("category `{id}` carries `{unknown}`, which is no category")).at(file.name)
                );
            }
        }
        Ok(Self(entries.into_iter().map(category).collect()).with_documents())
    }

    /// Adds the categories of a user's own file, which may name each other and those that are there.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse); an id that is there already.
    pub fn extend(&mut self, file: &str, text: &str) -> Result<()> {
        let entries: BTreeMap<Arc<str>, Entry> = File::new(file, text).read()?;
        for id in entries.keys() {
            if self.0.contains_key(id) {
                return Err(Error::key(file, text, id, format!("the category `{id}` is there already")));
            }
            if !is_id(id) {
                return Err(Error::key(file, text, id, format!("`{id}` is no id: {ID}")));
            }
        }
        for (id, entry) in &entries {
            let known = |c: &Arc<str>| entries.contains_key(c) || self.0.contains_key(c);
            if let Some(unknown) = entry.carries.iter().find(|c| !known(c)) {
                let message = format!("category `{id}` carries `{unknown}`, which is no category");
                return Err(Error::key(file, text, id, message));
            }
        }
        self.0.extend(entries.into_iter().map(category));
        *self = std::mem::take(self).with_documents();
        Ok(())
    }

    /// Adds categories that were read before, but for those whose ids are there already.
    pub fn add(&mut self, categories: impl IntoIterator<Item = Category>) {
        for category in categories {
            self.0.entry(category.id.clone()).or_insert(category);
        }
        *self = std::mem::take(self).with_documents();
    }

    /// With the documents that carry each of them.
    fn with_documents(mut self) -> Self {
        let mut carried: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        for document in self.0.values() {
            for category in &document.carries {
                carried.entry(category.clone()).or_default().push(document.id.clone());
            }
        }
        for category in self.0.values_mut() {
            category.carried_by = carried.remove(&category.id).unwrap_or_default();
        }
        self
    }

    pub fn get(&self, id: &str) -> Option<&Category> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Category> {
        self.0.values()
    }
}

fn category((id, entry): (Arc<str>, Entry)) -> (Arc<str>, Category) {
    let Entry { title, standing, carries, technical } = entry;
    (id.clone(), Category { id, title, standing, carries, carried_by: Vec::new(), technical })
}

/// How ids are written.
pub const ID: &str = "write small Latin letters, digits and hyphens";

/// How the ids end by which reports name columns that are known by their names, after the category.
pub const OF_COLUMN: &str = "-column";

/// Whether this may be an id of a category or a detector.
pub fn is_id(id: &str) -> bool {
    let part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    id.bytes().all(part) && id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
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

    #[test]
    fn what_a_document_of_the_users_own_carries_knows_it() {
        let mut categories = Categories::builtin().unwrap();
        let text = "[campus-card]\nstanding = \"personal\"\ncarries = [\"iin\"]\n\
                    title = { en = \"Campus card\", ru = \"Карта\", kk = \"Карта\" }\n";
        categories.extend("categories.toml", text).unwrap();
        let documents = ["campus-card", "driver-licence", "eds-certificate", "id-document"].map(Arc::from);
        assert_eq!(categories.get("iin").unwrap().carried_by, documents);
    }
}
