//! JUnit XML, valid by the schema of Ant: takes events, gives a suite for each file with a case for each finding, problem
//! and skip, and a last suite for the run. A finding fails its case if a run fails on it by default; a problem is an error.
//! The cases of one file are held until the next begins, since a suite's counts stand before them.

use std::fmt::{self, Display};
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::tally::Tally;
use super::text::escape;
use super::wording::{self, extent, sentences, title};
use super::{Options, Report, position};
use crate::finding::{Event, Finding, Problem, Skipped, Stale, Summary};
use crate::input::Origin;

/// Places listed in the text of a failure.
const PLACES: usize = 10;

pub(super) struct Junit<W> {
    out: W,
    options: Options,
    tally: Tally,
    begun: bool,
    suites: u64,
    file: Option<Origin>,
    suite: Suite,
    stale: Vec<Stale>,
}

/// The cases of one suite, as XML, and their counts.
#[derive(Default)]
struct Suite {
    cases: String,
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

impl Suite {
    fn case(&mut self, name: &str, class: &str, content: &str) {
        let (name, class) = (token(name), token(class));
        self.tests += 1;
        self.cases += &format!("<testcase name=\"{name}\" classname=\"{class}\" time=\"0\">{content}</testcase>\n");
    }
}

impl<W: Write> Junit<W> {
    pub fn new(out: W, options: Options) -> Self {
        let (tally, suite) = Default::default();
        Self { out, options, tally, begun: false, suites: 0, file: None, suite, stale: Vec::new() }
    }

    /// The suite of this file; that of the file before is written.
    fn suite_of(&mut self, path: &Origin) -> io::Result<&mut Suite> {
        if self.file.as_ref() != Some(path) {
            self.close_file()?;
            self.file = Some(path.clone());
        }
        Ok(&mut self.suite)
    }

    fn close_file(&mut self) -> io::Result<()> {
        let Some(path) = self.file.take() else { return Ok(()) };
        let suite = std::mem::take(&mut self.suite);
        self.write(&suite, &escape(path.as_str()).to_string(), 0.0, "", "")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let (title, extent) = (title(finding, &self.options), extent(finding));
        let text = xml(&sentences(finding, None, &self.options)).to_string();
        let passes = passes(finding, &self.options);
        let suite = self.suite_of(&finding.path)?;
        let content = if passes {
            String::new()
        } else {
            suite.failures += 1;
            let (detector, places) = (escape(&finding.detector).to_string(), places(finding));
            format!("<failure type=\"{}\" message=\"{text}\">{places}</failure>", xml(&detector))
        };
        let name = format!("{title}: {extent} ({}, {})", escape(&finding.detector), finding.confidence);
        suite.case(&name, &escape(finding.path.as_str()).to_string(), &content);
        Ok(())
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        let suite = self.suite_of(&problem.path)?;
        if !problem.incomplete {
            // All of it was examined, so that this test passes.
            suite.case(
                &format!("examined: {}", escape(&problem.message)),
                &escape(problem.path.as_str()).to_string(),
                "",
            );
            return Ok(());
        }
        suite.errors += 1;
        let message = xml(&escape(&problem.message).to_string()).to_string();
        let content = format!("<error type=\"problem\" message=\"{message}\"/>");
        suite.case("could not be examined", &escape(problem.path.as_str()).to_string(), &content);
        Ok(())
    }

    fn skipped(&mut self, skipped: &Skipped) -> io::Result<()> {
        let suite = self.suite_of(&skipped.path)?;
        suite.skipped += 1;
        let reason = xml(&escape(&skipped.reason).to_string()).to_string();
        suite.case(
            "not examined",
            &escape(skipped.path.as_str()).to_string(),
            &format!("<skipped message=\"{reason}\"/>"),
        );
        Ok(())
    }

    /// The last suite, so that a run which met nothing is a passed test, and one that was cut short is no XML.
    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.close_file()?;
        let conclusion = self.tally.conclusion(summary);
        let text = xml(&conclusion.text).to_string();
        let mut suite = Suite::default();
        let error = format!("<error type=\"incomplete\" message=\"{text}\"/>");
        suite.errors += u64::from(!conclusion.complete);
        suite.case("everything was examined", "derbes", if conclusion.complete { "" } else { &error });
        let mut output = format!("{text}\n");
        for stale in std::mem::take(&mut self.stale) {
            output += &format!("{}\n", xml(&wording::stale(&stale)));
        }
        let numbers = [
            ("files", summary.files),
            ("bytes-seen", summary.bytes_seen),
            ("bytes-examined", summary.bytes_examined),
            ("findings", summary.findings),
            ("hits", summary.hits),
        ];
        let properties: String =
            numbers.iter().map(|(name, n)| format!("<property name=\"{name}\" value=\"{n}\"/>")).collect();
        self.write(&suite, "derbes", summary.seconds, &properties, &output)?;
        self.out.write_all(b"</testsuites>\n")?;
        self.out.flush()
    }

    fn write(&mut self, suite: &Suite, name: &str, time: f64, properties: &str, output: &str) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n")?;
        }
        let Suite { cases, tests, failures, errors, skipped } = suite;
        let timestamp = self.options.started.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let (id, name) = (self.suites, token(name));
        self.suites += 1;
        writeln!(
            self.out,
            "<testsuite id=\"{id}\" name=\"{name}\" package=\"derbes\" hostname=\"localhost\" timestamp=\"{timestamp}\" \
             tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{time:.3}\">\n\
             <properties>{properties}</properties>\n{cases}<system-out>{output}</system-out>\n\
             <system-err></system-err>\n</testsuite>"
        )
    }
}

impl<W: Write> Report for Junit<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Problem(problem) => self.problem(problem),
            Event::Skipped(skipped) => self.skipped(skipped),
            Event::Unused(_) => Ok(()),
            Event::Stale(stale) => {
                self.stale.push(stale.clone());
                Ok(())
            }
            Event::Summary(summary) => self.summary(summary),
        }
    }
}

/// What `--fail-on` lets pass by default: without a policy, what is about no person; with one, what it covers.
fn passes(finding: &Finding, options: &Options) -> bool {
    match &*finding.verdicts {
        [] => !options.is_personal(finding),
        verdicts => !verdicts.iter().any(|verdict| verdict.outcome.is_breach()),
    }
}

fn places(finding: &Finding) -> String {
    let path = escape(finding.path.as_str()).to_string();
    let shown = &finding.places[..finding.places.len().min(PLACES)];
    let mut text = String::new();
    for place in shown {
        text += &format!("{}{}  {}\n", xml(&path), position(place), xml(&place.value.to_string()));
    }
    match finding.hits.saturating_sub(shown.len() as u64) {
        0 => text,
        more => text + &format!("and {more} more\n"),
    }
}

/// An attribute that a schema collapses the spaces of: those that would be lost are shown.
fn token(text: &str) -> String {
    let mut shown = String::new();
    let mut after_space = true;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let lost = c == ' ' && (after_space || rest.peek().is_none());
        after_space = c == ' ' && !lost;
        if lost { shown += "\\x20" } else { shown.push(c) }
    }
    xml(&shown).to_string()
}

fn xml(text: &str) -> Xml<'_> {
    Xml(text)
}

/// Text as XML 1.0 may have it. What is no character there at all is shown as `\u{NNNN}`.
struct Xml<'a>(&'a str);

impl Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\u{FFFE}' | '\u{FFFF}' => write!(f, "\\u{{{:04X}}}", u32::from(c))?,
                _ => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, verdict};
    use super::*;
    use crate::finding::Outcome;
    use crate::report::Format;

    fn written(events: &[Event]) -> String {
        sample::written(Format::Junit, Options::default(), events)
    }

    #[test]
    fn the_whole_report() {
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite id="0" name="dumps/users.sql" package="derbes" hostname="localhost" timestamp="1970-01-01T00:00:00" tests="1" failures="1" errors="0" skipped="0" time="0.000">
<properties></properties>
<testcase name="iin: 1200 hits in column `iin` of `public.users`, 100% of the values in 1200 rows (kz-iin, high)" classname="dumps/users.sql" time="0"><failure type="kz-iin" message="iin: 1200 hits in column `iin` of `public.users`, 100% of the values in 1200 rows. Confidence high because the check digit holds; its key names the category. minor: robotek (2.1, 3 of 1200 hits); declared: anysoft (5.3). 1200 hits in this file, 1 listed.">dumps/users.sql:25:3  **********17
and 1199 more
</failure></testcase>
<system-out></system-out>
<system-err></system-err>
</testsuite>
<testsuite id="1" name="a.7z!x" package="derbes" hostname="localhost" timestamp="1970-01-01T00:00:00" tests="1" failures="0" errors="0" skipped="1" time="0.000">
<properties></properties>
<testcase name="not examined" classname="a.7z!x" time="0"><skipped message="encrypted"/></testcase>
<system-out></system-out>
<system-err></system-err>
</testsuite>
<testsuite id="2" name="b.gz" package="derbes" hostname="localhost" timestamp="1970-01-01T00:00:00" tests="1" failures="0" errors="1" skipped="0" time="0.000">
<properties></properties>
<testcase name="could not be examined" classname="b.gz" time="0"><error type="problem" message="unexpected end of file after 812 bytes"/></testcase>
<system-out></system-out>
<system-err></system-err>
</testsuite>
<testsuite id="3" name="derbes" package="derbes" hostname="localhost" timestamp="1970-01-01T00:00:00" tests="1" failures="0" errors="1" skipped="0" time="0.100">
<properties><property name="files" value="10"/><property name="bytes-seen" value="4096"/><property name="bytes-examined" value="3973"/><property name="findings" value="1"/><property name="hits" value="1200"/></properties>
<testcase name="everything was examined" classname="derbes" time="0"><error type="incomplete" message="INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was examined"/></testcase>
<system-out>INCOMPLETE: 1 problem, 123 B not examined; 1 finding, 1200 hits in what was examined
anysoft declares geolocation (5.2(г)), never seen
</system-out>
<system-err></system-err>
</testsuite>
</testsuites>
"#;
        assert_eq!(written(&sample::events()), expected);
    }

    #[test]
    fn what_a_policy_covers_passes_and_a_file_is_one_suite() {
        let covered = Finding {
            verdicts: vec![verdict("p", Outcome::Declared, None, None)],
            ..sample::finding("a.log", Some("iin"))
        };
        let expired = Finding { verdicts: vec![verdict("p", Outcome::Expired, None, None)], ..covered.clone() };
        let bare = sample::finding("a.log", None);
        let shown = written(&[
            Event::Finding(covered),
            Event::Finding(expired),
            Event::Finding(bare),
            Event::Summary(Summary::default()),
        ]);
        assert_eq!(shown.matches("<testsuite ").count(), 2, "{shown}");
        assert!(shown.contains(r#"tests="3" failures="2" errors="0""#), "{shown}");
    }

    #[test]
    fn a_clean_run_is_one_passed_test() {
        let shown = written(&[Event::Summary(Summary::default())]);
        assert!(shown.contains(r#"tests="1" failures="0" errors="0" skipped="0""#), "{shown}");
    }

    #[test]
    fn spaces_that_a_schema_collapses_are_shown() {
        assert_eq!(token(" "), "\\x20");
        assert_eq!(token(" a  b c "), "\\x20a \\x20b c\\x20");
    }

    #[test]
    fn what_xml_cannot_hold_is_shown() {
        assert_eq!(xml("<a b=\"'&\u{FFFF}").to_string(), "&lt;a b=&quot;&apos;&amp;\\u{FFFF}");
    }
}
