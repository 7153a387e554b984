//! What the ИИН and the БИН share: 12 digits, written as one run, in equal groups, or apart as in the boxes of a form, with
//! one check digit.

use std::ops::RangeInclusive;

use crate::detect::boundary::{byte, byte_before, continues_in_groups, is_term, may_begin, may_end};
use crate::finding::{Evidence, EvidenceSet};

/// 12 digits in a text.
pub struct Twelve {
    pub digits: [u8; 12],
    pub end: usize,
    groups: Groups,
}

/// How digits are written that a space or a hyphen joins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    /// In one.
    One,
    /// All of the same size.
    Equal,
    /// Of any size.
    Apart,
}

impl Twelve {
    /// Digits that end at `end` and stand together.
    pub fn new(digits: [u8; 12], end: usize) -> Self {
        Self { digits, end, groups: Groups::One }
    }

    /// Reads 12 digits that begin at `start` and are no part of a longer number.
    pub fn read(text: &[u8], start: usize) -> Option<Self> {
        let whole = text;
        let text = text.get(start..)?;
        if let Some(run) = text.first_chunk::<12>().filter(|run| run.iter().all(u8::is_ascii_digit)) {
            let ends = !byte(text, 12).is_ascii_digit();
            return ends.then(|| Self::new(run.map(|digit| digit - b'0'), start + 12));
        }
        let size = text.iter().take(7).take_while(|b| b.is_ascii_digit()).count();
        let equal = matches!(size, 3 | 4 | 6).then(|| grouped_end(text, size)).flatten();
        let (end, groups) = match equal {
            Some(end) => (end, Groups::Equal),
            None => (apart_end(whole, start)?, Groups::Apart),
        };
        let mut digits = [0; 12];
        for (slot, digit) in digits.iter_mut().zip(super::digits(text, 0..end)) {
            *slot = digit;
        }
        Some(Self { digits, end: start + end, groups })
    }

    /// A first look: whether a month stands at the third digit, which is so in both numbers and in few others, and whether
    /// the fifth, which tells them apart, is one of `fifth`. Digits that stand beyond a gap are not looked at.
    #[inline]
    pub fn may_be(text: &[u8], start: usize, fifth: RangeInclusive<u8>) -> bool {
        let Some(&[_, second, third, fourth, next, ..]) = text.get(start..).and_then(|t| t.first_chunk::<5>()) else {
            return false;
        };
        match (third, fourth) {
            (b'0', b'1'..=b'9') | (b'1', b'0'..=b'2') => !next.is_ascii_digit() || fifth.contains(&next),
            (b'0' | b'1', b' ' | b'-') => true,
            // Digits that stand apart: both marks that join them come before the digits.
            _ => second.min(third) < b'0',
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
            && !(self.groups != Groups::One && continues_in_groups(text, start, self.end))
    }

    /// What the groups of its digits say.
    pub fn evidence(&self) -> EvidenceSet {
        match self.groups {
            Groups::One => EvidenceSet::new(),
            Groups::Equal => EvidenceSet::new().with(Evidence::Grouped),
            Groups::Apart => EvidenceSet::new().with(Evidence::Apart),
        }
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

/// Where 12 digits end that stand apart, after `start`: first six of them, or groups of three or four, and after a word beyond
/// ASCII, as the finder sees them, one by one or in pairs.
fn apart_end(text: &[u8], start: usize) -> Option<usize> {
    let rest = &text[start..];
    let (mut digits, mut sizes, mut end) = (0, [0; 12], 0);
    for group in &mut sizes {
        *group = rest[end..].iter().take(7).take_while(|b| b.is_ascii_digit()).count();
        (digits, end) = (digits + *group, end + *group);
        if *group == 0 || digits >= 12 || !matches!(byte(rest, end), b' ' | b'-') {
            break;
        }
        end += 1;
    }
    let begins = match sizes {
        [6, ..] | [3, 3, ..] | [4, 4, ..] => true,
        [1, 1, 1, ..] | [2, 2, ..] => follows_word(text, start),
        _ => false,
    };
    (digits == 12 && begins).then_some(end)
}

/// Whether a word beyond ASCII ends before `start`, with a colon or another mark and a space between at most.
fn follows_word(text: &[u8], start: usize) -> bool {
    let before = |back: usize| byte_before(text, start, back);
    let mark = |byte: u8| matches!(byte, b' ' | b'.' | b',' | b'-' | b':');
    before(1) >= 0x80
        || mark(before(1)) && before(2) >= 0x80
        || before(1) == b' ' && mark(before(2)) && before(3) >= 0x80
}
