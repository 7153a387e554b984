//! Inline marks: takes a text, gives the marks in it, `derbes:allow CATEGORY,... reason=WHY [until=YYYY-MM-DD]`.
//!
//! A mark covers values of its categories on its own line; one that stands alone in a comment, those on the next line
//! too. It counts up to [`REACH`] bytes from a value, so that what it covers does not depend on where a text is cut.

use std::ops::Range;

use jiff::civil::Date;
use memchr::memmem::Finder;

use super::Subject;

const WORD: &[u8] = b"derbes:allow";
/// Where its colon stands, between letters.
const COLON: usize = 6;

/// Bytes between the starts of a mark and of a value at most.
pub const REACH: usize = 512;

/// Bytes of a mark that are read, and bytes before it that tell whether it stands alone.
const LENGTH: usize = 400;

/// What is written in a comment to allow a value.
#[derive(Clone)]
pub struct Mark {
    /// Counts from 1.
    pub line: u64,
    categories: Vec<String>,
    has_reason: bool,
    /// The last day on which it counts, or what is written instead of a day.
    until: Option<Result<Date, ()>>,
    /// Whether nothing but a comment's beginning stands before it on its line.
    alone: bool,
}

/// Calls `found` with each mark in reach of `own`, and where in the text it starts. `inside` tells whether a colon may
/// stand between letters within `own`; where none does, only what is around it is looked at.
pub fn find(text: &[u8], own: &Range<usize>, inside: bool, mut found: impl FnMut(usize, Mark)) {
    let from = own.start.saturating_sub(REACH);
    let to = (own.end + REACH + WORD.len()).min(text.len());
    let finder = Finder::new(WORD);
    let mut look = |part: Range<usize>| {
        for at in finder.find_iter(&text[part.clone()]).map(|at| part.start + at) {
            let rest = &text[at + WORD.len()..text.len().min(at + LENGTH)];
            // Of a longer word, as in prose about it, none is a mark.
            if rest.first().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
                found(at, Mark { alone: is_alone(text, at), ..Mark::parse(&String::from_utf8_lossy(line)) });
            }
        }
    };
    if inside {
        look(from..to);
    } else {
        look(from..(own.start + WORD.len() - COLON - 1).min(to));
        look(own.end.saturating_sub(COLON).max(from)..to);
    }
}

/// Whether only signs stand before `at` on its line.
fn is_alone(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(LENGTH)..at];
    let line = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end + 1..],
        None if at > LENGTH => return false,
        None => before,
    };
    line.iter().all(|byte| byte.is_ascii_punctuation() || byte.is_ascii_whitespace())
}

impl Mark {
    #[must_use]
    pub fn at(self, line: u64) -> Self {
        Self { line, ..self }
    }

    fn parse(text: &str) -> Self {
        let text = text.trim();
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        // The categories may be missing: then no value is covered.
        let (first, rest) = if first.contains('=') { ("", text) } else { (first, rest) };
        let categories = first.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let until = rest.split_whitespace().find_map(|word| word.strip_prefix("until="));
        let until = until.map(|day| trim(day).parse().map_err(|_| ()));
        let reason = rest.split_once("reason=").map(|(_, reason)| reason.split("until=").next().unwrap_or_default());
        let has_reason = reason.is_some_and(|reason| reason.chars().any(char::is_alphanumeric));
        Self { line: 0, categories: categories.collect(), has_reason, until, alone: false }
    }

    /// Whether it covers the hit, the mark being at `at` in the same text.
    pub fn covers(&self, hit: &Subject, at: usize, today: Date) -> bool {
        self.allows(hit.category, today) && self.reaches(hit.text, hit.span.start, at)
    }

    /// Whether it covers values of a category where it reaches them.
    pub fn allows(&self, category: &str, today: Date) -> bool {
        self.categories.iter().any(|own| own == category) && self.has_reason && self.counts_on(today)
    }

    /// Whether it has a comment of its own.
    pub fn stands_alone(&self) -> bool {
        self.alone
    }

    fn counts_on(&self, today: Date) -> bool {
        self.until.is_none_or(|until| until.is_ok_and(|until| until >= today))
    }

    /// Whether a value at `value` is on a line that it covers, the mark being at `at` in the same text.
    pub fn reaches(&self, text: &[u8], value: usize, at: usize) -> bool {
        let between = value.min(at)..value.max(at);
        let lines = || memchr::memchr_iter(b'\n', &text[between.clone()]).count();
        between.len() <= REACH && (lines() == 0 || self.alone && at < value && lines() == 1)
    }

    /// Whether it is written as it should be, and has not ended.
    pub fn is_sound(&self, today: Date) -> bool {
        !self.categories.is_empty() && self.has_reason && self.counts_on(today)
    }

    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// The categories as they may be shown: what is no category's name may be the value itself.
    pub fn names(&self) -> Vec<&str> {
        let is_id = |name: &&String| name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        self.categories.iter().map(|name| Some(name).filter(is_id).map_or("something unknown", |name| name)).collect()
    }

    /// Why it covers nothing.
    pub fn fault(&self, today: Date) -> String {
        let names = self.names().join(", ");
        match self.until {
            _ if self.categories.is_empty() => "names no category: write derbes:allow CATEGORY reason=WHY".to_owned(),
            _ if !self.has_reason => format!("allows {names} without a reason: add reason=WHY"),
            Some(Err(())) => format!("allows {names} until a day that is none: write until=YYYY-MM-DD"),
            Some(Ok(until)) if until < today => format!("allowed {names} until {until}"),
            _ => format!("allows {names}, which is not there"),
        }
    }
}

/// Without what closes a comment.
fn trim(word: &str) -> &str {
    word.trim_end_matches(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 22);

    /// Whether the value `V` in the text is covered, by whatever part of it is scanned.
    fn covered(text: &str) -> bool {
        let start = text.find('V').unwrap();
        let span = start..start + 1;
        let hit =
            Subject { text: text.as_bytes(), span: span.clone(), base: 0, detector: &"kz-iin".into(), category: "iin" };
        let by = |own: &Range<usize>| {
            let mut covers = false;
            let inside = text[own.clone()].contains(':');
            find(hit.text, own, inside, |at, mark| covers |= mark.covers(&hit, at, TODAY));
            covers
        };
        assert_eq!(by(&span), by(&(0..text.len())), "{text}");
        by(&span)
    }

    #[test]
    fn a_mark_covers_its_line_and_one_alone_the_next() {
        for (text, expected) in [
            ("V # derbes:allow iin reason=made up", true),
            ("V /* derbes:allow phone,iin until=2026-11-22 reason=made up */", true),
            ("# derbes:allow iin reason=made up\nV", true),
            ("<!-- derbes:allow iin reason=made up until=2027-01-01 -->\nV", true),
            ("x = 1 # derbes:allow iin reason=made up\nV", false),
            ("# derbes:allow iin reason=made up\n\nV", false),
            ("V\n# derbes:allow iin reason=made up", false),
            ("V # derbes:allow phone reason=made up", false),
            ("V # derbes:allow iin", false),
            ("V # derbes:allow iin reason=", false),
            ("V # derbes:allow iin reason= until=2027-01-01", false),
            ("V # derbes:allow reason=made up", false),
            ("V # derbes:allow iin reason=made up until=2026-11-21", false),
            ("V # derbes:allow iin reason=made up until=soon", false),
            ("V # derbes:allowed iin reason=made up", false),
        ] {
            assert_eq!(covered(text), expected, "{text}");
        }
        let far = |bytes: usize| format!("V{}# derbes:allow iin reason=made up", " ".repeat(bytes));
        assert!(covered(&far(500)) && !covered(&far(600)));
    }

    #[test]
    fn each_mark_is_found_once_wherever_a_stretch_is_cut() {
        let text = format!("{0}derbes:allow iin\n{0}derbes:allow phone\n{0}", "x".repeat(30));
        let colons: Vec<usize> = memchr::memchr_iter(b':', text.as_bytes()).collect();
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let inside = colons.iter().any(|colon| (start..end).contains(colon));
                let mut found = Vec::new();
                find(text.as_bytes(), &(start..end), inside, |at, _| found.push(at));
                assert_eq!(found, [30, 77], "{start} {end}");
            }
        }
    }

    #[test]
    fn what_is_wrong_with_a_mark_is_told() {
        for (text, fault) in [
            ("iin reason=x", "allows iin, which is not there"),
            ("iin", "allows iin without a reason: add reason=WHY"),
            ("", "names no category: write derbes:allow CATEGORY reason=WHY"),
            ("iin,phone reason=x until=2026-01-01", "allowed iin, phone until 2026-01-01"),
            ("iin reason=x until=never", "allows iin until a day that is none: write until=YYYY-MM-DD"),
        ] {
            assert_eq!(Mark::parse(text).fault(TODAY), fault);
        }
    }
}
