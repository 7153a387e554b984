//! How a workbook shows numbers: takes `xl/styles.xml`, or number formats of another kind of workbook, gives what a number
//! in a cell stands for.

use std::io::{self, BufRead};

use jiff::ToSpan;
use jiff::civil::date;

use super::xml::{Event, Xml};

/// What a cell's number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Number,
    /// Days since the end of 1899, or the beginning of 1904, with the time as a fraction.
    Date,
    /// Shown with at least so many digits.
    Digits(usize),
}

/// Formats that are kept.
const MOST: usize = 1 << 16;

impl Format {
    /// What a format does that is known by its number (ECMA-376, 18.8.30), or is written out.
    pub fn new(number: u32, code: Option<&str>) -> Self {
        match (code, number) {
            (None, 14..=22 | 27..=36 | 45..=47 | 50..=58) => Self::Date,
            (None, _) => Self::Number,
            (Some(code), _) => Self::of_code(code),
        }
    }

    fn of_code(code: &str) -> Self {
        if code.len() > 1 && code.bytes().all(|byte| byte == b'0') {
            return Self::Digits(code.len());
        }
        // Letters in quotes and brackets, and those after a backslash, are shown as they are.
        let (mut quoted, mut bracket, mut escaped) = (false, false, false);
        let section = code.split(';').next().unwrap_or_default();
        for char in section.chars() {
            match char {
                _ if std::mem::take(&mut escaped) => {}
                '\\' | '_' | '*' if !quoted => escaped = true,
                '"' => quoted = !quoted,
                '[' if !quoted => bracket = true,
                ']' if !quoted => bracket = false,
                'y' | 'Y' | 'd' | 'D' | 'm' | 'M' | 'h' | 'H' if !quoted && !bracket => return Self::Date,
                _ => {}
            }
        }
        Self::Number
    }

    /// A number as the cell shows it, whole ones without a point.
    pub fn show(self, number: f64, from_1904: bool) -> String {
        let whole = number.fract() == 0.0 && number.abs() < 1e18;
        match self {
            Self::Date => day(number, from_1904).unwrap_or_else(|| Self::Number.show(number, false)),
            Self::Digits(digits) if whole => format!("{:0digits$}", number as i64),
            _ if whole => (number as i64).to_string(),
            _ => number.to_string(),
        }
    }
}

/// `1990-05-17`, with the time where there is one.
fn day(number: f64, from_1904: bool) -> Option<String> {
    if !(0.0..3e6).contains(&number) {
        return None;
    }
    let seconds = (number.fract() * 86_400.0).round() as i64;
    let days = number.trunc() as i64 + seconds / 86_400;
    // Excel takes 1900 for a leap year.
    let first = match from_1904 {
        true => date(1904, 1, 1),
        false if days < 60 => date(1899, 12, 31),
        false => date(1899, 12, 30),
    };
    let day = first.checked_add(days.days()).ok()?;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    Some(if seconds % 86_400 == 0 { day.to_string() } else { format!("{day} {hour:02}:{minute:02}:{second:02}") })
}

/// The formats of cells by the number of their style.
///
/// # Errors
/// Those of the source.
pub fn read(source: impl BufRead) -> io::Result<Vec<Format>> {
    let mut xml = Xml::new(source);
    let (mut codes, mut formats, mut of_cells) = (Vec::new(), Vec::new(), false);
    while let Some(event) = xml.next()? {
        match event {
            Event::Open(tag) => match tag.name() {
                b"numFmt" if codes.len() < MOST => {
                    let number = tag.attribute("numFmtId").and_then(|id| id.parse::<u32>().ok());
                    codes.extend(number.zip(tag.attribute("formatCode")));
                }
                b"cellXfs" => of_cells = true,
                b"xf" if of_cells && formats.len() < MOST => {
                    let number = tag.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let code = codes.iter().find(|(id, _)| *id == number).map(|(_, code)| &**code);
                    formats.push(Format::new(number, code));
                }
                _ => {}
            },
            Event::Close(b"cellXfs") => of_cells = false,
            Event::Close(_) | Event::Text(_) => {}
        }
    }
    Ok(formats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_the_cell_shows() {
        for (id, code, number, expected) in [
            (0, None, 900_517_132_728.0, "900517132728"),
            (0, None, 0.5, "0.5"),
            (14, None, 33010.0, "1990-05-17"),
            (22, None, 33010.75, "1990-05-17 18:00:00"),
            (164, Some("dd\\.mm\\.yyyy"), 59.0, "1900-02-28"),
            (164, Some("[$-419]d mmmm yyyy;@"), 61.0, "1900-03-01"),
            (164, Some("000000000000"), 10_517_132_728.0, "010517132728"),
            (164, Some("#,##0.00\\ \"д\""), 5.0, "5"),
            (164, Some("[Red]0.00"), 5.25, "5.25"),
            (14, None, -1.0, "-1"),
            (14, None, 1e300, "1e300"),
        ] {
            let shown = Format::new(id, code).show(number, false);
            assert!(shown == expected || expected == "1e300" && shown.len() > 300, "{code:?} {number}: {shown}");
        }
        assert_eq!(Format::Date.show(0.0, true), "1904-01-01");
    }
}
