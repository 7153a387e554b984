//! Candidates by shape: documents, plates, addresses of networks, dates, keys of secrets. They take further masks, which a
//! run without such detectors does not compute.

use super::Anchor;
use super::lanes::STEP;
use super::masks::{Marks, Masks};
use super::narrow::{self, Runs};

/// Gives the candidates of each anchor.
#[inline(always)]
pub fn candidates(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64, mut found: impl FnMut(Anchor, u64)) {
    let Runs { run1, run2, run4, run8, start, .. } = *runs;
    found(Anchor::AnyDigits12, start & run8 & run4 >> 8 & !(run1 >> 12));
    let run9 = run8 & run1 >> 8;
    found(Anchor::Digits9, start & run9 & !(run9 & run2 >> 9));
    found(Anchor::Series, series(masks, marks, runs));
    found(Anchor::Plate, plates(masks, runs));

    let two = runs.alphanumeric & runs.alphanumeric >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    // The 17th of a run that begins at the last byte is not seen.
    found(Anchor::Alphanumeric17, runs.word & eight & eight >> 8 & (runs.alphanumeric >> 16 | 1 << STEP));
    found(Anchor::Filler, runs.alphanumeric & marks.angle >> 1 & marks.angle >> 2 & keep);
    found(Anchor::Certificate, marks.j_or_s & marks.t_or_u >> 1 & keep);
    found(Anchor::Plus, marks.plus & run1 >> 1 & keep);
    let (dotted, decimal) = numbers_with_dots(marks, runs);
    found(Anchor::Dotted, dotted);
    found(Anchor::Decimal, decimal);

    let pair = masks.colon | marks.hyphen;
    let hardware = two & pair >> 2 & two >> 3 & pair >> 5 & two >> 6 & pair >> 8;
    found(Anchor::Hex, runs.word & (hardware | run1 & four & masks.colon >> 4));
    let top = marks.dot & masks.letter >> 1 & masks.letter >> 2;
    found(Anchor::Profile, top & (marks.slash >> 3 | masks.letter >> 3 & marks.slash >> 4) & keep);

    found(Anchor::Date, narrow::dates(runs));
    let year = run4 & !(run4 & run1 >> 4);
    let after_word = (masks.letter | masks.high) & marks.space >> 1 & year >> 2 & keep;
    found(Anchor::Year, after_word << 2 | start & year & marks.space >> 4 & masks.high >> 5);

    let separator = masks.colon | masks.equals;
    let between = marks.quote | marks.space;
    let given = separator >> 1 | between >> 1 & (separator >> 2 | between >> 2 & separator >> 3);
    found(Anchor::Key, (marks.last | masks.high) & given & keep);

    found(Anchor::LatinCapital, latin_capitals(masks, marks, runs, keep));
    found(Anchor::LatinHouse, latin_houses(masks, marks, runs, keep));
}

/// What may open a bracket around two letters.
#[inline(always)]
pub fn brackets(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64) -> u64 {
    let word = runs.alphanumeric | masks.high;
    let between = marks.space | marks.dot | marks.quote | marks.slash | marks.hyphen | marks.comma;
    let bracket = !(word | between | masks.colon | masks.equals);
    bracket & masks.letter >> 1 & masks.letter >> 2 & bracket >> 3 & keep
}

/// Words with a capital after another word, after one initial or two, or after a tag.
#[inline(always)]
fn latin_capitals(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64) -> u64 {
    let after_word = masks.letter & marks.space >> 1 & masks.capital >> 2 & keep;
    let initial = runs.word & masks.capital & marks.dot >> 1;
    let glued = initial & masks.capital >> 2;
    let apart = initial & marks.space >> 2 & masks.capital >> 3;
    let tag = marks.slash & marks.slash >> 1 & marks.slash >> 4 & masks.capital >> 5 & keep;
    (after_word | glued) << 2 | apart << 3 | tag << 5
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
    let two = masks.letter >> 1 & (run6 >> 2 | marks.space >> 2 & run6 >> 3);
    runs.word & masks.letter & (one | two)
}

/// `123 ABC 02` and `A 585 CUO`, with a space, a hyphen or nothing between the parts.
#[inline(always)]
fn plates(masks: &Masks, runs: &Runs) -> u64 {
    let (joint, letter) = (masks.joint, masks.letter);
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
