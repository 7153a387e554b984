//! Postal addresses: takes the lists of `patterns/addresses.toml`, tells what a word says of the words and numbers beside it.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Deserialize;

use super::word::{Word, fold};
use crate::data::embedded;
use crate::error::Result;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    streets: String,
    quarters: String,
    localities: String,
    houses: String,
    flats: String,
    towns: String,
    countries: String,
    names: String,
}

/// What a word may stand for, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Role(u8);

impl Role {
    pub const STREET: Self = Self(1);
    /// Of a part of a town: its name may be a number.
    pub const QUARTER: Self = Self(2);
    pub const LOCALITY: Self = Self(4);
    pub const HOUSE: Self = Self(8);
    pub const FLAT: Self = Self(16);
    /// The name of a town.
    pub const TOWN: Self = Self(32);
    pub const COUNTRY: Self = Self(64);
    /// A part of a name without a capital.
    pub const NAME: Self = Self(128);
    /// What an address has in any case: of a street, or of something smaller or larger.
    pub const PLACE: Self = Self(1 | 2 | 4);
    /// Words that say what a name or number is, and are none.
    pub const MARKER: Self = Self(1 | 2 | 4 | 8 | 16);

    pub fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The words of addresses.
pub struct Addresses {
    roles: HashMap<Box<[u8]>, Role, FixedState>,
    /// Of Latin words for streets and places: by their first letter, one bit for each length.
    latin: [u64; 26],
}

impl Addresses {
    /// Those embedded at build time.
    ///
    /// # Errors
    /// A file that is not of its schema.
    pub fn builtin() -> Result<Self> {
        let Lists { streets, quarters, localities, houses, flats, towns, countries, names } =
            embedded!("patterns/addresses").read()?;
        let lists = [
            (streets, Role::STREET),
            (quarters, Role::QUARTER),
            (localities, Role::LOCALITY),
            (houses, Role::HOUSE),
            (flats, Role::FLAT),
            (towns, Role::TOWN),
            (countries, Role::COUNTRY),
            (names, Role::NAME),
        ];
        let mut roles: HashMap<Box<[u8]>, Role, FixedState> = HashMap::default();
        for (list, role) in lists {
            for word in list.split_whitespace() {
                let known = roles.entry(fold(word)).or_default();
                *known = known.or(role);
            }
        }
        let mut latin = [0; 26];
        for (word, _) in roles.iter().filter(|(word, role)| word[0].is_ascii_lowercase() && role.is(Role::PLACE)) {
            latin[usize::from(word[0] - b'a')] |= 1 << word.len();
        }
        Ok(Self { roles, latin })
    }

    /// The Latin words for streets and places.
    pub fn latin_places(&self) -> impl Iterator<Item = &[u8]> {
        let latin = |word: &[u8]| word.iter().all(|b| b.is_ascii_lowercase() || *b == b'-');
        self.roles.iter().filter(move |(word, role)| latin(word) && role.is(Role::PLACE)).map(|(word, _)| &**word)
    }

    /// Whether a Latin word may stand for a street or a place: a look before it is read.
    pub fn may_be_place(&self, word: &[u8]) -> bool {
        let letter = word.first().map_or(u8::MAX, |first| first.to_ascii_lowercase().wrapping_sub(b'a'));
        self.latin
            .get(usize::from(letter))
            .is_some_and(|lengths| lengths.checked_shr(word.len() as u32).is_some_and(|bits| bits & 1 != 0))
    }

    /// What the word may stand for.
    pub fn role(&self, word: &Word) -> Role {
        self.roles.get(word.folded()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::charset::Charset;

    #[test]
    fn a_word_may_stand_for_several_things() {
        let addresses = Addresses::builtin().unwrap();
        let role = |text: &str| addresses.role(&Word::at(text.as_bytes(), 0, Charset::Utf8).unwrap());
        assert!(role("Улица").is(Role::STREET) && role("көшесі").is(Role::STREET) && role("мкр-н").is(Role::QUARTER));
        assert!(role("к").is(Role::HOUSE) && role("қ").is(Role::LOCALITY) && role("АЛМАТЫ").is(Role::TOWN));
        assert_eq!(role("слово"), Role::default());
    }
}
