//! Judging what is stored: takes the findings of a run, gives each its verdicts, without reading any file. What did not
//! change is judged again only if what judges it did.

use rusqlite::{Connection, params};

use super::contents::{findings, json, stamps};
use super::events::{OBJECTS, judged};
use super::runs::Current;
use crate::finding::Finding;
use crate::input::{Origin, Store, Target};
use crate::pipeline::{Bench, day};
use crate::policy::Stamps;

/// Judges the findings of a run.
pub fn judge(db: &Connection, bench: &Bench, current: &Current) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    let changed = if current.judged { "AND since = ?2" } else { "" };
    let select = format!(
        "SELECT objects.id, content, path, modified FROM objects JOIN contents ON contents.id = content \
         WHERE {OBJECTS} {changed} AND findings > 0"
    );
    let mut select = db.prepare(&select)?;
    let mut objects = select.query(params![current.series, current.run])?;
    while let Some(row) = objects.next()? {
        let (object, content): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (path, modified): (String, Option<i64>) = (row.get(2)?, row.get(3)?);
        let mut found = findings(db, content, &path)?;
        let stamps = stamps(db, content)?;
        verdicts(bench, &path, modified, &stamps, &mut found);
        keep(db, object, current.run, &found)?;
    }
    drop(objects);
    drop(select);
    transaction.commit()
}

/// Judges the findings of one object, text by text.
fn verdicts(
    bench: &Bench,
    path: &str,
    modified: Option<i64>,
    stamps: &[(String, Stamps)],
    found: &mut [(i64, Finding)],
) {
    let of_file = modified.and_then(|nanoseconds| day(nanoseconds.div_euclid(1_000_000_000)));
    for text in found.chunk_by_mut(|(_, a), (_, b)| a.path == b.path) {
        let origin = text[0].1.path.clone();
        let member = origin.as_str().strip_prefix(path).unwrap_or_default();
        let own = stamps.iter().find(|(of, _)| of == member).map(|(_, stamps)| stamps.clone()).unwrap_or_default();
        let stamps = Stamps { modified: own.modified.or(of_file), ..own };
        let target = Target { origin: Origin::shown(origin.as_str()), store: Store::Member };
        let mut findings: Vec<Finding> = text.iter().map(|(_, finding)| finding.clone()).collect();
        bench.judge_again(&target, &mut findings, &stamps);
        for ((_, finding), judged) in text.iter_mut().zip(findings) {
            finding.verdicts = judged.verdicts;
        }
    }
}

/// Stores the verdicts that are not those of an earlier run.
fn keep(db: &Connection, object: i64, run: i64, found: &[(i64, Finding)]) -> rusqlite::Result<()> {
    let before = judged(db, object, run)?;
    for (number, finding) in found {
        let known = before.iter().find(|(other, _)| other == number).map(|(_, list)| *list);
        let list = match finding.verdicts.is_empty() {
            true if known.is_none() => continue,
            _ => list(db, &json(&finding.verdicts))?,
        };
        if known != Some(list) {
            db.prepare_cached("INSERT OR REPLACE INTO judged VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![object, number, run, list])?;
        }
    }
    Ok(())
}

/// The number of a list of verdicts.
fn list(db: &Connection, list: &str) -> rusqlite::Result<i64> {
    db.prepare_cached("INSERT OR IGNORE INTO verdicts (list) VALUES (?1)")?.execute([list])?;
    db.prepare_cached("SELECT id FROM verdicts WHERE list = ?1")?.query_row([list], |row| row.get(0))
}
