//! A map of the data as CSV (RFC 4180, with plain line ends): takes events, gives a line for each column of a table that holds something, and
//! for each finding elsewhere. The last line tells whether all was examined.

use std::io::{self, Write};

use super::Report;
use super::tally::Tally;
use super::text::escape;
use super::wording::verdicts;
use crate::finding::{Event, Field, Finding};

const HEADER: &str = "path,table,column,category,detector,confidence,hits,rows,share,evidence,verdicts\n";

pub(super) struct Csv<W> {
    out: W,
    tally: Tally,
    begun: bool,
}

impl<W: Write> Csv<W> {
    pub fn new(out: W) -> Self {
        Self { out, tally: Tally::default(), begun: false }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let (table, column) = match &finding.field {
            None => ("", ""),
            Some(Field::Key { key }) => ("", &**key),
            Some(Field::Column { table, column }) => (&**table, &**column),
        };
        let evidence: Vec<_> = finding.evidence.iter().map(|evidence| evidence.name()).collect();
        let cells = [
            finding.path.as_str(),
            table,
            column,
            &finding.category,
            &finding.detector,
            finding.confidence.name(),
            &finding.hits.to_string(),
            &finding.rows.map(|rows| rows.to_string()).unwrap_or_default(),
            &finding.share.map(|share| share.to_string()).unwrap_or_default(),
            &evidence.join(" "),
            &verdicts(finding).unwrap_or_default(),
        ];
        record(&mut self.out, &cells)
    }

    /// A line that tells of what is no finding, in the last column.
    fn remark(&mut self, path: &str, text: &str) -> io::Result<()> {
        record(&mut self.out, &[path, "", "", "", "", "", "", "", "", "", text])
    }
}

/// Writes a line of cells.
pub(super) fn record(out: &mut impl Write, cells: &[impl AsRef<str>]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|text| cell(text.as_ref())).collect();
    writeln!(out, "{}", cells.join(","))
}

/// A cell, quoted where it has to be, that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = escape(text).to_string();
    let formula = text.starts_with(['=', '+', '-', '@']) && text != "-";
    let mut text = if formula { format!("'{text}") } else { text };
    // Where a comma is the decimal mark, spreadsheets part cells by semicolons, within quotes too.
    for sign in ['=', '+', '-', '@'] {
        text = text.replace(&format!(";{sign}"), &format!(";'{sign}"));
    }
    if text.contains([',', '"', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

impl<W: Write> Report for Csv<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if !std::mem::replace(&mut self.begun, true) {
            self.out.write_all(HEADER.as_bytes())?;
        }
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Skipped(skipped) => self.remark(skipped.path.as_str(), &format!("skipped: {}", skipped.reason)),
            Event::Problem(problem) => {
                let kind = if problem.incomplete { "problem" } else { "note" };
                self.remark(problem.path.as_str(), &format!("{kind}: {}", problem.message))
            }
            Event::Summary(summary) => {
                let conclusion = self.tally.conclusion(summary);
                if !conclusion.complete {
                    self.remark("", &conclusion.text)?;
                }
                self.out.flush()
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Options, sample};
    use super::*;

    #[test]
    fn the_whole_report() {
        let expected = format!(
            "{HEADER}dumps/users.sql,public.users,iin,iin,kz-iin,high,1200,1200,1,check-digit key-name,\"minor: robotek (2.1, 3 of \
             1200 hits); declared: anysoft (5.3)\"\n\
             a.7z!x,,,,,,,,,,skipped: encrypted\n\
             b.gz,,,,,,,,,,problem: unexpected end of file after 812 bytes\n\
             ,,,,,,,,,,\"INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was examined\"\n"
        );
        assert_eq!(sample::written(Format::Csv, Options::default(), &sample::events()), expected);
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=cmd()"), "'=cmd()");
        assert_eq!(cell("a\"b,c"), "\"a\"\"b,c\"");
        assert_eq!(cell("iin;=1+1"), "\"iin;'=1+1\"");
        assert_eq!(cell("-"), "-");
    }
}
