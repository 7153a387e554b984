//! The candidate finder: takes raw bytes, gives the positions where a value may stand, by bit arithmetic on 64 bytes at
//! a time. It may name too many positions, never too few; the checks look closer.

mod masks;

#[cfg(target_arch = "x86_64")]
mod avx2;

use std::ops::Range;

use masks::{Masks, STEP, portable};

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
    Avx2,
    Portable,
}

impl Engine {
    /// The fastest one that this machine has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if avx2::is_supported() {
            return Self::Avx2;
        }
        Self::Portable
    }

    /// All that this machine has.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        if Self::best() != Self::Portable {
            all.push(Self::best());
        }
        all
    }

    /// Calls `found` for each candidate that starts in `range`, in steps of 64 bytes; within one step by anchor, then
    /// position. Bytes around the range are looked at, bytes beyond the text count as NUL.
    #[inline]
    pub fn find(self, text: &[u8], range: Range<usize>, found: impl FnMut(Anchor, usize)) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::find(text, range, found),
            Self::Portable => find_with(text, range, portable, found),
        }
    }
}

/// The finder, for whatever computes the masks. Inlined, so that it is compiled with the caller's instruction set.
#[inline(always)]
fn find_with(
    text: &[u8],
    range: Range<usize>,
    masks: impl Fn(&[u8; STEP]) -> Masks,
    mut found: impl FnMut(Anchor, usize),
) {
    let step = |at: usize| match text.get(at..at + STEP).and_then(|s| s.first_chunk::<STEP>()) {
        Some(chunk) => masks(chunk),
        None => masks(&padded(text, at)),
    };
    let before = range.start.checked_sub(1).map_or(0, |i| text[i]);
    let mut previous = Previous { digit: before.is_ascii_digit(), alphanumeric: before.is_ascii_alphanumeric() };
    let mut at = range.start;
    let mut current = step(at);
    while at < range.end {
        let next = step(at + STEP);
        // Nothing starts in a step without a digit or an `@`.
        if current.digit | current.at | current.letter != 0 {
            let keep = if range.end - at >= STEP { u64::MAX } else { (1 << (range.end - at)) - 1 };
            candidates(&current, &next, previous, keep, |anchor, i| found(anchor, at + i));
        }
        previous = Previous::of(&current);
        current = next;
        at += STEP;
    }
}

#[cold]
fn padded(text: &[u8], at: usize) -> [u8; STEP] {
    let mut chunk = [0; STEP];
    if let Some(rest) = text.get(at..) {
        let length = rest.len().min(STEP);
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
        Self { digit: masks.digit >> 63 != 0, alphanumeric: (masks.digit | masks.letter) >> 63 != 0 }
    }
}

#[inline(always)]
fn wide(low: u64, high: u64) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

/// Candidates that start in `current`. Bit i of `runN` is set where N digits start at byte i.
#[inline(always)]
fn candidates(current: &Masks, next: &Masks, previous: Previous, keep: u64, mut found: impl FnMut(Anchor, usize)) {
    let run1 = wide(current.digit, next.digit);
    let start = current.digit & !(current.digit << 1 | u64::from(previous.digit)) & keep;
    let run2 = run1 & run1 >> 1;
    let run3 = run2 & run1 >> 2;
    let run4 = run2 & run2 >> 2;
    if start & run3 as u64 | start & current.six_to_eight != 0 {
        let run8 = run4 & run4 >> 4;
        let run12 = run8 & run4 >> 8;
        let run13 = run12 & run1 >> 12;
        each(start & run12 as u64 & !(run13 as u64), |i| found(Anchor::Digits12, i));
        each(start & run13 as u64, |i| found(Anchor::Digits13, i));

        let run6 = run4 & run2 >> 4;
        let joined = wide(current.joint, next.joint) & run3 >> 1;
        let of3 = run3 & !(run4) & joined >> 3;
        let of4 = run4 & !(run4 >> 1) & joined >> 4;
        let of6 = run6 & !(run6 >> 1) & joined >> 6;
        each(start & (of3 | of4 | of6) as u64, |i| found(Anchor::Groups, i));

        let run10 = run8 & run2 >> 8;
        let phone = start & current.six_to_eight & (run10 & !run12 | !run8) as u64;
        each(phone, |i| {
            // A telephone number has 10 digits or more and its longest notation 48 bytes.
            if ((run1 >> i) as u64 & 0xFFFF_FFFF_FFFF).count_ones() >= 10 {
                found(Anchor::Phone, i);
            }
        });
    }
    let letter = wide(current.letter, next.letter);
    let alphanumeric = current.digit | current.letter;
    let token = current.letter & !(alphanumeric << 1 | u64::from(previous.alphanumeric)) & keep;
    each(token & (letter >> 1 & run2 >> 2) as u64, |i| found(Anchor::Iban, i));
    each(current.at & keep, |i| found(Anchor::At, i));
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
        let table: [(&str, &[(usize, Anchor)]); 9] = [
            ("", &[]),
            ("id 123456789012;", &[(3, Digits12)]),
            ("id 1234567890123;", &[(3, Digits13)]),
            ("a@b.kz c%40d.kz", &[(1, At), (8, At)]),
            ("KZ86 1254", &[(0, Iban)]),
            ("123 456 789 012", &[(0, Groups), (4, Groups), (8, Groups)]),
            ("2026-03-01", &[]),
            ("+7 (701) 234-50-09", &[(1, Phone), (4, Phone)]),
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
