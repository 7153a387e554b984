//! Dates and moments in a cell: takes what it is composed of, gives whether some stand there.

use super::{Cell, PHONE};
use crate::detect::check::birth_date;
use crate::detect::finder::Composition;
use crate::layout::table::{low, places};

impl Cell<'_> {
    /// Whether numbers of one digit, two or four stand one byte apart, or two digits, three letters and two digits.
    pub(super) fn may_be_date(&self) -> bool {
        let Composition { digit: one, letter, .. } = self.of;
        let mark = !(one | letter) & self.all;
        if one & mark >> 1 == 0 {
            return false;
        }
        let two = one & one >> 1;
        let four = two & two >> 2;
        let month = two & mark >> 2;
        let month_of_one = one & mark >> 1 & four >> 2;
        let after_one = one & mark >> 1 & (month_of_one | month & four >> 3) >> 2;
        let after_two = month & (month_of_one | month & two >> 3) >> 3;
        let abbreviated = month & letter >> 3 & mark >> 6 & two >> 7;
        after_one | after_two | abbreviated | four & month >> 5 & two >> 8 != 0
    }

    /// Whether eight digits stand by themselves after a mark, as a date without any.
    pub(super) fn may_be_unmarked(&self) -> bool {
        let one = self.of.digit;
        let two = one & one >> 1;
        let four = two & two >> 2;
        let first = four & four >> 4 & !(one << 1) & !(one >> 8);
        places(first).any(|at| birth_date::may_be_unmarked(self.text, self.start + at))
    }

    /// Whether four digits stand by themselves, as a year beside the name of a month.
    pub(super) fn may_be_year(&self) -> bool {
        let one = self.of.digit;
        let two = one & one >> 1;
        two & two >> 2 & !(one << 1) & !(one >> 4) != 0
    }

    /// A moment other than midnight, as `2026-05-21 06:02:30.671000+05`.
    #[inline]
    pub(super) fn is_moment(&self) -> bool {
        /// Where its digits stand.
        const DIGITS: u64 = 0b110_1101_1011_0110_1111;
        let Some(moment) = self.first::<19>().filter(|_| self.length() >= 19) else { return false };
        let marks = [4, 7, 13, 16].map(|at: usize| moment[at]);
        // None of its numbers begins as those of telephones do.
        let is_moment = self.of.digit & low(19) == DIGITS
            && marks == *b"--::"
            && matches!(moment[10], b' ' | b'T')
            && [0, 11, 14, 17].map(|at: usize| moment[at] < b'6') == [true; 4]
            && moment[11..16] != *b"00:00";
        if !is_moment {
            return false;
        }
        let rest = &self.text[self.start + 19..self.end];
        let digits = (self.of.digit >> 20).trailing_ones() as usize;
        let fraction = if rest.first() == Some(&b'.') { 1 + digits } else { 0 };
        let is_zone = match &rest[fraction..] {
            [] | b"Z" => true,
            [b'+' | b'-', b'0' | b'1', hour, minutes @ ..] => {
                let minutes = minutes.strip_prefix(b":").unwrap_or(minutes);
                hour.is_ascii_digit() && matches!(minutes, [] | [b'0'..=b'5', b'0'..=b'9'])
            }
            _ => false,
        };
        fraction <= PHONE as usize && is_zone
    }
}
