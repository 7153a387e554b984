//! The hits of one detector in one column: takes them one by one, or at once those that are only counted, and gives exact
//! counts that neighbouring parts of a text add up to.

use super::Kind;
use crate::classify::Lines;
use crate::finding::{EvidenceSet, Facts, Place};
use crate::limits::Limits;

/// The hits of one detector in one column.
#[derive(Clone, Default)]
pub struct Counter {
    /// Cells with a hit, by which the column is judged, and the first and the last row of them, from 1.
    pub(in crate::classify) cells: u64,
    first_row: u64,
    last_row: u64,
    /// Hits that count.
    pub(in crate::classify) hits: u64,
    pub(in crate::classify) impersonal: u64,
    made_up: u64,
    /// Hits by full years of age; empty where no value tells it.
    ages: Vec<u64>,
    /// Hits by their evidence.
    pub(in crate::classify) forms: Vec<(EvidenceSet, u64)>,
    pub(in crate::classify) places: Vec<Place>,
}

impl Counter {
    /// Counts a cell that holds a hit, once for all of its hits. Hits come in order.
    #[inline]
    pub fn pass(&mut self, row: u64) {
        if self.last_row != row {
            self.cells += 1;
            self.last_row = row;
            if self.first_row == 0 {
                self.first_row = row;
            }
        }
    }

    /// Counts a hit.
    #[inline]
    pub fn count(&mut self, evidence: EvidenceSet, age: Option<u8>, impersonal: bool) {
        self.hits += 1;
        self.impersonal += u64::from(impersonal);
        self.made_up += u64::from(!impersonal && evidence.is_made_up());
        if let Some(age) = age {
            self.count_age(age);
        }
        self.count_form(evidence, 1);
    }

    /// Counts hits of one kind, the only ones in their cells, that stand before or among those which were counted last.
    ///
    /// `rows` ended before those that the kind counts from.
    pub fn count_all(&mut self, kind: &Kind, evidence: EvidenceSet, ages: impl Iterator<Item = u8>, rows: u64) {
        let Kind { hits, impersonal, last_row, .. } = *kind;
        self.cells += hits;
        self.last_row = self.last_row.max(rows + last_row + 1);
        self.hits += hits;
        self.impersonal += if impersonal { hits } else { 0 };
        self.made_up += if !impersonal && evidence.is_made_up() { hits } else { 0 };
        self.count_form(evidence, hits);
        ages.for_each(|age| self.count_age(age));
    }

    #[inline]
    fn count_age(&mut self, age: u8) {
        self.ages.resize(256, 0);
        self.ages[usize::from(age)] += 1;
    }

    fn count_form(&mut self, evidence: EvidenceSet, hits: u64) {
        match self.forms.iter_mut().find(|(form, _)| *form == evidence) {
            Some((_, counted)) => *counted += hits,
            None => self.forms.push((evidence, hits)),
        }
    }

    /// Whether the place of the next hit is listed.
    #[inline]
    pub fn lists_more(&self, limits: &Limits) -> bool {
        self.places.len() < limits.places.bound()
    }

    pub fn list(&mut self, place: Place) {
        self.places.push(place);
    }

    /// What the values tell beyond their category.
    pub(in crate::classify) fn facts(&self) -> Facts {
        let ages = (0..=u8::MAX).zip(&self.ages).filter(|(_, hits)| **hits > 0);
        let ages = ages.map(|(age, hits)| (age, *hits)).collect();
        Facts { ages, impersonal: self.impersonal, made_up: self.made_up }
    }

    /// The evidence that most hits have; of equal ones, the larger set. Values that are nobody's have no say beside
    /// others.
    pub(in crate::classify) fn evidence(&self) -> EvidenceSet {
        let vote = self.forms.iter().map(|(form, hits)| (!form.is_made_up(), *hits, *form)).max();
        vote.map_or(EvidenceSet::new(), |(.., form)| form)
    }

    pub(super) fn stands_after(&mut self, lines: Lines, rows: u64) {
        for place in &mut self.places {
            *place = lines.before(*place).after(0, rows);
        }
        self.first_row += rows;
        self.last_row += rows;
    }

    pub(super) fn absorb(&mut self, other: Self, limits: &Limits) {
        // A cell that lies in both parts has hits in both.
        let same = self.cells > 0 && other.cells > 0 && self.last_row == other.first_row;
        self.cells += other.cells - u64::from(same);
        self.first_row = if self.cells == 0 { other.first_row } else { self.first_row };
        self.last_row = self.last_row.max(other.last_row);
        self.hits += other.hits;
        self.impersonal += other.impersonal;
        self.made_up += other.made_up;
        if self.ages.len() < other.ages.len() {
            self.ages.resize(other.ages.len(), 0);
        }
        for (own, more) in self.ages.iter_mut().zip(other.ages) {
            *own += more;
        }
        for (form, hits) in other.forms {
            self.count_form(form, hits);
        }
        self.forms.sort_unstable();
        let sorted = self.places.last().map(Place::offset) <= other.places.first().map(Place::offset);
        self.places.extend(other.places);
        if !sorted {
            self.places.sort_by_key(Place::offset);
        }
        self.places.truncate(limits.places.bound());
    }
}
