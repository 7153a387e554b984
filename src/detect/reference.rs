//! The reference run: takes a whole text, gives the matches that its detectors' plain patterns and checks define,
//! position by position. Slow and simple; the fast path must find exactly the same.

use super::conclusion::Passage;
use super::encoded::letters::{self, Letters};
use super::encoded::{self, run, utf16};
use super::{Match, Scanner};
use crate::layout::table::Grid;

/// All matches in a text.
pub fn scan(scanner: &Scanner, text: &[u8], binary: bool) -> Vec<Match> {
    let mut encoded = Vec::new();
    let mut values = |text: &[u8]| {
        let mut out = Vec::new();
        let mut raw = candidates(scanner, text);
        scanner.finish_text(text, &mut raw, &mut out);
        out
    };
    for at in encoded::all(text) {
        encoded::around(text, at, &mut values, &mut encoded);
    }
    for letters in Letters::all(text).drain(0) {
        letters::beside(text, &letters, false, &mut values, &mut encoded);
    }
    for at in 0..text.len() {
        run::within(text, at, &mut values, &mut encoded);
    }
    if binary {
        utf16::within(text, 0..text.len(), &mut values, &mut encoded);
    }
    let mut out = Vec::new();
    let mut raw = candidates(scanner, text);
    scanner.conclude(&Passage::whole(text, binary, &Grid::default()), (&mut raw, encoded), &mut out);
    out
}

/// Everything that a pattern matches and its check takes, in order.
fn candidates(scanner: &Scanner, text: &[u8]) -> Vec<Match> {
    let mut raw = Vec::new();
    for (index, detector) in (0..).zip(scanner.detectors.iter()) {
        let mut at = 0;
        while let Some(found) = detector.regex().find_at(text, at) {
            // The check may end a value before the pattern does, never after.
            raw.extend(scanner.check(text, found.start(), index, &|_| false).filter(|m| m.span.end <= found.end()));
            at = found.start() + 1;
        }
    }
    raw.sort_by_key(|m: &Match| (m.span.start, m.detector));
    raw
}
