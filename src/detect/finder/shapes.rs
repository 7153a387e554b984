//! Candidates by shape: documents, plates, addresses of networks, dates, keys of secrets. They take further masks, which a
//! run without such detectors does not compute.

use super::masks::{Marks, Masks};
use super::{Anchor, Runs, each};

/// Candidates of the wide anchors among the bytes of a step that `keep` names.
#[inline(always)]
pub fn candidates(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64, mut found: impl FnMut(Anchor, usize)) {
    let Runs { run1, run2, run4, run8, start, .. } = *runs;
    each(start & run8 & run4 >> 8 & !(run1 >> 12), |i| found(Anchor::AnyDigits12, i));
    let run9 = run8 & run1 >> 8;
    each(start & run9 & !(run9 & run2 >> 9), |i| found(Anchor::Digits9, i));
    each(series(masks, marks, runs), |i| found(Anchor::Series, i));
    each(plates(masks, runs), |i| found(Anchor::Plate, i));

    let two = runs.alphanumeric & runs.alphanumeric >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    each(runs.word & eight & eight >> 8 & runs.alphanumeric >> 16, |i| found(Anchor::Alphanumeric17, i));
    each(runs.alphanumeric & marks.angle >> 1 & marks.angle >> 2 & keep, |i| found(Anchor::Filler, i));
    each(marks.j_or_s & marks.t_or_u >> 1 & keep, |i| found(Anchor::Certificate, i));
    each(marks.plus & run1 >> 1 & keep, |i| found(Anchor::Plus, i));
    numbers_with_dots(marks, runs, &mut found);

    let pair = marks.colon | marks.hyphen;
    let hardware = two & pair >> 2 & two >> 3 & pair >> 5 & two >> 6 & pair >> 8;
    each(runs.word & (hardware | run1 & four & marks.colon >> 4), |i| found(Anchor::Hex, i));
    let top = marks.dot & masks.letter >> 1 & masks.letter >> 2;
    each(top & (marks.slash >> 3 | masks.letter >> 3 & marks.slash >> 4) & keep, |i| found(Anchor::Profile, i));

    let year = run4 & !(run4 & run1 >> 4);
    each((masks.letter | marks.high) & marks.space >> 1 & year >> 2 & keep, |i| found(Anchor::Year, i + 2));
    each(start & year & marks.space >> 4 & marks.high >> 5, |i| found(Anchor::Year, i));

    latin(masks, marks, runs, keep, &mut found);

    let separator = marks.colon | masks.equals;
    let between = marks.quote | marks.space;
    let given = separator >> 1 | between >> 1 & (separator >> 2 | between >> 2 & separator >> 3);
    each((marks.last | marks.high) & given & keep, |i| found(Anchor::Key, i));
}

/// Names and houses in Latin letters.
#[inline(always)]
fn latin(masks: &Masks, marks: &Marks, runs: &Runs, keep: u64, found: &mut impl FnMut(Anchor, usize)) {
    let Runs { run1, run4, start, .. } = *runs;
    each(masks.letter & marks.space >> 1 & marks.capital >> 2 & keep, |i| found(Anchor::LatinCapital, i + 2));
    let initial = runs.word & marks.capital & marks.dot >> 1;
    each(initial & marks.capital >> 2, |i| found(Anchor::LatinCapital, i + 2));
    each(initial & marks.space >> 2 & marks.capital >> 3, |i| found(Anchor::LatinCapital, i + 3));
    let tag = marks.slash & marks.slash >> 1 & marks.slash >> 4;
    each(tag & marks.capital >> 5 & keep, |i| found(Anchor::LatinCapital, i + 5));

    let few = run1 & !(run4 & run1 >> 4);
    let mark = marks.space | marks.dot | marks.comma;
    each(masks.letter & mark >> 1 & few >> 2 & keep, |i| found(Anchor::LatinHouse, i + 2));
    each(masks.letter & mark >> 1 & marks.space >> 2 & few >> 3 & keep, |i| found(Anchor::LatinHouse, i + 3));
    let ahead = marks.space >> 1 & marks.capital >> 2;
    let before = ahead | run1 >> 1 & ahead >> 1 | run1 >> 1 & run1 >> 2 & ahead >> 2;
    each(start & few & before, |i| found(Anchor::LatinHouse, i));
}

#[inline(always)]
fn series(masks: &Masks, marks: &Marks, runs: &Runs) -> u64 {
    let run6 = runs.run4 & runs.run2 >> 4;
    let run7 = runs.run4 & runs.run3 >> 4;
    let one = run7 >> 1 | marks.space >> 1 & run7 >> 2;
    let two = masks.letter >> 1 & marks.space >> 2 & run6 >> 3;
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

#[inline(always)]
fn numbers_with_dots(marks: &Marks, runs: &Runs, found: &mut impl FnMut(Anchor, usize)) {
    let Runs { run1, run2, run3, run4, start, .. } = *runs;
    let before = |digits: u64| {
        marks.dot >> 1 & digits >> 2 | run2 & marks.dot >> 2 & digits >> 3 | run3 & marks.dot >> 3 & digits >> 4
    };
    let number = before(run1);
    // Another number and dot after the first.
    let again = marks.dot >> 1 & number >> 2 | marks.dot >> 2 & number >> 3 | marks.dot >> 3 & number >> 4;
    each(start & number & again, |i| {
        if (marks.dot >> i & 0x7FFF).count_ones() >= 3 {
            found(Anchor::Dotted, i);
        }
    });
    each(start & before(run4), |i| found(Anchor::Decimal, i));
}
