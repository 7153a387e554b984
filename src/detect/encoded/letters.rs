//! Words that are written in escapes, as programs write Cyrillic in JSON, addresses and pages: `\u0418\u0432`, `%D0%98`,
//! `&#1048;`. Takes where such letters stand, gives the values that are written with them or named by them.

use std::ops::Range;

use super::{Scan, decode};
use crate::detect::{LONGEST, Match};

/// Bytes before the first of some letters and after the last one that are decoded with them; letters less apart are read
/// together.
const BESIDE: usize = 512;

/// Bytes before a value, and after it, in which words count: as many characters as elsewhere, of six bytes each. As far as
/// letters are seen before the part of a window that is scanned.
const BEFORE: usize = 360;
const AFTER: usize = 180;

/// Bytes that a value is written in at most.
const LONGEST_WRITTEN: usize = 2 * LONGEST;

/// Where letters stand: from the first of some that are read together to the last one.
#[derive(Default)]
pub struct Letters(Vec<Range<usize>>);

/// Whether a Cyrillic letter is written in an escape at a position.
#[inline(always)]
pub fn is_letter(text: &[u8], at: usize) -> bool {
    let rest = &text[at..];
    matches!(rest, [b'\\', b'u', b'0', b'4', ..] | [b'%', b'D' | b'd', b'0'..=b'3', b'%', ..])
        || matches!(
            rest,
            [b'&', b'#', b'1', b'0'..=b'3', _, _, b';', ..] | [b'&', b'#', b'x' | b'X', b'4', _, _, b';', ..]
        )
}

/// Whether such a letter stands in a range.
fn has_letters(text: &[u8], range: Range<usize>) -> bool {
    if range.is_empty() {
        return false;
    }
    memchr::memchr3_iter(b'\\', b'%', b'&', &text[range.clone()]).any(|at| is_letter(text, range.start + at))
}

impl Letters {
    /// Those of a whole text, by looking at every position.
    pub fn all(text: &[u8]) -> Self {
        let mut letters = Self::default();
        (0..text.len()).filter(|at| is_letter(text, *at)).for_each(|at| letters.see(at));
        letters
    }

    /// Takes the position of the next one.
    pub fn see(&mut self, at: usize) {
        match self.0.last_mut().filter(|last| at < last.end + BESIDE) {
            Some(last) => last.end = at,
            None => self.0.push(at..at),
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What is read together, of the letters from a position on.
    pub fn drain(&mut self, from: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.0
            .drain(..)
            .filter(move |letters| letters.end >= from)
            .map(move |letters| letters.start.max(from)..letters.end)
    }
}

/// The values beside letters that are read together. In rows of tables only those that are written with them: what else they
/// name is in no need of words there.
pub fn beside(text: &[u8], letters: &Range<usize>, in_rows: bool, scan: &mut Scan, out: &mut Vec<Match>) {
    let (decoded, _) = decode(text, letters.start.saturating_sub(BESIDE)..text.len().min(letters.end + BESIDE));
    let found = scan(&decoded.text).into_iter().map(|found| decoded.matched(found));
    // Other letters, that are read for themselves, may stand where these are cut off.
    let reach = |Range { start, end }: &Range<usize>| match in_rows {
        true => *start..*end,
        false => start.saturating_sub(BEFORE).max(letters.start)..(end + AFTER).min(letters.end + 1),
    };
    out.extend(found.filter(|m| m.span.len() <= LONGEST_WRITTEN && has_letters(text, reach(&m.span))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_known_in_every_kind_of_escape() {
        for (text, expected) in [
            ("\\u0418", true),
            ("\\u04d9", true),
            ("%D0%98", true),
            ("%d2%9b", true),
            ("&#1048;", true),
            ("&#x418;", true),
            ("\\u0040", false),
            ("%20%D0", false),
            ("%D0", false),
            ("&#8211;", false),
            ("&amp;", false),
            ("\\", false),
        ] {
            assert_eq!(is_letter(text.as_bytes(), 0), expected, "{text}");
        }
    }

    #[test]
    fn letters_near_each_other_are_read_together() {
        let text = format!("\\u0418\\u0418 {} \\u0418{}%D0%98", "x".repeat(100), " ".repeat(600));
        assert_eq!(Letters::all(text.as_bytes()).drain(6).collect::<Vec<_>>(), [6..114, 720..720]);
    }
}
