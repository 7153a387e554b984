//! The matrix of a run: takes events, gives one row for each category that was found and one column for each policy, with
//! the gravest outcome of the category under it, the hits it holds for and the clause that decided. It is written at the
//! end, and tells there what was not examined.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::notes::Notes;
use super::tally::Tally;
use super::wording::title;
use super::{Format, Options, Report};
use crate::finding::{Event, Finding, Outcome, Verdict};

mod csv;
mod human;
mod json;
mod markdown;
#[cfg(test)]
mod tests;

/// Problems and skips that are named.
const NOTES: usize = 50;

pub(super) struct Matrix<W> {
    out: W,
    format: Format,
    options: Options,
    rows: BTreeMap<Arc<str>, Row>,
    policies: Vec<Arc<str>>,
    tally: Tally,
    notes: Notes,
}

/// What was found of one category.
#[derive(Debug, Default, Serialize)]
struct Row {
    #[serde(skip)]
    title: String,
    findings: u64,
    hits: u64,
    /// By policy.
    verdicts: BTreeMap<Arc<str>, Cell>,
}

/// The gravest outcome of a category under a policy.
#[derive(Debug, Serialize)]
struct Cell {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
    hits: u64,
}

impl Row {
    fn add(&mut self, finding: &Finding, verdict: &Verdict) {
        let hits = verdict.count.unwrap_or(finding.hits);
        let cell = self.verdicts.entry(verdict.policy.clone());
        let cell = cell.or_insert_with(|| Cell { outcome: verdict.outcome, clause: verdict.clause.clone(), hits: 0 });
        if verdict.outcome > cell.outcome {
            *cell = Cell { outcome: verdict.outcome, clause: verdict.clause.clone(), hits };
        } else if verdict.outcome == cell.outcome {
            cell.hits += hits;
        }
    }
}

/// `outcome clause: hits`.
fn words(cell: &Cell) -> String {
    let clause = cell.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default();
    format!("{}{clause}: {}", cell.outcome, cell.hits)
}

impl<W: Write> Matrix<W> {
    pub fn new(out: W, format: Format, options: Options) -> Self {
        let (rows, tally, policies) = (BTreeMap::new(), Tally::default(), options.policies.clone());
        Self { out, format, options, rows, policies, tally, notes: Notes::new(NOTES) }
    }

    fn finding(&mut self, finding: &Finding) {
        let row = self.rows.entry(finding.category.clone()).or_default();
        row.title = title(finding, &self.options);
        row.findings += 1;
        row.hits += finding.hits;
        for verdict in &finding.verdicts {
            row.add(finding, verdict);
            if !self.policies.contains(&verdict.policy) {
                self.policies.push(verdict.policy.clone());
            }
        }
    }
}

impl<W: Write> Report for Matrix<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        self.notes.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Summary(summary) => {
                match self.format {
                    Format::Csv => self.csv(summary)?,
                    Format::Json => self.json(summary)?,
                    Format::Markdown => self.markdown(summary)?,
                    _ => self.human(summary)?,
                }
                self.out.flush()?;
            }
            Event::Skipped(_) | Event::Problem(_) | Event::Unused(_) | Event::Stale(_) => {}
        }
        Ok(())
    }
}
