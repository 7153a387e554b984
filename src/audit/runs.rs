//! The runs of a store: takes a plan, begins a run or goes on with one that was cut short, and lists those that were.

use std::path::PathBuf;

use jiff::{Span, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::contents::json;
use super::store::Store;
use crate::category::{Categories, Category};
use crate::finding::{Stale, Summary, Suppressed};
use crate::pipeline::Plan;
use crate::policy::{Deadlines, Policy};
use crate::report::Rule;
use crate::subject::Token;

/// How long a run that was cut short can be gone on with: what it had proved may have changed since.
const STALE_AFTER: i64 = 24;

/// What tells one audit from others in the same store.
#[derive(Serialize)]
struct Scope<'p> {
    folder: PathBuf,
    paths: &'p [PathBuf],
    ignore: bool,
    follow: bool,
}

/// The run that is being made.
pub struct Current {
    pub series: i64,
    pub run: i64,
    /// The path that an earlier attempt has got to.
    cursor: Option<String>,
    /// Whether verdicts of earlier runs hold for what did not change.
    pub judged: bool,
    /// Whether all that is stored of the last state of objects was scanned with the settings of this run.
    pub settled: bool,
}

/// What a run came to, as it is stored.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    pub files: u64,
    pub bytes_seen: u64,
    pub bytes_examined: u64,
    pub findings: u64,
    pub hits: u64,
    inline: u64,
    rules: u64,
    baseline: u64,
    pub seconds: f64,
    pub exit: u8,
    pub incomplete: bool,
}

/// Categories and detectors that a run had besides those that are built in: its reports name what was found by them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    pub categories: Vec<Category>,
    pub detectors: Vec<Rule>,
}

impl Own {
    fn of(plan: &Plan) -> Self {
        let builtin = Categories::builtin().unwrap_or_default();
        let categories = plan.categories.iter().filter(|category| builtin.get(&category.id).is_none()).cloned();
        let detectors = plan.own.detectors.iter().map(|detector| Rule::from(&detector.definition));
        Self { categories: categories.collect(), detectors: detectors.collect() }
    }
}

/// The bytes of a token.
type Sealed = [u8; Token::LENGTH];

/// A run of a store.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    pub id: i64,
    pub series: i64,
    /// The paths as they were typed.
    pub paths: Vec<String>,
    pub started: String,
    /// None of a run that was cut short.
    pub totals: Option<Totals>,
    pub version: String,
    pub today: String,
}

/// A policy's promise to act in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub policy: String,
    pub operator: String,
    /// `answer`, `correct`, `block` or `destroy`.
    pub act: String,
    pub days: u16,
    pub working: bool,
    pub after: Option<String>,
    pub clause: String,
}

/// The number of the audit that a plan is of.
pub fn series(db: &Connection, plan: &Plan) -> rusqlite::Result<i64> {
    let folder = std::env::current_dir().unwrap_or_default();
    let scope = json(&Scope { folder, paths: &plan.paths, ignore: plan.ignore, follow: plan.follow });
    db.execute("INSERT OR IGNORE INTO series (scope) VALUES (?1)", [&scope])?;
    db.query_row("SELECT id FROM series WHERE scope = ?1", [&scope], |row| row.get(0))
}

impl Current {
    /// Begins a run of a [`series`], with fingerprints of what scans and of what judges.
    pub fn begin(store: &Store, plan: &Plan, series: i64, (scanner, judge): (&str, &str)) -> rusqlite::Result<Self> {
        let db = &store.db;
        let scanner = store.key.token("scanner", scanner.as_bytes());
        let judge = store.key.token("judge", judge.as_bytes());
        let policies = plan.policies.iter().chain(plan.bindings.iter().flat_map(|binding| &binding.policies));
        let (promises, own) = (json(&policies.flat_map(promises).collect::<Vec<_>>()), json(&Own::of(plan)));
        let (scanned, judged) = Self::last(db, series)?;
        let (settled, judged) = (scanned == Some(scanner.0), judged == Some(judge.0));
        let (now, today) = (Timestamp::now(), plan.today.to_string());
        if let Some((run, cursor)) = Self::open(db, series, scanner, now)? {
            super::segments::clean(db)?;
            // It may have been judged, and not by what judges now.
            db.execute("DELETE FROM judged WHERE run = ?1", [run])?;
            let update = "UPDATE runs SET scanner = ?2, judge = ?3, today = ?4, cursor = ?5, promises = ?6, own = ?7 \
                WHERE id = ?1";
            db.execute(update, params![run, scanner.0, judge.0, today, cursor, promises, own])?;
            return Ok(Self { series, run, cursor, judged, settled: false });
        }
        let insert = "INSERT INTO runs (series, started, touched, version, today, scanner, judge, promises, own) \
            VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let now = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let version = env!("CARGO_PKG_VERSION");
        db.execute(insert, params![series, now, version, today, scanner.0, judge.0, promises, own])?;
        Ok(Self { series, run: db.last_insert_rowid(), cursor: None, judged, settled })
    }

    /// The run that was cut short, if one was; with the path that it had got to, if what it had proved still holds.
    fn open(
        db: &Connection,
        series: i64,
        scanner: Token,
        now: Timestamp,
    ) -> rusqlite::Result<Option<(i64, Option<String>)>> {
        let select = "SELECT id, scanner, touched, cursor FROM runs WHERE series = ?1 AND finished IS NULL";
        let open = db.query_row(select, [series], |row| {
            let touched: Option<Timestamp> = row.get_ref(2)?.as_str()?.parse().ok();
            let young =
                touched.and_then(|at| at.checked_add(Span::new().hours(STALE_AFTER)).ok()).is_some_and(|end| now < end);
            let same = row.get::<_, [u8; Token::LENGTH]>(1)? == scanner.0;
            let cursor: Option<String> = row.get(3)?;
            Ok((row.get(0)?, cursor.filter(|_| young && same)))
        });
        open.optional()
    }

    /// With what settings the last run that ended scanned, and by what it judged.
    fn last(db: &Connection, series: i64) -> rusqlite::Result<(Option<Sealed>, Option<Sealed>)> {
        let select =
            "SELECT scanner, judge FROM runs WHERE series = ?1 AND finished IS NOT NULL ORDER BY id DESC LIMIT 1";
        let last = db.query_row(select, [series], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(last.unzip())
    }

    /// How many of some paths, which are in order, an earlier attempt is done with.
    pub fn resumed<'p>(&self, paths: impl Iterator<Item = &'p str>) -> usize {
        self.cursor.as_ref().map_or(0, |cursor| paths.take_while(|path| *path <= cursor.as_str()).count())
    }

    pub fn finish(&self, db: &Connection, summary: &Summary, stale: &[Stale]) -> rusqlite::Result<()> {
        let Suppressed { inline, rules, baseline } = summary.suppressed;
        let totals = Totals {
            files: summary.files,
            bytes_seen: summary.bytes_seen,
            bytes_examined: summary.bytes_examined,
            findings: summary.findings,
            hits: summary.hits,
            inline,
            rules,
            baseline,
            seconds: summary.seconds,
            exit: summary.exit,
            incomplete: summary.incomplete,
        };
        let update = "UPDATE runs SET finished = ?2, summary = ?3, stale = ?4, cursor = NULL WHERE id = ?1";
        let now = Timestamp::now().to_string();
        db.execute(update, params![self.run, now, json(&totals), json(&stale)]).map(drop)
    }
}

impl Totals {
    pub fn summary(&self) -> Summary {
        Summary {
            files: self.files,
            bytes_seen: self.bytes_seen,
            bytes_examined: self.bytes_examined,
            findings: self.findings,
            hits: self.hits,
            suppressed: Suppressed { inline: self.inline, rules: self.rules, baseline: self.baseline },
            seconds: self.seconds,
            exit: self.exit,
            version: env!("CARGO_PKG_VERSION"),
            incomplete: self.incomplete,
        }
    }
}

fn promises(policy: &Policy) -> Vec<Promise> {
    let Deadlines { answer, correct, block, destroy } = &policy.deadlines;
    let acts = [("answer", answer), ("correct", correct), ("block", block), ("destroy", destroy)];
    let promise = |(act, deadline): (&str, &Option<_>)| {
        let deadline: &crate::policy::Deadline = deadline.as_ref()?;
        Some(Promise {
            policy: policy.id.to_string(),
            operator: policy.operator.name.clone(),
            act: act.to_owned(),
            days: deadline.days,
            working: deadline.unit == crate::policy::Unit::Working,
            after: deadline.after.clone(),
            clause: deadline.clause.main().to_owned(),
        })
    };
    acts.into_iter().filter_map(promise).collect()
}

/// What a run had besides what is built in.
///
/// # Errors
/// Those of the store.
pub fn own(store: &Store, run: &Run) -> crate::error::Result<Own> {
    let own: Option<String> =
        store.db.query_row("SELECT own FROM runs WHERE id = ?1", [run.id], |row| row.get(0)).map_err(store.failed())?;
    Ok(own.and_then(|own| serde_json::from_str(&own).ok()).unwrap_or_default())
}

/// The runs of a store, the first one first.
pub fn runs(store: &Store) -> crate::error::Result<Vec<Run>> {
    let list = || {
        let select = "SELECT runs.id, series, scope, started, summary, version, today FROM runs \
            JOIN series ON series.id = series ORDER BY runs.id";
        store.db.prepare(select)?.query_map([], run)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    list().map_err(store.failed())
}

fn run(row: &Row) -> rusqlite::Result<Run> {
    #[derive(Deserialize)]
    struct Paths {
        paths: Vec<String>,
    }
    let scope: Option<Paths> = serde_json::from_str(row.get_ref(2)?.as_str()?).ok();
    Ok(Run {
        id: row.get(0)?,
        series: row.get(1)?,
        paths: scope.map(|scope| scope.paths).unwrap_or_default(),
        started: row.get(3)?,
        totals: row.get_ref(4)?.as_str_or_null()?.and_then(|totals| serde_json::from_str(totals).ok()),
        version: row.get(5)?,
        today: row.get(6)?,
    })
}
