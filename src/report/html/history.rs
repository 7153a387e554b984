//! What a store knows beyond the run that is reported: takes the coverage by folder, earlier runs and what changed, gives
//! the sections that tell of these.

use std::collections::BTreeMap;

use super::figures::{head, table};
use super::grade::{Grade, badge};
use super::markup::{bar, cell, clause, counted, foreign, number, spoken, time};
use super::row::category;
use super::words::Words;
use crate::finding::{Field, Verdict};

/// Folders that are listed.
const FOLDERS: usize = 200;

/// What a store knows beyond the events of a run.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The number of the run that is reported.
    pub run: i64,
    /// The paths as they were typed.
    pub paths: Vec<String>,
    /// The day that ages and retention were judged by.
    pub today: String,
    /// The runs of the same paths up to this one, the first one first.
    pub runs: Vec<Past>,
    /// Whether a later run has begun and not ended.
    pub is_cut_short: bool,
    /// What became of each folder, in order.
    pub folders: Vec<Folder>,
    /// What changed since the run before, as much as is listed, the gravest kind first.
    pub changes: Vec<Change>,
}

/// A run that ended.
#[derive(Clone, Debug, Default)]
pub struct Past {
    pub id: i64,
    /// When, as `2026-11-22T02:30:00Z`.
    pub started: String,
    pub files: u64,
    pub bytes_seen: u64,
    pub bytes_examined: u64,
    pub findings: u64,
    pub incomplete: bool,
    /// Findings by what became of them since the run before, in the order of [`Movement::ALL`]; none of a first run.
    pub moved: Option<[u64; Movement::ALL.len()]>,
}

/// What was seen under a folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    pub prefix: String,
    pub objects: u64,
    pub bytes_seen: u64,
    pub bytes_examined: u64,
    /// What was to be examined and was not, counted one by one.
    pub missed: u64,
    /// Bytes that were not examined, by the reason.
    pub not_examined: BTreeMap<String, u64>,
}

/// What became of a finding since the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Movement {
    /// A policy covered it, and does so no more.
    Uncovered,
    Expired,
    New,
    /// More or fewer hits.
    Changed,
    Gone,
}

impl Movement {
    /// The gravest first.
    pub const ALL: [Self; 5] = [Self::Uncovered, Self::Expired, Self::New, Self::Changed, Self::Gone];

    fn name(self) -> &'static str {
        match self {
            Self::Uncovered => "uncovered",
            Self::Expired => "expired",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// A finding that changed.
#[derive(Clone, Debug)]
pub struct Change {
    pub movement: Movement,
    pub path: String,
    pub field: Option<Field>,
    pub category: String,
    pub hits_before: u64,
    pub hits_now: u64,
    pub verdicts: Vec<Verdict>,
}

impl History {
    /// Facts about the run, for the head of the page.
    pub fn about(&self) -> String {
        let paths: Vec<_> = self.paths.iter().map(|path| foreign(path)).collect();
        let fact = |key: &str, value: String| format!("<div><dt data-t=\"{key}\"></dt><dd>{value}</dd></div>\n");
        fact("run", number(self.run.unsigned_abs()))
            + &fact("judged-on", time(&self.today))
            + &fact("paths", paths.join(", "))
    }

    /// The bytes that were not examined, by the reason, over all folders.
    pub fn not_examined(&self) -> BTreeMap<String, u64> {
        let mut reasons = BTreeMap::new();
        for (reason, bytes) in self.folders.iter().flat_map(|folder| &folder.not_examined) {
            *reasons.entry(reason.clone()).or_default() += bytes;
        }
        reasons
    }

    /// The folders, those first in which most was not examined.
    pub fn by_folder(&self) -> String {
        let mut folders: Vec<_> = self.folders.iter().collect();
        folders.sort_by_key(|folder| std::cmp::Reverse((folder.unexamined(), folder.missed)));
        let rows: String = folders.iter().take(FOLDERS).map(|folder| folder.html()).collect();
        let heads = head("folder", "")
            + &["files", "bytes-seen", "bytes-examined", "bytes-missed", "missed"].map(|k| head(k, "number")).concat();
        let more = match folders.len().saturating_sub(FOLDERS) {
            0 => String::new(),
            more => format!("<p>{}</p>", counted("more-folders", &[more as u64])),
        };
        format!("<h3 id=\"by-folder\" data-t=\"by-folder\"></h3>{}{more}", table("by-folder", &heads, &rows))
    }

    /// The runs, the last one first, and what changed since the one before.
    pub fn html(&self, words: &Words) -> String {
        let most = self.runs.iter().map(|run| run.findings).max().unwrap_or_default();
        let rows: String = self.runs.iter().rev().map(|run| run.html(self.run, most)).collect();
        let moved = Movement::ALL.map(|movement| head(&format!("movement-{}", movement.name()), "number"));
        let heads = head("run", "number")
            + &["started", "state"].map(|key| head(key, "")).concat()
            + &["files", "bytes-examined", "bytes-missed", "findings-count"].map(|key| head(key, "number")).concat()
            + &head("chart-runs", "bars")
            + &moved.concat();
        let cut_short = if self.is_cut_short { "<p class=\"notice\" data-t=\"cut-short\"></p>" } else { "" };
        cut_short.to_owned() + &table("history-title", &heads, &rows) + &self.changes(words)
    }

    fn changes(&self, words: &Words) -> String {
        let [.., before, last] = self.runs.as_slice() else { return "<p data-t=\"first-run\"></p>".to_owned() };
        let all: u64 = last.moved.iter().flatten().sum();
        let id = before.id.unsigned_abs();
        let title = format!("<h3 id=\"changes\">{}</h3>", counted("changes", &[id]));
        if all == 0 {
            return title + "<p data-t=\"no-changes\"></p>";
        }
        let listed = self.changes.len() as u64;
        let cut = match listed < all {
            true => format!("<p>{}</p>", counted("changes-cut", &[listed, all])),
            false => String::new(),
        };
        let rows: String = self.changes.iter().map(|change| change.html(words)).collect();
        let heads = ["change", "where", "category"].map(|key| head(key, "")).concat()
            + &["before", "now"].map(|key| head(key, "number")).concat()
            + &head("outcome", "");
        title + &cut + &table("changes", &heads, &rows)
    }
}

impl Folder {
    fn unexamined(&self) -> u64 {
        self.bytes_seen.saturating_sub(self.bytes_examined)
    }

    fn html(&self) -> String {
        let figures = [self.objects, self.bytes_seen, self.bytes_examined, self.unexamined(), self.missed];
        let cells: String = figures.into_iter().map(cell).collect();
        format!("<tr><th scope=\"row\" class=\"where\">{}</th>{cells}</tr>\n", foreign(&self.prefix))
    }
}

impl Past {
    fn html(&self, reported: i64, most: u64) -> String {
        let current = if self.id == reported { " aria-current=\"true\"" } else { "" };
        let state = if self.incomplete { "is-incomplete" } else { "is-complete" };
        let missed = self.bytes_seen.saturating_sub(self.bytes_examined);
        let figures = [self.files, self.bytes_examined, missed, self.findings];
        let cells: String = figures.into_iter().map(cell).collect();
        let moved: String = match &self.moved {
            Some(moved) => moved.iter().copied().map(cell).collect(),
            None => "<td></td>".repeat(Movement::ALL.len()),
        };
        let bar = bar(&[("plain", self.findings)], most);
        format!(
            "<tr{current}><th scope=\"row\" class=\"number\">{}</th><td>{}</td><td>{}</td>{cells}<td class=\"bars\">{bar}</td>{moved}</tr>\n",
            number(self.id.unsigned_abs()),
            time(&self.started),
            spoken(state),
        )
    }
}

impl Change {
    fn html(&self, words: &Words) -> String {
        let field = self.field.as_ref().map(|field| foreign(&field.to_string()));
        let field = field.map(|field| format!("<span class=\"field\">{field}</span>")).unwrap_or_default();
        let verdict = |verdict: &Verdict| {
            let clause = verdict.clause.as_deref().map(|text| format!(", {}", clause(text))).unwrap_or_default();
            let grade = badge(Grade::from(verdict.outcome));
            format!("<span class=\"verdict\">{grade} {}{clause}</span>", foreign(&verdict.policy))
        };
        format!(
            "<tr><td>{}</td><td class=\"where\">{}{field}</td><td>{}</td>{}{}<td>{}</td></tr>\n",
            spoken(&format!("movement-{}", self.movement.name())),
            foreign(&self.path),
            category(&self.category, words),
            cell(self.hits_before),
            cell(self.hits_now),
            self.verdicts.iter().map(verdict).collect::<String>(),
        )
    }
}
