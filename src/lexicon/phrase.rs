//! One word or phrase: takes it as the data say it, gives where it stands in a folded text.

use std::ops::Range;

use super::{Meaning, beginning, first_eight, fold::fold_onto};

/// Ends a stem.
const STEM: u8 = b'*';

/// Tokens, each whole or a stem.
pub struct Phrase {
    pub meaning: Meaning,
    /// Counts only as the last tokens of a key.
    pub key_only: bool,
    /// Where it stands among the letters of all phrases: folded, with spaces between its tokens.
    at: Range<u32>,
    /// Whether its [`head`](Self::head) says it all.
    short: bool,
}

/// A word, or what words begin with.
#[derive(Clone, Copy)]
pub struct Token<'l> {
    pub text: &'l [u8],
    pub stem: bool,
}

impl Phrase {
    /// Writes a phrase to the letters of all, which end with a space.
    pub fn add(phrase: &str, meaning: Meaning, key_only: bool, letters: &mut Vec<u8>) -> Self {
        let length = |letters: &Vec<u8>| u32::try_from(letters.len()).expect("words are no gigabytes");
        let start = length(letters);
        for word in phrase.split_whitespace() {
            let begun = letters.len();
            fold_onto(word, letters);
            if word.ends_with(char::from(STEM)) && letters.len() > begun {
                letters.insert(letters.len() - 1, STEM);
            }
        }
        let at = start..length(letters).saturating_sub(1).max(start);
        let mut phrase = Self { meaning, key_only, at, short: false };
        phrase.short = phrase.tokens(letters).count() == 1 && phrase.first(letters).length() <= 8;
        phrase
    }

    fn tokens<'l>(&self, letters: &'l [u8]) -> impl Iterator<Item = Token<'l>> {
        letters[self.at.start as usize..self.at.end as usize].split(|byte| *byte == b' ').map(Token::of)
    }

    pub fn first<'l>(&self, letters: &'l [u8]) -> Token<'l> {
        self.tokens(letters).next().unwrap_or(Token { text: b"", stem: false })
    }

    /// Whether it can stand in a text in ASCII.
    pub fn is_ascii(&self, letters: &[u8]) -> bool {
        letters[self.at.start as usize..self.at.end as usize].is_ascii()
    }

    /// The longest of its tokens that are words, no numbers.
    pub fn longest<'l>(&self, letters: &'l [u8]) -> Option<Token<'l>> {
        let words = self.tokens(letters).filter(|token| token.text.iter().all(u8::is_ascii_alphabetic));
        words.max_by_key(|token| token.text.len()).filter(|token| !token.text.is_empty())
    }

    /// Whether its first token is a word or a stem of two letters.
    pub fn begins_well(&self, letters: &[u8]) -> bool {
        let first = self.first(letters);
        !first.text.is_empty() && (!first.stem || first.text.len() >= 2)
    }

    pub fn beginning(&self, letters: &[u8]) -> usize {
        beginning(self.first(letters).text)
    }

    /// What [`first_eight`] must give where it stands, and the bits of it that count.
    pub fn head(&self, letters: &[u8]) -> [u64; 2] {
        let all = &letters[self.at.start as usize..self.at.end as usize];
        let first_stem = memchr::memchr(STEM, all);
        let known = first_stem.map_or(all, |end| &all[..end]);
        // After a whole word comes a space.
        let length = first_stem.unwrap_or(all.len() + 1);
        let mask = if length >= 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        [first_eight(known), mask]
    }

    /// Where it ends in a folded text if its tokens stand one after the other from `first`, which stands at `start` and has
    /// its head.
    #[inline]
    pub fn end(&self, letters: &[u8], text: &[u8], first: &[u8], start: usize) -> Option<usize> {
        if self.short {
            return Some(start + first.len());
        }
        self.end_of_all(letters, text, first, start)
    }

    fn end_of_all(&self, letters: &[u8], text: &[u8], first: &[u8], start: usize) -> Option<usize> {
        let mut tokens = self.tokens(letters);
        if !tokens.next()?.is(first) {
            return None;
        }
        let mut end = start + first.len();
        for token in tokens {
            let following = text[end + 1..].split(|byte| *byte == b' ').next()?;
            if !token.is(following) {
                return None;
            }
            end += 1 + following.len();
        }
        Some(end)
    }
}

impl<'l> Token<'l> {
    fn of(text: &'l [u8]) -> Self {
        match text.split_last() {
            Some((&STEM, text)) => Self { text, stem: true },
            _ => Self { text, stem: false },
        }
    }

    /// Bytes that tell it from others: of a whole word, with the space after it.
    fn length(self) -> usize {
        if self.stem { self.text.len() } else { self.text.len() + 1 }
    }

    fn is(self, word: &[u8]) -> bool {
        if self.stem { word.starts_with(self.text) } else { word == self.text }
    }
}
