//! Candidates of the narrow anchors: runs and groups of digits, telephone numbers, IBANs, long words, escapes.

use super::Anchor;
use super::lanes::SEEN;
use super::masks::Masks;

/// Runs of digits: bit i of `runN` is set where N digits start at byte i. And where runs begin among a step's own bytes,
/// which `keep` names.
pub struct Runs {
    pub run1: u64,
    pub run2: u64,
    pub run3: u64,
    pub run4: u64,
    pub run8: u64,
    pub alphanumeric: u64,
    /// What digits stand before.
    pub after: u64,
    /// First digits of runs of digits.
    pub start: u64,
    /// First bytes of runs of letters and digits.
    pub word: u64,
}

impl Runs {
    #[inline(always)]
    pub fn of(masks: &Masks, keep: u64) -> Self {
        let run1 = masks.digit;
        let run2 = run1 & run1 >> 1;
        let run4 = run2 & run2 >> 2;
        let alphanumeric = run1 | masks.letter;
        let after = run1 << 1;
        Self {
            run1,
            run2,
            run3: run2 & run1 >> 2,
            run4,
            run8: run4 & run4 >> 4,
            alphanumeric,
            after,
            start: run1 & !after & keep,
            word: alphanumeric & !(alphanumeric << 1) & keep,
        }
    }

    /// Where eight letters and digits start; what is not seen may be some.
    #[inline(always)]
    fn run_of_eight(&self) -> u64 {
        let two = self.alphanumeric & ahead(self.alphanumeric, 1);
        let four = two & ahead(two, 2);
        four & ahead(four, 4)
    }
}

/// What a telephone number is written with.
#[inline(always)]
pub fn number(masks: &Masks) -> u64 {
    masks.digit | masks.separator | masks.high
}

/// Gives the candidates of each anchor.
#[inline(always)]
pub fn candidates(masks: &Masks, runs: &Runs, keep: u64, mut found: impl FnMut(Anchor, u64)) {
    let Runs { run1, run2, run3, run4, run8, start, .. } = *runs;
    let run12 = run8 & run4 >> 8;
    found(Anchor::Digits12, start & run12 & masks.zero_or_one >> 2 & !(run1 >> 12));
    found(Anchor::Digits13, start & run12 & run1 >> 12);

    let joint = masks.joint;
    let of3 = run3 & joint >> 3;
    let run6 = run4 & run2 >> 4;
    found(Anchor::Groups, start & (of3 & of3 >> 4 | run4 & joint >> 4 & run4 >> 5 | run6 & joint >> 6 & run1 >> 7));

    // A telephone number has 10 digits or more, no more than 11 together, and nothing but gaps between them.
    let number = number(masks);
    let two = number & number >> 1;
    let four = two & two >> 2;
    let ten = four & four >> 4 & two >> 8;
    found(Anchor::Phone, start & masks.six_to_eight & ten & !run12);

    // No IBAN has less than 15 characters together, unless they are in groups of four.
    let eight = runs.run_of_eight();
    let goes_on = eight & eight >> 7 | (joint | masks.high) >> 4;
    let of_two = masks.letter & masks.letter >> 1 & run2 >> 2 & goes_on;
    // An escaped line end may stand before; of a step's first byte it is not seen.
    let escaped = masks.letter << 1 & (masks.at << 2 | 0b10) & keep;
    // The first letter may be Cyrillic.
    let of_one = masks.letter & masks.high << 1 & run2 >> 1 & (eight & eight >> 7 | (joint | masks.high) >> 3);
    found(Anchor::Iban, (runs.word | escaped) & of_two | runs.word & of_one);
    found(Anchor::Run, long_words(masks, runs));
    let quoted = masks.equals & (runs.after | run1 >> 1 & masks.letter >> 2);
    found(Anchor::At, (masks.at | quoted) & keep);
}

/// What stands `bytes` further on; what is not seen is set.
#[inline(always)]
pub fn ahead(mask: u64, bytes: usize) -> u64 {
    mask >> bytes | !(u64::MAX >> bytes)
}

/// Bytes of which a step does not see 24.
const CUT: u64 = u64::MAX << (SEEN - 23);

/// First bytes of runs of 24 letters and digits with a capital among them, or after what may mark hexadecimal digits: `0x`,
/// `\\x`, `X'`; as far as a step sees that.
#[inline(always)]
fn long_words(masks: &Masks, runs: &Runs) -> u64 {
    let eight = runs.run_of_eight();
    let in_two = masks.capital | masks.capital >> 1;
    let in_four = in_two | in_two >> 2;
    let in_eight = in_four | in_four >> 4;
    let capital = in_eight | in_eight >> 8 | in_eight >> 16;
    let quoted = masks.letter << 2 & !(masks.joint << 1) | 0b11;
    let marked = masks.zero_or_one & masks.letter >> 1 | masks.at << 1 | quoted;
    runs.word & eight & ahead(eight, 8) & ahead(eight, 16) & (capital | marked | CUT)
}

/// Whether ten digits stand among what a number is written with from byte i on. What is not seen may be digits.
#[inline(always)]
pub fn may_be_phone(masks: &Masks, i: usize) -> bool {
    let number = ahead(number(masks), i);
    let unbroken = number ^ number.wrapping_add(1);
    (ahead(masks.digit, i) & unbroken).count_ones() >= 10
}

/// Dates by their shape.
pub struct Dates {
    /// Four, two and two digits, or two, two and four, with a mark between them.
    pub of_ten: u64,
    /// One or two digits, as many and four; two, two and two; two digits, three letters and two digits.
    pub others: u64,
    /// Eight digits by themselves after a mark.
    pub unmarked: u64,
}

/// The dates with such marks between their parts, and such hyphens around the name of a month. `space` may be set where another
/// joint stands.
#[inline(always)]
pub fn dates(masks: &Masks, runs: &Runs, (mark, hyphen, space): (u64, u64, u64)) -> Dates {
    let Runs { run1, run2, run4, run8, start, .. } = *runs;
    let month = run2 & mark >> 2;
    let year_first = run4 & mark >> 4 & month >> 5 & run2 >> 8;
    let of_ten = year_first | month & (month & run4 >> 3) >> 3;
    let month_of_one = run1 & mark >> 1 & run4 >> 2;
    let after_one = run1 & mark >> 1 & (month_of_one | month & run4 >> 3) >> 2;
    let after_two = month & (month_of_one | month & run2 >> 3 & !(run1 >> 5)) >> 3;
    let letter = masks.letter & masks.letter >> 1 & masks.letter >> 2;
    let abbreviated = run2 & hyphen >> 2 & letter >> 3 & hyphen >> 6 & run2 >> 7;
    let apart = !(run1 | masks.letter | masks.high);
    // Of a step's first byte it is not seen what stands before the space.
    let after_mark = apart << 1 & (!space << 1 | apart << 2 | 0b10);
    let unmarked = run8 & !(run1 >> 8) & century(masks) & masks.zero_or_one >> 4 & after_mark;
    Dates { of_ten: start & of_ten, others: start & (after_one | after_two | abbreviated), unmarked: start & unmarked }
}

/// 19 or 20: one of two digits is 0 or 1.
#[inline(always)]
fn century(masks: &Masks) -> u64 {
    masks.zero_or_one ^ masks.zero_or_one >> 1
}

/// What may stand between the parts of a date: no letters, digits, colons.
#[inline(always)]
pub fn marks(masks: &Masks) -> u64 {
    !(masks.digit | masks.letter | masks.high | masks.colon | masks.equals)
}

/// Four digits that are a year of this or the last century, after a word and a space or before a word beyond ASCII; and
/// the digit before a comma, a space and such a year. `space` may be set where another joint stands.
#[inline(always)]
pub fn years(masks: &Masks, space: u64, runs: &Runs, keep: u64) -> u64 {
    let Runs { run1, run2, run4, start, .. } = *runs;
    let year = run4 & !(run4 & run1 >> 4) & century(masks);
    let after_word = (masks.letter | masks.high) & space >> 1 & year >> 2 & keep;
    let day = run1 & marks(masks) >> 1 & space >> 2 & year >> 3;
    let before_word = masks.high >> 4 | space >> 4 & masks.high >> 5;
    after_word << 2 | start & (year & before_word | day | run2 & day >> 1)
}
