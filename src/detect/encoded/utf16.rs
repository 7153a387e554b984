//! Text in UTF-16 among binary bytes, as databases of SQL Server, their backups and programs for Windows hold it: takes a
//! window, gives the values in it at the places where they are written. The order is that of Windows, the low byte first.

use std::ops::Range;

use super::Scan;
use crate::detect::{LONGEST, Match};
use crate::finding::Evidence;
use crate::layout::table::Chunk;

/// Characters of a run at least.
const SHORTEST: usize = 6;

/// Bytes that a look names the beginnings of runs in.
const STEP: usize = 48;

/// Characters of a run after which its place is noted anew.
const NOTED: usize = 64;

/// The runs of a window as one text, a line each.
#[derive(Default)]
struct Runs {
    text: Vec<u8>,
    /// Where in that text characters stand, and where in the window they are written.
    noted: Vec<(usize, usize)>,
}

/// The values in the runs of a part of a window.
pub fn within(text: &[u8], part: Range<usize>, scan: &mut Scan, out: &mut Vec<Match>) {
    let mut runs = Runs::default();
    let mut at = part.start;
    while let Some(run) = next(text, at..part.end) {
        at = run.end;
        runs.add(text, run);
    }
    if runs.text.is_empty() {
        return;
    }
    let found = scan(&runs.text).into_iter().map(|found| {
        let evidence = found.evidence.with(Evidence::Encoded);
        Match { span: runs.place(&found.span), key: None, evidence, ..found }
    });
    out.extend(found.filter(|found| found.span.len() <= LONGEST));
}

/// What is written at a place, if that is UTF-16.
pub fn decode(text: &[u8], span: &Range<usize>) -> Option<String> {
    let (units, []) = text[span.clone()].as_chunks::<2>() else { return None };
    units.iter().map(character).collect()
}

/// The first run in a part of a text.
fn next(text: &[u8], part: Range<usize>) -> Option<Range<usize>> {
    let mut at = part.start;
    while at < part.end {
        let mut starts = starts(text, at);
        while starts != 0 {
            let start = at + starts.trailing_zeros() as usize;
            starts &= starts - 1;
            if start >= part.end {
                return None;
            }
            let run = around(text, start, &part);
            if run.len() >= 2 * SHORTEST {
                return Some(run);
            }
        }
        at += STEP;
    }
    None
}

/// Where among the bytes from `at` on six characters may begin whose high byte is 0 or that of Cyrillic letters.
#[inline(always)]
fn starts(text: &[u8], at: usize) -> u64 {
    let chunk = Chunk::at(text, at);
    let (zero, four) = (chunk.equal(0), chunk.equal(4));
    let one = !zero & (zero | four) >> 1;
    let two = one & one >> 2;
    two & two >> 4 & two >> 8 & ((1 << STEP) - 1)
}

/// The characters around a place, as far as they go.
fn around(text: &[u8], at: usize, part: &Range<usize>) -> Range<usize> {
    let (_, before) = text[part.start..at].as_rchunks::<2>();
    let back = before.iter().rev().take_while(|unit| character(unit).is_some()).count();
    let (after, _) = text[at..part.end].as_chunks::<2>();
    let on = after.iter().take_while(|unit| character(unit).is_some()).count();
    at - 2 * back..at + 2 * on
}

/// A character that text in Russian, Kazakh or English is written with.
fn character([low, high]: &[u8; 2]) -> Option<char> {
    let known = match high {
        0 => matches!(low, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0xA0 | 0xAB | 0xBB),
        4 => true,
        // Dashes, quotes, narrow spaces, and «№».
        0x20 => matches!(low, 0x10..=0x3A),
        0x21 => *low == 0x16,
        _ => false,
    };
    char::from_u32(u32::from(u16::from_le_bytes([*low, *high]))).filter(|_| known)
}

impl Runs {
    fn add(&mut self, text: &[u8], run: Range<usize>) {
        let (units, _) = text[run.clone()].as_chunks::<2>();
        for (number, unit) in units.iter().enumerate() {
            if number % NOTED == 0 {
                self.noted.push((self.text.len(), run.start + 2 * number));
            }
            let character = character(unit).unwrap_or(' ');
            self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.text.push(b'\n');
    }

    /// Where a range of the text is written.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        let at = |at: usize| {
            let (noted, written) = self.noted[self.noted.partition_point(|(noted, _)| *noted <= at) - 1];
            let before = self.text[noted + 1..at + 1].iter().filter(|byte| **byte & 0xC0 != 0x80);
            written + 2 * before.count()
        };
        // What ends with a run is not where the next one begins.
        at(range.start)..at(range.end - 1) + 2
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn runs(text: &[u8]) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(run) = next(text, at..text.len()) {
            at = run.end;
            found.push((run.start, decode(text, &run).unwrap()));
        }
        found
    }

    #[test]
    fn runs_are_found_at_any_place() {
        for shift in 0..140 {
            let text =
                [vec![0xFF; shift], utf16("ИИН № 900517132728"), vec![0, 0, 9], utf16("short"), vec![0, 7]].concat();
            assert_eq!(runs(&text), [(shift, "ИИН № 900517132728".to_owned())], "{shift}");
        }
        let text = [vec![0; 45], utf16("900517132728")].concat();
        assert_eq!(next(&text, 0..44), None);
        assert!(runs(b"Text of single bytes, and no other").is_empty());
        assert!(runs(&[0; 400]).is_empty());
        assert!(runs(&[7, 0].repeat(200)).is_empty());
    }

    proptest! {
        #[test]
        fn places_are_where_characters_are_written(words in proptest::collection::vec("[a-zа-яқ0-9 ]{6,200}", 1..9)) {
            let text: Vec<u8> = words.iter().flat_map(|word| [vec![0xFF, 0xFF, 0xFF], utf16(word)].concat()).collect();
            let mut given = Runs::default();
            let mut at = 0;
            while let Some(run) = next(&text, at..text.len()) {
                at = run.end;
                given.add(&text, run);
            }
            let whole = String::from_utf8(given.text.clone()).unwrap();
            prop_assert_eq!(whole.lines().collect::<Vec<_>>(), words.iter().map(String::as_str).collect::<Vec<_>>());
            for (start, character) in whole.char_indices().filter(|(_, character)| *character != '\n') {
                let place = given.place(&(start..start + character.len_utf8()));
                prop_assert_eq!(decode(&text, &place), Some(character.to_string()));
            }
        }
    }
}
