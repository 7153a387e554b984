//! How policies speak: takes `patterns/drafting.toml`, gives what a folded text says, phrase by phrase. A phrase is a
//! row of folded words; `stem*` stands for any ending, `..` for up to [`GAP`] words.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use crate::category::Categories;
use crate::data::{File, embedded};
use crate::error::{Error, Result};
use crate::lexicon::{Folded, Lexicon, Meaning, fold_str};

const FILE: &str = "patterns/drafting.toml";
/// Words that `..` may stand for.
const GAP: usize = 4;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoken {
    #[serde(default)]
    ru: Vec<String>,
    #[serde(default)]
    kk: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
}

/// What a phrase does in a policy. The names are the tables of the data file, which says what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Collects,
    Denies,
    Excepts,
    Exempts,
    Defines,
    Purposes,
    Uses,
    Sets,
    Passes,
    Asks,
    Lists,
    Appeals,
    Publishes,
    Occasions,
    Revokes,
    Others,
    Operator,
    Strangers,
    Relations,
    Channels,
    Parts,
    Keeps,
    Stores,
    Unlimited,
    Withdrawal,
    Goal,
    Ends,
    Within,
    Located,
    Places,
    Electronic,
    Material,
    Crosses,
    Stays,
    Grown,
    Adults,
    Minors,
    Guardians,
    Answers,
    Corrects,
    Blocks,
    Destroys,
    Dated,
    Policies,
}

/// What stands under a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    Definitions,
    Contacts,
    Others,
    Collects,
    Purposes,
}

/// A unit of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    Days,
    Months,
    Years,
    Working,
    Calendar,
}

#[derive(Deserialize)]
struct Rules {
    heads: BTreeMap<Head, Spoken>,
    countries: BTreeMap<String, Vec<String>>,
    numbers: BTreeMap<String, Vec<String>>,
    units: BTreeMap<Span, Vec<String>>,
    words: BTreeMap<Arc<str>, Vec<String>>,
    #[serde(flatten)]
    roles: BTreeMap<Role, Spoken>,
}

enum Part {
    Word(Vec<u8>),
    Stem(Vec<u8>),
    Gap,
}

/// Phrases, each with what it means.
struct Phrases<T>(Vec<(T, Vec<Part>)>);

/// A phrase that was found, with its bytes in the folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    pub what: T,
    pub at: Range<usize>,
}

impl<T: Copy> Phrases<T> {
    fn new<'a>(spoken: impl IntoIterator<Item = (T, &'a String)>) -> Result<Self> {
        let phrases = spoken.into_iter().map(|(what, phrase)| match parts(phrase) {
            parts if matches!(parts.first(), Some(Part::Word(_) | Part::Stem(_))) => Ok((what, parts)),
            _ => Err(Error::new(format!("`{phrase}` does not begin with a word")).at(FILE)),
        });
        Ok(Self(phrases.collect::<Result<_>>()?))
    }

    /// All phrases in the text, in the order of their beginnings.
    fn find(&self, text: &Folded) -> Vec<Found<T>> {
        let tokens = tokens(text);
        let mut found = Vec::new();
        for start in 0..tokens.len() {
            for (what, parts) in &self.0 {
                if let Some(end) = matched(parts, &tokens[start..]) {
                    let at = tokens[start].1.start..tokens[start + end - 1].1.end;
                    found.push(Found { what: *what, at });
                }
            }
        }
        found
    }
}

fn parts(phrase: &str) -> Vec<Part> {
    let folded = |word: &str| fold_str(word).bytes().trim_ascii().to_vec();
    let word = |word: &str| match word.strip_suffix('*') {
        _ if word == ".." => Part::Gap,
        Some(stem) => Part::Stem(folded(stem)),
        None => Part::Word(folded(word)),
    };
    phrase.split_whitespace().map(word).collect()
}

type Token<'t> = (&'t [u8], Range<usize>);

/// The words of a folded text, each with its place.
pub fn tokens(text: &Folded) -> Vec<Token<'_>> {
    let mut at = 0;
    let words = text.bytes().split(|byte| *byte == b' ').map(|word| {
        let range = at..at + word.len();
        at = range.end + 1;
        (word, range)
    });
    words.filter(|(word, _)| !word.is_empty()).collect()
}

/// How many of the tokens the phrase takes, where they begin with it.
fn matched(parts: &[Part], tokens: &[Token<'_>]) -> Option<usize> {
    let Some((first, rest)) = parts.split_first() else { return Some(0) };
    let holds = match first {
        Part::Gap => return (0..=GAP.min(tokens.len())).find_map(|gap| Some(gap + matched(rest, &tokens[gap..])?)),
        Part::Word(word) => tokens.first()?.0 == &word[..],
        Part::Stem(stem) => tokens.first()?.0.starts_with(stem),
    };
    if holds { Some(1 + matched(rest, &tokens[1..])?) } else { None }
}

/// All that a draft knows of language.
pub struct Language {
    lexicon: Lexicon,
    categories: Vec<Arc<str>>,
    roles: Phrases<Role>,
    heads: Phrases<Head>,
    words: Phrases<usize>,
    countries: Phrases<[u8; 2]>,
    numbers: Phrases<u16>,
    units: Phrases<Span>,
}

/// A category that a text mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// None where the words name something that is no personal data.
    pub category: Option<Arc<str>>,
    /// The word is common, and names the category only in a list of data.
    pub common: bool,
    pub at: Range<usize>,
}

impl Language {
    /// Those embedded at build time.
    pub fn builtin(categories: &Categories) -> Result<Self> {
        Self::parse(embedded!("patterns/drafting"), categories)
    }

    fn parse(file: File, categories: &Categories) -> Result<Self> {
        let rules: Rules = file.read()?;
        let ids: Vec<_> = categories.iter().map(|category| category.id.clone()).collect();
        if let Some(unknown) = rules.words.keys().find(|id| !ids.contains(id)) {
            return Err(Error::new(format!("[words] names `{unknown}`, which is no category")).at(file.name));
        }
        let number =
            |digits: &String| digits.parse().map_err(|_| Error::new(format!("`{digits}` is no number")).at(file.name));
        let numbers: Vec<(u16, &Vec<String>)> =
            rules.numbers.iter().map(|(digits, words)| Ok((number(digits)?, words))).collect::<Result<_>>()?;
        let code = |code: &String| {
            code.as_bytes().try_into().map_err(|_| Error::new("a country has two letters").at(file.name))
        };
        let countries: Vec<([u8; 2], &Vec<String>)> =
            rules.countries.iter().map(|(country, words)| Ok((code(country)?, words))).collect::<Result<_>>()?;
        let index = |id: &Arc<str>| ids.iter().position(|known| known == id).unwrap_or_default();
        Ok(Self {
            lexicon: Lexicon::builtin(|_| true)?,
            roles: Phrases::new(rules.roles.iter().flat_map(|(role, spoken)| each(*role, spoken)))?,
            heads: Phrases::new(rules.heads.iter().flat_map(|(head, spoken)| each(*head, spoken)))?,
            words: Phrases::new(rules.words.iter().flat_map(|(id, words)| words.iter().map(move |w| (index(id), w))))?,
            countries: Phrases::new(
                countries.into_iter().flat_map(|(code, words)| words.iter().map(move |w| (code, w))),
            )?,
            numbers: Phrases::new(numbers.into_iter().flat_map(|(n, words)| words.iter().map(move |w| (n, w))))?,
            units: Phrases::new(rules.units.iter().flat_map(|(unit, words)| words.iter().map(move |w| (*unit, w))))?,
            categories: ids,
        })
    }

    pub fn roles(&self, text: &Folded) -> Vec<Found<Role>> {
        self.roles.find(text)
    }

    /// What a heading announces; what says least outweighs what says most.
    pub fn head(&self, text: &Folded) -> Option<Head> {
        self.heads.find(text).into_iter().map(|found| found.what).min()
    }

    /// ISO codes of the countries that are named.
    pub fn countries(&self, text: &Folded) -> Vec<Found<[u8; 2]>> {
        self.countries.find(text)
    }

    pub fn units(&self, text: &Folded) -> Vec<Found<Span>> {
        self.units.find(text)
    }

    /// Numbers in digits and in words.
    pub fn numbers(&self, text: &Folded) -> Vec<Found<u16>> {
        let digits = tokens(text).into_iter().filter_map(|(token, at)| {
            let number = std::str::from_utf8(token).ok()?.parse().ok()?;
            Some(Found { what: number, at })
        });
        let mut found: Vec<_> = self.numbers.find(text).into_iter().chain(digits).collect();
        found.sort_by_key(|found| found.at.start);
        found
    }

    /// The categories that are named, in the order of the text; a longer phrase wins over a word inside it.
    pub fn mentions(&self, text: &Folded) -> Vec<Mention> {
        let known = self.lexicon.words(text).into_iter().map(|word| {
            let category = match word.meaning {
                Meaning::Category(_) => {
                    self.categories.iter().find(|id| self.lexicon.category(id) == Some(word.meaning))
                }
                Meaning::Other => None,
            };
            Mention { category: category.cloned(), common: false, at: word.start..word.end }
        });
        let common = self.words.find(text).into_iter().map(|found| {
            let category = self.categories.get(found.what).cloned();
            Mention { category, common: true, at: found.at }
        });
        let known: Vec<_> = known.collect();
        let common = common.map(|mut mention| {
            // A longer common phrase around a sure word is as sure as the word.
            let within = |word: &Mention| word.at.start >= mention.at.start && word.at.end <= mention.at.end;
            mention.common = !known.iter().any(|word| word.category == mention.category && within(word));
            mention
        });
        let mut mentions: Vec<_> = common.chain(known.iter().cloned()).collect();
        // Longest first; of equals a category before other things, and sure before common words.
        mentions.sort_by_key(|m| (std::cmp::Reverse(m.at.len()), m.category.is_none(), m.common, m.at.start));
        let mut kept: Vec<Mention> = Vec::new();
        for mention in mentions {
            let inside = |other: &Mention| {
                let overlap = other.at.start < mention.at.end && mention.at.start < other.at.end;
                overlap && (other.category.is_none() || other.at != mention.at || other.category == mention.category)
            };
            if !kept.iter().any(inside) {
                kept.push(mention);
            }
        }
        kept.sort_by_key(|mention| mention.at.start);
        kept
    }
}

fn each<T: Copy>(what: T, spoken: &Spoken) -> impl Iterator<Item = (T, &String)> {
    spoken.ru.iter().chain(&spoken.kk).chain(&spoken.en).map(move |phrase| (what, phrase))
}
