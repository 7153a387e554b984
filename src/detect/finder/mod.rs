//! The candidate finder: takes raw bytes, gives the positions where a value may stand, by bit arithmetic on 64 bytes at
//! a time. It may name too many positions, never too few; the checks look closer.

mod masks;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;

use masks::{Masks, SEEN, portable};

/// Bytes that a step goes on by: what it sees beyond them is as much as the beginning of a value needs.
const STEP: usize = SEEN - 16;

/// What kind of candidate stands at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anchor {
    /// First of 12 digits.
    Digits12,
    /// First of 13 or more digits.
    Digits13,
    /// First of 3, 4 or 6 digits that a space or hyphen and 3 digits follow.
    Groups,
    /// First digit, 6, 7 or 8, of what may be a telephone number.
    Phone,
    /// `@`, or the `%` of `%40`.
    At,
    /// First of two letters that two digits follow.
    Iban,
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

    /// Calls `found` for each candidate that starts in `range`, in steps of 48 bytes; within one step by anchor, then
    /// position. Bytes around the range are looked at, bytes beyond the text count as NUL.
    #[inline]
    pub fn find(self, text: &[u8], range: Range<usize>, found: impl FnMut(Anchor, usize)) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::find(text, range, found),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::find(text, range, found),
            Self::Portable => find_with(text, range, portable, found),
        }
    }
}

/// The finder, for whatever computes the masks. Inlined, so that it is compiled with the caller's instruction set.
///
/// A step goes on by [`STEP`] bytes but sees [`SEEN`], so that all that begins in the step is told within 64 bits.
#[inline(always)]
fn find_with(
    text: &[u8],
    range: Range<usize>,
    masks: impl Fn(&[u8; SEEN]) -> Masks,
    mut found: impl FnMut(Anchor, usize),
) {
    let see = |at: usize| match text.get(at..at + SEEN).and_then(|s| s.first_chunk::<SEEN>()) {
        Some(chunk) => masks(chunk),
        None => masks(&padded(text, at)),
    };
    let before = range.start.checked_sub(1).map_or(0, |i| text[i]);
    let mut previous = Previous { digit: before.is_ascii_digit(), alphanumeric: before.is_ascii_alphanumeric() };
    let mut at = range.start;
    let mut current = see(at);
    while at < range.end {
        let next = see(at + STEP);
        let keep = (1 << STEP.min(range.end - at)) - 1;
        candidates(&current, next.digit, previous, keep, |anchor, i| found(anchor, at + i));
        previous = Previous::of(&current);
        current = next;
        at += STEP;
    }
}

#[cold]
fn padded(text: &[u8], at: usize) -> [u8; SEEN] {
    let mut chunk = [0; SEEN];
    if let Some(rest) = text.get(at..) {
        let length = rest.len().min(SEEN);
        chunk[..length].copy_from_slice(&rest[..length]);
    }
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

/// Candidates that start at the bytes of a step that `keep` names. Bit i of `runN` is set where N digits start at byte i.
/// `next_digit` are the digits one step on.
#[inline(always)]
fn candidates(masks: &Masks, next_digit: u64, previous: Previous, keep: u64, mut found: impl FnMut(Anchor, usize)) {
    let run1 = masks.digit;
    let start = run1 & !(run1 << 1 | u64::from(previous.digit)) & keep;
    let run2 = run1 & run1 >> 1;
    let run3 = run2 & run1 >> 2;
    let run4 = run2 & run2 >> 2;
    let run8 = run4 & run4 >> 4;
    let run12 = run8 & run4 >> 8;
    let run13 = run12 & run1 >> 12;
    each(start & run12 & !run13, |i| found(Anchor::Digits12, i));
    each(start & run13, |i| found(Anchor::Digits13, i));

    let run6 = run4 & run2 >> 4;
    let joined = masks.joint & run3 >> 1;
    let of3 = run3 & !run4 & joined >> 3;
    let of4 = run4 & joined >> 4;
    let of6 = run6 & joined >> 6;
    each(start & (of3 | of4 | of6), |i| found(Anchor::Groups, i));

    each(start & masks.six_to_eight & phones(masks, run2, run3, run4, run8), |i| {
        // A telephone number has 10 digits or more and its longest notation 48 bytes.
        if ((run1 >> i | next_digit << (STEP - i)) & 0xFFFF_FFFF_FFFF).count_ones() >= 10 {
            found(Anchor::Phone, i);
        }
    });

    let alphanumeric = run1 | masks.letter;
    let token = masks.letter & !(alphanumeric << 1 | u64::from(previous.alphanumeric)) & keep;
    each(token & masks.letter >> 1 & run2 >> 2, |i| found(Anchor::Iban, i));
    each(masks.at & keep, |i| found(Anchor::At, i));
}

/// Where digits stand as a telephone number begins: ten or eleven together, or a prefix or an area code, and after no more
/// than `WIDEST_GAP` bytes another digit.
#[inline(always)]
fn phones(masks: &Masks, run2: u64, run3: u64, run4: u64, run8: u64) -> u64 {
    let run1 = masks.digit;
    let run5 = run4 & run1 >> 4;
    let compact = run8 & run2 >> 8 & !(run4 >> 8);
    // A gap directly after N digits: then there are no more. What follows it is another gap or a digit, in reach.
    let near = run1 | run1 >> 1;
    let near = near | near >> 2;
    let any = masks.gap | masks.dot;
    let reaches = (near | near >> 2) & (any | run1);
    let (gap, any) = (masks.gap & reaches >> 1, any & reaches >> 1);
    let grouped = run1 & any >> 1 | run3 & gap >> 3 | run4 & any >> 4 | run5 & any >> 5 | run5 & run1 >> 5 & any >> 6;
    compact | grouped
}

#[inline(always)]
fn each(mut bits: u64, mut found: impl FnMut(usize)) {
    while bits != 0 {
        found(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(engine: Engine, text: &[u8], range: Range<usize>) -> Vec<(usize, Anchor)> {
        let mut all = Vec::new();
        engine.find(text, range, |anchor, at| all.push((at, anchor)));
        all.sort_unstable();
        all
    }

    #[test]
    fn one_table_for_every_engine() {
        use Anchor::{At, Digits12, Digits13, Groups, Iban, Phone};
        let table: [(&str, &[(usize, Anchor)]); 10] = [
            ("", &[]),
            ("id 123456789012;", &[(3, Digits12)]),
            ("id 1234567890123;", &[(3, Digits13)]),
            ("a@b.kz c%40d.kz", &[(1, At), (8, At)]),
            ("KZ86 1254", &[(0, Iban)]),
            ("123 456 789 012", &[(0, Groups), (4, Groups), (8, Groups)]),
            ("2026-03-01", &[]),
            ("+7 (701) 234-50-09", &[(1, Phone), (4, Phone)]),
            ("+7 0", &[]),
            ("tel 87012345009", &[(4, Phone)]),
        ];
        for (text, expected) in table {
            for engine in Engine::all() {
                for shift in [0, 51, 60, 63, 64, 127] {
                    let text = [" ".repeat(shift).as_bytes(), text.as_bytes()].concat();
                    let expected: Vec<_> = expected.iter().map(|(at, anchor)| (at + shift, *anchor)).collect();
                    assert_eq!(found(engine, &text, 0..text.len()), expected, "{engine:?} {shift}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn engines_agree_wherever_the_range_is_cut(
            text in proptest::collection::vec(prop_oneof![Just(b'7'), Just(b'0'), Just(b' '), Just(b'-'), Just(b'K'),
                Just(b'@'), Just(b'%'), any::<u8>()], 0..400),
            cut in 0usize..400,
        ) {
            let cut = cut.min(text.len());
            let whole = found(Engine::Portable, &text, 0..text.len());
            for engine in Engine::all() {
                let mut parts = found(engine, &text, 0..cut);
                parts.extend(found(engine, &text, cut..text.len()));
                prop_assert_eq!(&parts, &whole);
            }
        }
    }
}
