//! Gathering: takes the hits of one split, gives a [`Partial`]; partials of neighbouring splits add up to that of the
//! whole, whoever scanned them. Counts are exact, places are the first ones by offset.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tables;
use crate::finding::{Confidence, EvidenceSet, Facts, Field, Finding, Place, Redacted};
use crate::input::Origin;
use crate::layout::PATH_CUT;
use crate::limits::Limits;

/// Line ends of a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Line ends so far.
    pub ends: u64,
    /// Where the line begins that is open at the end; none where no line ends in the stretch.
    pub open: Option<u64>,
    /// Whether each is a row of a table that is no text, so that places have no lines.
    pub rows: bool,
    /// The page that all of them are on.
    pub page: Option<u32>,
}

impl Lines {
    /// No text yet, from `offset` on: the first line of a text begins at 0, that of another stretch somewhere before.
    pub fn from(offset: u64) -> Self {
        Self { ends: 0, open: (offset == 0).then_some(0), rows: false, page: None }
    }

    /// No text yet, from `offset` on, where a line begins.
    pub fn at(offset: u64) -> Self {
        Self { ends: 0, open: Some(offset), rows: false, page: None }
    }

    /// The rows of a table that is no text, after so many.
    pub fn of_rows(before: u64) -> Self {
        Self { ends: before, open: None, rows: true, page: None }
    }

    /// The same, on this page of a document.
    #[must_use]
    pub fn on_page(self, page: Option<u32>) -> Self {
        Self { page, ..self }
    }

    /// Whether they are rows, which no line is told of.
    pub fn are_rows(&self) -> bool {
        self.rows
    }

    /// What other text counts of it: of rows, nothing.
    pub fn counted(self) -> Self {
        if self.rows { Self { ends: 0, open: None, rows: false, page: None } } else { self }
    }

    /// Goes over `text`, which begins at `offset`.
    pub fn advance(&mut self, text: &[u8], offset: u64) {
        self.pass(text, offset, memchr::memchr_iter(b'\n', text).count() as u64);
    }

    /// Goes over `text`, which begins at `offset` and has this many line ends.
    pub fn pass(&mut self, text: &[u8], offset: u64, ends: u64) {
        debug_assert_eq!(ends, memchr::memchr_iter(b'\n', text).count() as u64);
        if let Some(last) = memchr::memrchr(b'\n', text) {
            self.ends += ends;
            self.open = Some(offset + last as u64 + 1);
        }
    }

    /// The place of a value on the line that is open.
    pub fn place(&self, offset: u64, value: Redacted) -> Place {
        let place = if self.rows {
            Place::in_cells(offset, self.ends + 1, value)
        } else {
            Place::new(offset, self.ends + 1, self.open.unwrap_or(Place::UNKNOWN), value)
        };
        self.page.map_or(place, |page| place.on_page(page))
    }

    /// A place of the next stretch, counted with these lines before it.
    pub(super) fn before(&self, place: Place) -> Place {
        place.after(self.ends, 0).on_line_from(self.open.unwrap_or(Place::UNKNOWN))
    }

    fn append(&mut self, next: Self) {
        self.ends += next.ends;
        self.open = next.open.or(self.open);
    }
}

/// A match that is to be counted.
pub struct Hit<'a> {
    pub detector: u16,
    pub score: u8,
    pub confidence: Confidence,
    pub evidence: EvidenceSet,
    pub key: Option<&'a str>,
    pub age: Option<u8>,
    pub impersonal: bool,
}

/// What a split gave. Partials of neighbours are joined by [`Partial::append`], which is associative.
#[derive(Clone)]
pub struct Partial {
    /// Hits under no field, or under one too many.
    unnamed: Groups,
    fields: BTreeMap<Box<str>, Groups>,
    lines: Lines,
    pub tables: Tables,
    /// Bytes of text examined.
    pub examined: u64,
}

type Groups = BTreeMap<(u16, Confidence), Group>;

#[derive(Clone, Debug, Default, PartialEq)]
struct Group {
    hits: u64,
    places: Vec<Place>,
    /// Score and evidence of the hit with the highest score; of equal ones, with the larger set.
    best: (u8, EvidenceSet),
    facts: Facts,
}

impl Partial {
    /// Nothing yet, from `offset` on.
    pub fn from(offset: u64) -> Self {
        Self {
            unnamed: Groups::new(),
            fields: BTreeMap::new(),
            lines: Lines::from(offset),
            tables: Tables::default(),
            examined: 0,
        }
    }

    /// Counts a hit, whose `place` is asked for only if it is to be listed. Hits come in the order of their offsets.
    pub fn add(&mut self, hit: &Hit, place: impl FnOnce() -> Place, limits: &Limits) {
        let group = self.groups(hit.key).entry((hit.detector, hit.confidence)).or_default();
        group.hits += 1;
        if group.places.len() < limits.places.bound() {
            group.places.push(place());
        }
        group.best = group.best.max((hit.score, hit.evidence));
        group.facts.impersonal += u64::from(hit.impersonal);
        group.facts.made_up += u64::from(!hit.impersonal && hit.evidence.is_made_up());
        if let Some(age) = hit.age {
            *group.facts.ages.entry(age).or_default() += 1;
        }
        self.keep_fields(limits);
    }

    fn groups(&mut self, key: Option<&str>) -> &mut Groups {
        let Some(key) = key else { return &mut self.unnamed };
        // Nearly every hit stands under a key that was seen before: only a new one is copied.
        if !self.fields.contains_key(key) {
            self.fields.insert(key.into(), Groups::new());
        }
        self.fields.get_mut(key).expect("it was inserted if it was not there")
    }

    /// Joins what the next stretch of the same text gave.
    pub fn append(&mut self, mut next: Self, limits: &Limits) {
        let lines = self.lines;
        for group in next.fields.values_mut().chain([&mut next.unnamed]).flat_map(BTreeMap::values_mut) {
            for place in &mut group.places {
                *place = lines.before(*place);
            }
        }
        absorb(&mut self.unnamed, next.unnamed, limits);
        for (key, groups) in next.fields {
            absorb(self.fields.entry(key).or_default(), groups, limits);
        }
        self.keep_fields(limits);
        self.tables.append(next.tables, self.lines, limits);
        self.lines.append(next.lines);
        self.examined += next.examined;
    }

    /// Line ends in the text that was gone over.
    pub fn line_ends(&self) -> u64 {
        self.lines.ends
    }

    /// Counts the text that was gone over.
    pub fn close(&mut self, lines: Lines, examined: u64) {
        self.lines = lines;
        self.examined = examined;
    }

    /// Keeps the first fields by name and lets the others fall together under none: which ones does not depend on
    /// where the text was cut.
    fn keep_fields(&mut self, limits: &Limits) {
        while self.fields.len() > limits.fields {
            let Some((_, groups)) = self.fields.pop_last() else { return };
            absorb(&mut self.unnamed, groups, limits);
        }
    }

    /// Lets fields fall together whose paths end alike where the beginning of one is out of reach: under the shortest ending.
    fn join_cut_paths(&mut self, limits: &Limits) {
        let mut endings: Vec<Box<str>> = Vec::new();
        let mut cut: Vec<&str> = self.fields.keys().filter_map(|key| key.strip_prefix(PATH_CUT)).collect();
        cut.sort_by_key(|ending| ending.len());
        for ending in cut {
            if !endings.iter().any(|shorter| ending.ends_with(&**shorter)) {
                endings.push(ending.into());
            }
        }
        if endings.is_empty() {
            return;
        }
        for (key, groups) in std::mem::take(&mut self.fields) {
            let ending = endings.iter().find(|ending| key.ends_with(&***ending));
            let key = ending.map_or(key, |ending| format!("{PATH_CUT}{ending}").into());
            absorb(self.fields.entry(key).or_default(), groups, limits);
        }
    }

    /// The findings of the whole text outside of tables. `name` gives a detector's category and id.
    pub fn finish(
        mut self,
        path: &Origin,
        limits: &Limits,
        name: impl Fn(u16) -> (Arc<str>, Arc<str>),
    ) -> Vec<Finding> {
        self.join_cut_paths(limits);
        let mut findings: Vec<Finding> = Vec::new();
        let named = self.fields.into_iter().map(|(key, groups)| (Some(key), groups));
        for (key, groups) in std::iter::once((None, self.unnamed)).chain(named) {
            for ((detector, confidence), group) in groups {
                let (category, detector) = name(detector);
                findings.push(Finding {
                    path: path.clone(),
                    category,
                    detector,
                    confidence,
                    score: group.best.0,
                    field: key.as_ref().map(|key| Field::Key { key: key.to_string() }),
                    hits: group.hits,
                    rows: None,
                    share: None,
                    places: group.places,
                    evidence: group.best.1,
                    verdicts: Vec::new(),
                    stood: None,
                    facts: group.facts,
                });
            }
        }
        findings
    }
}

fn absorb(groups: &mut Groups, others: Groups, limits: &Limits) {
    for (id, group) in others {
        groups.entry(id).or_default().absorb(group, limits);
    }
}

impl Group {
    fn absorb(&mut self, other: Self, limits: &Limits) {
        self.hits += other.hits;
        self.best = self.best.max(other.best);
        self.facts.add(&other.facts);
        if self.places.is_empty() {
            self.places = other.places;
        } else {
            let sorted = self.places.last().map(Place::offset) <= other.places.first().map(Place::offset);
            self.places.extend(other.places);
            if !sorted {
                self.places.sort_by_key(Place::offset);
            }
            self.places.truncate(limits.places.bound());
        }
    }
}
