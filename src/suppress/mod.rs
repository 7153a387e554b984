//! Keeping quiet what is known: takes hits while their values are still in the input buffer, tells which of them an
//! inline [mark](Mark), an allow [`Rule`] or the [`Baseline`] covers, and which of these cover nothing any more.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::Suppressed;
use crate::input::{Origin, Target};

mod baseline;
mod fingerprint;
mod mark;
mod paths;
mod rule;

pub use baseline::{Baseline, Known};
pub use fingerprint::{Fingerprint, Key};
pub use mark::{Mark, REACH, find as find_marks};
pub use paths::{Paths, below_root};
pub use rule::Rule;

/// Everything that keeps hits quiet in a run.
#[derive(Debug)]
pub struct Exceptions {
    /// Whether inline marks count.
    pub marks: bool,
    pub rules: Vec<Rule>,
    pub baseline: Option<Baseline>,
    pub baseline_file: PathBuf,
    /// What a baseline that is to be written held before: hits are recorded under its key.
    pub record: Option<Baseline>,
    /// The folder that paths are named from, and the current folder below it.
    pub root: PathBuf,
    pub prefix: PathBuf,
    pub today: Date,
}

impl Exceptions {
    /// None at all.
    pub fn none(today: Date) -> Self {
        Self {
            marks: false,
            rules: Vec::new(),
            baseline: None,
            baseline_file: PathBuf::new(),
            record: None,
            root: PathBuf::new(),
            prefix: PathBuf::new(),
            today,
        }
    }

    /// The path of an origin below the root, if it lies there.
    pub fn path(&self, origin: &Origin) -> Option<String> {
        below_root(&self.root, &self.prefix, origin)
    }

    /// The paths of a target below the root, if they all lie there.
    pub fn paths(&self, target: &Target) -> Option<Vec<String>> {
        target.paths().iter().map(|path| self.path(path)).collect()
    }

    /// What the baseline has of a target, if anything. Its hits are to be shown in order, by one thread.
    pub fn known(&self, target: &Target) -> Option<Known> {
        let baseline = self.baseline.as_ref()?;
        target.paths().iter().find_map(|path| baseline.known(&self.path(path)?))
    }
}

/// What was kept quiet in a part of a text. Parts that neighbour each other add up to the whole.
#[derive(Clone, Default)]
pub struct Tally {
    pub hits: Suppressed,
    /// Hits by the rule that covers them.
    pub rules: BTreeMap<usize, u64>,
    /// Hits by the baseline's entry that knows them.
    pub known: BTreeMap<usize, u64>,
    /// Hits for a new baseline, by detector and fingerprint.
    pub recorded: BTreeMap<(Arc<str>, Fingerprint), u64>,
    /// Offsets of the marks that cover the first rows of tables, by the offsets of these.
    tables: BTreeMap<u64, Vec<u64>>,
    /// The marks that stand in the text, by offset; the first ones.
    marks: BTreeMap<u64, Mark>,
    /// Offsets of those that cover a hit.
    used: BTreeSet<u64>,
    /// Line ends in the text.
    lines: u64,
    /// The part of the text, by offset, in which hits are noted that the baseline knows, and these with their detectors.
    noted: (Range<u64>, BTreeSet<(u64, Arc<str>)>),
}

/// Marks of one text that are told of when they cover nothing.
const MARKS: usize = 1000;

impl Tally {
    /// Joins what the next part of the same text gave; `lines` are the line ends of this part.
    pub fn append(&mut self, next: Self) {
        for (offset, mut mark) in next.marks {
            mark.line += self.lines;
            if self.marks.len() < MARKS {
                self.marks.insert(offset, mark);
            }
        }
        self.used.extend(next.used);
        self.lines += next.lines;
        self.hits.add(&next.hits);
        add(&mut self.rules, next.rules);
        add(&mut self.known, next.known);
        add(&mut self.recorded, next.recorded);
        self.tables.extend(next.tables);
    }

    /// Whether nothing was kept quiet, and nothing recorded.
    pub fn is_empty(&self) -> bool {
        self.hits.is_none() && self.rules.is_empty() && self.known.is_empty() && self.recorded.is_empty()
    }

    /// Counts the line ends of the part.
    pub fn close(&mut self, lines: u64) {
        self.lines = lines;
    }

    /// Whether the baseline knows the hit of a detector that begins at this offset, in the part that was noted.
    pub fn has_known(&self, offset: u64, detector: &Arc<str>) -> bool {
        self.noted.1.contains(&(offset, detector.clone()))
    }

    /// Whether the mark at this offset covers a hit.
    pub fn has_used(&self, mark: u64) -> bool {
        self.used.contains(&mark)
    }

    /// The marks of the whole text that cover nothing, with what is wrong with each.
    pub fn idle_marks(&self, today: Date) -> impl Iterator<Item = (u64, String)> + '_ {
        let idle = self.marks.iter().filter(|(offset, _)| !self.used.contains(offset));
        idle.map(move |(_, mark)| (mark.line, mark.fault(today)))
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *counts.entry(key).or_default() += count;
    }
}

/// What keeps hits of one target quiet.
#[derive(Clone)]
pub struct Quiet<'a> {
    exceptions: &'a Exceptions,
    /// Indices of the rules that name the target's path.
    rules: Vec<usize>,
    known: Option<Known>,
    /// The marks in reach of the stretch.
    marks: Vec<(usize, Mark)>,
    tally: Tally,
}

/// A hit whose value is still in the input buffer.
pub struct Subject<'a> {
    pub text: &'a [u8],
    pub span: Range<usize>,
    /// Offset of the text's first byte.
    pub base: u64,
    pub detector: &'a Arc<str>,
    pub category: &'a str,
}

/// A column that is known by its name, so that none of its values is looked at.
pub struct NamedColumn<'a> {
    pub detector: &'a Arc<str>,
    pub category: &'a str,
    /// The table's and its own.
    pub name: (&'a str, &'a str),
    pub values: u64,
    /// Offset of the table's first row.
    pub first: u64,
}

impl Subject<'_> {
    fn value(&self) -> &[u8] {
        &self.text[self.span.clone()]
    }
}

impl<'a> Quiet<'a> {
    /// What keeps hits of a target quiet, with what is left of the baseline's entries and was kept quiet before.
    pub fn resume(exceptions: &'a Exceptions, target: &Target, known: Option<Known>, tally: Tally) -> Self {
        let paths = if exceptions.rules.is_empty() { None } else { exceptions.paths(target) };
        let named = |rule: &Rule| paths.as_ref().is_some_and(|paths| rule.paths.contain_all(paths));
        let rules = exceptions.rules.iter().enumerate().filter(|(_, rule)| named(rule)).map(|(index, _)| index);
        Self { exceptions, rules: rules.collect(), known, marks: Vec::new(), tally }
    }

    /// What was kept quiet, and what is left of the baseline's entries.
    pub fn end(self) -> (Tally, Option<Known>) {
        (self.tally, self.known)
    }

    /// Looks for marks in reach of `own` of the text, whose first byte is at `base` and whose part `own` begins after
    /// `lines` line ends. `inside` tells whether a colon may stand between letters within `own`.
    pub fn look(&mut self, text: &[u8], own: &Range<usize>, inside: bool, base: u64, lines: u64) {
        self.marks.clear();
        if !self.exceptions.marks {
            return;
        }
        mark::find(text, own, inside, |at, mark| self.marks.push((at, mark)));
        let mut line = lines;
        let mut counted = own.start;
        for (at, mark) in self.marks.iter().filter(|(at, _)| own.contains(at)) {
            line += memchr::memchr_iter(b'\n', &text[counted..*at]).count() as u64;
            counted = *at;
            if self.tally.marks.len() < MARKS {
                self.tally.marks.insert(base + *at as u64, mark.clone().at(line + 1));
            }
        }
    }

    /// Whether the baseline has entries of the target, which its hits use up in order.
    pub fn has_known(&self) -> bool {
        self.known.is_some()
    }

    /// Whether there is nothing that could keep a hit of the stretch quiet, and none is recorded.
    pub fn is_idle(&self) -> bool {
        self.marks.is_empty() && self.rules.is_empty() && self.known.is_none() && self.exceptions.record.is_none()
    }

    /// Whether a mark or a rule covers the hit. `counts` tells whether the hit would count otherwise.
    pub fn covers(&mut self, hit: &Subject, counts: bool) -> bool {
        let today = self.exceptions.today;
        let reaching = self.marks.iter().find(|(at, mark)| mark.covers(hit, *at, today));
        if let Some((at, _)) = reaching {
            self.tally.used.insert(hit.base + *at as u64);
            self.tally.hits.inline += u64::from(counts);
            return true;
        }
        let rules = &self.exceptions.rules;
        let Some(rule) = self.rules.iter().copied().find(|rule| rules[*rule].covers(hit, today)) else { return false };
        *self.tally.rules.entry(rule).or_default() += 1;
        self.tally.hits.rules += u64::from(counts);
        true
    }

    /// Whether the baseline knows the hit, which is recorded for a new one.
    pub fn knows(&mut self, hit: &Subject) -> bool {
        if let Some(record) = &self.exceptions.record {
            *self.tally.recorded.entry((hit.detector.clone(), record.key.fingerprint(hit.value()))).or_default() += 1;
        }
        let (Some(known), Some(baseline)) = (&mut self.known, &self.exceptions.baseline) else { return false };
        let Some((entry, _)) = known.take(hit.detector, baseline.key.fingerprint(hit.value()), 1) else { return false };
        *self.tally.known.entry(entry).or_default() += 1;
        self.tally.hits.baseline += 1;
        let (part, noted) = &mut self.tally.noted;
        let at = hit.base + hit.span.start as u64;
        if part.contains(&at) {
            noted.insert((at, hit.detector.clone()));
        }
        true
    }

    /// Notes from now on which hits the baseline knows that begin in a part of the text.
    pub fn note(&mut self, part: Range<u64>) {
        self.tally.noted.0 = part;
    }

    /// Notes the marks that cover the first row of a table, at `at` in the text, whose first byte is at `base`.
    pub fn note_table(&mut self, text: &[u8], at: usize, base: u64) {
        let above =
            |mark_at: usize, mark: &Mark| mark.stands_alone() && mark_at < at && mark.reaches(text, at, mark_at);
        let reaching = self.marks.iter().filter(|(mark_at, mark)| above(*mark_at, mark));
        let offsets: Vec<u64> = reaching.map(|(mark_at, _)| base + *mark_at as u64).collect();
        if !offsets.is_empty() {
            self.tally.tables.insert(base + at as u64, offsets);
        }
    }

    /// The values of a column that nothing keeps quiet: a mark of its own above the table's first row does, a rule that asks for no
    /// value, and for as many as were recorded the baseline.
    pub fn left_of(&mut self, column: &NamedColumn) -> u64 {
        let today = self.exceptions.today;
        let offsets = self.tally.tables.get(&column.first).into_iter().flatten();
        let mut marks = offsets.filter_map(|offset| Some((*offset, self.tally.marks.get(offset)?)));
        if let Some((offset, _)) = marks.find(|(_, mark)| mark.allows(column.category, today)) {
            self.tally.used.insert(offset);
            self.tally.hits.inline += column.values;
            return 0;
        }
        let rules = &self.exceptions.rules;
        if let Some(rule) = self.rules.iter().find(|rule| rules[**rule].covers_column(column.category, today)) {
            *self.tally.rules.entry(*rule).or_default() += column.values;
            self.tally.hits.rules += column.values;
            return 0;
        }
        let name = format!("{}\t{}", column.name.0, column.name.1);
        if let Some(record) = &self.exceptions.record {
            let entry = (column.detector.clone(), record.key.fingerprint(name.as_bytes()));
            *self.tally.recorded.entry(entry).or_default() += column.values;
        }
        let (Some(known), Some(baseline)) = (&mut self.known, &self.exceptions.baseline) else { return column.values };
        let taken = known.take(column.detector, baseline.key.fingerprint(name.as_bytes()), column.values);
        let Some((entry, taken)) = taken else { return column.values };
        *self.tally.known.entry(entry).or_default() += taken;
        self.tally.hits.baseline += taken;
        column.values - taken
    }
}
