//! The reference run: takes a whole text, gives the matches that its detectors' plain patterns and checks define,
//! position by position. Slow and simple; the fast path must find exactly the same.

use super::{Match, Scanner};
use crate::layout::table::Grid;

/// All matches in a text.
pub fn scan(scanner: &Scanner, text: &[u8], binary: bool) -> Vec<Match> {
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
    let mut out = Vec::new();
    scanner.finish(text, 0..text.len(), binary, &Grid::default(), &mut raw, &mut out);
    out
}
