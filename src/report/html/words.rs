//! The words of the page in three languages: takes markup in which elements name their words, numbers and dates, gives it
//! with these written in one language. The script of the page does the same when the language is switched.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::markup::{Part, escaped};
use crate::category::{Categories, Title};
use crate::data::embedded;
use crate::report::text::escape;

/// A language that the page can be read in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    Russian,
    Kazakh,
    English,
}

impl Language {
    /// By BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::Kazakh => "kk",
            Self::English => "en",
        }
    }

    fn of(self, title: &Title) -> &str {
        match self {
            Self::Russian => &title.ru,
            Self::Kazakh => &title.kk,
            Self::English => &title.en,
        }
    }
}

/// All words by their names, which are `section-key`, and `category-id` for the titles of categories.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Words(BTreeMap<String, Title>);

impl Words {
    pub fn new(categories: Option<&Categories>) -> Self {
        // A test reads the file.
        let sections: BTreeMap<String, BTreeMap<String, Title>> =
            embedded!("patterns/", "report").read().unwrap_or_default();
        let named = |section: &str, key: String| if section == "page" { key } else { format!("{section}-{key}") };
        let words = sections.into_iter().flat_map(|(section, words)| {
            words.into_iter().map(move |(key, title)| (named(&section, key), title)).collect::<Vec<_>>()
        });
        let inert = |text: &str| escape(text).to_string();
        let titles = categories.into_iter().flat_map(Categories::iter).map(|category| {
            let Title { en, ru, kk } = &category.title;
            (format!("category-{}", category.id), Title { en: inert(en), ru: inert(ru), kk: inert(kk) })
        });
        Self(words.chain(titles).collect())
    }

    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    fn word(&self, key: &str, language: Language) -> &str {
        self.0.get(key).map_or("", |title| language.of(title))
    }

    /// What a scan says, in words that can be translated if they are known.
    pub fn phrase(&self, message: &str) -> Part {
        let (pattern, numbers) = without_numbers(message);
        let known = self.0.range("phrase-".to_owned()..).take_while(|(key, _)| key.starts_with("phrase-"));
        match known.into_iter().find(|(_, title)| title.en == pattern) {
            Some((key, _)) => Part::Word { word: key.clone(), numbers },
            None => Part::Text { text: escape(message).to_string() },
        }
    }

    /// Writes what elements without content name: `data-t` a word, with `data-a` its numbers, `data-n` a number, and
    /// `datetime` a day or a time.
    pub fn fill(&self, html: &str, language: Language) -> String {
        let mut filled = String::with_capacity(html.len() * 3 / 2);
        for part in html.split_inclusive('>') {
            filled.push_str(part);
            let tag = part.rfind('<').map_or("", |at| &part[at..]);
            if let Some(key) = attribute(tag, "data-t") {
                filled.push_str(&escaped(&self.told(key, attribute(tag, "data-a").unwrap_or_default(), language)));
            } else if let Some(digits) = attribute(tag, "data-n") {
                filled.push_str(&self.number(digits, language));
            } else if let Some(time) = attribute(tag, "datetime") {
                filled.push_str(&self.time(time, language));
            }
        }
        filled
    }

    /// A word with its numbers.
    fn told(&self, key: &str, numbers: &str, language: Language) -> String {
        let mut numbers = numbers.split(' ');
        let mut parts = self.word(key, language).split("{}");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |told, part| told + &self.number(numbers.next().unwrap_or_default(), language) + part)
    }

    fn number(&self, digits: &str, language: Language) -> String {
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let mut number = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                number.push_str(self.word("format-group", language));
            }
            number.push(digit);
        }
        match part {
            Some(part) => number + self.word("format-decimal", language) + part,
            None => number,
        }
    }

    /// A day, `2026-11-22`, or a time of it, `2026-11-22T02:30:00Z`.
    fn time(&self, time: &str, language: Language) -> String {
        let [year, month, day] = [time.get(..4), time.get(5..7), time.get(8..10)].map(Option::unwrap_or_default);
        let mut months = self.word("format-months", language).split(' ');
        let name = month.parse().ok().and_then(|month: usize| months.nth(month.checked_sub(1)?));
        let mut written = String::new();
        for c in self.word("format-date", language).chars() {
            match c {
                'd' => written.push_str(day),
                'm' => written.push_str(month),
                'n' => written.push_str(name.unwrap_or_default()),
                'y' => written.push_str(year),
                c => written.push(c),
            }
        }
        if let Some(clock) = time.get(11..16) {
            let _ = write!(written, " {clock} UTC");
        }
        written
    }
}

/// The value of an attribute in a tag of ours.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// A sentence with `{}` for each number that stands alone, and these numbers.
fn without_numbers(sentence: &str) -> (String, String) {
    let mut numbers = Vec::new();
    let mut alone = |word: &str| {
        let inner = word.trim_matches(['(', ')']);
        if inner.is_empty() || !inner.bytes().all(|byte| byte.is_ascii_digit()) {
            return word.to_owned();
        }
        numbers.push(inner.to_owned());
        word.replace(inner, "{}")
    };
    let pattern = sentence.split(' ').map(&mut alone).collect::<Vec<_>>().join(" ");
    (pattern, numbers.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::new(Some(&Categories::builtin().unwrap()))
    }

    #[test]
    fn every_word_is_in_every_language_with_the_same_numbers() {
        let words = words();
        assert!(words.0.len() > 200, "{}", words.0.len());
        for (key, title) in &words.0 {
            let numbers = |text: &str| text.matches("{}").count();
            for text in [&title.ru, &title.kk] {
                assert!(!text.is_empty() && numbers(text) == numbers(&title.en), "{key}: {text}");
            }
        }
    }

    #[test]
    fn numbers_and_days_are_written_as_the_language_does() {
        let html = "<b data-n=\"1234567.5\"></b><time datetime=\"2026-03-01\"></time>\
                    <time datetime=\"2026-03-01T02:30:00Z\"></time><i data-t=\"hits-of\" data-a=\"3 1200\"></i>";
        let text = |language| {
            let filled = words().fill(html, language);
            filled
                .split('<')
                .filter_map(|part| part.split_once('>'))
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
                .join("|")
        };
        assert_eq!(text(Language::English), "1,234,567.5||01 Mar 2026||01 Mar 2026 02:30 UTC||3 of 1,200 values|");
        assert_eq!(
            text(Language::Russian),
            "1\u{a0}234\u{a0}567,5||01.03.2026||01.03.2026 02:30 UTC||3 из 1\u{a0}200 значений|"
        );
        assert!(text(Language::Kazakh).ends_with("||3 мән, барлығы 1\u{a0}200|"));
    }

    #[test]
    fn what_a_scan_says_is_known_with_its_numbers() {
        let words = words();
        let known = |message: &str| match words.phrase(message) {
            Part::Word { word, numbers } => format!("{word} {numbers}"),
            other => format!("{other:?}"),
        };
        assert_eq!(known("encrypted"), "phrase-encrypted ");
        assert_eq!(known("7z checksum mismatch"), "phrase-sevenz-checksum ");
        assert_eq!(known("needs 200 MiB of memory, more than 96 (--max-memory)"), "phrase-max-memory 200 96");
        assert_eq!(known("compressed by a method that is not known (99)"), "phrase-method 99");
        assert_eq!(known("some\u{1b}thing"), "Text { text: \"some\\\\x1Bthing\" }");
    }
}
