//! Vocabulary of words: which words name a category, in Russian, Kazakh and English. The words are data, in
//! `patterns/lexicon/`; this module folds text, in whatever charset, so that one spelling of a word matches all of its
//! spellings, and finds the words in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::data::{File, embedded};
use crate::error::{Error, Result};
use crate::finding::name;

mod beginnings;
mod fold;
mod phrase;

pub use beginnings::Beginnings;
pub use fold::{Folded, fold, fold_str};
use phrase::Phrase;

/// What a word says of the value near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// It names the category with this index, see [`Lexicon::category`].
    Category(u16),
    /// It names something that is no personal data: an order, a terminal, a barcode.
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    category: Option<Arc<str>>,
    meaning: Option<String>,
    #[serde(default)]
    ru: Vec<String>,
    #[serde(default)]
    kk: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
    #[serde(default)]
    keys: Vec<String>,
}

/// A word found in a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub meaning: Meaning,
    /// Where it starts and ends in the folded text.
    pub start: usize,
    pub end: usize,
}

/// The compiled words.
pub struct Lexicon {
    categories: Vec<Arc<str>>,
    /// What all phrases are written in.
    letters: Vec<u8>,
    /// By the first two letters.
    phrases: Vec<Phrase>,
    /// Their [`head`]s, which most phrases fail by.
    heads: Vec<[u64; 2]>,
    /// Where the phrases begin that start with two letters, see [`beginning`]. An automaton over all words would find as
    /// much, but costs more to build than most scans take.
    buckets: Vec<u16>,
}

macro_rules! words {
    ($($name:literal,)*) => { &[$(($name, embedded!("patterns/lexicon/", $name))),*] };
}

/// The files embedded at build time, each named by its category.
const BUILTIN: &[(&str, File)] = words![
    "address",
    "bic",
    "bin",
    "biometric",
    "birth-date",
    "citizenship",
    "cookie",
    "credentials",
    "criminal-record",
    "device",
    "driver-licence",
    "eds-certificate",
    "education",
    "email",
    "ethnicity",
    "family",
    "genetic",
    "geolocation",
    "health",
    "iban",
    "id-document",
    "iin",
    "income",
    "ip-address",
    "language",
    "message-content",
    "name",
    "occupation",
    "other",
    "payment-card",
    "phone",
    "photo",
    "political-views",
    "preferences",
    "religion",
    "rnn",
    "search-history",
    "sex",
    "signature",
    "social-account",
    "transaction",
    "user-id",
    "vehicle",
    "visit-history",
];

impl Lexicon {
    /// The embedded words of the categories that `wanted` takes, and those of another meaning. The other files are not
    /// even read.
    pub fn builtin(wanted: impl Fn(&str) -> bool) -> Result<Self> {
        Self::with(wanted, &[])
    }

    /// The same with the user's own words, as (name, text).
    pub fn with(wanted: impl Fn(&str) -> bool, own: &[(String, String)]) -> Result<Self> {
        let builtin = BUILTIN.iter().filter(|(category, _)| *category == "other" || wanted(category));
        let mut files: Vec<File> = builtin.map(|(_, file)| *file).collect();
        files.extend(own.iter().map(|(file, text)| File::new(file, text)));
        Self::parse(&files)
    }

    /// The categories that have words.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.categories.iter().map(|category| &**category)
    }

    /// Compiles files.
    ///
    /// # Errors
    /// An unknown key, a file that names neither a category nor `meaning = "other"`, an empty word.
    pub fn parse(files: &[File]) -> Result<Self> {
        let mut categories: BTreeMap<Arc<str>, ()> = BTreeMap::new();
        let mut read = Vec::new();
        for file in files {
            let words: Words = file.read()?;
            if let Some(category) = &words.category {
                categories.insert(category.clone(), ());
            }
            read.push((file.name, words));
        }
        let categories: Vec<Arc<str>> = categories.into_keys().collect();
        let (mut phrases, mut letters) = (Vec::new(), vec![b' ']);
        for (file, words) in read {
            let meaning = match (&words.category, words.meaning.as_deref()) {
                (Some(category), None) => {
                    let index = categories.binary_search(category).expect("each category was gathered above");
                    Meaning::Category(u16::try_from(index).expect("there are few categories"))
                }
                (None, Some("other")) => Meaning::Other,
                _ => return Err(Error::new("a lexicon names either a category or meaning = \"other\"").at(file)),
            };
            let plain = words.ru.iter().chain(&words.kk).chain(&words.en).map(|w| (w, false));
            for (word, key_only) in plain.chain(words.keys.iter().map(|w| (w, true))) {
                let phrase = Phrase::add(word, meaning, key_only, &mut letters);
                if !phrase.begins_well(&letters) {
                    return Err(Error::new(name::told(&format!(
                        "`{word}` does not begin with a word or a stem of two letters"
                    )))
                    .at(file));
                }
                phrases.push(phrase);
            }
        }
        phrases.sort_by_cached_key(|phrase| phrase.beginning(&letters));
        let mut buckets = vec![0; BEGINNINGS + 1];
        for phrase in &phrases {
            buckets[phrase.beginning(&letters) + 1] += 1;
        }
        for i in 0..BEGINNINGS {
            buckets[i + 1] += buckets[i];
        }
        let heads = phrases.iter().map(|phrase| phrase.head(&letters)).collect();
        Ok(Self { categories, letters, phrases, heads, buckets })
    }

    pub fn category(&self, id: &str) -> Option<Meaning> {
        let index = self.categories.binary_search_by(|c| (**c).cmp(id)).ok()?;
        Some(Meaning::Category(u16::try_from(index).ok()?))
    }

    /// The words in a folded text, in any order. A word within a longer one does not count: in "e-mail address" there
    /// is no postal address.
    pub fn words(&self, text: &Folded) -> Vec<Word> {
        self.longest(text, |phrase, _| !phrase.key_only)
    }

    /// What a key's name says: a word anywhere in it, or a key-only word as its last tokens. A category outweighs
    /// another meaning (`order_iin` is an ИИН), the one that is `asked` for all others (`tin` is an ИИН or a БИН).
    pub fn key(&self, text: &Folded, asked: Meaning) -> Option<Meaning> {
        let end = text.bytes().len();
        let words = self.longest(text, |phrase, word| !phrase.key_only || word.end + 1 >= end);
        words.iter().map(|word| word.meaning).min_by_key(|meaning| (*meaning != asked, *meaning))
    }

    /// All that a key's name says, as [`key`](Self::key) reads it, and whether a word says it that may stand anywhere: other
    /// words are said of too much to count alone.
    pub fn meanings(&self, text: &Folded) -> BTreeMap<Meaning, bool> {
        let end = text.bytes().len();
        let mut said = BTreeMap::new();
        let kept = self.longest(text, |phrase, word| !phrase.key_only || word.end + 1 >= end);
        self.find(text, |phrase, word| {
            if kept.contains(&word) {
                *said.entry(word.meaning).or_default() |= !phrase.key_only;
            }
        });
        said
    }

    /// How the words of a meaning begin that may stand anywhere.
    pub fn beginnings(&self, meaning: Meaning) -> Beginnings {
        let mut beginnings = Beginnings::default();
        for phrase in self.phrases.iter().filter(|p| p.meaning == meaning && !p.key_only) {
            beginnings.add(phrase.first(&self.letters));
        }
        beginnings
    }

    /// What a text in ASCII has where words of a meaning stand in it: of each phrase the longest word, or its beginning, in small
    /// letters, and whether it must be a word of its own, as in the name of a key. A word that the end of a context cuts may
    /// be any part of a longer one. None where nothing of the kind can be told.
    pub fn signs(&self, meaning: Meaning) -> Option<Vec<(&[u8], bool)>> {
        let phrases = self.phrases.iter().filter(|phrase| phrase.meaning == meaning);
        let ascii = phrases.filter(|phrase| phrase.is_ascii(&self.letters));
        ascii
            .map(|phrase| {
                let longest = phrase.longest(&self.letters).filter(|longest| longest.text.len() > 1)?;
                Some((longest.text, phrase.key_only && !longest.stem))
            })
            .collect()
    }

    /// The words of the phrases that count, without those that stand within a longer one.
    fn longest(&self, text: &Folded, counts: impl Fn(&Phrase, &Word) -> bool) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        self.find(text, |phrase, word| {
            if counts(phrase, &word) {
                words.push(word);
            }
        });
        if words.len() > 1 {
            let all = words.clone();
            let within = |a: &Word, b: &Word| b.start <= a.start && a.end <= b.end && b.end - b.start > a.end - a.start;
            words.retain(|word| !all.iter().any(|other| within(word, other)));
        }
        words
    }

    fn find(&self, text: &Folded, mut found: impl FnMut(&Phrase, Word)) {
        let bytes = text.bytes();
        let mut next = 0;
        for token in bytes.split(|byte| *byte == b' ') {
            let start = next;
            next += token.len() + 1;
            if token.is_empty() {
                continue;
            }
            let bucket = beginning(token);
            let bucket = usize::from(self.buckets[bucket])..usize::from(self.buckets[bucket + 1]);
            let first = first_eight(&bytes[start..]);
            for (phrase, [head, mask]) in self.phrases[bucket.clone()].iter().zip(&self.heads[bucket]) {
                if (first ^ head) & mask == 0
                    && let Some(end) = phrase.end(&self.letters, bytes, token, start)
                {
                    found(phrase, Word { meaning: phrase.meaning, start, end });
                }
            }
        }
    }
}

/// The first eight bytes of a folded text, spaces where it ends before.
fn first_eight(folded: &[u8]) -> u64 {
    match folded.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => {
            let mut eight = [b' '; 8];
            eight[..folded.len()].copy_from_slice(folded);
            u64::from_le_bytes(eight)
        }
    }
}

/// Letters of a folded text: a space, digits, Latin, Cyrillic.
const LETTERS: usize = 1 + 10 + 26 + 42;
const BEGINNINGS: usize = LETTERS * LETTERS;

/// The first two letters of a token, as an index.
#[inline]
fn beginning(token: &[u8]) -> usize {
    let letter = |at: usize| token.get(at).map_or(0, |byte| usize::from(LETTER[usize::from(*byte)]));
    letter(0) * LETTERS + letter(1)
}

/// The number of each letter.
const LETTER: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        letters[byte] = match byte as u8 {
            digit @ b'0'..=b'9' => 1 + digit - b'0',
            latin @ b'a'..=b'z' => 11 + latin - b'a',
            0xAA.. => 37 + 41,
            cyrillic @ 0x80.. => 37 + cyrillic - 0x80,
            _ => 0,
        };
        byte += 1;
    }
    letters
};

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let files = [
            (
                "iin.toml",
                "category = 'iin'\nru = ['иин', 'индивидуальн* идентификационн* номер*']\nkk = ['жсн']\nkeys = ['tin']",
            ),
            ("bin.toml", "category = 'bin'\nkeys = ['tin']"),
            ("other.toml", "meaning = 'other'\nru = ['заказ*']\nen = ['order*']"),
        ];
        Lexicon::parse(&files.map(|(name, text)| File::new(name, text))).unwrap()
    }

    #[test]
    fn a_word_is_found_in_every_spelling_and_charset() {
        let lexicon = lexicon();
        let iin = lexicon.category("iin").unwrap();
        for text in ["ИИН:", "Жсн клиента", "ИНДИВИДУАЛЬНЫЙ ИДЕНТИФИКАЦИОННЫЙ НОМЕР"]
        {
            for charset in [encoding_rs::UTF_8, encoding_rs::WINDOWS_1251, encoding_rs::IBM866, encoding_rs::KOI8_R] {
                let (bytes, _, _) = charset.encode(text);
                let meanings: Vec<_> = fold(&bytes).iter().flat_map(|f| lexicon.words(f)).map(|w| w.meaning).collect();
                assert!(meanings.contains(&iin), "{text} in {}", charset.name());
            }
        }
    }

    #[test]
    fn a_key_is_read_by_its_tokens() {
        let lexicon = lexicon();
        let iin = lexicon.category("iin");
        for (key, meaning) in [
            ("иин", iin),
            ("tin", iin),
            ("payer_tin", iin),
            ("tin_count", None),
            ("martin", None),
            ("orderИИН", iin),
            ("заказ_ИИН", iin),
            ("order_id", Some(Meaning::Other)),
        ] {
            assert_eq!(lexicon.key(&fold_str(key), iin.unwrap()), meaning, "{key}");
        }
        let bin = lexicon.category("bin").unwrap();
        assert_eq!(lexicon.key(&fold_str("seller_tin"), bin), Some(bin));
    }

    #[test]
    fn a_word_leaves_its_sign() {
        let text =
            "category = 'rnn'\nru = ['рнн', 'rnn', 'nomer rnn2']\nen = ['tax registration*']\nkeys = ['sik', 'doc no']";
        let lexicon = Lexicon::parse(&[File::new("rnn.toml", text)]).unwrap();
        let mut signs = lexicon.signs(lexicon.category("rnn").unwrap()).unwrap();
        signs.sort_unstable();
        let expected = [("doc", true), ("nomer", false), ("registration", false), ("rnn", false), ("sik", true)];
        assert_eq!(signs, expected.map(|(text, whole)| (text.as_bytes(), whole)));
        let numbers = Lexicon::parse(&[File::new("x.toml", "category = 'iin'\nkeys = ['12']")]);
        assert!(numbers.is_ok_and(|lexicon| lexicon.signs(lexicon.category("iin").unwrap()).is_none()));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_file() {
        let error = Lexicon::parse(&[File::new("a.toml", "category = 'iin'\nde = ['x']")]).err().unwrap();
        assert!(error.to_string().starts_with("a.toml:2: unknown field `de`"), "{error}");
    }
}
