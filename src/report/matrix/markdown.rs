//! The matrix as a table in Markdown, under the conclusion.

use std::io::{self, Write};

use super::{Matrix, words};
use crate::finding::Summary;
use crate::report::markdown::{code, plain};
use crate::report::text::{count, escape};

impl<W: Write> Matrix<W> {
    pub(super) fn markdown(&mut self, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "## derbes: {}\n", self.tally.conclusion(summary).text)?;
        let policies: Vec<_> = self.policies.iter().map(|policy| code(policy)).collect();
        writeln!(self.out, "| category | hits | {} |", policies.join(" | "))?;
        writeln!(self.out, "| --- | ---: |{}", " --- |".repeat(policies.len()))?;
        for (id, row) in &self.rows {
            let cell = |policy| row.verdicts.get(policy).map(|cell| plain(&escape(&words(cell)).to_string()));
            let cells: Vec<_> = self.policies.iter().map(|policy| cell(policy).unwrap_or_default()).collect();
            writeln!(self.out, "| {} ({}) | {} | {} |", plain(&row.title), code(id), row.hits, cells.join(" | "))?;
        }
        let (problems, skipped) = (&self.notes.problems, &self.notes.skipped);
        if problems.count() + skipped.count() == 0 {
            return Ok(());
        }
        writeln!(self.out, "\n### Not examined\n")?;
        for problem in &problems.kept {
            let message = plain(&escape(&problem.message).to_string());
            writeln!(self.out, "- **problem** {}: {message}", code(problem.path.as_str()))?;
        }
        for skipped in &skipped.kept {
            let reason = plain(&escape(&skipped.reason).to_string());
            writeln!(self.out, "- skipped {}: {reason}", code(skipped.path.as_str()))?;
        }
        match problems.more + skipped.more {
            0 => Ok(()),
            more => writeln!(self.out, "- and {} more", count(more, "note")),
        }
    }
}
