//! Explaining inline marks: takes those at a spot, tells of each that keeps nothing quiet why it does not.

use std::ops::Range;

use super::Explained;
use super::hits::Seen;
use crate::category::Categories;
use crate::finding::MaskRule;
use crate::finding::explanation::{Idle, IdleMark};
use crate::suppress::{self, Mark, REACH};

/// The marks on the line of the spot and on the one before it that keep nothing quiet, by these scans.
pub fn idle(scans: [&Explained; 2]) -> Vec<IdleMark> {
    let by = scans[0];
    let excerpt = &by.read.excerpt;
    let mut idle = Vec::new();
    if by.read.binary {
        return idle;
    }
    suppress::find_marks(&excerpt.text, &excerpt.spot, true, |at, mark| {
        let lines = |range: Range<usize>| memchr::memchr_iter(b'\n', &excerpt.text[range]).count();
        let above = at < excerpt.spot.start && lines(at..excerpt.spot.start) > 0;
        let is_near = lines(at.min(excerpt.spot.start)..at.max(excerpt.spot.start)) <= usize::from(above);
        if !is_near || by.used.has_used(excerpt.base + at as u64) {
            return;
        }
        let place = by.place(at..at, MaskRule::default());
        let because = why(scans, at, &mark);
        // What is above bears on the line as far as it is made for the line below it, or was meant to be.
        if !above || mark.stands_alone() || matches!(because, Idle::OwnLine { .. }) {
            idle.push(IdleMark { line: place.line(), column: place.column(), because });
        }
    });
    idle
}

/// Why a mark keeps nothing quiet: what is wrong with itself, or else what is nearest to what it allows.
fn why(scans: [&Explained; 2], at: usize, mark: &Mark) -> Idle {
    let by = scans[0];
    let plan = by.scan.plan;
    if !plan.exceptions.marks {
        return Idle::Off;
    }
    if !mark.is_sound(plan.today) {
        return Idle::Fault { fault: mark.fault(plan.today) };
    }
    if let Some(unknown) = unknown(mark, &plan.categories) {
        return Idle::Unknown { category: unknown };
    }
    let text = &by.read.excerpt.text;
    let part = at.saturating_sub(REACH)..(at + REACH).min(text.len());
    let reasons = scans.into_iter().flat_map(|by| by.seen(&part)).filter_map(|seen| reason(&seen, text, at, mark));
    reasons.min_by_key(rank).unwrap_or(Idle::Absent)
}

/// The mark's first category, where it names none that there is.
fn unknown(mark: &Mark, categories: &Categories) -> Option<String> {
    let is_known = mark.categories().iter().any(|category| categories.get(category).is_some());
    if is_known { None } else { mark.names().first().map(|name| (*name).to_owned()) }
}

/// What a candidate tells of a mark that does not keep it quiet.
fn reason(seen: &Seen, text: &[u8], at: usize, mark: &Mark) -> Option<Idle> {
    if !mark.categories().iter().any(|category| **category == *seen.category) {
        return None;
    }
    let (line, column) = (seen.place.line(), seen.place.column());
    let start = seen.start;
    if mark.reaches(text, start, at) {
        return match &seen.outcome {
            Ok(None) => None,
            Ok(Some(reason)) => Some(Idle::Unreported { line, column, reason: reason.clone() }),
            Err(reason) => Some(Idle::Refused { line, column, reason: *reason }),
        };
    }
    let lines = memchr::memchr_iter(b'\n', &text[at.min(start)..at.max(start)]).count();
    match lines {
        _ if seen.outcome.is_err() => None,
        1 if at < start && !mark.stands_alone() => Some(Idle::OwnLine { line, column }),
        1 if at > start => Some(Idle::Below { line, column }),
        _ => None,
    }
}

/// The less, the more a reason tells.
fn rank(idle: &Idle) -> u8 {
    match idle {
        Idle::Unreported { .. } => 0,
        Idle::Refused { .. } => 1,
        Idle::OwnLine { .. } => 2,
        _ => 3,
    }
}
