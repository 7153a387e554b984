//! A markdown summary for a job's page or a merge request: takes events, gives the conclusion, the categories, the gravest
//! findings and what was not examined. It is written at the end, since its first line is the conclusion, and everything
//! in it is bounded, so that it fits where services allow a megabyte.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use super::notes::{First, Notes};
use super::severity::Severity;
use super::tally::Tally;
use super::text::{count, escape, size};
use super::wording::{percent, title, verdicts};
use super::{Options, Report};
use crate::finding::{Event, Field, Finding, Outcome, Summary};

/// Findings that are shown.
const FINDINGS: usize = 50;

/// Problems, skips and stale declarations that are shown, each.
const NOTES: usize = 50;

/// Characters of a foreign string that are shown.
const LENGTH: usize = 200;

pub(super) struct Markdown<W> {
    out: W,
    options: Options,
    tally: Tally,
    notes: Notes,
    categories: BTreeMap<Arc<str>, Category>,
    /// Rows of the table, the gravest first, then as they came.
    gravest: BTreeMap<(Reverse<Severity>, u64), String>,
    seen: u64,
}

/// What was found of one category.
#[derive(Default)]
struct Category {
    title: String,
    findings: u64,
    hits: u64,
    /// In the order of [`Outcome::ALL`].
    outcomes: [u64; Outcome::ALL.len()],
}

impl<W: Write> Markdown<W> {
    pub fn new(out: W, options: Options) -> Self {
        let (tally, categories, gravest) = Default::default();
        Self { out, options, tally, notes: Notes::new(NOTES), categories, gravest, seen: 0 }
    }

    fn finding(&mut self, finding: &Finding) {
        let category = self.categories.entry(finding.category.clone()).or_default();
        category.title = title(finding, &self.options);
        category.findings += 1;
        category.hits += finding.hits;
        if let Some(outcome) = finding.verdicts.iter().map(|verdict| verdict.outcome).max() {
            category.outcomes[outcome as usize] += 1;
        }
        self.seen += 1;
        self.gravest.insert((Reverse(Severity::of(finding, &self.options)), self.seen), row(finding, &self.options));
        if self.gravest.len() > FINDINGS {
            self.gravest.pop_last();
        }
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        let conclusion = self.tally.conclusion(summary);
        let missed = size(summary.bytes_seen.saturating_sub(summary.bytes_examined));
        writeln!(self.out, "## derbes: {}\n", conclusion.text)?;
        let (files, examined) = (count(summary.files, "file"), size(summary.bytes_examined));
        writeln!(self.out, "{files}, {examined} examined, {missed} not examined. Values are masked.")?;
        self.categories()?;
        self.findings()?;
        self.unexamined()?;
        self.flaws()?;
        self.stale()?;
        self.unused()?;
        self.out.flush()
    }

    fn categories(&mut self) -> io::Result<()> {
        if self.categories.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n| category | findings | hits | under the policies |\n| --- | ---: | ---: | --- |")?;
        for (id, Category { title, findings, hits, outcomes }) in &self.categories {
            let outcomes = Outcome::ALL.iter().zip(outcomes).rev().filter(|(_, n)| **n > 0);
            let outcomes: Vec<_> = outcomes.map(|(outcome, n)| format!("{n} {outcome}")).collect();
            let (title, outcomes) = (plain(title), outcomes.join(", "));
            writeln!(self.out, "| {title} ({}) | {findings} | {hits} | {outcomes} |", code(id))?;
        }
        Ok(())
    }

    fn findings(&mut self) -> io::Result<()> {
        if self.gravest.is_empty() {
            return Ok(());
        }
        match self.seen - self.gravest.len() as u64 {
            0 => writeln!(self.out, "\n### Findings\n")?,
            _ => writeln!(self.out, "\n### The {FINDINGS} gravest of {} findings\n", self.seen)?,
        }
        writeln!(self.out, "| where | what | value | hits | confidence | policies |")?;
        writeln!(self.out, "| --- | --- | --- | ---: | --- | --- |")?;
        self.gravest.values().try_for_each(|row| writeln!(self.out, "{row}"))
    }

    fn unexamined(&mut self) -> io::Result<()> {
        let Notes { problems, skipped, .. } = &self.notes;
        if problems.kept.is_empty() && skipped.kept.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n### Not examined\n")?;
        for problem in &problems.kept {
            let (path, message) = (code(problem.path.as_str()), plain(&escape(&problem.message).to_string()));
            writeln!(self.out, "- **problem** {path}: {message} ({} examined)", size(problem.examined))?;
        }
        for skipped in &skipped.kept {
            let (path, reason) = (code(skipped.path.as_str()), plain(&escape(&skipped.reason).to_string()));
            writeln!(self.out, "- skipped {path}: {reason}")?;
        }
        for (more, what) in [(problems.more, "problem"), (skipped.more, "skip")] {
            if more > 0 {
                writeln!(self.out, "- and {} more", count(more, what))?;
            }
        }
        Ok(())
    }

    fn flaws(&mut self) -> io::Result<()> {
        list(&mut self.out, "Not as it should be", &self.notes.flaws, |flaw| {
            format!("{}: {}", code(flaw.path.as_str()), plain(&escape(&flaw.message).to_string()))
        })
    }

    fn stale(&mut self) -> io::Result<()> {
        list(&mut self.out, "Declared, and never seen", &self.notes.stale, |stale| {
            let clause = stale.clause.as_ref().map(|clause| format!(", {}", plain(&escape(clause).to_string())));
            format!("{} ({}{})", code(&stale.category), code(&stale.policy), clause.unwrap_or_default())
        })
    }

    fn unused(&mut self) -> io::Result<()> {
        list(&mut self.out, "Allows nothing", &self.notes.unused, |unused| {
            let message = plain(&escape(&unused.message).to_string());
            format!("{}, line {}: {message}", code(unused.path.as_str()), unused.line)
        })
    }
}

/// What there is of something under a heading, and how much more of it there was.
fn list<T>(out: &mut dyn Write, heading: &str, notes: &First<T>, line: impl Fn(&T) -> String) -> io::Result<()> {
    if notes.kept.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {heading}\n")?;
    notes.kept.iter().try_for_each(|note| writeln!(out, "- {}", line(note)))?;
    if notes.more > 0 { writeln!(out, "- and {} more", notes.more) } else { Ok(()) }
}

impl<W: Write> Report for Markdown<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        self.notes.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Summary(summary) => self.summary(summary)?,
            Event::Skipped(_) | Event::Problem(_) | Event::Unused(_) | Event::Stale(_) => {}
        }
        Ok(())
    }
}

fn row(finding: &Finding, options: &Options) -> String {
    let place = finding.places.first();
    let line = place.map(|place| match (place.page(), place.row().filter(|_| !place.has_line())) {
        (Some(page), _) => format!(", page {page}"),
        (None, Some(row)) => format!(", row {row}"),
        (None, None) => format!(", line {}", place.line()),
    });
    let line = line.unwrap_or_default();
    let mask = place.map(|place| code(&place.value.to_string())).unwrap_or_default();
    let field = match &finding.field {
        None => String::new(),
        Some(Field::Key { key }) => format!(", {}", code(key)),
        Some(field @ Field::Column { .. }) => format!(", column {}", code(&field.to_string())),
    };
    let (path, title) = (code(finding.path.as_str()), plain(&title(finding, options)));
    let policies = plain(&verdicts(finding).unwrap_or_default());
    let (hits, confidence) = (finding.hits, finding.confidence);
    let of = match (finding.share, finding.rows) {
        (Some(share), Some(rows)) => format!(", {} of the values in {}", percent(share), count(rows, "row")),
        _ => String::new(),
    };
    format!("| {path}{line} | {title}{field} | {mask} | {hits}{of} | {confidence} | {policies} |")
}

/// Text in which every character that could be markup, a mention, a reference or an address is an entity.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let stands = match c {
            ' ' | ',' | '-' | '(' | ')' | ';' | '/' => true,
            // Not the dot of a host, nor the colon of a scheme.
            '.' | ':' => rest.peek().is_none_or(|next| *next == ' ' || next.is_ascii_digit()),
            _ => !c.is_ascii_punctuation(),
        };
        if stands { shown.push(c) } else { shown += &entity(c) }
    }
    shown
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

/// A foreign string as code, where markup, mentions and references mean nothing; shortened in its middle.
pub(super) fn code(text: &str) -> String {
    let text = shortened(&escape(text).to_string());
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '*' | '@' | '!' | '…');
    if !text.is_empty() && text.chars().all(simple) {
        return format!("`{text}`");
    }
    let inert = |c: char| if c.is_ascii_punctuation() { entity(c) } else { c.to_string() };
    let entities: String = text.chars().map(inert).collect();
    format!("<code>{entities}</code>")
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= LENGTH {
        return text.to_owned();
    }
    let half = LENGTH / 2;
    let (head, tail): (String, String) =
        (text.chars().take(half).collect(), text.chars().skip(length - half).collect());
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, verdict};
    use super::*;
    use crate::report::Format;

    fn written(events: &[Event]) -> String {
        sample::written(Format::Markdown, Options::default(), events)
    }

    #[test]
    fn the_whole_report() {
        let expected = "\
## derbes: INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was examined

10 files, 3.9 KiB examined, 123 B not examined. Values are masked.

| category | findings | hits | under the policies |
| --- | ---: | ---: | --- |
| iin (`iin`) | 1 | 1200 | 1 minor |

### Findings

| where | what | value | hits | confidence | policies |
| --- | --- | --- | ---: | --- | --- |
| `dumps/users.sql`, line 25 | iin, column `public.users.iin` | `**********17` | 1200, 100% of the values in 1200 rows | high | minor: robotek \
(2.1, 3 of 1200 hits); declared: anysoft (5.3) |

### Not examined

- **problem** `b.gz`: unexpected end of file after 812 bytes (812 B examined)
- skipped `a.7z!x`: encrypted

### Declared, and never seen

- `geolocation` (`anysoft`, 5.2(г))
";
        assert_eq!(written(&sample::events()), expected);
    }

    #[test]
    fn only_the_gravest_findings_are_shown() {
        let mut events: Vec<_> =
            (0..80).map(|n| Event::Finding(sample::finding(&format!("{n:02}.log"), None))).collect();
        let verdicts = vec![verdict("p", Outcome::Forbidden, None, None)];
        events.push(Event::Finding(Finding { verdicts, ..sample::finding("z.log", None) }));
        events.push(Event::Summary(Summary::default()));
        let shown = written(&events);
        let rows: Vec<_> = shown.lines().filter(|line| line.contains(".log")).collect();
        assert_eq!(rows.len(), FINDINGS);
        assert!(rows[0].starts_with("| `z.log`") && rows[1].starts_with("| `00.log`"), "{shown}");
        assert!(shown.contains("### The 50 gravest of 81 findings"), "{shown}");
    }

    #[test]
    fn foreign_text_is_no_markup() {
        assert_eq!(
            plain("a|b *c* @d #1 <i> [x](y) www.z https://z: 1.5."),
            "a&#124;b &#42;c&#42; &#64;d &#35;1 &#60;i&#62; &#91;x&#93;(y) www&#46;z https&#58;//z: 1.5."
        );
        assert_eq!(code("a`|@x"), "<code>a&#96;&#124;&#64;x</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(code(&"я".repeat(300)).chars().count(), LENGTH + 3);
    }
}
