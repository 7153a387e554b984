//! Values of settled cells: takes them by their kinds, looks one by one at those whose places are listed or that something may
//! keep quiet, and counts the others all at once.

use super::{Hits, Shared, Sweep};
use crate::classify::{Tables, Tally};
use crate::detect::{Kind, Settled};
use crate::finding::EvidenceSet;

impl Sweep {
    /// Adds those to the matches that are looked at one by one. None but those of which no more places are listed can be
    /// counted at once, and only where nothing keeps hits quiet.
    pub(super) fn single_out(&mut self, shared: &Shared, is_idle: bool, tables: &Tables) {
        let settled = self.scratch.settled();
        self.only_counted.clear();
        let may_be_counted = is_idle && self.lines.is_none() && self.notes.is_none() && !self.scratch.spoilt;
        for (index, segment) in self.tables.grid.segments.iter().enumerate() {
            let tally = tables.get(segment.table.first).filter(|_| may_be_counted);
            let is_listed = |kind: &Kind| {
                let limits = &shared.plan.limits;
                let lists_all =
                    |tells: bool| tally.is_some_and(|tally| tally.lists_all(kind.column, kind.detector, tells, limits));
                !lists_all(false) || told(shared, kind).is_some() && !lists_all(true)
            };
            self.only_counted.extend(settled.kinds(index).map(|(_, kind)| !is_listed(kind)));
        }
        let only_counted = &self.only_counted;
        self.scratch.add_settled(|kind| !only_counted[kind], &mut self.matches);
    }
}

impl Hits<'_, '_> {
    /// Counts values in a segment of the grid that are not among the matches; `rows` of its table ended before it.
    pub(super) fn in_cells(
        &mut self,
        (settled, segment): (&Settled, usize),
        only_counted: &[bool],
        rows: u64,
        tally: &mut Tally,
    ) {
        let limits = &self.shared.plan.limits;
        for (number, kind) in settled.kinds(segment).filter(|(number, _)| only_counted[*number]) {
            let ages = || settled.ages(segment, number);
            if let Some(counter) = tally.counter(kind.column, kind.detector, limits) {
                counter.count_all(kind, kind.evidence, ages(), rows);
            }
            if let Some(told) = told(self.shared, kind)
                && let Some(counter) = tally.told(kind.column, kind.detector, limits)
            {
                counter.count_all(kind, told, ages(), rows);
            }
        }
    }
}

/// What tells of values without their column, where that is enough.
fn told(shared: &Shared, kind: &Kind) -> Option<EvidenceSet> {
    kind.told.filter(|told| shared.weights.score(kind.detector, *told).1 >= shared.plan.min_confidence)
}
