//! Rows of the page's lists: takes findings, skips and problems, gives each as data for the script and as markup for who
//! reads without it.

use super::grade::{Grade, badge};
use super::markup::{Part, clause, counted, embedded, escaped, foreign, number, sentence, spoken};
use super::words::Words;
use crate::finding::{Event, Field, Finding, Ground, Place, Verdict};
use crate::report::Options;
use crate::report::text::escape;

/// A finding as the page shows it.
#[derive(Clone, Debug)]
pub struct Found {
    pub grade: Grade,
    path: String,
    table: Option<String>,
    field: Option<String>,
    category: String,
    confidence: &'static str,
    hits: u64,
    rows: Option<u64>,
    /// Of the first value: whether what is counted are lines or rows, and which one it is on.
    place: Option<(&'static str, u64)>,
    mask: Option<String>,
    verdicts: Vec<Judged>,
}

#[derive(Clone, Debug)]
struct Judged {
    grade: Grade,
    policy: String,
    clause: Option<String>,
    count: Option<u64>,
    ground: Vec<Part>,
}

/// What is no finding, as the page shows it.
#[derive(Clone, Debug)]
pub struct Remark {
    kind: &'static str,
    path: String,
    reason: Part,
    amount: Option<u64>,
}

fn inert(text: &str) -> String {
    escape(text).to_string()
}

impl Found {
    pub fn new(finding: &Finding, options: &Options, words: &Words) -> Self {
        let (table, field) = match &finding.field {
            None => (None, None),
            Some(Field::Key { key }) => (None, Some(inert(key))),
            Some(Field::Column { table, column }) => (Some(inert(table)), Some(inert(column))),
        };
        let first = finding.places.first();
        let mut verdicts: Vec<_> = finding.verdicts.iter().map(|verdict| Judged::new(verdict, words)).collect();
        verdicts.sort_by_key(|judged| std::cmp::Reverse(judged.grade));
        Self {
            grade: Grade::of(finding, options),
            path: inert(finding.path.as_str()),
            table,
            field,
            category: inert(&finding.category),
            confidence: finding.confidence.name(),
            hits: finding.hits,
            rows: finding.rows,
            place: first.and_then(position),
            mask: first.map(|place| inert(&place.value.to_string())),
            verdicts,
        }
    }

    /// `[grade, path, table, field, category, confidence, hits, rows, [kind, number], mask, verdicts]`.
    pub fn json(&self) -> String {
        let judged = |v: &Judged| (v.grade, v.policy.clone(), v.clause.clone(), v.count, v.ground.clone());
        let verdicts: Vec<_> = self.verdicts.iter().map(judged).collect();
        let Self { grade, path, table, field, category, confidence, hits, rows, place, mask, .. } = self;
        embedded(&(grade, path, table, field, category, confidence, hits, rows, place, mask, verdicts))
    }

    pub fn html(&self, words: &Words) -> String {
        let rows = self.rows.map(number).unwrap_or_default();
        let verdicts: String = match self.verdicts.as_slice() {
            [] => format!("<span class=\"verdict\">{}</span>", badge(self.grade)),
            verdicts => verdicts.iter().map(|verdict| verdict.html(self.hits)).collect(),
        };
        format!(
            "<tr><td class=\"where\">{}</td><td>{}</td><td class=\"sureness\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number rows\">{rows}</td><td>{verdicts}</td></tr>\n",
            self.whereabouts(),
            category(&self.category, words),
            spoken(&format!("confidence-{}", self.confidence)),
            with_unit(self.hits, "hits-unit"),
        )
    }

    fn whereabouts(&self) -> String {
        let names: Vec<_> = [&self.table, &self.field].into_iter().flatten().map(String::as_str).collect();
        let field = match names.join(".") {
            name if name.is_empty() => String::new(),
            name => format!("<span class=\"field\"><bdi>{}</bdi></span>", escaped(&name)),
        };
        let mask = escaped(self.mask.as_deref().unwrap_or_default());
        let place = self.place.map(|(kind, at)| {
            format!("<span class=\"place\">{} {} <bdi>{mask}</bdi></span>", spoken(kind), number(at))
        });
        format!("<bdi>{}</bdi>{field}{}", escaped(&self.path), place.unwrap_or_default())
    }
}

/// A number with its unit, which shows where the heads of the columns do not stand above.
fn with_unit(n: u64, unit: &str) -> String {
    format!("{} <span class=\"unit\" data-t=\"{unit}\"></span>", number(n))
}

/// Where the first value stands.
fn position(place: &Place) -> Option<(&'static str, u64)> {
    let line = || place.has_line().then(|| ("line", place.line()));
    place.page().map(|page| ("page", page)).or_else(line).or_else(|| place.row().map(|row| ("row", row)))
}

/// The title of a category, or its id.
pub fn category(id: &str, words: &Words) -> String {
    let key = format!("category-{id}");
    if words.contains(&key) { spoken(&key) } else { foreign(id) }
}

impl Judged {
    fn new(verdict: &Verdict, words: &Words) -> Self {
        Self {
            grade: verdict.outcome.into(),
            policy: inert(&verdict.policy),
            clause: verdict.clause.as_deref().map(inert),
            count: verdict.count,
            ground: verdict.ground.as_ref().map(|ground| parts(ground, words)).unwrap_or_default(),
        }
    }

    fn html(&self, hits: u64) -> String {
        let mut line = format!("<span class=\"verdict\">{} <bdi>{}</bdi>", badge(self.grade), escaped(&self.policy));
        if let Some(text) = &self.clause {
            line += &format!(", {}", clause(text));
        }
        if !self.ground.is_empty() {
            line += &format!(" <span class=\"ground\">{}</span>", sentence(&self.ground));
        }
        if let Some(count) = self.count {
            line += &format!(" <span class=\"of\">{}</span>", counted("hits-of", &[count, hits]));
        }
        line + "</span>"
    }
}

/// What decided beyond the clause.
fn parts(ground: &Ground, words: &Words) -> Vec<Part> {
    let known = |key: String, otherwise: &str| {
        if words.contains(&key) { Part::word(key) } else { Part::Text { text: inert(otherwise) } }
    };
    match ground {
        Ground::Date { date, date_source } => {
            // The names of sources are those of the reports for programs.
            let name = serde_json::to_value(date_source).ok();
            let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
            let source = known(format!("source-{name}"), date_source.words());
            vec![Part::word("ground-date".to_owned()), Part::Date { date: date.to_string() }, source]
        }
        Ground::Posture { posture } => vec![known(format!("posture-{}", posture.name()), posture.words())],
        Ground::Country { country } => {
            vec![Part::word("ground-country".to_owned()), Part::Text { text: inert(country) }]
        }
        Ground::Note { note } => vec![words.phrase(note)],
    }
}

impl Remark {
    /// None of what is a finding, or about the whole run.
    pub fn new(event: &Event, words: &Words) -> Option<Self> {
        let (kind, path, reason, amount) = match event {
            Event::Skipped(skipped) => ("skipped", &skipped.path, words.phrase(&skipped.reason), Some(skipped.bytes)),
            Event::Problem(flaw) if !flaw.incomplete => ("flaw", &flaw.path, words.phrase(&flaw.message), None),
            Event::Problem(problem) => {
                let end = format!(" after {} bytes", problem.examined);
                let cause = problem.message.strip_suffix(&end).unwrap_or(&problem.message);
                ("problem", &problem.path, words.phrase(cause), Some(problem.examined))
            }
            Event::Unused(unused) => ("unused", &unused.path, words.phrase(&unused.message), None),
            Event::Finding(_) | Event::Stale(_) | Event::Summary(_) => return None,
        };
        Some(Self { kind, path: inert(path.as_str()), reason, amount })
    }

    /// `[kind, path, sentence, bytes]`.
    pub fn json(&self) -> String {
        embedded(&(self.kind, &self.path, [&self.reason], self.amount))
    }

    pub fn html(&self) -> String {
        format!(
            "<tr><td>{}</td><td class=\"where\"><bdi>{}</bdi></td><td>{}</td><td class=\"number\">{}</td></tr>\n",
            spoken(&format!("remark-{}", self.kind)),
            escaped(&self.path),
            self.reason.html(),
            self.amount.map(|bytes| with_unit(bytes, "bytes")).unwrap_or_default(),
        )
    }

    /// Whether what was to be examined was not.
    pub fn is_problem(&self) -> bool {
        self.kind == "problem"
    }
}
