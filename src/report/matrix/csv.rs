//! The matrix as CSV: a head, one record a category. Where something was not examined, a last record says so.

use std::io::{self, Write};

use super::{Matrix, words};
use crate::finding::Summary;
use crate::report::csv::record;

impl<W: Write> Matrix<W> {
    pub(super) fn csv(&mut self, summary: &Summary) -> io::Result<()> {
        let head = ["category", "title", "findings", "hits"].into_iter().map(str::to_owned);
        let head: Vec<_> = head.chain(self.policies.iter().map(|policy| policy.to_string())).collect();
        record(&mut self.out, &head)?;
        for (id, row) in &self.rows {
            let cells = self.policies.iter().map(|policy| row.verdicts.get(policy).map(words).unwrap_or_default());
            let fixed = [id.to_string(), row.title.clone(), row.findings.to_string(), row.hits.to_string()];
            record(&mut self.out, &fixed.into_iter().chain(cells).collect::<Vec<_>>())?;
        }
        let conclusion = self.tally.conclusion(summary);
        if conclusion.complete {
            return Ok(());
        }
        let mut last = vec![String::new(); head.len()];
        last[0] = conclusion.text;
        record(&mut self.out, &last)
    }
}
