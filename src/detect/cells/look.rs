//! One look at a cell: takes its bytes and what they are composed of, gives what stands in it where that is plain.

use std::ops::{Range, RangeInclusive};

use super::memo::{self, Key};
use super::{Cells, LONGEST_CELL, Served, Settling};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::check::{Checked, Subject, Twelve, email, iban, kz_bin, kz_iin, phone};
use crate::detect::columns::Around;
use crate::detect::encoded;
use crate::detect::finder::{Composition, Compositions};
use crate::detect::{Registry, Scanner};
use crate::layout::table::{low, places};

mod dates;

/// Most bytes between the border of a cell and its value: quotes, spaces, what opens a row.
const OPENING: usize = 12;

/// Bytes around an address in which a soft line break may cut it.
const NEAR: usize = 64;

/// Fewest letters and digits together of an IBAN; and of what may be base64.
const SHORTEST_IBAN: u32 = 15;
const SHORTEST_RUN: u32 = 24;

/// Digits of a year, the fewest and the most of a date, and the fewest of a telephone number.
const YEAR: u32 = 4;
const SHORTEST_DATE: u32 = 4;
const DATE: u32 = 8;
const PHONE: u32 = 10;

/// What may stand before a value in its cell.
static OPENS: [bool; 256] = {
    let mut opens = [false; 256];
    let mut at = 0;
    while at < BEFORE.len() {
        opens[BEFORE[at] as usize] = true;
        at += 1;
    }
    opens
};
const BEFORE: &[u8] = b" ,(\r\n'\"N";

/// What stands in a cell.
pub enum Seen {
    Nothing,
    /// A value from border to border, of a detector.
    Value(u16, Checked),
}

/// The value of a cell: quotes and what opens a row are left out.
pub struct Cell<'t> {
    text: &'t [u8],
    pub start: usize,
    end: usize,
    /// A bit for each byte.
    all: u64,
    pub of: Composition,
}

impl<'t> Cell<'t> {
    /// What stands at a place between two borders; none where it is longer than what is looked at, or not simply quoted.
    #[inline(always)]
    pub fn of(text: &'t [u8], cell: Range<usize>, composed: &Compositions) -> Option<Self> {
        let Range { mut start, mut end } = cell;
        if end - start > LONGEST_CELL {
            return None;
        }
        let between = &text[start..end];
        if let [first, .., last] | [first @ last] = between
            && (OPENS[usize::from(*first)] || *last == b'\r')
        {
            Range { start, end } = opened(text, cell)?;
        }
        let all = if start < end { u64::MAX >> (LONGEST_CELL - (end - start)) } else { 0 };
        Some(Self { text, start, end, all, of: composed.of(start, all) })
    }

    pub fn length(&self) -> usize {
        self.end - self.start
    }

    /// So many bytes from its beginning on; those after the value may be any.
    #[inline(always)]
    fn first<const N: usize>(&self) -> Option<&'t [u8; N]> {
        self.text[self.start..].first_chunk()
    }

    /// Whether what stands beside the value tells nothing of it.
    fn is_apart(&self) -> bool {
        let is_border =
            |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b'\'' | b'"' | b',' | b';' | b'|' | b'(' | b')');
        is_border(byte_before(self.text, self.start, 1)) && is_border(byte(self.text, self.end))
    }

    /// Whether as many letters and digits stand together as an IBAN has at least, or those of base64 where none is a digit.
    #[inline(always)]
    fn has_run(&self) -> bool {
        if self.length() < SHORTEST_IBAN as usize {
            return false;
        }
        let together = self.of.digit | self.of.letter;
        let two = together & together >> 1;
        let four = two & two >> 2;
        let eight = four & four >> 4;
        let of_iban = eight & eight >> (SHORTEST_IBAN - 8);
        of_iban != 0 && (self.of.digit != 0 || of_iban & of_iban >> (SHORTEST_RUN - SHORTEST_IBAN) != 0)
    }

    /// Whether two letters and two digits are followed by something that may join groups.
    #[inline(always)]
    fn may_begin_groups(&self) -> bool {
        let Composition { digit, letter, .. } = self.of;
        let joint = !(digit | letter) & self.all;
        letter & letter >> 1 & digit >> 2 & digit >> 3 & joint >> 4 != 0
    }

    /// Whether nothing but words and short numbers stand here.
    #[inline(always)]
    fn holds_nothing(&self, digits: u32) -> bool {
        let may_be_value = digits >= PHONE
            || self.has_run()
            || digits > 1 && self.may_begin_groups()
            || digits >= SHORTEST_DATE && self.may_be_date()
            || digits >= DATE && self.may_be_unmarked()
            || digits >= YEAR && (self.of.high != 0 || digits > YEAR && self.of.letter != 0) && self.may_be_year();
        !may_be_value
    }

    /// Whether it may be what is left of 12 digits.
    pub fn may_be_spoilt(&self) -> bool {
        self.of.digit != 0 && (self.of.digit != self.all || self.length() != 12)
    }

    /// Whether all of it may be a word.
    #[inline(always)]
    pub fn may_be_word(&self) -> bool {
        let Composition { digit, letter, special, high, .. } = self.of;
        let other = !(letter | high) & self.all;
        digit | special == 0
            && (other == 0 || matches!(self.text[self.start + other.trailing_zeros() as usize], b'_' | b'-' | b'.'))
    }

    fn subject<'a>(&'a self, scanner: &'a Scanner) -> Subject<'a> {
        Subject::new(self.text, self.start, &scanner.registry)
    }
}

/// Where the value of a cell stands; none where it is not simply quoted.
#[inline]
fn opened(text: &[u8], cell: Range<usize>) -> Option<Range<usize>> {
    let Range { mut start, mut end } = cell;
    while start < end && matches!(text[start], b' ' | b',' | b'(' | b'\r' | b'\n') {
        start += 1;
    }
    if start < end {
        if text[end - 1] == b'\r' {
            end -= 1;
        }
        if text[start..end].starts_with(b"N'") {
            start += 1;
        }
        let quote = text[start];
        if matches!(quote, b'\'' | b'"') {
            if end - start < 2 || text[end - 1] != quote {
                return None;
            }
            (start, end) = (start + 1, end - 1);
        }
    }
    (start - cell.start <= OPENING).then_some(start..end)
}

/// The value of a detector that runs, and nothing where it does not run or has none.
#[inline(always)]
fn value(served: Served, checked: impl FnOnce() -> Option<Checked>) -> Seen {
    let checked = served.and_then(|(id, _)| Some((id, checked()?)));
    checked.map_or(Seen::Nothing, |(id, checked)| Seen::Value(id, checked))
}

impl Scanner {
    /// What stands in a cell, if that is plain; in one that is `nameless` no names of people are looked for, and no addresses
    /// in one that is `addressed`.
    #[inline(always)]
    pub(super) fn look(
        &self,
        cell: &Cell,
        (nameless, addressed): (bool, bool),
        around: &Around,
        settling: &Settling,
        cells: &mut Cells,
    ) -> Option<Seen> {
        let Composition { digit, letter, special, high, foreign, name } = cell.of;
        if digit == cell.all {
            return Some(self.number(cell, settling));
        }
        let digits = if digit == 0 { 0 } else { digit.count_ones() };
        if special != 0 {
            let may_be_number = digits >= DATE - 2 || digits >= SHORTEST_DATE && cell.may_be_date();
            return if may_be_number { None } else { self.special(cell, around, settling, cells) };
        }
        // A name is told by its capitals, an address by the number of a house.
        let may_be_words = foreign != 0 || !nameless && name != 0 || !addressed && high != 0 && digits != 0;
        if !may_be_words && cell.holds_nothing(digits) {
            return Some(Seen::Nothing);
        }
        if letter == 0 {
            return self.written_number(cell, digits, settling, cells);
        }
        if digit | letter == cell.all {
            return self.iban(cell, settling);
        }
        (high == 0 && cell.is_moment()).then_some(Seen::Nothing)
    }

    /// Nothing but digits, or nothing at all.
    #[inline(always)]
    fn number(&self, cell: &Cell, settling: &Settling) -> Seen {
        match &cell.text[cell.start..cell.end] {
            [b'7' | b'8', .., _, _, _, _, _, _, _, _, _] if cell.length() < 12 => {
                let national = cell.text[..cell.end].last_chunk().expect("there are ten").map(|digit| digit - b'0');
                let form = if cell.length() == 10 { phone::Form::BARE } else { phone::Form::RUN };
                self.phone(form, &national, cell, settling)
            }
            [_, _, _, _, b'4'..=b'6', ..] if cell.length() == 12 => {
                self.twelve(cell, settling.kz_bin, b'4'..=b'6', kz_bin::check_alone)
            }
            [_, _, _, _, b'0'..=b'3', ..] if cell.length() == 12 => {
                self.twelve(cell, settling.kz_iin, b'0'..=b'3', kz_iin::check_alone)
            }
            [b'1' | b'2', ..] if cell.length() == DATE as usize => {
                value(settling.birth_date, || (settling.birth_date?.1.run)(&cell.subject(self)))
            }
            _ if (13..20).contains(&cell.length()) => {
                value(settling.payment_card, || (settling.payment_card?.1.run)(&cell.subject(self)))
            }
            _ => Seen::Nothing,
        }
    }

    /// A number of 12 digits.
    #[inline(always)]
    fn twelve(
        &self,
        cell: &Cell,
        served: Served,
        fifth: RangeInclusive<u8>,
        check: fn(&Twelve, &Registry) -> Option<Checked>,
    ) -> Seen {
        if !Twelve::may_be(cell.text, cell.start, fifth) {
            return Seen::Nothing;
        }
        value(served, || match cell.first::<12>() {
            Some(digits) if cell.is_apart() => {
                check(&Twelve::new(digits.map(|digit| digit - b'0'), cell.end), &self.registry)
            }
            _ => (served?.1.run)(&cell.subject(self)),
        })
    }

    /// A telephone number with these national digits.
    fn phone(&self, form: phone::Form, national: &[u8; 10], cell: &Cell, settling: &Settling) -> Seen {
        match national[0] {
            6 | 7 => value(settling.kz_phone, || form.of_kz(national, cell.end, &self.registry)),
            3 | 4 | 8 | 9 => value(settling.ru_phone, || form.of_ru(national, cell.end)),
            _ => Seen::Nothing,
        }
    }

    /// Digits with marks between them: a telephone number, a date, a moment.
    fn written_number(&self, cell: &Cell, count: u32, settling: &Settling, cells: &mut Cells) -> Option<Seen> {
        let mut digits = cell.of.digit;
        let is_whole = digits & 1 != 0 && cell.length() < LONGEST_CELL && digits >> (cell.length() - 1) == 1;
        if (SHORTEST_DATE..=DATE).contains(&count) && cell.length() == count as usize + 2 && is_whole {
            return Some(value(settling.birth_date, || (settling.birth_date?.1.run)(&cell.subject(self))));
        }
        if !(PHONE..=PHONE + 1).contains(&count) || cell.length() > memo::LONGEST {
            return (cell.of.high == 0 && cell.is_moment()).then_some(Seen::Nothing);
        }
        let text = cell.first::<{ memo::LONGEST }>()?;
        let mut key = Key::of(text, cell.length());
        // What the digits are does not tell the form, but for the first one.
        key.besides = text[digits.trailing_zeros() as usize];
        for byte in &mut key.text {
            *byte = if byte.is_ascii_digit() { b'0' } else { *byte };
        }
        // What breaks a number is for the scan to undo.
        let is_plain = |text: &[u8]| (0..text.len()).all(|at| encoded::unit_at(text, at).is_none());
        let form = || phone::Form::of(&text[..cell.length()]).filter(|_| is_plain(&text[..cell.length()]));
        let form = cells.forms.get(key, form)?;
        if count > PHONE {
            digits &= digits - 1;
        }
        let national: [u8; 10] = std::array::from_fn(|_| {
            let at = digits.trailing_zeros() as usize;
            digits &= digits - 1;
            text[at] - b'0'
        });
        // Where neither country has such numbers, another reading may.
        matches!(national[0], 3 | 4 | 6..=9).then(|| self.phone(form, &national, cell, settling))
    }

    /// An IBAN in one run, where nothing in it may be a number after a word.
    fn iban(&self, cell: &Cell, settling: &Settling) -> Option<Seen> {
        let Composition { digit, letter, .. } = cell.of;
        let words = letter & letter << 1 & digit >> 1;
        if cell.length() as u32 >= SHORTEST_RUN || letter & 3 != 3 || digit & 12 != 12 || words >> 2 != 0 {
            return None;
        }
        let (id, _) = settling.iban?;
        Some(Seen::Value(id, iban::check_whole(&cell.subject(self), cell.end, (digit, letter))?))
    }

    /// An address, or the mark of a NULL.
    fn special(&self, cell: &Cell, around: &Around, settling: &Settling, cells: &mut Cells) -> Option<Seen> {
        let Composition { digit, letter, special, high, .. } = cell.of;
        if cell.text[cell.start..cell.end] == *b"\\N" {
            return Some(Seen::Nothing);
        }
        let at = cell.start + special.trailing_zeros() as usize;
        if special & (special - 1) != 0 || high != 0 || cell.text[at] != b'@' || cell.has_run() {
            return None;
        }
        let (id, _) = settling.email?;
        // Where lines are broken softly, an address may be a part of one.
        let is_near = at < around.own.start + NEAR || at + NEAR > around.own.end;
        if is_near || cells.composed.soft_break {
            return None;
        }
        let local = at - cell.start;
        let marks = !(digit | letter) & low(local);
        if !places(marks).all(|place| email::IN_LOCAL[usize::from(cell.text[cell.start + place])]) {
            return None;
        }
        let length = cell.end - at - 1;
        let domain = cell.text[at + 1..].first_chunk::<{ memo::LONGEST }>().filter(|_| length <= memo::LONGEST)?;
        let host = || email::Host::whole(&domain[..length], &self.registry);
        match cells.hosts.get(Key::of(domain, length), host) {
            email::Whole::No => Some(Seen::Nothing),
            email::Whole::Host(host) => {
                let checked = email::check_whole(&cell.subject(self), at, cell.end, host).filter(|_| local > 0)?;
                Some(Seen::Value(id, checked))
            }
            email::Whole::Partly => None,
        }
    }
}
