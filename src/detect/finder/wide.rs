//! Candidates by shape: documents, plates, addresses of networks, dates, names in Latin letters. They take further masks, which
//! a run without such detectors does not compute.

use super::lanes::{SEEN, STEP};
use super::masks::{Marks, Masks};
use super::narrow::{self, Dates, Runs};
use super::{Anchor, Width};

/// Gives the candidates of each anchor.
#[inline(always)]
pub fn candidates<W: Width>(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64, mut found: impl FnMut(Anchor, u64)) {
    // What a check refuses for what stands beside it.
    let unless = |refused: u64| if W::REFUSED { u64::MAX } else { !refused };
    let Runs { run1, run2, run4, run8, start, .. } = *runs;
    found(Anchor::AnyDigits12, start & run8 & run4 >> 8 & !(run1 >> 12));
    let run9 = run8 & run1 >> 8;
    let apart = marks.slash | marks.dot | marks.hyphen;
    found(Anchor::Digits9, start & run9 & !(run9 & run2 >> 9) & unless(apart << 1));
    found(Anchor::Series, series(masks, marks, runs));
    found(Anchor::Plate, plates(masks, runs));

    let written = run1 | masks.capital;
    let two = written & written >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    // The 17th of a run that begins at the last byte is not seen.
    let seventeen = runs.word & eight & eight >> 8 & (written >> 16 | 1 << STEP);
    found(Anchor::Alphanumeric17, seventeen & unless(runs.alphanumeric >> 17));
    let (dotted, decimal) = numbers_with_dots(marks, runs);
    found(Anchor::Dotted, dotted & unless(glued(masks, marks, runs)));
    found(Anchor::Decimal, decimal);

    let two = runs.alphanumeric & runs.alphanumeric >> 1;
    let four = two & two >> 2;
    let pair = masks.colon | marks.hyphen;
    let hardware = two & pair >> 2 & two >> 3 & pair >> 5 & two >> 6 & pair >> 8;
    found(Anchor::Hex, runs.word & run1 & four & masks.colon >> 4);
    found(Anchor::Hardware, runs.word & hardware);
    let mark = if W::REFUSED { !masks.digit } else { marks.dot | marks.hyphen | marks.slash };
    let Dates { of_ten, others, unmarked } = narrow::dates(masks, runs, (mark, marks.hyphen, marks.space));
    let refused = (masks.letter | marks.dot | marks.hyphen) << 1 | marks.dot >> 8 & runs.run1 >> 9;
    let others = others & unless(refused);
    found(Anchor::Date, of_ten & unless(moments(masks, marks, runs)) | others | unmarked);
    found(Anchor::Year, narrow::years(masks, marks.space, runs, keep));
    found(Anchor::LatinCapital, latin_capitals::<W>(masks, marks, runs, keep));
    found(Anchor::LatinHouse, latin_houses(masks, marks, runs, keep));
}

/// What would be dates of ten bytes but for a time of day other than midnight after them, `00:00` or `12:00:00 AM`.
#[inline(always)]
fn moments(masks: &Masks, marks: &Marks, runs: &Runs) -> u64 {
    let midnight = masks.zero_or_one & masks.zero_or_one >> 1;
    let time = (marks.t | marks.space | masks.colon) & runs.run2 >> 1 & masks.colon >> 3 & runs.run2 >> 4;
    (time & !(masks.zero_or_one >> 1 & midnight >> 4)) >> 10
}

/// Where a number stands that no address of a network can begin with: `Chrome/124.0.0.0`.
#[inline(always)]
fn glued(masks: &Masks, marks: &Marks, runs: &Runs) -> u64 {
    let versioned = marks.slash & (runs.alphanumeric | marks.dot) << 1;
    (masks.letter | marks.dot | marks.hyphen | versioned) << 1
}

/// What stands at the end of a step's bytes, so that it does not see all of the word after it.
const LAST: u64 = u64::MAX << (SEEN - 4);

/// Ends of words with a capital before a space and another such word or an initial, initials before either, what stands after
/// a tag; and the last byte of a word of which a step does not see the end.
#[inline(always)]
fn latin_capitals<W: Width>(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64) -> u64 {
    let Masks { letter, capital, high, .. } = *masks;
    let joined = marks.hyphen & letter << 1 & narrow::ahead(letter, 1);
    let word = letter | joined;
    // After an escaped line end too; of the first byte it is not seen whether one stands before.
    let escaped = letter << 1 & (masks.at << 2 | 0b10) & keep;
    let first = (runs.word | escaped) & capital & !(joined << 1);
    // The sum carries each first letter to the byte after its word.
    let carried = first.wrapping_add(word);
    let end = carried & !word;
    let unended = word & !carried & 1 << (SEEN - 1);
    // No part of a name has two letters, unless it is the second of three.
    let third = word >> 3 | high >> 3 | marks.space >> 3 & letter >> 4;
    let third = if W::REFUSED { u64::MAX } else { third };
    let second = capital >> 1 & (marks.dot >> 2 | letter >> 2 & third);
    let before_another = end & (marks.space & (second | LAST) | high);
    let initial = first & marks.dot >> 1 & (capital >> 2 | marks.space >> 2 & capital >> 3 | high >> 2);
    let tag = marks.slash & marks.slash >> 1 & marks.slash >> 4 & capital >> 5 & keep;
    before_another | unended | initial | tag << 5
}

/// Numbers of few digits after a word and its mark, or before a word with a capital.
#[inline(always)]
fn latin_houses(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64) -> u64 {
    let Runs { run1, run4, start, .. } = *runs;
    let few = run1 & !(run4 & run1 >> 4);
    let mark = marks.space | marks.dot | marks.comma;
    let close = masks.letter & mark >> 1 & few >> 2 & keep;
    let apart = masks.letter & mark >> 1 & marks.space >> 2 & few >> 3 & keep;
    let ahead = marks.space >> 1 & masks.capital >> 2;
    let before = ahead | run1 >> 1 & ahead >> 1 | run1 >> 1 & run1 >> 2 & ahead >> 2;
    close << 2 | apart << 3 | start & few & before
}

#[inline(always)]
fn series(masks: &Masks, marks: &Marks, runs: &Runs) -> u64 {
    let run6 = runs.run4 & runs.run2 >> 4;
    let run7 = runs.run4 & runs.run3 >> 4;
    let one = run7 >> 1 | marks.space >> 1 & run7 >> 2;
    let two = masks.capital >> 1 & (run6 >> 2 | marks.space >> 2 & run6 >> 3);
    runs.word & masks.capital & (one | two)
}

/// `123 ABC 02` and `A 585 CUO`, with a space, a hyphen or nothing between the parts.
#[inline(always)]
fn plates(masks: &Masks, runs: &Runs) -> u64 {
    let (joint, letter) = (masks.joint, masks.capital);
    let two = letter & letter >> 1;
    let region =
        |letters: u64, length: u32| letters & (runs.run2 >> length | joint >> length & runs.run2 >> (length + 1));
    let rest = region(two, 2) | region(two & letter >> 2, 3);
    let new = runs.start & runs.run3 & (rest >> 3 | joint >> 3 & rest >> 4);
    let after = |digits: u64, at: u32| digits >> at & (two >> (at + 3) | joint >> (at + 3) & two >> (at + 4));
    let old = runs.word & letter & (after(runs.run3, 1) | joint >> 1 & after(runs.run3, 2));
    new | old
}

/// Numbers before two more dots, and before one dot and four digits.
#[inline(always)]
fn numbers_with_dots(marks: &Marks, runs: &Runs) -> (u64, u64) {
    let Runs { run1, run2, run3, run4, start, .. } = *runs;
    let before = |digits: u64| {
        marks.dot >> 1 & digits >> 2 | run2 & marks.dot >> 2 & digits >> 3 | run3 & marks.dot >> 3 & digits >> 4
    };
    let number = before(run1);
    // Another number and dot after the first.
    let again = marks.dot >> 1 & number >> 2 | marks.dot >> 2 & number >> 3 | marks.dot >> 3 & number >> 4;
    (start & number & again, start & before(run4))
}

/// Whether three dots are near byte i.
#[inline(always)]
pub fn are_dots_near(marks: &Marks, i: usize) -> bool {
    (marks.dot >> i & 0x7FFF).count_ones() >= 3
}

/// Whether two colons together, or seven, stand in the run of letters, digits and colons from byte i on. What is not seen may
/// be such.
pub fn may_be_v6(masks: &Masks, i: usize) -> bool {
    let run = narrow::ahead(masks.digit | masks.letter | masks.colon, i);
    let unbroken = run ^ run.wrapping_add(1);
    let colons = masks.colon >> i & unbroken;
    unbroken >> (SEEN - i) != 0 || colons & colons >> 1 != 0 || colons.count_ones() >= 7
}

/// Whether the number with a dot that begins at byte i may be degrees: no letter follows, and there is another number after it
/// or a key before it. What is not seen may be anything.
pub fn may_be_degrees(masks: &Masks, marks: &Marks, i: usize) -> bool {
    let whole = i + (!(masks.digit >> i)).trailing_zeros() as usize;
    let end = whole + 1 + (!(masks.digit >> 1 >> whole)).trailing_zeros() as usize;
    if end + 2 >= SEEN {
        return true;
    }
    let is = |mask: u64, at: usize| mask >> at & 1 != 0;
    let another = |at: usize| is(masks.digit | marks.hyphen, at);
    let follows = another(end + 1) || is(marks.space, end + 1) && another(end + 2);
    let plain = i > 1 && is(marks.space, i - 1) && !is(masks.colon | masks.equals | masks.high, i - 2);
    !is(masks.letter, end) && (follows || !plain)
}
