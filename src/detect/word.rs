//! Words: takes a text and where a word begins or ends in it, gives the [`Word`], folded, whatever its charset.

use super::charset::{Charset, Letter};

/// Longest word, in letters.
pub const LONGEST: usize = 32;

/// Which letters of a word are capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capitals {
    None,
    /// The first one of each part.
    First,
    /// All.
    All,
    Mixed,
}

/// A run of letters, with hyphens between.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    pub start: usize,
    pub end: usize,
    folded: [u8; LONGEST],
    length: usize,
    pub capitals: Capitals,
}

impl Word {
    /// The word that begins at `start`; none where there is no letter, or too many.
    pub fn at(text: &[u8], start: usize, charset: Charset) -> Option<Self> {
        // Each charset has a loop of its own: words are read by the million.
        match charset {
            Charset::Utf8 => Self::read(text, start, |at| Charset::Utf8.letter(text, at)),
            Charset::Ascii => Self::read(text, start, |at| Charset::Ascii.letter(text, at)),
            _ => Self::read(text, start, |at| charset.letter(text, at)),
        }
    }

    #[inline(always)]
    fn read(text: &[u8], start: usize, letter: impl Fn(usize) -> Option<Letter>) -> Option<Self> {
        let mut next = letter(start)?;
        let first = next.capital;
        let mut word = Self { start, end: start, folded: [0; LONGEST], length: 0, capitals: Capitals::None };
        let (mut upper, mut lower, mut out_of_place) = (0, 0, false);
        let mut begins = true;
        loop {
            let Letter { folded, capital, length } = next;
            if word.length == LONGEST {
                return None;
            }
            out_of_place |= capital && !begins || !capital && begins && upper > 0;
            upper += usize::from(capital);
            lower += usize::from(!capital);
            begins = false;
            word.push(folded);
            word.end += length;
            next = match letter(word.end) {
                Some(next) => next,
                None if text.get(word.end) == Some(&b'-') && word.length < LONGEST => match letter(word.end + 1) {
                    Some(next) => {
                        word.push(b'-');
                        word.end += 1;
                        begins = true;
                        next
                    }
                    None => break,
                },
                None => break,
            };
        }
        word.capitals = match () {
            () if upper == 0 => Capitals::None,
            () if lower == 0 && upper > 1 => Capitals::All,
            () if out_of_place || !first => Capitals::Mixed,
            () => Capitals::First,
        };
        Some(word)
    }

    /// The word that ends at `end`.
    pub fn before(text: &[u8], end: usize, charset: Charset) -> Option<Self> {
        Self::at(text, start_of(text, end, charset)?, charset).filter(|word| word.end == end)
    }

    #[inline(always)]
    fn push(&mut self, folded: u8) {
        self.folded[self.length] = folded;
        self.length += 1;
    }

    /// The letters, folded, and hyphens.
    pub fn folded(&self) -> &[u8] {
        &self.folded[..self.length]
    }

    /// How many letters and hyphens it has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The letters after the last hyphen.
    pub fn last_part(&self) -> &[u8] {
        self.folded().rsplit(|b| *b == b'-').next().unwrap_or_default()
    }

    pub fn is_capitalised(&self) -> bool {
        matches!(self.capitals, Capitals::First | Capitals::All)
    }
}

/// Whether `\n`, `\t` or `\r` of an escaped string stands before.
pub fn follows_escape(text: &[u8], at: usize) -> bool {
    matches!(text[..at], [.., b'\\', b'n' | b't' | b'r'])
}

/// Where the word begins that ends at `end`; none where it is too long.
pub fn start_of(text: &[u8], end: usize, charset: Charset) -> Option<usize> {
    match charset {
        Charset::Utf8 => look_back(text, end, |at| Charset::Utf8.letter_before(text, at)),
        Charset::Ascii => look_back(text, end, |at| {
            let is_apart = text.get(at).is_some_and(u8::is_ascii_uppercase) && follows_escape(text, at);
            Charset::Ascii.letter_before(text, at).filter(|_| !is_apart)
        }),
        _ => look_back(text, end, |at| charset.letter_before(text, at)),
    }
}

#[inline(always)]
fn look_back(text: &[u8], end: usize, letter_before: impl Fn(usize) -> Option<Letter>) -> Option<usize> {
    let mut start = end;
    for _ in 0..=LONGEST {
        match letter_before(start) {
            Some(letter) => start -= letter.length,
            None if start < end && text[..start].last() == Some(&b'-') => match letter_before(start - 1) {
                Some(letter) => start -= 1 + letter.length,
                None => return Some(start),
            },
            None => return (start < end).then_some(start),
        }
    }
    None
}

/// Letters of UTF-8 folded as those of a word are; anything but letters and hyphens is left out.
pub fn fold(text: &str) -> Box<[u8]> {
    let mut folded = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let letter = Charset::Utf8.letter(bytes, at).or_else(|| Charset::Ascii.letter(bytes, at));
        match letter {
            Some(letter) => {
                folded.push(letter.folded);
                at += letter.length;
            }
            None => {
                folded.extend((bytes[at] == b'-').then_some(b'-'));
                at += 1;
            }
        }
    }
    folded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_from_both_ends() {
        for (text, capitals) in [
            ("Иванов", Capitals::First),
            ("иванов", Capitals::None),
            ("ИВАНОВ", Capitals::All),
            ("ИваноВ", Capitals::Mixed),
            ("Ли-Цой", Capitals::First),
            ("Ростов-на-Дону", Capitals::Mixed),
            ("р-н", Capitals::None),
            ("И", Capitals::First),
        ] {
            let framed = format!("«{text}» {text}");
            let start = framed.find(text).unwrap();
            let word = Word::at(framed.as_bytes(), start, Charset::Utf8).unwrap();
            assert_eq!((word.end, word.capitals), (start + text.len(), capitals), "{text}");
            assert_eq!(word.folded(), &*fold(text));
            let back = Word::before(framed.as_bytes(), word.end, Charset::Utf8).unwrap();
            assert_eq!((back.start, back.folded()), (start, word.folded()), "{text}");
        }
        assert!(Word::at(b"1", 0, Charset::Utf8).is_none());
        assert!(Word::at("я".repeat(40).as_bytes(), 0, Charset::Utf8).is_none());
    }
}
