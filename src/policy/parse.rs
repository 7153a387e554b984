//! Reads a policy file: its text into an unvalidated policy of the same shape, with spans, and that into a [`Policy`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

use super::model::{
    Clause, Deadlines, Declaration, Document, Note, Operator, Policy, Prohibition, Retention, Security, Source,
    Storage, Subjects,
};
use super::period::Period;
use crate::category::Categories;
use crate::error::{Error, Result};

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
    subjects: Option<UnvalidatedSubjects>,
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
        let unvalidated: Unvalidated = toml::from_str(text).map_err(|e| Error::toml(file, text, &e))?;
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
        let id = self.id(policy.id)?;
        let languages = self.languages(policy.languages)?;
        let operator = self.operator(policy.operator)?;
        let document = policy.document.map(|document| self.document(document)).transpose()?;
        let declares = self.each(policy.declares, Self::declaration)?;
        let forbids = self.each(policy.forbids, Self::prohibition)?;
        self.once("declared", declares.iter().map(|d| (&d.category, d.line)))?;
        self.once("forbidden", forbids.iter().map(|p| (&p.category, p.line)))?;
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
        })
    }

    fn each<T, U>(&self, items: Vec<T>, validate: impl Fn(&Self, T) -> Result<U>) -> Result<Vec<U>> {
        items.into_iter().map(|item| validate(self, item)).collect()
    }

    fn line(&self, span: Range<usize>) -> usize {
        self.text[..span.start].matches('\n').count() + 1
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
            let message = format!("there is no category `{}`", id.get_ref().escape_debug());
            return Err(self.error(self.line(id.span()), message).help(format!("write one of: {}", known.join(", "))));
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

    fn once<'c>(&self, done: &str, categories: impl Iterator<Item = (&'c Arc<str>, usize)>) -> Result<()> {
        let mut seen = BTreeMap::new();
        for (category, line) in categories {
            if let Some(first) = seen.insert(category, line) {
                let message = format!("category `{category}` is {done} twice: on line {first} and here");
                return Err(self.error(line, message).help("keep one entry, and list all its clauses there"));
            }
        }
        Ok(())
    }

    fn clash(&self, category: &str, declared: usize, prohibition: &Prohibition) -> Error {
        let message = format!("category `{category}` is forbidden here and declared on line {declared}");
        self.error(prohibition.line, message)
            .help("keep what the document means; if it says both, tell so in a [[note]]")
    }

    fn subjects(&self, subjects: UnvalidatedSubjects) -> Result<Subjects> {
        let UnvalidatedSubjects { min_age, minors, third_persons, clause } = subjects;
        Ok(Subjects { min_age, minors, third_persons: self.each(third_persons, Self::category)?, clause })
    }

    fn storage(&self, storage: Spanned<Storage>) -> Result<Storage> {
        let is_country = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
        if !storage.get_ref().countries.iter().all(is_country) {
            return Err(self.error(self.line(storage.span()), "a country is a two-letter code in capitals, such as KZ"));
        }
        Ok(storage.into_inner())
    }

    fn retention(&self, retention: UnvalidatedRetention, declared: &[Arc<str>]) -> Result<Retention> {
        let UnvalidatedRetention { period, after, categories, clause } = retention;
        let categories = self.each(categories, |v, category| {
            let line = v.line(category.span());
            let category = v.category(category)?;
            if !declared.contains(&category) {
                let message = format!("a retention is given for `{category}`, which this policy does not declare");
                return Err(v.error(line, message));
            }
            Ok(category)
        })?;
        let line = self.line(period.span());
        Ok(Retention { period: period.into_inner(), after, categories, clause, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "id = \"a\"\nlanguages = [\"ru\"]\noperator = { name = \"A\" }\n";

    fn parse(rest: &str) -> Result<Policy> {
        Policy::parse("a.toml", &format!("{HEAD}{rest}"), &Categories::builtin().unwrap())
    }

    #[test]
    fn the_example_of_the_design_is_read() {
        let text = r#"
            id = "anysoft"
            languages = ["ru"]
            updated = 2024-01-03
            operator = { name = "A", bin = "140340014652", site = "https://a.example" }
            [[declares]]
            category = "iin"
            clause = "5.3"
            condition = "asked of the payer on an internet payment"
            [[forbids]]
            category = "payment-card"
            clause = "5.3"
            [subjects]
            min-age = 18
            clause = "2.1"
            [storage]
            countries = ["KZ"]
            clause = "8.4(а)"
            [[retention]]
            period = "3y"
            clause = "7.3"
        "#;
        let policy = Policy::parse("a.toml", text, &Categories::builtin().unwrap()).unwrap();
        assert_eq!(policy.updated, Some(jiff::civil::date(2024, 1, 3)));
        assert_eq!((policy.declares[0].line, policy.forbids[0].line), (7, 11));
        assert_eq!(policy.storage.unwrap().clause.main(), "8.4(а)");
        assert_eq!(policy.retention[0].period, Period::Years(3));
    }

    #[test]
    fn a_clause_may_be_several() {
        let policy = parse("[[declares]]\ncategory = \"iin\"\nclause = [\"5.3\", \"9.2\"]").unwrap();
        assert_eq!(policy.declares[0].clause.main(), "5.3");
        assert_eq!(policy.declares[0].clause.to_string(), "5.3, 9.2");
    }

    #[test]
    fn what_is_wrong_is_told_with_file_and_line() {
        let declares = |category: &str| format!("[[declares]]\ncategory = \"{category}\"\nclause = \"1\"\n");
        let (email, phone) = (declares("email"), declares("phone"));
        let cases = [
            (declares("pasport"), 5, "there is no category `pasport`"),
            (format!("{email}{phone}{email}"), 11, "category `email` is declared twice: on line 5 and here"),
            (
                format!("{email}[[forbids]]\ncategory = \"email\"\nclause = \"2\""),
                8,
                "category `email` is forbidden here and declared on line 5",
            ),
            (format!("{email}retention = \"3 years\""), 7, "`3 years` is no period"),
            (format!("{email}colour = 1"), 7, "unknown field `colour`"),
            ("[[declares]]\ncategory = \"email\"".into(), 4, "missing field `clause`"),
            ("[[declares]]\ncategory = \"email\"\nclause = \"\"".into(), 6, "a clause must name a place"),
            ("[[declares]]\ncategory = \"email\"\nclause = []".into(), 6, "a clause must name a place"),
            ("[[declares]]\ncategory = \"email\"\nclause = 5.3".into(), 6, "a clause is a text such as"),
            ("[[declares]]\ncategory = \"email\"\nclause = \"\\u001b[31m\"".into(), 6, "a clause must name a place"),
            (format!("{email}source = \"friend\""), 7, "unknown variant `friend`"),
            ("updated = \"2024-01-03\"".into(), 4, "invalid type"),
            ("updated = 2024-01-03T10:00:00".into(), 4, "a date is written as year-month-day"),
            ("updated = 2024-02-30".into(), 4, ""),
            (
                "[[retention]]\nperiod = \"3y\"\ncategories = [\"iin\"]\nclause = \"1\"".into(),
                6,
                "a retention is given for `iin`, which this policy does not declare",
            ),
            ("[subjects]\nthird-persons = [\"x\"]\nclause = \"1\"".into(), 5, "there is no category `x`"),
            ("[subjects]\nmin-age = 300\nclause = \"1\"".into(), 5, "invalid value"),
            ("[storage]\ncountries = [\"kz\"]\nclause = \"1\"".into(), 4, "a country is a two-letter code"),
            ("document = { sha256 = \"ab\" }".into(), 4, "the document's SHA-256 must have 64"),
            (
                "[deadlines]\nanswer = { days = 3, unit = \"weeks\", clause = \"1\" }".into(),
                5,
                "unknown variant `weeks`",
            ),
            ("id = \"b\"".into(), 4, "duplicate key"),
            ("declares".into(), 4, ""),
        ];
        for (rest, line, message) in cases {
            let error = parse(&rest).unwrap_err();
            assert_eq!(error.place.as_deref(), Some(&*format!("a.toml:{line}")), "{rest}: {error}");
            assert!(error.message.starts_with(message), "{rest}: {error}");
        }
    }

    #[test]
    fn what_an_editor_on_windows_saves_is_read() {
        let text = format!("\u{feff}{HEAD}colour = 1").replace('\n', "\r\n");
        let error = Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap_err();
        assert_eq!(error.place.as_deref(), Some("a.toml:4"), "{error}");
        assert!(Policy::parse("a.toml", text.trim_end_matches("colour = 1"), &Categories::builtin().unwrap()).is_ok());
    }

    #[test]
    fn the_head_is_checked() {
        let categories = Categories::builtin().unwrap();
        let cases = [
            ("id = \"A b\"\nlanguages = []\noperator = { name = \"A\" }", 1, "an id has lower-case"),
            ("id = \"a\"\nlanguages = [\"rus\"]\noperator = { name = \"A\" }", 2, "a language is a two-letter code"),
            ("id = \"a\"\nlanguages = []\noperator = { name = \"A\", bin = \"12\" }", 3, "the operator's BIN must"),
        ];
        for (text, line, message) in cases {
            let error = Policy::parse("a.toml", text, &categories).unwrap_err();
            assert_eq!(error.place.as_deref(), Some(&*format!("a.toml:{line}")), "{error}");
            assert!(error.message.starts_with(message), "{error}");
        }
    }
}
