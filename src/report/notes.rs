//! What was not examined or is not as it should be, what was declared in vain and what allows nothing any more, for formats
//! that can name it only at their end: takes events, keeps the first of each kind and counts the rest.

use crate::finding::{Event, Problem, Skipped, Stale, Unused};

/// The first events of one kind.
#[derive(Debug)]
pub(super) struct First<T> {
    pub kept: Vec<T>,
    /// Those that were not kept.
    pub more: u64,
    bound: usize,
}

impl<T: Clone> First<T> {
    pub fn new(bound: usize) -> Self {
        Self { kept: Vec::new(), more: 0, bound }
    }

    pub fn add(&mut self, event: &T) {
        if self.kept.len() < self.bound { self.kept.push(event.clone()) } else { self.more += 1 }
    }

    pub fn count(&self) -> u64 {
        self.kept.len() as u64 + self.more
    }
}

#[derive(Debug)]
pub(super) struct Notes {
    /// Those that leave a run incomplete.
    pub problems: First<Problem>,
    /// The others: all of it was examined.
    pub flaws: First<Problem>,
    pub skipped: First<Skipped>,
    pub stale: First<Stale>,
    pub unused: First<Unused>,
}

impl Notes {
    /// Keeps at most `bound` of each kind.
    pub fn new(bound: usize) -> Self {
        let (problems, skipped) = (First::new(bound), First::new(bound));
        Self { problems, flaws: First::new(bound), skipped, stale: First::new(bound), unused: First::new(bound) }
    }

    pub fn add(&mut self, event: &Event) {
        match event {
            Event::Problem(problem) if problem.incomplete => self.problems.add(problem),
            Event::Problem(flaw) => self.flaws.add(flaw),
            Event::Skipped(skipped) => self.skipped.add(skipped),
            Event::Stale(stale) => self.stale.add(stale),
            Event::Unused(unused) => self.unused.add(unused),
            Event::Finding(_) | Event::Summary(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_and_the_rest_counted() {
        let mut first = First::new(2);
        (0..5).for_each(|n| first.add(&n));
        assert_eq!((first.kept, first.more), (vec![0, 1], 3));
    }
}
