//! Candidates beside words beyond ASCII: where a name, the number of a house or digits that stand apart may begin, and plates
//! with such letters. Only pieces that hold such bytes come here, so that a text in ASCII pays nothing more.

use super::Anchor;
use super::masks::{Beyond, Masks};

/// Gives the candidates whose word before them ends among a step's own bytes, or that follow a message's tag there.
#[inline(always)]
pub fn candidates(masks: &Masks, beyond: &Beyond, keep: u64, mut found: impl FnMut(Anchor, u64)) {
    let Masks { digit, high, .. } = *masks;
    let capital = capitals(masks, beyond);
    let mark = high & !(high >> 1) & beyond.mark >> 1 & keep;
    let after = |begin: u64| (mark & begin >> 2) << 2 | (mark & beyond.space >> 2 & begin >> 3) << 3;
    // A no-break space is two bytes.
    let apart = (mark & beyond.c2 >> 2 & capital >> 4) << 4;
    let tag = beyond.slash & beyond.slash >> 1 & beyond.slash >> 4 & high >> 5 & keep;
    found(Anchor::Capital, after(capital) | apart | tag << 5);
    let glued = high & digit >> 1 & keep;
    found(Anchor::House, after(digit) | glued << 1);
}

/// First of digits that stand apart, one by one or in pairs: rare, so that only where there are some the words before them are
/// looked at.
#[inline(always)]
pub fn apart(masks: &Masks) -> u64 {
    let (digit, joint) = (masks.digit, masks.joint);
    let (one, two) = (digit & joint >> 1, digit & digit >> 1 & joint >> 2);
    (one & one >> 2 & one >> 4 | two & two >> 3) & !(digit << 1)
}

/// Those directly after a word beyond ASCII, or after it, a mark and a space.
#[inline(always)]
pub fn apart_after_words(masks: &Masks, beyond: &Beyond, keep: u64) -> u64 {
    let (word, apart) = (masks.high & keep, apart(masks));
    let mark = word & (beyond.mark | masks.colon) >> 1;
    (word & apart >> 1) << 1 | (mark & apart >> 2) << 2 | (mark & beyond.space >> 2 & apart >> 3) << 3
}

/// What may be the first byte of a capital beyond ASCII; in a charset of single bytes any letter may.
#[inline(always)]
fn capitals(masks: &Masks, beyond: &Beyond) -> u64 {
    let small = beyond.d1 & beyond.continuation >> 1 | beyond.d0 & beyond.late >> 1;
    masks.high & !small
}

/// `123 АВС 02` and `А 123 ВСМ` with Cyrillic letters among the Latin ones, with a space, a hyphen or nothing between the
/// parts; of the letters only where they begin.
#[inline(always)]
pub fn plates(masks: &Masks, beyond: &Beyond, keep: u64) -> u64 {
    let Masks { digit, joint, .. } = *masks;
    let capital = capitals(masks, beyond) | masks.capital;
    let run3 = digit & digit >> 1 & digit >> 2 & !(digit >> 3);
    let letters = |at: u32| capital >> at | joint >> at & capital >> (at + 1);
    let new = digit & !(digit << 1) & run3 & letters(3);
    let digits = run3 & letters(3);
    let old = capital & (digits >> 1 | digits >> 2 | joint >> 1 & digits >> 2 | joint >> 2 & digits >> 3);
    // Some letter is beyond ASCII, wherever the text is cut into pieces.
    let two = masks.high | masks.high >> 1;
    let four = two | two >> 2;
    let eight = four | four >> 4;
    (new & eight >> 3 | old & (eight | eight >> 4)) & keep
}

/// What stands before words of six letters.
#[inline(always)]
pub fn of_six(masks: &Masks, keep: u64) -> u64 {
    let high = masks.high;
    let gap = !(high | masks.digit | masks.letter);
    gap & high >> 1 & (high >> 6 & gap >> 7 | high >> 12 & gap >> 13) & keep
}
