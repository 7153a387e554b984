//! Allow rules: take a hit, tell whether it is allowed by its path, its category and its value.

use std::sync::Arc;

use jiff::civil::Date;
use regex::bytes::Regex;

use super::{Paths, Subject};

/// An allow rule of `derbes.toml`.
#[derive(Clone, Debug)]
pub struct Rule {
    pub paths: Paths,
    /// All where there is none.
    pub categories: Vec<Arc<str>>,
    /// What the whole value matches.
    pub value: Option<Regex>,
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// The file and the line that it stands on.
    pub place: (Arc<str>, u64),
}

impl Rule {
    /// Whether it covers a hit in one of its paths.
    pub fn covers(&self, hit: &Subject, today: Date) -> bool {
        let value = || self.value.as_ref().is_none_or(|value| is_whole(value, hit.value()));
        self.allows(hit.category, today) && value()
    }

    /// Whether it covers a column of which no value is looked at.
    pub fn covers_column(&self, category: &str, today: Date) -> bool {
        self.allows(category, today) && self.value.is_none()
    }

    fn allows(&self, category: &str, today: Date) -> bool {
        let named = || self.categories.is_empty() || self.categories.iter().any(|own| **own == *category);
        !self.has_ended(today) && named()
    }

    pub fn has_ended(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }
}

fn is_whole(pattern: &Regex, value: &[u8]) -> bool {
    pattern.find(value).is_some_and(|found| found.range() == (0..value.len()))
}
