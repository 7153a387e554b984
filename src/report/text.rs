//! Text for people: takes strings that others chose (paths, keys, messages), sizes, times and evidence, gives what is
//! safe and easy to read on a terminal.

use std::fmt::{self, Write};

use crate::finding::Evidence;

/// Shows a foreign string so that it can neither steer a terminal or a log nor pass for other text: control characters
/// as `\xNN`, line separators and what turns or hides text as `\u{NNNN}`. The marks of a workflow command, `::` where a
/// line may begin and `##[` and the like anywhere, are broken likewise: a runner obeys them in whatever is printed.
pub fn escape(text: &str) -> Escaped<'_> {
    Escaped(text)
}

/// What [`escape`] gives.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, c) in self.0.char_indices() {
            match c {
                ':' | '#' if begins_command(self.0, at) => write!(f, "\\x{:02X}", u32::from(c))?,
                _ if c.is_control() => write!(f, "\\x{:02X}", u32::from(c))?,
                _ if is_unsafe(c) => write!(f, "\\u{{{:04X}}}", u32::from(c))?,
                _ => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

fn begins_command(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    LOG_COMMANDS.iter().any(|command| rest.starts_with(command))
        || rest.starts_with("::") && text[..at].trim().is_empty()
}

/// What begins a command of the older kind, at any place of a line: of GitHub, of Azure, of TeamCity.
pub(super) const LOG_COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// Whether a character acts on the text around it instead of showing: C0, C1 and DEL, line and paragraph separators,
/// marks of direction, characters of no width. All are of the Basic Multilingual Plane.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A number of bytes: `812 B`, `1.5 KiB`, `3.0 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    // What would be written 1024.0 takes the next unit.
    while value >= 1023.95 {
        value /= 1024.0;
        unit = units.next();
    }
    format!("{value:.1} {}", unit.unwrap_or(&"EiB"))
}

pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.2} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// `1 hit`, `2 hits`.
pub(super) fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Evidence as the end of a sentence that begins with "because".
pub(super) fn words(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::CheckDigit => "the check digit holds",
        Evidence::Plausible => "its parts mean something real",
        Evidence::Implausible => "but hardly a living person's or an assigned number",
        Evidence::Formatted => "written as people write it",
        Evidence::Bare => "but written like any number",
        Evidence::KeyName => "its key names the category",
        Evidence::ContextWord => "a word nearby names the category",
        Evidence::OtherMeaning => "but a word nearby gives another meaning",
        Evidence::TestValue => "but published as a test value",
        Evidence::Grouped => "but in groups, as any number may be",
        Evidence::ShortRun => "but in a short run of text among binary bytes",
        Evidence::Encoded => "but written in an encoding",
        Evidence::ColumnName => "its column names the category",
        Evidence::ColumnType => "its column has the type for it",
        Evidence::Share => "so many of the column's values pass",
        Evidence::LowShare => "but few of the column's values pass",
        Evidence::ValuesFit => "the column's values look like it",
        Evidence::LeadingZeros => "but without its leading zeros",
        Evidence::Apart => "but its digits stand apart",
        Evidence::SpelledOut => "but its signs are spelled out",
        Evidence::Alone => "but nothing else in the table is about a person",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_acts_on_the_terminal() {
        let cases = [
            ("plain/путь/қаз.txt", "plain/путь/қаз.txt"),
            ("\x1b[31mred\x07", "\\x1B[31mred\\x07"),
            ("a\nb\r\tc\x7f", "a\\x0Ab\\x0D\\x09c\\x7F"),
            ("\u{9b}2J", "\\x9B2J"),
            ("gpj\u{202e}exe", "gpj\\u{202E}exe"),
            ("a\u{2028}b\u{2066}c\u{200b}", "a\\u{2028}b\\u{2066}c\\u{200B}"),
            ("::error::x", "\\x3A:error::x"),
            ("  ::add-mask::x", "  \\x3A:add-mask::x"),
            ("std::io", "std::io"),
            ("a###[group]", "a#\\x23#[group]"),
        ];
        for (raw, shown) in cases {
            assert_eq!(escape(raw).to_string(), shown);
        }
    }

    #[test]
    fn every_character_comes_out_safe() {
        for c in '\0'..=char::MAX {
            let shown = escape(c.encode_utf8(&mut [0; 4])).to_string();
            assert!(!shown.contains(is_unsafe), "{:04X}", u32::from(c));
        }
    }

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!(
            [0, 1023, 1024, 1536, 1 << 20, (1 << 20) - 1, 3 << 30, u64::MAX].map(size),
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "3.0 GiB", "16.0 EiB"]
        );
        assert_eq!(
            [0.004, 59.2, 59.7, 200.0, 7500.0].map(duration),
            ["0.00 s", "59.20 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]
        );
        assert_eq!([0, 1, 2].map(|n| count(n, "hit")), ["0 hits", "1 hit", "2 hits"]);
    }
}
