//! Two runs compared: takes their numbers, gives what is new, gone and changed, and what a policy covers no longer.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::events::{OBJECTS, Verdicts};
use super::runs::runs;
use super::store::Store;
use crate::error::{Error, Result};
use crate::finding::{Confidence, Field, Finding, Outcome, Verdict};

/// What changed from one run to another.
#[derive(Debug, Default, Serialize)]
pub struct Diff {
    pub from: i64,
    pub to: i64,
    pub objects: Objects,
    pub changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Objects {
    pub new: u64,
    pub gone: u64,
    pub changed: u64,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    New,
    Gone,
    /// More or fewer hits.
    Changed,
    /// Covered before, or otherwise not: undeclared, forbidden, of a minor or misplaced now.
    Undeclared,
    Expired,
}

/// A finding that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub kind: Kind,
    pub path: String,
    pub category: String,
    pub detector: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    pub confidence: Confidence,
    pub hits_before: u64,
    pub hits_now: u64,
    /// Those of the later run; of what a policy covers no longer, those that say so.
    pub verdicts: Vec<Verdict>,
}

impl Diff {
    /// Whether something is new that is not covered, or covered no longer.
    pub fn is_worse(&self) -> bool {
        let uncovered = |change: &Change| {
            change.verdicts.is_empty() || change.verdicts.iter().any(|verdict| verdict.outcome.is_breach())
        };
        self.changes.iter().any(|change| match change.kind {
            Kind::New => uncovered(change),
            Kind::Undeclared | Kind::Expired => true,
            Kind::Gone | Kind::Changed => false,
        })
    }
}

/// Compares two runs of the same paths; without any, the last two that ended.
///
/// # Errors
/// Runs that are not there or cannot be compared; those of the store.
pub fn diff(store: &Store, wanted: Option<(i64, i64)>) -> Result<Diff> {
    let all = runs(store)?;
    let ended: Vec<_> = all.iter().filter(|run| run.totals.is_some()).collect();
    let (from, to) = match wanted {
        Some(wanted) => wanted,
        None => {
            let last = ended.last().ok_or_else(|| Error::new("no run has ended yet"))?;
            let before = ended.iter().rev().skip(1).find(|run| run.series == last.series);
            (before.ok_or_else(|| Error::new(format!("run {} is the first of its paths", last.id)))?.id, last.id)
        }
    };
    let named = |id: i64| {
        let run = ended.iter().find(|run| run.id == id);
        run.ok_or_else(|| Error::new(format!("no run {id} has ended")).help("see `derbes audit runs`"))
    };
    if named(from)?.series != named(to)?.series {
        return Err(Error::new(format!("runs {from} and {to} are of different paths")).help("see `derbes audit runs`"));
    }
    let mut changes = Vec::new();
    let objects = each_change(store, named(from)?.series, (from, to), &mut |change| changes.push(change))?;
    Ok(Diff { from, to, objects, changes })
}

/// Gives each change between two runs of the same paths, by path, and counts the objects.
///
/// # Errors
/// Those of the store.
pub fn each_change(store: &Store, series: i64, runs: (i64, i64), take: &mut dyn FnMut(Change)) -> Result<Objects> {
    compare(&store.db, series, runs, take).map_err(store.failed())
}

fn compare(
    db: &Connection,
    series: i64,
    (from, to): (i64, i64),
    take: &mut dyn FnMut(Change),
) -> rusqlite::Result<Objects> {
    let mut objects = Objects::default();
    let (first, last) = (from.min(to), from.max(to));
    let mut paths = db.prepare(
        "SELECT path FROM objects WHERE series = ?1 AND (since > ?2 AND since <= ?3 OR until > ?2 AND until <= ?3) \
         UNION SELECT path FROM judged JOIN objects ON objects.id = object \
         WHERE series = ?1 AND judged.run > ?2 AND judged.run <= ?3 ORDER BY path",
    )?;
    let mut verdicts = Verdicts::default();
    let mut rows = paths.query(params![series, first, last])?;
    while let Some(row) = rows.next()? {
        let path = row.get_ref(0)?.as_str()?;
        let (before, now) = (object(db, series, from, path)?, object(db, series, to, path)?);
        match (before, now) {
            (None, Some(_)) => objects.new += 1,
            (Some(_), None) => objects.gone += 1,
            (Some((_, a)), Some((_, b))) if a != b => objects.changed += 1,
            _ => {}
        }
        let before = by_key(&mut verdicts, db, before, from, path)?;
        let now = by_key(&mut verdicts, db, now, to, path)?;
        changes(&before, &now, take);
    }
    Ok(objects)
}

/// The object at a path in a run, with its content.
fn object(db: &Connection, series: i64, run: i64, path: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    let select = format!("SELECT id, content FROM objects WHERE {OBJECTS} AND path = ?3");
    db.prepare_cached(&select)?.query_row(params![series, run, path], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// By what findings of two runs are the same.
type Key = (String, String, Option<Field>, Confidence);

fn by_key(
    verdicts: &mut Verdicts,
    db: &Connection,
    object: Option<(i64, i64)>,
    run: i64,
    path: &str,
) -> rusqlite::Result<BTreeMap<Key, Finding>> {
    let Some((object, content)) = object else { return Ok(BTreeMap::new()) };
    let found = verdicts.findings(db, (object, run), content, path)?;
    let key = |f: &Finding| (f.path.as_str().to_owned(), f.detector.to_string(), f.field.clone(), f.confidence);
    Ok(found.into_iter().map(|(_, finding)| (key(&finding), finding)).collect())
}

fn changes(before: &BTreeMap<Key, Finding>, now: &BTreeMap<Key, Finding>, take: &mut dyn FnMut(Change)) {
    let hits = |finding: Option<&Finding>| finding.map_or(0, |finding| finding.hits);
    for (key, finding) in now {
        let was = before.get(key);
        let change = |kind, verdicts| of(kind, finding, (hits(was), finding.hits), verdicts);
        match was {
            None => take(change(Kind::New, finding.verdicts.clone())),
            Some(was) => {
                if was.hits != finding.hits {
                    take(change(Kind::Changed, finding.verdicts.clone()));
                }
                let had = |v: &Verdict| was.verdicts.iter().any(|w| w.policy == v.policy && w.outcome == v.outcome);
                let breaches = finding.verdicts.iter().filter(|v| v.outcome.is_breach() && !had(v)).cloned();
                let (expired, others): (Vec<_>, Vec<_>) = breaches.partition(|v| v.outcome == Outcome::Expired);
                let kinds = [(Kind::Undeclared, others), (Kind::Expired, expired)];
                let kinds = kinds.into_iter().filter(|(_, verdicts)| !verdicts.is_empty());
                kinds.for_each(|(kind, verdicts)| take(change(kind, verdicts)));
            }
        }
    }
    let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
    gone.for_each(|(_, finding)| take(of(Kind::Gone, finding, (finding.hits, 0), Vec::new())));
}

fn of(kind: Kind, finding: &Finding, (hits_before, hits_now): (u64, u64), verdicts: Vec<Verdict>) -> Change {
    Change {
        kind,
        path: finding.path.as_str().to_owned(),
        category: finding.category.to_string(),
        detector: finding.detector.to_string(),
        field: finding.field.clone(),
        confidence: finding.confidence,
        hits_before,
        hits_now,
        verdicts,
    }
}
