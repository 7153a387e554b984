//! Annotations of GitHub Actions: takes events, gives a workflow command for each place, problem and skip, and the run in
//! words as a plain line. GitHub shows the first ten of each level; all are in the log.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::severity::{Level, Severity};
use super::tally::Tally;
use super::text::{count, escape, size};
use super::wording::{self, sentences, title};
use super::{Options, Report, entries};
use crate::finding::{Event, Finding, Place, Summary};
use crate::input::Origin;

pub(super) struct Github<W> {
    out: W,
    options: Options,
    tally: Tally,
}

impl<W: Write> Github<W> {
    pub fn new(out: W, options: Options) -> Self {
        Self { out, options, tally: Tally::default() }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let level = Severity::of(finding, &self.options).level();
        let title = title(finding, &self.options);
        for place in entries(finding) {
            let position = self.position(finding, place.or(finding.places.first()));
            let text = sentences(finding, place, &self.options);
            self.command(level, &finding.path, &position, &title, &text)?;
        }
        Ok(())
    }

    fn position(&self, finding: &Finding, place: Option<&Place>) -> String {
        let Some(place) = place.filter(|place| place.has_line()) else { return String::new() };
        let mut position = format!(",line={}", place.line());
        if let Some(columns) = self.options.columns(finding, place) {
            // Writing to a string cannot fail.
            let _ = write!(position, ",col={},endColumn={}", columns.start, columns.end);
        }
        position
    }

    fn command(&mut self, level: Level, path: &Origin, position: &str, title: &str, text: &str) -> io::Result<()> {
        let level = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let file = property(&escape(path.as_str()).to_string());
        writeln!(self.out, "::{level} file={file}{position},title={}::{}", property(title), data(text))
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        let conclusion = self.tally.conclusion(summary);
        let (files, bytes) = (count(summary.files, "file"), size(summary.bytes_examined));
        // Only a command may take one of the ten annotations.
        let command = if conclusion.complete { "" } else { "::error title=derbes::" };
        writeln!(self.out, "{command}{files}, {bytes}: {}", conclusion.text)?;
        self.out.flush()
    }
}

impl<W: Write> Report for Github<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Problem(problem) => {
                let text = escape(&problem.message).to_string();
                let (level, title) = match problem.incomplete {
                    true => (Level::Error, "Could not be examined"),
                    false => (Level::Note, "Not as it should be"),
                };
                self.command(level, &problem.path, "", title, &text)
            }
            Event::Skipped(skipped) => {
                let text = escape(&skipped.reason).to_string();
                self.command(Level::Note, &skipped.path, "", "Not examined", &text)
            }
            Event::Unused(unused) => {
                let (path, message) = (escape(unused.path.as_str()), escape(&unused.message));
                writeln!(self.out, "{path}:{}: {message}", unused.line)
            }
            Event::Stale(stale) => {
                writeln!(self.out, "{}", wording::stale(stale))
            }
            Event::Summary(summary) => self.summary(summary),
        }
    }
}

/// The text of a command. Line ends are gone already.
fn data(text: &str) -> String {
    text.replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sample;
    use super::*;
    use crate::report::{Columns, Format};

    #[test]
    fn the_whole_report() {
        let expected = "\
::error file=dumps/users.sql,line=25,title=iin::iin: 1200 hits in column `iin` of `public.users`, 100%25 of the values in 1200 rows. \
Confidence high because the check digit holds; its key names the category. minor: robotek (2.1, 3 of 1200 hits); \
declared: anysoft (5.3). 1200 hits in this file, 1 listed.
::notice file=a.7z!x,title=Not examined::encrypted
::error file=b.gz,title=Could not be examined::unexpected end of file after 812 bytes
anysoft declares geolocation (5.2(г)), never seen
::error title=derbes::10 files, 3.9 KiB: INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was \
examined
";
        assert_eq!(sample::written(Format::Github, Options::default(), &sample::events()), expected);
    }

    #[test]
    fn columns_are_shown_where_they_are_known() {
        let columns = Some(Columns(Arc::new(|_, place| (place.line() == 25).then_some(7..19))));
        let options = Options { columns, ..Options::default() };
        let places = vec![sample::place(25, 3), sample::place(26, 3)];
        let finding = Finding { places, ..sample::finding("a,b:c.log", None) };
        let shown = sample::written(Format::Github, options, &[Event::Finding(finding)]);
        let lines: Vec<_> = shown.lines().collect();
        assert!(lines[0].starts_with("::warning file=a%2Cb%3Ac.log,line=25,col=7,endColumn=19,title=iin::iin *"));
        assert!(lines[1].starts_with("::warning file=a%2Cb%3Ac.log,line=26,title=iin::iin *"));
    }
}
