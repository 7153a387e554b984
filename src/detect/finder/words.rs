//! Candidates beside words beyond ASCII: where a name or the number of a house may stand. Only pieces that hold such bytes
//! come here, so that a text in ASCII pays nothing more.

use super::Anchor;
use super::masks::{Beyond, Masks};

/// Gives the candidates whose word before them ends among a step's own bytes, or that follow a message's tag there.
#[inline(always)]
pub fn candidates(masks: &Masks, beyond: &Beyond, keep: u64, mut found: impl FnMut(Anchor, u64)) {
    let Masks { digit, high, .. } = *masks;
    let small = beyond.d1 & beyond.continuation >> 1 | beyond.d0 & beyond.late >> 1;
    let capital = high & !small;
    let mark = high & !(high >> 1) & beyond.mark >> 1 & keep;
    let after = |begin: u64| (mark & begin >> 2) << 2 | (mark & beyond.space >> 2 & begin >> 3) << 3;
    // A no-break space is two bytes.
    let apart = (mark & beyond.c2 >> 2 & capital >> 4) << 4;
    let tag = beyond.slash & beyond.slash >> 1 & beyond.slash >> 4 & high >> 5 & keep;
    found(Anchor::Capital, after(capital) | apart | tag << 5);
    let glued = high & digit >> 1 & keep;
    found(Anchor::House, after(digit) | glued << 1);
}
