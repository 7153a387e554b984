//! The values of settled cells: takes them in order, keeps each in a few bytes, and once for all of a column what many have in
//! common, so that those which are only counted need no further look.

use std::ops::Range;

use crate::detect::Match;
use crate::detect::check::Checked;
use crate::finding::EvidenceSet;

/// The values of a stretch.
#[derive(Default)]
pub struct Settled {
    values: Vec<Value>,
    kinds: Vec<Kind>,
    /// By segment of the grid: where its values and its kinds begin.
    begins: Vec<(usize, usize)>,
    /// By column of the open segment: the number of the first kind of its values.
    first: Vec<usize>,
}

/// A value.
#[derive(Clone, Copy)]
struct Value {
    start: usize,
    kind: u32,
    length: u8,
    age: Option<u8>,
}

/// Values of one column that differ in their letters and digits alone.
pub struct Kind {
    pub column: usize,
    pub detector: u16,
    pub evidence: EvidenceSet,
    /// See [`Match::told`].
    pub told: Option<EvidenceSet>,
    pub impersonal: bool,
    pub hits: u64,
    /// The last row with such a value, from 0 at the beginning of the segment.
    pub last_row: u64,
    /// Whether some of them tell an age.
    aged: bool,
    /// The number of the next kind in the same column.
    next: usize,
}

/// No kind.
const NONE: usize = usize::MAX;

impl Settled {
    pub fn clear(&mut self) {
        self.values.clear();
        self.kinds.clear();
        self.begins.clear();
    }

    /// Begins with the next segment.
    pub fn begin(&mut self) {
        self.begins.push((self.values.len(), self.kinds.len()));
        self.first.clear();
    }

    /// Adds the value that begins at `start`, in a row and a column of the segment.
    #[inline]
    pub fn push(
        &mut self,
        (row, column): (u64, usize),
        start: usize,
        (detector, checked): (u16, &Checked),
        told: Option<EvidenceSet>,
    ) {
        let Checked { end, evidence, age, impersonal } = *checked;
        let mut number = self.first.get(column).copied().unwrap_or(NONE);
        while let Some(kind) = self.kinds.get_mut(number) {
            if (kind.evidence, kind.detector, kind.told, kind.impersonal) == (evidence, detector, told, impersonal) {
                kind.hits += 1;
                kind.last_row = row;
                kind.aged |= age.is_some();
                break;
            }
            number = kind.next;
        }
        if number == NONE {
            number = self.kinds.len();
            if column >= self.first.len() {
                self.first.resize(column + 1, NONE);
            }
            let next = std::mem::replace(&mut self.first[column], number);
            let aged = age.is_some();
            self.kinds.push(Kind { column, detector, evidence, told, impersonal, hits: 1, last_row: row, aged, next });
        }
        // A cell that is settled is short, and of so many kinds a stretch has not as many bytes.
        self.values.push(Value { start, kind: number as u32, length: (end - start) as u8, age });
    }

    /// What stands in a segment of the grid: its kinds with their numbers.
    pub fn kinds(&self, segment: usize) -> impl Iterator<Item = (usize, &Kind)> {
        let (.., kinds) = self.range(segment);
        kinds.clone().zip(&self.kinds[kinds])
    }

    /// The ages that its values of a kind tell.
    pub fn ages(&self, segment: usize, kind: usize) -> impl Iterator<Item = u8> {
        let (values, _) = self.range(segment);
        let values = if self.kinds[kind].aged { &self.values[values] } else { &[] };
        values.iter().filter(move |value| value.kind as usize == kind).filter_map(|value| value.age)
    }

    /// Its values and kinds; none where nothing is settled.
    fn range(&self, segment: usize) -> (Range<usize>, Range<usize>) {
        let begin = |segment: usize| self.begins.get(segment).copied().unwrap_or((self.values.len(), self.kinds.len()));
        let (start, end) = (begin(segment), begin(segment + 1));
        (start.0..end.0, start.1..end.1)
    }

    /// The values of those kinds that `wanted` takes, by their numbers, in order.
    pub fn matches(&self, wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = Match> {
        let values = self.values.iter().filter(move |value| wanted(value.kind as usize));
        values.map(|value| {
            let Kind { detector, evidence, told, impersonal, .. } = self.kinds[value.kind as usize];
            Match { detector, span: value.span(), evidence, age: value.age, impersonal, key: None, told }
        })
    }

    /// Whether a range shares bytes with a value.
    pub fn share_bytes(&self, range: &Range<usize>) -> bool {
        let before = self.values.partition_point(|value| value.start < range.end);
        before.checked_sub(1).is_some_and(|last| self.values[last].span().end > range.start)
    }
}

impl Value {
    fn span(self) -> Range<usize> {
        self.start..self.start + usize::from(self.length)
    }
}
