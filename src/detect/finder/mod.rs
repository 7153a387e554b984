//! The candidate finder: takes raw bytes, gives the positions where a value may stand, by bit arithmetic on 64 bytes at
//! a time. It may name too many positions, never too few; the checks look closer.

mod masks;
mod shapes;
mod words;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;

use masks::{Marks, Masks, SEEN, portable, portable_marks};

/// Bytes that a step goes on by: what it sees beyond them is as much as the beginning of a value needs.
const STEP: usize = SEEN - 16;

/// What kind of candidate stands at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anchor {
    /// First of 12 digits, of which the third is 0 or 1, as a month begins.
    Digits12,
    /// First of 13 or more digits.
    Digits13,
    /// First of 3, 4 or 6 digits that a space or hyphen and as many digits follow.
    Groups,
    /// First digit, 6, 7 or 8, of what may be a telephone number.
    Phone,
    /// `@`, or what may begin an escape: `%` as of `%40`, `\\`, `&`, and beside digits `=`.
    At,
    /// First of two letters that two digits follow.
    Iban,
    /// Within a run of letters and digits, wherever that began; each of 23 or more is named, some shorter ones are.
    Run,
    /// First of 12 digits of any kind.
    AnyDigits12,
    /// First of 9 or 10 digits.
    Digits9,
    /// One letter before 7 digits, or two letters, a space and 6 digits: series and number of a document.
    Series,
    /// First byte of what is written as a vehicle's plate.
    Plate,
    /// First of 17 or more letters and digits.
    Alphanumeric17,
    /// A letter or digit before `<<`.
    Filler,
    /// `J` or `S` before `T` or `U`: base64 of a certificate's `IIN`.
    Certificate,
    /// `+` before a digit.
    Plus,
    /// First of 1 to 3 digits before a dot, where two more dots are near.
    Dotted,
    /// First of 1 to 3 digits before a dot and 4 digits.
    Decimal,
    /// First of two or four letters and digits before a colon (or hyphen), as IPv6 and MAC addresses begin.
    Hex,
    /// The dot before two or three letters and a slash.
    Profile,
    /// First digit of `dd.mm.yyyy` or `yyyy-mm-dd`.
    Date,
    /// First of 4 digits beside a word: a year.
    Year,
    /// The last letter of a key that may name a secret, before its `=` or `:`.
    Key,
    /// First Latin letter, a capital, of a word after another word or initial, or after a tag such as `//FM/`.
    LatinCapital,
    /// First of 1 to 4 digits beside a Latin word.
    LatinHouse,
    /// First byte of a word beyond ASCII after another or its initial, or after a tag such as `//FM/`.
    Capital,
    /// First digit after a word beyond ASCII.
    House,
}

impl Anchor {
    pub const ALL: [Self; 26] = [
        Self::Digits12,
        Self::Digits13,
        Self::Groups,
        Self::Phone,
        Self::At,
        Self::Iban,
        Self::Run,
        Self::AnyDigits12,
        Self::Digits9,
        Self::Series,
        Self::Plate,
        Self::Alphanumeric17,
        Self::Filler,
        Self::Certificate,
        Self::Plus,
        Self::Dotted,
        Self::Decimal,
        Self::Hex,
        Self::Profile,
        Self::Date,
        Self::Year,
        Self::Key,
        Self::LatinCapital,
        Self::LatinHouse,
        Self::Capital,
        Self::House,
    ];

    /// Whether only the wide finder names such candidates.
    pub fn is_wide(self) -> bool {
        self > Self::Run && !self.is_worded()
    }

    /// Whether such candidates stand beside words beyond ASCII.
    pub fn is_worded(self) -> bool {
        matches!(self, Self::Capital | Self::House)
    }
}

/// Which instructions find the candidates; all give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Engine {
    /// The fastest one that this machine has.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All that this machine has, the fastest first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx512::is_supported().then_some(Self::Avx512));
            all.extend(avx2::is_supported().then_some(Self::Avx2));
        }
        all.push(Self::Portable);
        all
    }

    /// Notes the candidates that start in `range` (a year up to two bytes beyond it), in steps of 48 bytes; within one step by anchor, then position. Bytes
    /// around the range are looked at, bytes beyond the text count as NUL. Gives how far it came: to the end of the range,
    /// or to where `found` was full.
    ///
    /// `W` tells which anchors are looked for: a run whose detectors need only the [`Narrow`] ones pays for no others.
    pub fn find<W: Width>(self, text: &[u8], range: Range<usize>, found: &mut Candidates) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::find::<W>(text, range, found),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::find::<W>(text, range, found),
            Self::Portable => find_with::<W>(text, range, portable, portable_marks, found),
        }
    }
}

/// Where values may stand, in the order in which the finder came to them. It notes them rather than have them looked at
/// on the way, since a call would cost it the masks that it holds in registers.
pub struct Candidates {
    notes: Box<[(Anchor, usize)]>,
    length: usize,
}

impl Candidates {
    const CAPACITY: usize = 4096;

    pub fn iter(&self) -> impl Iterator<Item = (Anchor, usize)> + '_ {
        self.notes[..self.length].iter().copied()
    }

    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Whether there is room for whatever one step may find.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.length + STEP * Anchor::ALL.len() <= Self::CAPACITY
    }

    #[inline(always)]
    fn note(&mut self, anchor: Anchor, at: usize) {
        self.notes[self.length] = (anchor, at);
        self.length += 1;
    }
}

impl Default for Candidates {
    fn default() -> Self {
        Self { notes: vec![(Anchor::Digits12, 0); Self::CAPACITY].into(), length: 0 }
    }
}

/// Which anchors a finder looks for.
pub trait Width {
    const WIDE: bool;
    const WORDED: bool;
    const DATED: bool;
}

/// The anchors up to [`Anchor::Run`].
pub struct Narrow;

/// These, and those beside words beyond ASCII.
pub struct Worded;

/// The narrow ones, and [`Anchor::Date`].
pub struct Dated;

/// All anchors.
pub struct Wide;

impl Width for Narrow {
    const WIDE: bool = false;
    const WORDED: bool = false;
    const DATED: bool = false;
}

impl Width for Worded {
    const WIDE: bool = false;
    const WORDED: bool = true;
    const DATED: bool = false;
}

impl Width for Dated {
    const WIDE: bool = false;
    const WORDED: bool = false;
    const DATED: bool = true;
}

impl Width for Wide {
    const WIDE: bool = true;
    const WORDED: bool = true;
    const DATED: bool = true;
}

/// The finder, for whatever computes the masks. Inlined, so that it is compiled with the caller's instruction set.
///
/// A step goes on by [`STEP`] bytes but sees [`SEEN`], so that all that begins in the step is told within 64 bits.
#[inline(always)]
fn find_with<W: Width>(
    text: &[u8],
    range: Range<usize>,
    masks: impl Fn(&[u8; SEEN]) -> Masks,
    marks: impl Fn(&[u8; SEEN]) -> Marks,
    found: &mut Candidates,
) -> usize {
    let before = range.start.checked_sub(1).map_or(0, |i| text[i]);
    let mut previous = Previous { digit: before.is_ascii_digit(), alphanumeric: before.is_ascii_alphanumeric() };
    let mut at = range.start;
    while at < range.end && found.has_room() {
        let rest;
        let seen = match text[at..].first_chunk::<SEEN>() {
            Some(seen) => seen,
            None => {
                rest = padded(&text[at..]);
                &rest
            }
        };
        let current = masks(seen);
        let keep = (1 << STEP.min(range.end - at)) - 1;
        let runs = Runs::of(&current, previous, keep);
        candidates(&current, &runs, keep, |anchor, i| found.note(anchor, at + i));
        if W::WIDE {
            shapes::candidates(&current, &marks(seen), &runs, keep, |anchor, i| found.note(anchor, at + i));
        }
        if W::DATED {
            each(dates(&runs), |i| found.note(Anchor::Date, at + i));
        }
        if W::WORDED && current.beyond_ascii {
            words::note(seen, at, keep, found);
        }
        previous = Previous::of(&current);
        at += STEP;
    }
    at.min(range.end)
}

#[cold]
fn padded(rest: &[u8]) -> [u8; SEEN] {
    let mut chunk = [0; SEEN];
    chunk[..rest.len()].copy_from_slice(rest);
    chunk
}

/// What the byte before a step is.
#[derive(Clone, Copy)]
struct Previous {
    digit: bool,
    alphanumeric: bool,
}

impl Previous {
    #[inline(always)]
    fn of(masks: &Masks) -> Self {
        let last = 1 << (STEP - 1);
        Self { digit: masks.digit & last != 0, alphanumeric: (masks.digit | masks.letter) & last != 0 }
    }
}

/// Runs of digits: bit i of `runN` is set where N digits start at byte i. And where runs begin among the bytes of a step
/// that `keep` names.
struct Runs {
    run1: u64,
    run2: u64,
    run3: u64,
    run4: u64,
    run8: u64,
    alphanumeric: u64,
    /// What digits stand before.
    after: u64,
    /// First digits of runs of digits.
    start: u64,
    /// First bytes of runs of letters and digits.
    word: u64,
}

impl Runs {
    #[inline(always)]
    fn of(masks: &Masks, previous: Previous, keep: u64) -> Self {
        let run1 = masks.digit;
        let run2 = run1 & run1 >> 1;
        let run4 = run2 & run2 >> 2;
        let alphanumeric = run1 | masks.letter;
        let after = run1 << 1 | u64::from(previous.digit);
        Self {
            run1,
            run2,
            run3: run2 & run1 >> 2,
            run4,
            run8: run4 & run4 >> 4,
            alphanumeric,
            after,
            start: run1 & !after & keep,
            word: alphanumeric & !(alphanumeric << 1 | u64::from(previous.alphanumeric)) & keep,
        }
    }
}

/// Candidates of the narrow anchors.
#[inline(always)]
fn candidates(masks: &Masks, runs: &Runs, keep: u64, mut found: impl FnMut(Anchor, usize)) {
    let Runs { run1, run2, run3, run4, run8, start, .. } = *runs;
    let run12 = run8 & run4 >> 8;
    each(start & run12 & (masks.zero_or_one >> 2 | run1 >> 12), |i| {
        found(if run1 >> i & 1 << 12 == 0 { Anchor::Digits12 } else { Anchor::Digits13 }, i);
    });

    let joint = masks.joint;
    let of3 = run3 & joint >> 3;
    let run6 = run4 & run2 >> 4;
    let groups = of3 & of3 >> 4 | run4 & joint >> 4 & run4 >> 5 | run6 & joint >> 6 & run6 >> 7;
    each(start & groups, |i| found(Anchor::Groups, i));

    let number = masks.number;
    // A telephone number has 10 digits or more, no more than 11 together, and nothing but gaps between them.
    let two = number & number >> 1;
    let four = two & two >> 2;
    let ten = four & four >> 4 & two >> 8;
    each(start & masks.six_to_eight & ten & !run12, |i| {
        // What is not seen may be digits.
        let ahead = |mask: u64| mask >> i | !(u64::MAX >> i);
        let number = ahead(number);
        let unbroken = number ^ number.wrapping_add(1);
        if (ahead(run1) & unbroken).count_ones() >= 10 {
            found(Anchor::Phone, i);
        }
    });

    each(runs.word & masks.letter & masks.letter >> 1 & run2 >> 2, |i| found(Anchor::Iban, i));
    // Two times eight in line, and a run of 23 holds such.
    let gaps = !runs.alphanumeric;
    let eights = gaps.wrapping_sub(0x0101_0101_0101_0101) & runs.alphanumeric;
    each(eights & eights >> 8 & 0x0000_8080_8080_8080, |i| found(Anchor::Run, i - 7));
    let quoted = masks.equals & (runs.after | run1 >> 1 & masks.letter >> 2);
    each((masks.at | quoted) & keep, |i| found(Anchor::At, i));
}

/// Runs of four, two and two digits, or of two, two and four, with one byte between them.
#[inline(always)]
fn dates(runs: &Runs) -> u64 {
    let Runs { run1, run2, run4, start, .. } = *runs;
    let year_first = run4 & !(run1 >> 4) & run2 >> 5 & !(run1 >> 7) & run2 >> 8;
    let day_first = run2 & !(run1 >> 2) & run2 >> 3 & !(run1 >> 5) & run4 >> 6;
    start & (year_first | day_first)
}

#[inline(always)]
fn each(mut bits: u64, mut found: impl FnMut(usize)) {
    while bits != 0 {
        found(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests;
