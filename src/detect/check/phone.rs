//! Telephone numbers of the numbering plan +7, shared by Kazakhstan (national numbers 6xx and 7xx) and Russia: `+7`,
//! `8`, `7` or nothing before ten national digits, in one run or in the groups that people write.

use super::{Checked, Registry, Subject, is_repdigit};
use crate::detect::WIDEST_GAP;
use crate::detect::boundary::{byte, byte_before, is_term, may_begin, may_end};
use crate::finding::{Evidence, EvidenceSet, Refusal};

/// How the ten national digits are grouped: an area code of 3, 4 or 5 digits, then the subscriber's number. Each is read
/// as a number in base 16, as [`Number::new`] compares it.
const GROUPINGS: [u32; 21] = [
    0xA, 0x37, 0x334, 0x343, 0x3322, 0x3232, 0x3223, 0x31222, 0x3133, 0x316, 0x352, 0x46, 0x433, 0x424, 0x442, 0x4222,
    0x55, 0x523, 0x532, 0x5122, 0x514,
];

/// Most groups of a notation, the prefix included, and one more that shows it does not end there.
const MOST_GROUPS: usize = 7;

pub fn check_kz(subject: &Subject) -> Option<Checked> {
    let wanted = |first| matches!(first, b'6' | b'7');
    may_be(subject, wanted, true)?;
    look_closer_kz(subject, wanted)
}

#[inline(never)]
fn look_closer_kz(subject: &Subject, wanted: fn(u8) -> bool) -> Option<Checked> {
    let number = Number::alone(subject, wanted)?;
    number.form.of_kz(&number.national, number.end, subject.registry)
}

pub fn check_ru(subject: &Subject) -> Option<Checked> {
    let wanted = |first| matches!(first, b'3' | b'4' | b'8' | b'9');
    may_be(subject, wanted, false)?;
    look_closer_ru(subject, wanted)
}

#[inline(never)]
fn look_closer_ru(subject: &Subject, wanted: fn(u8) -> bool) -> Option<Checked> {
    let number = Number::alone(subject, wanted)?;
    number.form.of_ru(&number.national, number.end)
}

/// Where a number begins whose first digit the finder saw at `digit`: at a `+`, a `%2B`, or the bracket of its area code.
pub fn start_of_number(text: &[u8], digit: usize) -> usize {
    if byte_before(text, digit, 1) == b'+' {
        digit - 1
    } else if is_encoded_plus(text, digit) {
        digit - 3
    } else if opens_area_code(text, digit) {
        digit - 1
    } else {
        digit
    }
}

fn is_encoded_plus(text: &[u8], digit: usize) -> bool {
    digit >= 3 && text[digit - 3..digit].eq_ignore_ascii_case(b"%2b")
}

/// Whether the digits at `digit` stand in brackets of their own.
fn opens_area_code(text: &[u8], digit: usize) -> bool {
    let run = text[digit..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    byte_before(text, digit, 1) == b'(' && run < 6 && byte(text, digit + run) == b')'
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prefix {
    Plus,
    Trunk,
    None,
}

/// A number that was read from a text.
struct Number {
    national: [u8; 10],
    end: usize,
    form: Form,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    prefix: Prefix,
    groups: usize,
    brackets: bool,
    /// Whether the groups are 3, 3 and 4 digits, as America writes.
    american: bool,
}

/// Digits with what stands before them.
#[derive(Clone, Copy, Default)]
struct Group {
    length: u8,
    end: usize,
    gap: Gap,
}

#[derive(Clone, Copy, Default)]
struct Gap {
    opens: bool,
    closes: bool,
    dot: bool,
    /// Whether anything but a dot stands in it.
    other: bool,
}

impl Number {
    /// Reads a number that stands by itself, if its first national digit is one of those that `wanted` takes.
    fn alone(subject: &Subject, wanted: fn(u8) -> bool) -> Option<Self> {
        let number = Self::read(subject.text, subject.start)?;
        if !wanted(number.national[0] + b'0') {
            return subject.refuse(Refusal::Parts);
        }
        if !number.stands_alone(subject.text, subject.start) {
            return subject.refuse(Refusal::Boundary);
        }
        Some(number)
    }

    /// Reads a number that begins at `start`.
    fn read(text: &[u8], start: usize) -> Option<Self> {
        let (plus, opens) = opening(text, start);
        let digits = start + plus + usize::from(opens);
        if start_of_number(text, digits) != start {
            return None;
        }
        let mut groups = [Group::default(); MOST_GROUPS];
        let count = read_groups(text, digits, &mut groups)?;
        groups[0].gap.opens = opens;
        let groups = &groups[..count];
        let first = byte(text, digits);
        let number = match first {
            // «+8 701» is a mistake that many make; `+87` and the like are codes of other countries.
            b'7' | b'8' if plus == 0 || first == b'7' || groups[0].length == 1 => {
                let prefix = if plus > 0 { Prefix::Plus } else { Prefix::Trunk };
                let enclosed = opens || byte_before(text, start, 1) == b'(';
                Self::with_prefix(text, digits, groups, prefix, enclosed)
            }
            _ => None,
        };
        match number {
            None if plus == 0 => Self::without_prefix(text, digits, groups),
            number => number,
        }
    }

    /// A number whose digits begin with a prefix. Where it is `enclosed`, a bracket stands before all.
    fn with_prefix(text: &[u8], digits: usize, groups: &[Group], prefix: Prefix, enclosed: bool) -> Option<Self> {
        let count = groups_of(groups, 11)?;
        let mut rest = [Group::default(); MOST_GROUPS];
        let rest = match groups[0].length {
            1 => {
                rest[..count - 1].copy_from_slice(&groups[1..count]);
                &mut rest[..count - 1]
            }
            _ => {
                rest[..count].copy_from_slice(&groups[..count]);
                rest[0].length -= 1;
                &mut rest[..count]
            }
        };
        // That bracket may close after the prefix, or after the area code.
        if enclosed && rest[0].gap.closes {
            rest[0].gap.closes = false;
        } else if enclosed {
            rest[0].gap.opens |= rest.get(1).is_some_and(|group| group.gap.closes);
        }
        // 7.7000000019 is a fraction.
        let fraction = prefix == Prefix::Trunk && rest.len() < 3 && rest.iter().any(|g| g.gap.dot);
        (!fraction).then(|| Self::new(text, digits, rest, prefix, 1))?
    }

    fn without_prefix(text: &[u8], digits: usize, groups: &[Group]) -> Option<Self> {
        let count = groups_of(groups, 10)?;
        let groups = &groups[..count];
        let dots = groups.iter().any(|g| g.gap.dot);
        (!dots).then(|| Self::new(text, digits, groups, Prefix::None, 0))?
    }

    fn new(text: &[u8], digits: usize, groups: &[Group], prefix: Prefix, skip: usize) -> Option<Self> {
        let grouping = groups.iter().fold(0, |lengths, group| lengths << 4 | u32::from(group.length));
        if !GROUPINGS.contains(&grouping) {
            return None;
        }
        // Where a dot separates, dots do throughout: lists of fractions are full of digits, dots and spaces.
        let dotted = groups.iter().any(|g| g.gap.dot);
        if dotted && groups.iter().enumerate().any(|(i, g)| g.gap.other || i > 0 && !g.gap.dot) {
            return None;
        }
        // Brackets stand around the area code or nowhere.
        let brackets = groups[0].gap.opens;
        let closed = groups.get(1).is_some_and(|g| g.gap.closes);
        let stray = groups[0].gap.closes || groups[1..].iter().any(|g| g.gap.opens);
        let stray = stray || groups.iter().skip(2).any(|g| g.gap.closes);
        if brackets != closed || stray {
            return None;
        }
        let end = groups.last()?.end;
        let mut national = [0; 10];
        for (slot, digit) in national.iter_mut().zip(super::digits(text, digits..end).skip(skip)) {
            *slot = digit;
        }
        let form = Form { prefix, groups: groups.len(), brackets, american: grouping == 0x334 };
        Some(Self { national, end, form })
    }

    fn stands_alone(&self, text: &[u8], start: usize) -> bool {
        let Form { prefix, groups, .. } = self.form;
        may_end(text, self.end)
            && (prefix == Prefix::Plus || groups > 1 || !is_term(text, start, self.end))
            && (prefix != Prefix::None || !self.is_part(text, start))
    }

    /// Whether a hyphen stands before, or a digit one separator away on either side: without a prefix, ten digits among
    /// others are none.
    fn is_part(&self, text: &[u8], start: usize) -> bool {
        if byte_before(text, start, 1) == b'-' {
            return true;
        }
        let before = (1..4).find(|back| !is_separator_byte(byte_before(text, start, *back)));
        let before = before.is_some_and(|back| back > 1 && byte_before(text, start, back).is_ascii_digit());
        let width = separator(text, self.end);
        before || width > 0 && byte(text, self.end + width).is_ascii_digit()
    }
}

impl Form {
    /// Eleven digits in one run: a trunk prefix before the national ones.
    pub const RUN: Self = Self { prefix: Prefix::Trunk, groups: 1, brackets: false, american: false };

    /// Ten digits in one run.
    pub const BARE: Self = Self { prefix: Prefix::None, groups: 1, brackets: false, american: false };

    /// The form of a number that a text is from its first byte to its last.
    pub fn of(text: &[u8]) -> Option<Self> {
        Number::read(text, 0).filter(|number| number.end == text.len()).map(|number| number.form)
    }

    /// What a number of Kazakhstan with these national digits is worth that ends at `end`; their first is 6 or 7.
    pub fn of_kz(self, national: &[u8; 10], end: usize, registry: &Registry) -> Option<Checked> {
        let code = national[..3].iter().fold(0, |code, d| code * 10 + u16::from(*d));
        if self.prefix == Prefix::None && code < 700 {
            return None;
        }
        // The range 6xx is Kazakhstan's, but nobody has published which of its codes are in use.
        let assigned = registry.is_kz_code(code);
        let evidence = self
            .evidence(national)
            .with_if(assigned, Evidence::Plausible)
            .with_if(!assigned && code >= 700, Evidence::Implausible);
        Some(Checked { end, evidence, age: None, impersonal: false })
    }

    /// The same of Russia; the first digit is 3, 4, 8 or 9.
    pub fn of_ru(self, national: &[u8; 10], end: usize) -> Option<Checked> {
        if self.prefix == Prefix::None {
            return None;
        }
        // 8-800 is a company's free line.
        let impersonal = national.starts_with(&[8, 0]);
        Some(Checked { end, evidence: self.evidence(national), age: None, impersonal })
    }

    fn evidence(self, national: &[u8; 10]) -> EvidenceSet {
        let formatted = match self.prefix {
            Prefix::Plus => true,
            Prefix::Trunk => self.groups > 1,
            Prefix::None => self.groups > 3 || self.brackets && !self.american,
        };
        EvidenceSet::new()
            .with_if(formatted, Evidence::Formatted)
            .with_if(self.prefix == Prefix::None, Evidence::Bare)
            .with_if(is_repdigit(&national[1..]), Evidence::TestValue)
    }
}

/// Bytes of the plus at `start`, and whether a bracket stands there.
#[inline]
fn opening(text: &[u8], start: usize) -> (usize, bool) {
    match byte(text, start) {
        b'+' => (1, false),
        b'%' => (3, false),
        b'(' => (0, true),
        _ => (0, false),
    }
}

/// A first look that most candidates do not pass: whether a number can begin here, and its first national digit, with a
/// prefix or, where it may be `bare`, without, is one that is wanted.
#[inline]
fn may_be(subject: &Subject, wanted: fn(u8) -> bool, bare: bool) -> Option<()> {
    let (text, start) = (subject.text, subject.start);
    let begins = match byte(text, start) {
        b'+' => !byte_before(text, start, 1).is_ascii_alphanumeric() && byte_before(text, start, 1) != b'+',
        b'%' => true,
        _ => may_begin(text, start),
    };
    if !begins {
        return subject.refuse(Refusal::Boundary);
    }
    let (plus, opens) = opening(text, start);
    let digits = start + plus + usize::from(opens);
    let first = byte(text, digits);
    if bare && wanted(first) {
        return Some(());
    }
    let mut second = digits + 1;
    while second <= digits + 1 + WIDEST_GAP && !byte(text, second).is_ascii_digit() {
        second += 1;
    }
    if matches!(first, b'7' | b'8') && wanted(byte(text, second)) { Some(()) } else { subject.refuse(Refusal::Parts) }
}

/// How many of the groups have `digits` digits together.
fn groups_of(groups: &[Group], digits: u8) -> Option<usize> {
    let mut sum = 0;
    groups
        .iter()
        .position(|g| {
            sum += g.length;
            sum == digits
        })
        .map(|last| last + 1)
}

/// Reads groups of digits up to 11 digits in all, and how many there are.
fn read_groups(text: &[u8], start: usize, groups: &mut [Group; MOST_GROUPS]) -> Option<usize> {
    let (mut at, mut sum, mut count) = (start, 0, 0);
    let mut gap = Gap::default();
    for group in groups {
        let run = text.get(at..)?.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
        sum += run;
        if run == 0 || sum > 11 {
            break;
        }
        at += run;
        *group = Group { length: u8::try_from(run).ok()?, end: at, gap };
        count += 1;
        let (next, width) = read_gap(text, at);
        if sum == 11 || width == 0 {
            break;
        }
        at += width;
        gap = next;
    }
    (count > 0).then_some(count)
}

/// Reads at most three separators and brackets, and how many bytes they take: more than [`WIDEST_GAP`] are none.
fn read_gap(text: &[u8], start: usize) -> (Gap, usize) {
    let mut gap = Gap::default();
    let mut at = start;
    for _ in 0..3 {
        match byte(text, at) {
            b'(' => gap.opens = true,
            b')' => gap.closes = true,
            b'.' => gap.dot = true,
            _ => {}
        }
        gap.other |= byte(text, at) != b'.';
        at += match byte(text, at) {
            b'(' | b')' => 1,
            _ => match separator(text, at) {
                0 => break,
                width => width,
            },
        };
    }
    let width = at - start;
    gap.other &= width > usize::from(gap.dot);
    (gap, if width <= WIDEST_GAP { width } else { 0 })
}

/// Bytes of the separator at `at`, 0 for none: a space, hyphen or dot, also as Unicode has them, and as they stand in
/// Windows-1251, CP866 and KOI8-R (after a digit such a byte is no UTF-8).
fn separator(text: &[u8], at: usize) -> usize {
    match byte(text, at) {
        b' ' | b'-' | b'.' => 1,
        0xC2 if matches!(byte(text, at + 1), 0xA0 | 0xAD) => 2,
        0xE2 => match (byte(text, at + 1), byte(text, at + 2)) {
            // U+2000 to U+2015, U+202A to U+202F, U+2060, U+2212.
            (0x80, 0x80..=0x95 | 0xAA..=0xAF) | (0x81, 0xA0) | (0x88, 0x92) => 3,
            _ => 0,
        },
        0xEF if byte(text, at + 1) == 0xBB && byte(text, at + 2) == 0xBF => 3,
        0x96 | 0x97 | 0x9A | 0xA0 | 0xAD | 0xFF => 1,
        _ => 0,
    }
}

fn is_separator_byte(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b')' | 0x80..)
}
