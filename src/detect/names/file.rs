//! The schema of `patterns/names.toml`: lists of words, apart by spaces.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub given: Vec<Given>,
    pub surnames: List,
    pub endings: Cyrillic,
    pub latin: Latin,
    pub others: Others,
    pub places: Places,
}

/// Given names of one package.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    #[serde(rename = "package")]
    _package: String,
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "licence")]
    _licence: String,
    pub names: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub names: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cyrillic {
    pub surnames: String,
    pub surnames_female: String,
    pub surnames_bare: String,
    pub patronymics: String,
    pub patronymics_female: String,
    pub sons_and_daughters: String,
    pub patronymics_whole: String,
    pub kazakh: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Latin {
    pub surnames: String,
    pub surnames_female: String,
    pub surnames_bare: String,
    pub patronymics: String,
    pub patronymics_female: String,
    pub sons_and_daughters: String,
    pub patronymics_whole: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Others {
    pub words: String,
    pub not_patronymics: String,
    pub beginnings_of_sentences: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    pub before: String,
    pub after: String,
    pub companies: String,
}
