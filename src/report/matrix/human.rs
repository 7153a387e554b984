//! The matrix for a person: columns side by side, then what was not examined, the conclusion as the last line.

use std::io::{self, Write};

use super::{Matrix, words};
use crate::finding::{Outcome, Summary};
use crate::report::human::{color_of_outcome, paint};
use crate::report::text::{count, duration, escape, size};

/// Between columns.
const GAP: &str = "  ";

impl<W: Write> Matrix<W> {
    pub(super) fn human(&mut self, summary: &Summary) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.table()?;
            writeln!(self.out)?;
        }
        self.unexamined()?;
        let conclusion = self.tally.conclusion(summary);
        let (files, bytes) = (count(summary.files, "file"), size(summary.bytes_examined));
        writeln!(self.out, "{files}, {bytes} in {}: {}", duration(summary.seconds), conclusion.text)
    }

    fn table(&mut self) -> io::Result<()> {
        let head = ["category".to_owned(), "hits".to_owned()].into_iter().map(|text| (text, None));
        let head = head.chain(self.policies.iter().map(|policy| (escape(policy).to_string(), None)));
        let mut lines: Vec<Vec<(String, Option<Outcome>)>> = vec![head.collect()];
        for (id, row) in &self.rows {
            let fixed = [escape(id).to_string(), row.hits.to_string()].into_iter().map(|text| (text, None));
            let cells = self.policies.iter().map(|policy| match row.verdicts.get(policy) {
                Some(cell) => (escape(&words(cell)).to_string(), Some(cell.outcome)),
                None => ("-".to_owned(), None),
            });
            lines.push(fixed.chain(cells).collect());
        }
        let columns = self.policies.len() + 2;
        let width = |column: usize| lines.iter().map(|line| line[column].0.chars().count()).max().unwrap_or_default();
        let widths: Vec<_> = (0..columns).map(width).collect();
        for line in lines {
            let mut shown = String::new();
            for (column, (text, outcome)) in line.into_iter().enumerate() {
                let space = " ".repeat(widths[column] - text.chars().count());
                let text =
                    outcome.map_or(text.clone(), |outcome| paint(&self.options, &text, color_of_outcome(outcome)));
                match column {
                    0 => shown += &format!("{text}{space}"),
                    1 => shown += &format!("{GAP}{space}{text}"),
                    _ if column + 1 == columns => shown += &format!("{GAP}{text}"),
                    _ => shown += &format!("{GAP}{text}{space}"),
                }
            }
            writeln!(self.out, "{shown}")?;
        }
        Ok(())
    }

    fn unexamined(&mut self) -> io::Result<()> {
        let (problems, skipped) = (&self.notes.problems, &self.notes.skipped);
        for skipped in &skipped.kept {
            writeln!(self.out, "skipped  {}: {}", escape(skipped.path.as_str()), escape(&skipped.reason))?;
        }
        for problem in &problems.kept {
            writeln!(self.out, "problem  {}: {}", escape(problem.path.as_str()), escape(&problem.message))?;
        }
        match problems.more + skipped.more {
            0 => {}
            more => writeln!(self.out, "and {} more", count(more, "note"))?,
        }
        if problems.count() + skipped.count() > 0 { writeln!(self.out) } else { Ok(()) }
    }
}
