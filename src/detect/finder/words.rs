//! Candidates beside words beyond ASCII: where a name or the number of a house may stand. Only steps that hold such bytes
//! come here, so that a text in ASCII pays nothing more.

use super::masks::{SEEN, high};
use super::{Anchor, Candidates, each};

/// Candidates whose word before them ends among the bytes of a step that `keep` names, or that follow a message's tag
/// there. `seen` are the bytes from `at` on. No part of the finder's loop, which has no registers to spare.
#[cold]
#[inline(never)]
pub fn note(seen: &[u8; SEEN], at: usize, keep: u64, candidates: &mut Candidates) {
    let high = high(seen);
    let mut found = |anchor, i| candidates.note(anchor, at + i);
    each(high & !(high >> 1) & keep, |end| {
        let [first, second, third, fourth] = [seen[end + 1], seen[end + 2], seen[end + 3], seen[end + 4]];
        let mut begins = |at: usize, byte: u8, next: u8| match byte {
            // `р` to `я` in UTF-8, and `а` to `п`: no capitals.
            0xD1 if matches!(next, 0x80..=0xBF) => {}
            0xD0 if matches!(next, 0xB0..=0xBF) => {}
            0x80.. => found(Anchor::Capital, at),
            b'0'..=b'9' => found(Anchor::House, at),
            _ => {}
        };
        match (first, second) {
            // A no-break space.
            (b'.', 0xC2) => begins(end + 4, fourth, seen[end + 5]),
            (b'.' | b',' | b' ', b' ') => begins(end + 3, third, fourth),
            (b' ' | b'.', _) => begins(end + 2, second, third),
            (b'0'..=b'9', _) => begins(end + 1, first, second),
            (b'-' | b',', b'0'..=b'9') => begins(end + 2, second, third),
            _ => {}
        }
    });
    // By the first slash of a tag such as `//FM/`.
    each((high & !(high << 1)) >> TAG & keep, |tag| {
        if [seen[tag], seen[tag + 1], seen[tag + 4]] == *b"///" {
            found(Anchor::Capital, tag + TAG);
        }
    });
}

const TAG: usize = 5;
