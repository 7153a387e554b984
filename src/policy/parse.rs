//! Reads a policy file: its text into an unvalidated policy of the same shape, with spans, and that into a [`Policy`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::advice::{advised, nearest};
use super::model::{
    Clause, Deadlines, Declaration, Document, Note, Operator, Policy, Prohibition, Retention, Security, Source,
    Storage, Subjects,
};
use super::period::Period;
use crate::category::Categories;
use crate::error::{Error, Result};
use crate::finding::name;

type Id = Spanned<Arc<str>>;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Unvalidated {
    id: Id,
    languages: Vec<Spanned<String>>,
    #[serde(default, deserialize_with = "day")]
    updated: Option<Date>,
    operator: Spanned<Operator>,
    document: Option<Spanned<UnvalidatedDocument>>,
    #[serde(default)]
    law: Vec<String>,
    #[serde(default)]
    declares: Vec<UnvalidatedDeclaration>,
    #[serde(default)]
    forbids: Vec<UnvalidatedProhibition>,
    subjects: Option<Spanned<UnvalidatedSubjects>>,
    storage: Option<Spanned<Storage>>,
    #[serde(default)]
    retention: Vec<UnvalidatedRetention>,
    #[serde(default)]
    deadlines: Deadlines,
    security: Option<Security>,
    #[serde(default, rename = "note")]
    notes: Vec<Note>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedDocument {
    title: Option<String>,
    address: Option<String>,
    #[serde(default, deserialize_with = "day")]
    date: Option<Date>,
    #[serde(default)]
    languages: Vec<Spanned<String>>,
    sha256: Option<String>,
    reviewed: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedDeclaration {
    category: Id,
    clause: Clause,
    #[serde(default)]
    purposes: Vec<String>,
    condition: Option<String>,
    retention: Option<Period>,
    #[serde(default)]
    recipients: Vec<String>,
    source: Option<Source>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedProhibition {
    category: Id,
    clause: Clause,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedSubjects {
    min_age: Option<u8>,
    minors: Option<bool>,
    #[serde(default)]
    third_persons: Vec<Id>,
    clause: Clause,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct UnvalidatedRetention {
    period: Spanned<Period>,
    after: Option<String>,
    #[serde(default)]
    categories: Vec<Id>,
    clause: Clause,
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Date>, D::Error> {
    let datetime = toml::value::Datetime::deserialize(deserializer)?;
    let (Some(day), None, None) = (datetime.date, datetime.time, datetime.offset) else {
        return Err(de::Error::custom("a date is written as year-month-day, such as 2024-01-03, and bears no time"));
    };
    let date = i16::try_from(day.year)
        .ok()
        .and_then(|year| Date::new(year, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok());
    date.map(Some).ok_or_else(|| de::Error::custom("there is no such day"))
}

impl Policy {
    /// Reads the `text` of `file`, which is named in messages.
    ///
    /// Fails, with file and line, on what is no TOML, on unknown keys and categories, on bad periods and dates, on a
    /// category that is declared twice, and on one that is both declared and forbidden.
    pub fn parse(file: &str, text: &str, categories: &Categories) -> Result<Self> {
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            let help = "`derbes policy draft DOCUMENT` writes one from a privacy policy";
            return Err(Error::new("the policy file is empty").at(file).help(help));
        }
        let unvalidated: Unvalidated = toml::from_str(text).map_err(|e| advised(Error::toml(file, text, &e)))?;
        Validation { file, text, categories }.policy(unvalidated)
    }
}

/// The file that is checked, and the categories that it may name.
struct Validation<'a> {
    file: &'a str,
    text: &'a str,
    categories: &'a Categories,
}

impl Validation<'_> {
    fn policy(&self, policy: Unvalidated) -> Result<Policy> {
        let line = self.line(policy.id.span());
        let id = self.id(policy.id)?;
        let languages = self.languages(policy.languages)?;
        let operator = self.operator(policy.operator)?;
        let document = policy.document.map(|document| self.document(document)).transpose()?;
        let declares = self.each(policy.declares, Self::declaration)?;
        let forbids = self.each(policy.forbids, Self::prohibition)?;
        self.once("declared", declares.iter().map(|d| (&d.category, d.line, d.retention)))?;
        self.once("forbidden", forbids.iter().map(|p| (&p.category, p.line, None)))?;
        for prohibition in &forbids {
            if let Some(declaration) = declares.iter().find(|d| d.category == prohibition.category) {
                return Err(self.clash(&declaration.category, declaration.line, prohibition));
            }
        }
        let declared: Vec<_> = declares.iter().map(|d| d.category.clone()).collect();
        Ok(Policy {
            id,
            file: self.file.into(),
            languages,
            updated: policy.updated,
            operator,
            document,
            law: policy.law,
            forbids,
            subjects: policy.subjects.map(|subjects| self.subjects(subjects)).transpose()?,
            storage: policy.storage.map(|storage| self.storage(storage)).transpose()?,
            retention: self.each(policy.retention, |v, retention| v.retention(retention, &declared))?,
            declares,
            deadlines: policy.deadlines,
            security: policy.security,
            notes: policy.notes,
            line,
        })
    }

    fn each<T, U>(&self, items: Vec<T>, validate: impl Fn(&Self, T) -> Result<U>) -> Result<Vec<U>> {
        items.into_iter().map(|item| validate(self, item)).collect()
    }

    fn line(&self, span: Range<usize>) -> usize {
        memchr::memchr_iter(b'\n', &self.text.as_bytes()[..span.start]).count() + 1
    }

    fn error(&self, line: usize, message: impl Into<String>) -> Error {
        Error::new(message).at(format!("{}:{line}", self.file))
    }

    fn id(&self, id: Id) -> Result<Arc<str>> {
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.get_ref().is_empty() || !id.get_ref().chars().all(is_id) {
            return Err(self.error(self.line(id.span()), "an id has lower-case Latin letters, digits and hyphens only"));
        }
        Ok(id.into_inner())
    }

    fn languages(&self, languages: Vec<Spanned<String>>) -> Result<Vec<String>> {
        self.each(languages, |v, language| {
            let code = language.get_ref();
            if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_lowercase()) {
                return Err(v.error(v.line(language.span()), "a language is a two-letter code: kk, ru, en"));
            }
            Ok(language.into_inner())
        })
    }

    fn operator(&self, operator: Spanned<Operator>) -> Result<Operator> {
        let is_bin = |bin: &String| bin.len() == 12 && bin.bytes().all(|b| b.is_ascii_digit());
        if !operator.get_ref().bin.as_ref().is_none_or(is_bin) {
            return Err(self.error(self.line(operator.span()), "the operator's BIN must have 12 digits"));
        }
        Ok(operator.into_inner())
    }

    fn document(&self, document: Spanned<UnvalidatedDocument>) -> Result<Document> {
        let line = self.line(document.span());
        let UnvalidatedDocument { title, address, date, languages, sha256, reviewed } = document.into_inner();
        let is_digest = |digest: &String| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !sha256.as_ref().is_none_or(is_digest) {
            return Err(self.error(line, "the document's SHA-256 must have 64 hexadecimal digits"));
        }
        Ok(Document { title, address, date, languages: self.languages(languages)?, sha256, reviewed })
    }

    fn category(&self, id: Id) -> Result<Arc<str>> {
        if self.categories.get(id.get_ref()).is_none() {
            let known: Vec<_> = self.categories.iter().map(|category| &*category.id).collect();
            let message = name::told(&format!("there is no category `{}`", id.get_ref().escape_debug()));
            let help = match nearest(id.get_ref(), known.iter().copied()) {
                Some(name) if id.get_ref().is_ascii() => format!("did you mean `{name}`?"),
                Some(name) => format!("did you mean `{name}`? It is written in Latin letters"),
                None => format!("write one of: {}", known.join(", ")),
            };
            return Err(self.error(self.line(id.span()), message).help(help));
        }
        Ok(id.into_inner())
    }

    fn declaration(&self, declaration: UnvalidatedDeclaration) -> Result<Declaration> {
        let UnvalidatedDeclaration { category, clause, purposes, condition, retention, recipients, source } =
            declaration;
        let line = self.line(category.span());
        let category = self.category(category)?;
        Ok(Declaration { category, clause, purposes, condition, retention, recipients, source, line })
    }

    fn prohibition(&self, prohibition: UnvalidatedProhibition) -> Result<Prohibition> {
        let UnvalidatedProhibition { category, clause, note } = prohibition;
        let line = self.line(category.span());
        Ok(Prohibition { category: self.category(category)?, clause, note, line })
    }

    fn once<'c>(
        &self,
        done: &str,
        categories: impl Iterator<Item = (&'c Arc<str>, usize, Option<Period>)>,
    ) -> Result<()> {
        let mut seen = BTreeMap::new();
        for (category, line, period) in categories {
            let Some((first, other)) = seen.insert(category, (line, period)) else { continue };
            let mut message = format!("category `{category}` is {done} twice: here and at {}:{first}", self.file);
            if period != other {
                let kept =
                    |period: Option<Period>| period.map_or("for no time of its own".to_owned(), |p| p.to_string());
                message += &format!("; kept {} here and {} there", kept(period), kept(other));
            }
            return Err(self.error(line, message).help("keep one entry, and list all its clauses there"));
        }
        Ok(())
    }

    fn clash(&self, category: &str, declared: usize, prohibition: &Prohibition) -> Error {
        let message = format!("category `{category}` is forbidden here and declared at {}:{declared}", self.file);
        self.error(prohibition.line, message)
            .help("keep what the document means; if it says both, tell so in a [[note]]")
    }

    fn subjects(&self, subjects: Spanned<UnvalidatedSubjects>) -> Result<Subjects> {
        let line = self.line(subjects.span());
        let UnvalidatedSubjects { min_age, minors, third_persons, clause } = subjects.into_inner();
        Ok(Subjects { min_age, minors, third_persons: self.each(third_persons, Self::category)?, clause, line })
    }

    fn storage(&self, storage: Spanned<Storage>) -> Result<Storage> {
        let is_country = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        let line = self.line(storage.span());
        if !storage.get_ref().countries.iter().all(is_country) {
            return Err(self.error(line, "a country is a two-letter code in capitals, such as KZ"));
        }
        Ok(Storage { line, ..storage.into_inner() })
    }

    fn retention(&self, retention: UnvalidatedRetention, declared: &[Arc<str>]) -> Result<Retention> {
        let UnvalidatedRetention { period, after, categories, clause } = retention;
        let categories = self.each(categories, |v, category| {
            let line = v.line(category.span());
            let category = v.category(category)?;
            if !declared.contains(&category) {
                let message = format!("a retention is given for `{category}`, which this policy does not declare");
                return Err(v.error(line, message).help("declare the category, or take it out of `categories`"));
            }
            Ok(category)
        })?;
        let line = self.line(period.span());
        Ok(Retention { period: period.into_inner(), after, categories, clause, line })
    }
}

#[cfg(test)]
mod tests;
