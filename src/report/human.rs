//! The report for a person: takes events, gives findings by file, each with its first places, why it is one and what
//! the policies say, then what was not examined, what each policy declares in vain, and the verdict as the last line.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};

use super::stopped::Stopped;
use super::tally::Tally;
use super::text::{count, duration, escape, size, words};
use super::wording::{extent, extent_in_table, policy};
use super::{Options, Report, position};
use crate::category::Standing;
use crate::finding::{
    Confidence, Event, Field, Finding, Outcome, Problem, Skipped, Stale, Summary, Suppressed, Unused, Verdict,
};
use crate::input::Origin;

const INDENT: &str = "          ";
const WIDTH: usize = 100;

pub(super) struct Human<W> {
    out: W,
    options: Options,
    written: Written,
    /// The table whose columns were written last.
    table: Option<String>,
    tally: Tally,
    /// Findings of each policy by outcome, in the order of [`Outcome::ALL`].
    outcomes: BTreeMap<Arc<str>, [u64; Outcome::ALL.len()]>,
    stale: BTreeMap<Arc<str>, Vec<String>>,
    /// The ways out, where what is staged is scanned.
    stopped: Option<Stopped>,
}

/// What stands above the next block.
enum Written {
    Nothing,
    File(Origin),
    Notes,
}

impl<W: Write> Report for Human<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Skipped(skipped) => self.skipped(skipped),
            Event::Problem(problem) => self.problem(problem),
            Event::Unused(unused) => self.unused(unused),
            Event::Stale(stale) => {
                self.stale(stale);
                Ok(())
            }
            Event::Summary(summary) => self.summary(summary),
        }
    }
}

impl<W: Write> Human<W> {
    pub fn new(out: W, options: Options) -> Self {
        let (tally, outcomes, stale) = Default::default();
        let stopped = options.staged.clone().map(Stopped::new);
        Self { out, options, written: Written::Nothing, table: None, tally, outcomes, stale, stopped }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(stopped) = &mut self.stopped {
            stopped.add(finding);
        }
        self.file(&finding.path)?;
        let label = self.paint(&format!("{:<8}", finding.confidence), color_of_confidence(finding.confidence));
        match (&finding.field, finding.rows) {
            (Some(Field::Column { table, column }), Some(rows)) => {
                self.table(table, rows)?;
                let column = escape(column).to_string();
                writeln!(self.out, "    {label}`{column}`: {}: {}", self.title(finding), extent_in_table(finding))?;
            }
            _ => {
                self.table = None;
                writeln!(self.out, "  {label}{}: {}", self.title(finding), extent(finding))?;
            }
        }
        self.places(finding)?;
        let reasons: Vec<_> = finding.evidence.iter().map(words).collect();
        if !reasons.is_empty() {
            writeln!(self.out, "{INDENT}because {}", reasons.join("; "))?;
        }
        self.verdicts(&finding.verdicts, finding.hits)
    }

    /// The heading of a file, once for all of its findings.
    fn file(&mut self, path: &Origin) -> io::Result<()> {
        if matches!(&self.written, Written::File(last) if last == path) {
            return Ok(());
        }
        self.gap()?;
        self.written = Written::File(path.clone());
        self.table = None;
        let heading = self.paint(&escape(path.as_str()).to_string(), Style::new().bold());
        writeln!(self.out, "{heading}")
    }

    /// The heading of a table, once for all of its columns.
    fn table(&mut self, table: &str, rows: u64) -> io::Result<()> {
        if self.table.as_deref() != Some(table) {
            self.table = Some(table.to_owned());
            writeln!(self.out, "  table `{}`, {}", escape(table), count(rows, "row"))?;
        }
        Ok(())
    }

    fn title(&self, finding: &Finding) -> String {
        let mut ids = escape(&finding.category).to_string();
        if finding.detector != finding.category {
            ids += &format!(", {}", escape(&finding.detector));
        }
        match self.options.categories.as_ref().and_then(|all| all.get(&finding.category)) {
            Some(category) if category.standing == Standing::NotPersonal => {
                format!("{} ({ids}, not personal)", escape(&category.title.en))
            }
            Some(category) => format!("{} ({ids})", escape(&category.title.en)),
            None => ids,
        }
    }

    fn places(&mut self, finding: &Finding) -> io::Result<()> {
        let path = escape(finding.path.as_str());
        let shown = finding.places.len().min(self.options.places.bound());
        for place in &finding.places[..shown] {
            writeln!(self.out, "{INDENT}{path}{}  {}", position(place), place.value)?;
        }
        // A column that is known by its name has no places.
        let places = !finding.places.is_empty();
        match finding.hits.saturating_sub(shown as u64) * u64::from(places) {
            0 => Ok(()),
            more => writeln!(self.out, "{INDENT}and {more} more"),
        }
    }

    /// One line for each outcome, the gravest first.
    fn verdicts(&mut self, verdicts: &[Verdict], hits: u64) -> io::Result<()> {
        for outcome in Outcome::ALL.into_iter().rev() {
            let of_outcome: Vec<_> = verdicts.iter().filter(|v| v.outcome == outcome).collect();
            if of_outcome.is_empty() {
                continue;
            }
            let policies: Vec<_> = of_outcome.iter().map(|verdict| policy(verdict, hits)).collect();
            let label = self.paint(outcome.name(), color_of_outcome(outcome));
            writeln!(self.out, "{INDENT}{label}: {}", policies.join(", "))?;
            for verdict in of_outcome {
                self.outcomes.entry(verdict.policy.clone()).or_default()[outcome as usize] += 1;
            }
        }
        Ok(())
    }

    fn skipped(&mut self, skipped: &Skipped) -> io::Result<()> {
        let bytes = if skipped.bytes == 0 { String::new() } else { format!(" ({})", size(skipped.bytes)) };
        let what = format!("{}: {}{bytes}", escape(skipped.path.as_str()), escape(&skipped.reason));
        self.note("skipped", AnsiColor::Yellow, &what)
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        let (path, message) = (escape(problem.path.as_str()), escape(&problem.message));
        if !problem.incomplete {
            return self.note("note", AnsiColor::Yellow, &format!("   {path}: {message}"));
        }
        if let Some(stopped) = &mut self.stopped {
            stopped.add_problem(problem);
        }
        self.note("problem", AnsiColor::Red, &format!("{path}: {message} ({} examined)", size(problem.examined)))
    }

    fn unused(&mut self, unused: &Unused) -> io::Result<()> {
        let (path, message) = (escape(unused.path.as_str()), escape(&unused.message));
        self.note("unused", AnsiColor::Yellow, &format!(" {path}:{}: {message}", unused.line))
    }

    fn note(&mut self, label: &str, color: AnsiColor, what: &str) -> io::Result<()> {
        if !matches!(self.written, Written::Notes) {
            self.gap()?;
        }
        self.written = Written::Notes;
        let label = self.paint(label, color.on_default());
        writeln!(self.out, "{label}  {what}")
    }

    fn stale(&mut self, stale: &Stale) {
        let clause = stale.clause.as_ref().map(|clause| format!(" ({})", escape(clause))).unwrap_or_default();
        let item = format!("{}{clause}", escape(&stale.category));
        self.stale.entry(stale.policy.clone()).or_default().push(item);
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        for (policy, items) in std::mem::take(&mut self.stale) {
            self.gap()?;
            self.written = Written::Notes;
            writeln!(self.out, "{} declares, and the scan never saw:", escape(&policy))?;
            self.wrapped(&items)?;
        }
        for (index, (policy, counts)) in std::mem::take(&mut self.outcomes).into_iter().enumerate() {
            if index == 0 {
                self.gap()?;
                self.written = Written::Notes;
            }
            let by_outcome = Outcome::ALL.iter().zip(counts).rev().filter(|(_, n)| *n > 0);
            let by_outcome: Vec<_> =
                by_outcome.map(|(o, n)| self.paint(&format!("{n} {o}"), color_of_outcome(*o))).collect();
            writeln!(self.out, "Findings under {}: {}", escape(&policy), by_outcome.join(", "))?;
        }
        if !summary.suppressed.is_none() {
            self.gap()?;
            self.written = Written::Notes;
            writeln!(self.out, "Kept quiet: {}", kept_quiet(&summary.suppressed))?;
        }
        if let Some(text) = self.stopped.as_ref().and_then(|stopped| stopped.text(summary)) {
            self.gap()?;
            self.written = Written::Notes;
            self.out.write_all(text.as_bytes())?;
        }
        self.gap()?;
        let conclusion = self.tally.conclusion(summary);
        let color = if conclusion.good { AnsiColor::Green } else { AnsiColor::Red };
        let verdict = self.paint(&conclusion.text, color.on_default().bold());
        let (files, bytes) = (count(summary.files, "file"), size(summary.bytes_examined));
        writeln!(self.out, "{files}, {bytes} in {}: {verdict}", duration(summary.seconds))?;
        self.out.flush()
    }

    fn wrapped(&mut self, items: &[String]) -> io::Result<()> {
        let mut line = String::new();
        for (index, item) in items.iter().enumerate() {
            let comma = if index + 1 < items.len() { "," } else { "" };
            if !line.is_empty() && 3 + line.chars().count() + item.chars().count() > WIDTH {
                writeln!(self.out, " {line}")?;
                line.clear();
            }
            line += &format!(" {item}{comma}");
        }
        writeln!(self.out, " {line}")
    }

    /// An empty line between blocks.
    fn gap(&mut self) -> io::Result<()> {
        if matches!(self.written, Written::Nothing) { Ok(()) } else { writeln!(self.out) }
    }

    fn paint(&self, text: &str, style: Style) -> String {
        paint(&self.options, text, style)
    }
}

pub(super) fn paint(options: &Options, text: &str, style: Style) -> String {
    if options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

fn kept_quiet(hits: &Suppressed) -> String {
    let by = [(hits.inline, "inline marks"), (hits.rules, "allow rules"), (hits.baseline, "the baseline")];
    let by = by.into_iter().filter(|(hits, _)| *hits > 0).map(|(hits, by)| format!("{} by {by}", count(hits, "hit")));
    by.collect::<Vec<_>>().join(", ")
}

fn color_of_confidence(confidence: Confidence) -> Style {
    match confidence {
        Confidence::High => AnsiColor::Red.on_default(),
        Confidence::Medium => AnsiColor::Yellow.on_default(),
        Confidence::Low => Style::new().dimmed(),
    }
}

pub(super) fn color_of_outcome(outcome: Outcome) -> Style {
    let color = if outcome.is_breach() { AnsiColor::Red } else { AnsiColor::Green };
    color.on_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::sample::{self, verdict};
    use super::*;
    use crate::category::Categories;
    use crate::limits::Places;
    use crate::report::Format;

    fn written(events: &[Event]) -> String {
        let categories = Some(Arc::new(Categories::builtin().unwrap()));
        sample::written(Format::Human, Options { categories, ..Options::default() }, events)
    }

    fn last_line(summary: Summary) -> String {
        written(&[Event::Summary(summary)])
    }

    #[test]
    fn the_whole_report() {
        let expected = "\
dumps/users.sql
  table `public.users`, 1200 rows
    high    `iin`: Individual identification number (iin, kz-iin): 1200 hits, 100% of the values
          dumps/users.sql:25:3  **********17
          and 1199 more
          because the check digit holds; its key names the category
          minor: robotek (2.1, 3 of 1200 hits)
          declared: anysoft (5.3)

skipped  a.7z!x: encrypted (123 B)
problem  b.gz: unexpected end of file after 812 bytes (812 B examined)

anysoft declares, and the scan never saw:
  geolocation (5.2(г))

Findings under anysoft: 1 declared
Findings under robotek: 1 minor

10 files, 3.9 KiB in 0.10 s: INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was examined
";
        assert_eq!(written(&sample::events()), expected);
    }

    #[test]
    fn a_file_is_headed_once_and_shows_three_places_of_a_finding() {
        let places = (1..=10).map(|line| sample::place(line, 7)).collect();
        let many = Finding { places, hits: 12, ..sample::finding("a.log", None) };
        let one = Finding { category: "bin".into(), detector: "bin".into(), hits: 1, ..sample::finding("a.log", None) };
        let shown = written(&[Event::Finding(many.clone()), Event::Finding(one)]);
        assert_eq!(shown.matches("\na.log\n").count() + usize::from(shown.starts_with("a.log\n")), 1, "{shown}");
        assert_eq!(shown.matches("a.log:").count(), 4, "{shown}");
        assert!(shown.contains("and 9 more\n"), "{shown}");
        assert!(shown.contains("Business identification number (bin, not personal): 1 hit\n"), "{shown}");

        let options = Options { places: Places::All, ..Options::default() };
        let all = sample::written(Format::Human, options, &[Event::Finding(many)]);
        assert_eq!(all.matches("a.log:").count(), 10, "{all}");
        assert!(all.contains("and 2 more\n"), "{all}");
    }

    #[test]
    fn policies_of_one_outcome_share_a_line() {
        let verdicts = vec![
            verdict("a", Outcome::Declared, Some("1"), None),
            verdict("b", Outcome::Forbidden, Some("2"), None),
            verdict("c", Outcome::Declared, None, None),
        ];
        let shown = written(&[Event::Finding(Finding { verdicts, ..sample::finding("a.log", None) })]);
        assert!(shown.ends_with("          forbidden: b (2)\n          declared: a (1), c\n"), "{shown}");
    }

    #[test]
    fn only_a_run_without_findings_and_problems_is_clean() {
        let summary = Summary { files: 2, bytes_seen: 2048, bytes_examined: 2048, ..Summary::default() };
        assert_eq!(last_line(summary.clone()), "2 files, 2.0 KiB in 0.00 s: clean\n");
        let found = Summary { findings: 1, hits: 2, exit: 1, ..summary.clone() };
        assert_eq!(last_line(found.clone()), "2 files, 2.0 KiB in 0.00 s: 1 finding, 2 hits\n");
        let allowed = Summary { exit: 0, ..found };
        assert!(last_line(allowed).ends_with("1 finding, 2 hits, none that this run fails on\n"));
        let incomplete = Summary { incomplete: true, ..summary.clone() };
        assert!(!last_line(incomplete.clone()).contains("clean"));
        assert!(last_line(incomplete).contains("INCOMPLETE: 0 problems, 0 B not examined; no finding in what"));

        let path = Origin::file(Path::new("b.gz"));
        let problem =
            Event::Problem(Problem { path: path.clone(), message: "broken".into(), examined: 0, incomplete: true });
        assert!(!written(&[problem, Event::Summary(summary.clone())]).contains("clean"));
        let skipped = Event::Skipped(Skipped { path, reason: "a device".into(), bytes: 0, incomplete: false });
        let shown = written(&[skipped, Event::Summary(summary)]);
        assert!(shown.ends_with("clean; 1 skipped, 0 B not examined\n"), "{shown}");
    }

    #[test]
    fn nothing_foreign_is_written_raw() {
        let hostile = "k\x1b]0;owned\x07\u{9b}2J\u{202e}\r\nclean";
        let path = Origin::file(Path::new(hostile));
        let verdicts = vec![verdict(hostile, Outcome::Declared, Some(hostile), None)];
        let column = Field::Column { table: hostile.into(), column: hostile.into() };
        let finding = Finding { verdicts, category: hostile.into(), ..sample::finding(hostile, Some(hostile)) };
        let shown = written(&[
            Event::Finding(Finding { field: Some(column), ..finding.clone() }),
            Event::Finding(finding),
            Event::Skipped(Skipped { path: path.clone(), reason: hostile.into(), bytes: 1, incomplete: false }),
            Event::Problem(Problem { path, message: hostile.into(), examined: 1, incomplete: true }),
            Event::Stale(Stale { policy: hostile.into(), category: hostile.into(), clause: Some(hostile.into()) }),
            Event::Summary(Summary::default()),
        ]);
        assert!(!shown.contains(|c| c != '\n' && crate::report::text::is_unsafe(c)), "{shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with("clean")), "{shown}");
        assert!(shown.contains("\\x1B]0;owned\\x07\\x9B2J\\u{202E}\\x0D\\x0Aclean"), "{shown}");
    }

    #[test]
    fn colours_come_only_when_asked_for() {
        assert!(!written(&sample::events()).contains('\x1b'));
        let options = Options { color: true, ..Options::default() };
        let shown = sample::written(Format::Human, options, &sample::events());
        assert!(shown.contains("\x1b[31mminor\x1b[0m: robotek"), "{shown:?}");
    }

    #[test]
    fn many_stale_declarations_are_wrapped() {
        let stale =
            |n| Event::Stale(Stale { policy: "p".into(), category: format!("category-{n:02}").into(), clause: None });
        let events: Vec<_> = (0..20).map(stale).chain([Event::Summary(Summary::default())]).collect();
        let shown = written(&events);
        let block: Vec<_> = shown.lines().filter(|line| line.contains("category-")).collect();
        assert_eq!(block.len(), 3, "{shown}");
        assert!(block.iter().all(|line| line.starts_with("  c") && line.len() <= WIDTH), "{shown}");
    }
}
