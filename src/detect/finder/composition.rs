//! What rows of tables are composed of: takes a range of a text, gives for each 64 bytes of it which are what, one bit a
//! byte, the first byte in the lowest bit; so that a cell is looked at with a few instructions.

use std::ops::Range;

use super::lanes::SEEN;
use super::masks::{Bytes, classes};

/// What 64 bytes are, or those of a cell that is no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Composition {
    pub digit: u64,
    /// ASCII letters.
    pub letter: u64,
    /// `@`, and what may begin an escape: `%`, `\\`, `&`, `=`.
    pub special: u64,
    /// Bytes beyond ASCII.
    pub high: u64,
    /// Those of them that are no part of a Cyrillic letter in UTF-8.
    pub foreign: u64,
    /// Where a name of a person may be in Cyrillic in UTF-8: the second of two words with capitals, the dot after an
    /// initial, what follows a slash as in `//FM/`.
    pub name: u64,
}

/// What a range is composed of.
#[derive(Default)]
pub struct Compositions {
    origin: usize,
    words: Vec<Composition>,
    /// Line ends in the range.
    pub line_ends: usize,
    /// Whether a colon stands between two letters.
    pub glued_colon: bool,
    /// Whether an `=` stands before a line end, as quoted-printable breaks lines.
    pub soft_break: bool,
}

impl Compositions {
    /// What the bytes from `start` on are that `all` has a bit for.
    #[inline(always)]
    pub fn of(&self, start: usize, all: u64) -> Composition {
        let (word, bit) = ((start - self.origin) / SEEN, (start - self.origin) % SEEN);
        let Some([first, second]) = self.words.get(word..word + 2) else { return Composition::default() };
        let part = |first: u64, second: u64| (first >> bit | second << 1 << (SEEN - 1 - bit)) & all;
        let mut of = Composition {
            digit: part(first.digit, second.digit),
            letter: part(first.letter, second.letter),
            special: part(first.special, second.special),
            high: part(first.high, second.high),
            ..Composition::default()
        };
        if of.high != 0 {
            (of.foreign, of.name) = (part(first.foreign, second.foreign), part(first.name, second.name));
        }
        of
    }
}

/// What is carried from 64 bytes to the next.
#[derive(Default)]
struct Carried {
    letter: u64,
    /// A colon after a letter.
    colon: u64,
    equals: u64,
    beyond: Beyond,
}

/// What is carried where bytes beyond ASCII are among them.
#[derive(Default)]
struct Beyond {
    /// The first byte of a Cyrillic letter.
    lead: u64,
    slash: u64,
    /// A capital, in the last two bytes.
    capital: u64,
    /// Whether a word with a capital goes on.
    word: bool,
    /// A space after such a word.
    apart: u64,
}

impl Composition {
    #[inline(always)]
    fn of(bytes: impl Bytes, equals: u64) -> Self {
        Self {
            digit: bytes.within(b'0', b'9'),
            letter: bytes.small().within(b'a', b'z'),
            special: bytes.among(&classes::ESCAPE) | equals,
            high: bytes.high(),
            ..Self::default()
        }
    }

    /// Adds what bytes beyond ASCII make; `next` is the byte after these.
    #[inline(always)]
    fn look_beyond(&mut self, bytes: impl Bytes, next: u8, carried: &mut Beyond) {
        let last = |class: bool| u64::from(class) << 63;
        let (lead, continuation) = (bytes.within(0xD0, 0xD3), bytes.within(0x80, 0xBF));
        let begins = lead & (continuation >> 1 | last(matches!(next, 0x80..=0xBF)));
        self.foreign = self.high & !begins & !(continuation & (lead << 1 | carried.lead));

        // Capitals of Russian are D0 and an early byte; letters of Kazakh are all taken for capitals.
        let early = bytes.within(0x80, 0xAF) >> 1 | last(matches!(next, 0x80..=0xAF));
        let capital = bytes.equal(0xD0) & early | bytes.within(0xD2, 0xD3);
        let word = self.letter | self.high | bytes.equal(b'-');
        // The sum carries from a capital to the end of its word.
        let (sum, first) = word.overflowing_add(capital);
        let (sum, second) = sum.overflowing_add(u64::from(carried.word));
        let apart = sum & !word & bytes.equal(b' ');
        let initial = bytes.equal(b'.') & (capital << 2 | carried.capital);
        let slash = bytes.equal(b'/');
        self.name = (apart << 1 | carried.apart) & capital | initial | (slash << 1 | carried.slash) & self.high;
        *carried = Beyond {
            lead: lead >> 63,
            slash: slash >> 63,
            capital: capital >> 62,
            word: first | second,
            apart: apart >> 63,
        };
    }
}

/// Looks at a range, for whatever compares bytes. Inlined, so that it is compiled with the caller's instruction set.
#[inline(always)]
pub(super) fn compose_with<B: Bytes>(text: &[u8], range: Range<usize>, all: &mut Compositions) {
    all.origin = range.start;
    all.words.clear();
    let before = range.start.checked_sub(1).map_or(0, |before| text[before]);
    let mut carried = Carried::after(before);
    let (mut line_ends, mut glued, mut soft) = (0, 0, 0);
    for at in range.clone().step_by(SEEN) {
        let padded;
        let chunk = match text[at..].first_chunk() {
            Some(chunk) => chunk,
            None => {
                padded = padded_from(text, at);
                &padded
            }
        };
        let bytes = B::load(chunk);
        let (line_end, equals) = (bytes.equal(b'\n'), bytes.equal(b'='));
        let mut word = Composition::of(bytes, equals);
        let colon = bytes.equal(b':') & (word.letter << 1 | carried.letter);
        glued |= (colon << 1 | carried.colon) & word.letter;
        let broken = equals << 1 | carried.equals;
        if broken != 0 {
            soft |= broken & (line_end | bytes.equal(b'\r'));
        }
        (carried.letter, carried.colon, carried.equals) = (word.letter >> 63, colon >> 63, equals >> 63);
        if word.high != 0 {
            word.look_beyond(bytes, text.get(at + SEEN).copied().unwrap_or_default(), &mut carried.beyond);
        } else {
            carried.beyond = Beyond::after(chunk[SEEN - 1]);
        }
        let own = u64::MAX >> (SEEN - (range.end - at).min(SEEN));
        line_ends += (line_end & own).count_ones() as usize;
        all.words.push(word);
    }
    let after = text.get(range.end).copied().unwrap_or_default();
    glued |= carried.colon & u64::from(after.is_ascii_alphabetic());
    // A cell may end with the last word, and is read from two.
    all.words.push(Composition::default());
    (all.line_ends, all.glued_colon, all.soft_break) = (line_ends, glued != 0, soft != 0);
}

impl Carried {
    /// What the byte before the first one tells.
    fn after(before: u8) -> Self {
        Self {
            letter: u64::from(before.is_ascii_alphabetic()),
            equals: u64::from(before == b'='),
            colon: 0,
            beyond: Beyond::after(before),
        }
    }
}

impl Beyond {
    /// What a byte before tells, where nothing but ASCII stands before it.
    #[inline(always)]
    fn after(before: u8) -> Self {
        Self { slash: u64::from(before == b'/'), ..Self::default() }
    }
}

/// The bytes of a text from `at` on, beyond its end NUL.
#[cold]
fn padded_from(text: &[u8], at: usize) -> [u8; SEEN] {
    let mut chunk = [0; SEEN];
    chunk[..text.len() - at].copy_from_slice(&text[at..]);
    chunk
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::detect::finder::Engine;

    fn composed(engine: Engine, text: &[u8], range: Range<usize>) -> Compositions {
        let mut all = Compositions::default();
        engine.compose(text, range, &mut all);
        all
    }

    /// Where a class has its bits.
    fn places(mask: u64) -> Vec<usize> {
        (0..64).filter(|place| mask >> place & 1 != 0).collect()
    }

    #[test]
    fn a_name_may_be_where_two_words_have_capitals() {
        for (text, name, foreign) in [
            ("Абай", &[][..], &[][..]),
            ("Абай Ким", &[9], &[]),
            ("абай Ким", &[], &[]),
            ("Абай ким", &[], &[]),
            ("аБай-а Ким", &[12], &[]),
            ("г. Абай, ул. Ким", &[], &[]),
            ("А. Ким", &[2], &[]),
            ("//FM/аб", &[5], &[]),
            ("аб\u{a0}в", &[], &[4, 5]),
        ] {
            for engine in Engine::all() {
                for shift in [0, 1, 50, 55, 60, 63, 64, 100] {
                    let text = ["_".repeat(shift).as_bytes(), text.as_bytes(), b" "].concat();
                    let all = composed(engine, &text, 0..text.len());
                    let of = all.of(shift, u64::MAX >> (SEEN - (text.len() - shift)));
                    assert_eq!(
                        (&*places(of.name), &*places(of.foreign)),
                        (name, foreign),
                        "{engine:?} {shift} {text:?}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_engine_composes_alike(
            parts in proptest::collection::vec(select(vec![
                "a", "B", "7", "12345", "@", "%", "\\", "&", "=", ":", "\n", "\r", " ", ".", "-", "/",
                "И", "и", "Қ", "қ", "Ж Ж", "\u{a0}", "a:b", "=\n",
            ]), 0..200),
            cut in any::<proptest::sample::Index>(),
            length in 1..64usize,
        ) {
            let text: Vec<u8> = parts.concat().into_bytes();
            // A stretch may begin and end within a letter.
            let range = cut.index(text.len() + 1).min(text.len() / 3)..text.len() - text.len() / 5;
            let expected = composed(Engine::Portable, &text, range.clone());
            prop_assert_eq!(expected.line_ends, text[range.clone()].iter().filter(|byte| **byte == b'\n').count());
            for engine in Engine::all() {
                let got = composed(engine, &text, range.clone());
                let told = |all: &Compositions| (all.line_ends, all.glued_colon, all.soft_break);
                prop_assert_eq!(told(&got), told(&expected));
                for start in range.clone() {
                    let length = length.min(range.end - start);
                    let all = u64::MAX.checked_shr((SEEN - length) as u32).unwrap_or(0);
                    let of = got.of(start, all);
                    prop_assert_eq!(of, expected.of(start, all));
                    let digits: Vec<usize> = (0..length).filter(|at| text[start + at].is_ascii_digit()).collect();
                    prop_assert_eq!(places(of.digit), digits);
                }
            }
        }
    }
}
