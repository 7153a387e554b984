//! What the ИИН and the БИН share: 12 digits, written as one run or in equal groups, with one check digit.

use std::ops::RangeInclusive;

use crate::detect::boundary::{byte, continues_in_groups, is_term, may_begin, may_end};

/// 12 digits in a text.
pub struct Twelve {
    pub digits: [u8; 12],
    pub end: usize,
    /// Whether spaces or hyphens stand between groups of digits.
    pub grouped: bool,
}

impl Twelve {
    /// Reads 12 digits that begin at `start` and are no part of a longer number.
    pub fn read(text: &[u8], start: usize) -> Option<Self> {
        let text = text.get(start..)?;
        if let Some(run) = text.first_chunk::<12>().filter(|run| run.iter().all(u8::is_ascii_digit)) {
            let ends = !byte(text, 12).is_ascii_digit();
            return ends.then(|| Self { digits: run.map(|digit| digit - b'0'), end: start + 12, grouped: false });
        }
        let size = text.iter().take(7).take_while(|b| b.is_ascii_digit()).count();
        let end = matches!(size, 3 | 4 | 6).then(|| grouped_end(text, size))??;
        let mut digits = [0; 12];
        for (slot, digit) in digits.iter_mut().zip(super::digits(text, 0..end)) {
            *slot = digit;
        }
        Some(Self { digits, end: start + end, grouped: true })
    }

    /// A first look: whether a month stands at the third digit, which is so in both numbers and in few others, and whether
    /// the fifth, which tells them apart, is one of `fifth`. Digits that stand beyond a gap are not looked at.
    #[inline]
    pub fn may_be(text: &[u8], start: usize, fifth: RangeInclusive<u8>) -> bool {
        let Some(&[_, _, third, fourth, next, ..]) = text.get(start..).and_then(|t| t.first_chunk::<5>()) else {
            return false;
        };
        match (third, fourth) {
            (b'0', b'1'..=b'9') | (b'1', b'0'..=b'2') => !next.is_ascii_digit() || fifth.contains(&next),
            (b'0' | b'1', b' ' | b'-') => true,
            _ => false,
        }
    }

    pub fn ascii(&self) -> [u8; 12] {
        self.digits.map(|digit| b'0' + digit)
    }

    pub fn two(&self, at: usize) -> u8 {
        self.digits[at] * 10 + self.digits[at + 1]
    }

    /// The check digit: weights 1 to 11, and where the remainder is 10, weights 3 to 11, 1, 2. A number with the
    /// remainder 10 again is not issued (Decree of the Government of Kazakhstan No 565 of 11.06.2003).
    pub fn check_digit_holds(&self) -> bool {
        const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
        let sum = |weight: fn(usize) -> u32| -> u32 {
            (0..11).map(|i| u32::from(self.digits[i]) * weight(i)).sum::<u32>() % 11
        };
        let remainder = match sum(|i| i as u32 + 1) {
            10 => sum(|i| SECOND[i]),
            remainder => remainder,
        };
        remainder == u32::from(self.digits[11])
    }

    /// Whether the number stands by itself at `start`.
    pub fn stands_alone(&self, text: &[u8], start: usize) -> bool {
        may_begin(text, start)
            && may_end(text, self.end)
            && !is_term(text, start, self.end)
            && !(self.grouped && continues_in_groups(text, start, self.end))
    }
}

/// Where the groups of `size` digits that a text begins with, joined by the same space or hyphen, have 12 digits.
fn grouped_end(text: &[u8], size: usize) -> Option<usize> {
    let joint = byte(text, size);
    if !matches!(joint, b' ' | b'-') {
        return None;
    }
    let end = 12 + 12 / size - 1;
    let shape = |(i, byte): (usize, &u8)| match i % (size + 1) {
        at if at == size => *byte == joint,
        _ => byte.is_ascii_digit(),
    };
    (text.get(..end)?.iter().enumerate().all(shape) && !byte(text, end).is_ascii_digit()).then_some(end)
}
