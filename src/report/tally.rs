//! The run in one sentence: takes the events of a run, gives its conclusion.

use super::text::{count, size};
use crate::finding::{Event, Problem, Summary};

/// Counts what was not examined.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    skipped: u64,
    problems: u64,
}

/// How a run ended, in words.
pub(super) struct Conclusion {
    pub text: String,
    /// Whether everything was examined and nothing found that the run fails on.
    pub good: bool,
    pub complete: bool,
}

impl Tally {
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::Skipped(_) => self.skipped += 1,
            Event::Problem(Problem { incomplete: true, .. }) => self.problems += 1,
            Event::Problem(_) | Event::Finding(_) | Event::Unused(_) | Event::Stale(_) | Event::Summary(_) => {}
        }
    }

    /// Whether all that was named was examined. Exit code 2 tells of a path that does not exist.
    pub fn is_complete(&self, summary: &Summary) -> bool {
        !summary.incomplete && self.problems == 0 && summary.exit != 2
    }

    /// Whatever was not examined is named, so that it cannot pass for clean.
    pub fn conclusion(&self, summary: &Summary) -> Conclusion {
        let findings = format!("{}, {}", count(summary.findings, "finding"), count(summary.hits, "hit"));
        let missed = size(summary.bytes_seen.saturating_sub(summary.bytes_examined));
        if !self.is_complete(summary) {
            let problems = match (self.problems, summary.exit) {
                (0, 2) => "not all that was named was found".to_owned(),
                (0, _) if self.skipped > 0 => format!("{} skipped", self.skipped),
                (n, _) => count(n, "problem"),
            };
            let findings = if summary.findings == 0 { "no finding".to_owned() } else { findings };
            let text = format!("INCOMPLETE: {problems}, {missed} not examined; {findings} in what was examined");
            return Conclusion { text, good: false, complete: false };
        }
        let skipped = match self.skipped {
            0 => String::new(),
            n => format!("; {n} skipped, {missed} not examined"),
        };
        let (text, good) = match (summary.findings, summary.exit) {
            (0, _) => (format!("clean{skipped}"), true),
            (_, 0) => (format!("{findings}, none that this run fails on{skipped}"), true),
            _ => (format!("{findings}{skipped}"), false),
        };
        Conclusion { text, good, complete: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_what_was_named_is_not_clean() {
        let conclusion = Tally::default().conclusion(&Summary { exit: 2, ..Summary::default() });
        assert_eq!(
            conclusion.text,
            "INCOMPLETE: not all that was named was found, 0 B not examined; no finding in what was examined"
        );
        assert!(!conclusion.good && !conclusion.complete);
    }
}
