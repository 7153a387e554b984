//! When rows were made: takes the cells of columns that tell it, gives the first and the last of their days.

use jiff::civil::Date;

use crate::finding::Days;

/// Days before the first of 1990 are none of data: zeros, and what programs write for none.
const OLDEST: u32 = 19_900_101;

/// Most bytes between the border of a cell and its value.
const OPENING: usize = 16;

/// The days in one column of a table. Those of neighbouring parts add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// From 0.
    pub column: usize,
    /// Cells that a day was read in, and the first and the last day, as `20210301`.
    cells: u64,
    oldest: u32,
    newest: u32,
}

impl Dated {
    pub fn new(column: usize) -> Self {
        Self { column, cells: 0, oldest: u32::MAX, newest: 0 }
    }

    /// Reads the cell that a text begins with.
    #[inline]
    pub fn read(&mut self, text: &[u8]) {
        if let Some(day) = day(opened(text, self.column == 0)) {
            self.cells += 1;
            self.oldest = self.oldest.min(day);
            self.newest = self.newest.max(day);
        }
    }

    pub fn absorb(&mut self, other: &Self) {
        self.cells += other.cells;
        self.oldest = self.oldest.min(other.oldest);
        self.newest = self.newest.max(other.newest);
    }

    /// The days of a table with so many rows, by its columns that tell days: of those that tell one of each row, and the
    /// last of all. None where no column does.
    pub fn of_table(columns: &[Self], rows: u64) -> Option<Days> {
        let oldest =
            columns.iter().filter(|column| column.cells == rows && rows > 0).map(|column| column.oldest).min()?;
        let newest = columns.iter().map(|column| column.newest).max()?;
        Some(Days { oldest: date(oldest)?, newest: date(newest)? })
    }
}

/// The value in a cell without what opens it; before the first of a row stands what opens that.
#[inline]
fn opened(text: &[u8], first: bool) -> &[u8] {
    if text.first().is_some_and(u8::is_ascii_digit) { text } else { unwrapped(text, first) }
}

fn unwrapped(text: &[u8], first: bool) -> &[u8] {
    let head = &text[..text.len().min(OPENING)];
    let opens = |byte: &u8| matches!(byte, b' ' | b'\'' | b'"' | b'N');
    let row = memchr::memchr(b'(', head).filter(|_| first).map_or(0, |at| at + 1);
    let value = if head[..row].iter().all(|byte| b" \r\n\t,(".contains(byte)) { &text[row..] } else { text };
    let value = value.trim_ascii_start();
    let value = value.strip_prefix(b"CAST(").unwrap_or(value);
    &value[value.iter().take(OPENING).take_while(|byte| opens(byte)).count()..]
}

/// The day that a value begins with, with the year at either end and the month in the middle, as `20210301`. None of what
/// can be read in two ways, and of a day that is none.
#[inline]
fn day(value: &[u8]) -> Option<u32> {
    let text: &[u8; 10] = value.first_chunk()?;
    let (year, month, day) = match (text[4], text[2]) {
        (mark @ (b'-' | b'/' | b'.'), _) => numbers(text, [0, 0, 0, 0, mark, 0, 0, mark, 0, 0])?,
        (_, b'.') => {
            let [d, e, mark, m, n, other, year @ ..] = *text;
            numbers(
                &[year[0], year[1], year[2], year[3], mark, m, n, other, d, e],
                [0, 0, 0, 0, b'.', 0, 0, b'.', 0, 0],
            )?
        }
        _ => return None,
    };
    let goes_on = value.get(10).is_some_and(u8::is_ascii_digit);
    let whole = year * 10_000 + month * 100 + day;
    ((1..=12).contains(&month) && (1..=31).contains(&day) && whole >= OLDEST && !goes_on).then_some(whole)
}

/// The three numbers of a day written with the year first, and with these `marks` between digits.
#[inline]
fn numbers(text: &[u8; 10], marks: [u8; 10]) -> Option<(u32, u32, u32)> {
    let mut digits = [0; 10];
    let mut fits = true;
    for at in 0..10 {
        let is_mark = marks[at] != 0;
        digits[at] = text[at] ^ if is_mark { marks[at] } else { b'0' };
        fits &= digits[at] <= if is_mark { 0 } else { 9 };
    }
    let number = |at: usize| u32::from(digits[at]) * 10 + u32::from(digits[at + 1]);
    fits.then(|| (number(0) * 100 + number(2), number(5), number(8)))
}

fn date(day: u32) -> Option<Date> {
    let part = |number: u32| i8::try_from(number % 100).ok();
    Date::new(i16::try_from(day / 10_000).ok()?, part(day / 100)?, part(day)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str], column: usize) -> Dated {
        let mut dated = Dated::new(column);
        cells.iter().for_each(|cell| dated.read(cell.as_bytes()));
        dated
    }

    #[test]
    fn a_cell_begins_with_its_day() {
        for (cell, day) in [
            ("2021-03-01\t", Some("2021-03-01")),
            ("2021-03-01 10:11:12.5+05\t", Some("2021-03-01")),
            ("'2021-03-01T10:11:12Z', 5)", Some("2021-03-01")),
            (" N'2021-03-01'", Some("2021-03-01")),
            (" CAST(N'2021-03-01T00:00:00.000' AS DateTime)", Some("2021-03-01")),
            ("\"01.03.2021 10:11\";", Some("2021-03-01")),
            ("2021/03/01", Some("2021-03-01")),
            ("01/03/2021", None),
            ("0000-00-00 00:00:00", None),
            ("1970-01-01 00:00:00", None),
            ("2021-13-01", None),
            ("2021-02-31", None),
            ("2021-03-011", None),
            ("1614556800", None),
            (";2021-03-01", None),
            ("\\N\t2021-03-01", None),
            ("", None),
        ] {
            let days = Dated::of_table(&[read(&[cell], 1)], 1);
            assert_eq!(days.map(|days| days.newest.to_string()).as_deref(), day, "{cell}");
        }
        // Of a row.
        for (cell, is_read) in [(",\n('2021-03-01',", true), ("('2021-03-01',", true), (",2021-03-01(", false)] {
            assert_eq!(Dated::of_table(&[read(&[cell], 0)], 1).is_some(), is_read, "{cell}");
        }
    }

    #[test]
    fn a_table_has_days_if_a_column_tells_one_of_each_row() {
        let created = read(&["2019-05-01", "2021-03-01", "2020-01-01"], 1);
        let updated = read(&["2022-05-05", "NULL", "2019-01-01"], 2);
        let shown = |columns: &[Dated], rows| {
            Dated::of_table(columns, rows).map(|days| format!("{} {}", days.oldest, days.newest))
        };
        assert_eq!(shown(&[created], 3).as_deref(), Some("2019-05-01 2021-03-01"));
        assert_eq!(shown(&[created, updated], 3).as_deref(), Some("2019-05-01 2022-05-05"));
        assert_eq!(shown(&[updated], 3), None);
        assert_eq!(shown(&[created], 4), None);
        assert_eq!(shown(&[], 0), None);
        assert_eq!(shown(&[Dated::new(0)], 0), None);
    }
}
