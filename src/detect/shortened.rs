//! Numbers that a spreadsheet or a column of numbers has spoilt: takes the cells of columns that are named after the ИИН or БИН,
//! gives those values that lost their leading zeros or whose digits stand apart, and tells where only the first digits of a
//! number are left, as in `8,00101E+11`.

use std::ops::Range;

use super::check::{Check, Subject};
use super::columns::{Column, Columns};
use super::{Detector, Match, Scanner, Scratch};
use crate::finding::{Evidence, Posture};
use crate::layout::table::{Grid, Segment, closes_cell};
use crate::lexicon::Meaning;

/// The categories of numbers of 12 digits.
const CATEGORIES: [&str; 2] = ["iin", "bin"];

/// Most bytes between the border of a cell and its value.
const OPENING: usize = 16;

/// Digits that are left of 12: who is born from January to September 2000 loses three.
const LEFT: std::ops::RangeInclusive<usize> = 9..=11;

/// What is known of tables, the last one first, and what was found in a stretch.
#[derive(Default)]
pub struct Shortened {
    columns: Columns,
    found: Vec<Match>,
    /// Where numbers begin that have lost digits, with their columns, in order.
    pub damaged: Vec<(usize, usize)>,
}

/// What stands in a cell.
enum Number {
    /// Digits up to here that are fewer than 12.
    Short(usize),
    /// 12 digits up to here, with marks between them.
    Apart(usize),
    Damaged,
}

impl Scanner {
    /// Adds values that lost their leading zeros to those of a text, and notes damaged numbers, in the tables whose columns
    /// are known while their rows are read; nothing where the scan of the text has told that there are none.
    pub fn shortened(
        &self,
        (text, grid): (&[u8], &Grid),
        (posture, scan): (Option<Posture>, &Scratch),
        seen: &mut Shortened,
        matches: &mut Vec<Match>,
    ) {
        seen.damaged.clear();
        if !scan.spoilt {
            return;
        }
        let wanted = self.numbers_of_twelve();
        for segment in &grid.segments {
            let columns = seen.columns.of(&segment.table, &self.lexicon);
            let is_named = |said: &Column| said.iter().any(|meaning| wanted.contains(&Some(*meaning)));
            for column in (0..columns.len()).filter(|column| is_named(&columns[*column])) {
                for start in grid.cell_starts(segment, column) {
                    let value = start + opening(text, start, segment);
                    match number(text, value, segment).filter(|_| segment.range.contains(&value)) {
                        Some(Number::Short(end)) => {
                            seen.found.extend(self.restored(text, value..end, Evidence::LeadingZeros, posture));
                        }
                        // Most that are written in groups were found in the text.
                        Some(Number::Apart(_)) if begins(matches, value) => {}
                        Some(Number::Apart(end)) => {
                            seen.found.extend(self.restored(text, value..end, Evidence::Apart, posture));
                        }
                        Some(Number::Damaged) => seen.damaged.push((value, column)),
                        None => {}
                    }
                }
            }
        }
        seen.damaged.sort_unstable();
        if !seen.found.is_empty() {
            seen.found.sort_by_key(|found| found.span.start);
            let shares = |other: &Match| {
                let next = seen.found.partition_point(|found| found.span.end <= other.span.start);
                seen.found.get(next).is_some_and(|found| found.span.start < other.span.end)
            };
            matches.retain(|other| !shares(other));
            matches.append(&mut seen.found);
            matches.sort_by_key(|found| found.span.start);
        }
    }

    /// The categories of numbers of 12 digits, where they are known.
    pub(super) fn numbers_of_twelve(&self) -> [Option<Meaning>; 2] {
        CATEGORIES.map(|category| self.lexicon.category(category))
    }

    /// The value that the digits of a cell are when they stand together, with zeros before them if they are fewer than 12;
    /// `said` is what that says.
    fn restored(&self, text: &[u8], cell: Range<usize>, said: Evidence, posture: Option<Posture>) -> Option<Match> {
        let mut whole = [b'0'; 12];
        let digits = text[cell.clone()].iter().rev().filter(|byte| byte.is_ascii_digit());
        whole.iter_mut().rev().zip(digits).for_each(|(slot, digit)| *slot = *digit);
        let on = &self.runs_of(posture).rows.on;
        let of_category = |detector: &Detector| CATEGORIES.contains(&&*detector.definition.category);
        let detectors = (0..).zip(self.detectors.iter()).filter(|(id, d)| on[usize::from(*id)] && of_category(d));
        let mut checks = detectors.filter_map(|(id, detector)| Some((id, detector.check?)));
        checks.find_map(|(detector, check): (u16, &Check)| {
            let checked = (check.run)(&Subject::new(&whole, 0, &self.registry))?;
            Some(Match {
                detector,
                span: cell.clone(),
                evidence: checked.evidence.with(said),
                age: checked.age,
                impersonal: checked.impersonal,
                key: None,
                told: None,
            })
        })
    }
}

/// Whether a value begins at a place.
fn begins(matches: &[Match], at: usize) -> bool {
    matches.get(matches.partition_point(|found| found.span.start < at)).is_some_and(|found| found.span.start == at)
}

/// Bytes between the border of a cell and its value: a quote; among the values of an INSERT also what opens a row.
fn opening(text: &[u8], start: usize, segment: &Segment) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    if segment.separator != b',' || segment.table.inferred {
        return usize::from(rest.first() == Some(&b'"'));
    }
    let opens = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'(' | b'N');
    let before = rest.iter().take(OPENING).take_while(|byte| opens(byte)).count();
    // Of an empty cell, the next quote closes it.
    before + usize::from(matches!(rest.get(before), Some(b'\'' | b'"')))
}

/// What a cell holds whose value begins at `start`, if that is such a number and nothing else.
fn number(text: &[u8], start: usize, segment: &Segment) -> Option<Number> {
    let rest = text.get(start..)?;
    let count = |from: usize| rest[from..].iter().take(16).take_while(|byte| byte.is_ascii_digit()).count();
    let digits = count(0);
    let closes = |end: usize| closes_cell(text, &(start..start + end), segment.separator);
    if let Some(end) = apart_end(rest, digits).filter(|end| closes(*end)) {
        return Some(Number::Apart(start + end));
    }
    if LEFT.contains(&digits) {
        let end = digits + if rest[digits..].starts_with(b".0") { 2 } else { 0 };
        return closes(end).then_some(Number::Short(start + digits));
    }
    if digits != 1 {
        return None;
    }
    let mantissa = match rest.get(1) {
        Some(b'.' | b',') => 2 + count(2),
        _ => 1,
    };
    let exponent = match rest.get(mantissa..)? {
        [b'E' | b'e', b'+', ..] => mantissa + 2,
        [b'E' | b'e', ..] => mantissa + 1,
        _ => return None,
    };
    let end = exponent + count(exponent);
    let is_long = matches!(&rest[exponent..end], b"08" | b"8" | b"09" | b"9" | b"10" | b"11");
    (is_long && closes(end)).then_some(Number::Damaged)
}

/// Where 12 digits end that marks stand between, the first after so many of them.
fn apart_end(text: &[u8], first: usize) -> Option<usize> {
    let joint = |at: usize| match &text[at..] {
        [b' ' | b'-' | b'.', ..] => 1,
        // No-break spaces, as spreadsheets group digits.
        [0xC2, 0xA0, ..] => 2,
        [0xE2, 0x80, 0xAF, ..] => 3,
        _ => 0,
    };
    if !(1..12).contains(&first) {
        return None;
    }
    let (mut digits, mut end) = (first, first);
    while digits < 12 {
        let gap = joint(end);
        let group = text[end + gap..].iter().take(13).take_while(|byte| byte.is_ascii_digit()).count();
        if gap == 0 || group == 0 {
            return None;
        }
        (digits, end) = (digits + group, end + gap + group);
    }
    (digits == 12).then_some(end)
}
