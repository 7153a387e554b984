//! A run told again: takes its number, gives the events that a scan of the same objects gives, in the same order.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::contents::{TOTALS, Totals, findings, remarks, totals};
use crate::finding::{Event, Suppressed, Verdict};
use crate::pipeline::Tally;

/// What is told of a run.
pub enum Told {
    /// Of each object first how much of it there was.
    Object(Totals),
    Event(Event),
}

/// The objects of a run: those that began in it or before, and did not end.
pub const OBJECTS: &str = "series = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)";

/// Tells a run, but for what is said of it as a whole.
pub fn each(
    db: &Connection,
    series: i64,
    run: i64,
    take: &mut dyn FnMut(Told) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let select = format!(
        "SELECT objects.id, path, contents.id, {TOTALS} FROM objects JOIN contents ON contents.id = content \
         WHERE {OBJECTS} ORDER BY path, objects.id"
    );
    let mut select = db.prepare(&select)?;
    let mut verdicts = Verdicts::default();
    let mut objects = select.query(params![series, run])?;
    while let Some(row) = objects.next()? {
        let (object, content): (i64, i64) = (row.get(0)?, row.get(2)?);
        let (path, totals) = (row.get_ref(1)?.as_str()?, totals(row, 3)?);
        take(Told::Object(totals))?;
        let mut events: Vec<(i64, Event)> = Vec::new();
        if totals.findings > 0 {
            let found = verdicts.findings(db, (object, run), content, path)?;
            events.extend(found.into_iter().map(|(number, finding)| (number, Event::Finding(finding))));
        }
        if totals.remarks > 0 {
            events.extend(remarks(db, content, path)?);
            events.sort_by_key(|(number, _)| *number);
        }
        events.into_iter().try_for_each(|(_, event)| take(Told::Event(event)))?;
    }
    Ok(())
}

/// Lists of verdicts, each read once.
#[derive(Default)]
pub struct Verdicts {
    lists: HashMap<i64, Vec<Verdict>>,
    /// Whether any were passed.
    any: Option<bool>,
}

impl Verdicts {
    /// The findings of a content in an object, as a run judged them.
    pub fn findings(
        &mut self,
        db: &Connection,
        (object, run): (i64, i64),
        content: i64,
        path: &str,
    ) -> rusqlite::Result<Vec<(i64, crate::finding::Finding)>> {
        let mut found = findings(db, content, path)?;
        if !self.any(db)? {
            return Ok(found);
        }
        for (number, list) in judged(db, object, run)? {
            if let Some((_, finding)) = found.iter_mut().find(|(other, _)| *other == number) {
                finding.verdicts = self.list(db, list)?;
            }
        }
        Ok(found)
    }

    fn any(&mut self, db: &Connection) -> rusqlite::Result<bool> {
        if self.any.is_none() {
            self.any = db.query_row("SELECT EXISTS (SELECT 1 FROM judged)", [], |row| row.get(0))?;
        }
        Ok(self.any.unwrap_or(true))
    }

    fn list(&mut self, db: &Connection, list: i64) -> rusqlite::Result<Vec<Verdict>> {
        if let Some(verdicts) = self.lists.get(&list) {
            return Ok(verdicts.clone());
        }
        let mut select = db.prepare_cached("SELECT list FROM verdicts WHERE id = ?1")?;
        let verdicts: Vec<Verdict> =
            select.query_row([list], |row| Ok(serde_json::from_str(row.get_ref(0)?.as_str()?).unwrap_or_default()))?;
        self.lists.insert(list, verdicts.clone());
        Ok(verdicts)
    }
}

/// The lists of verdicts that the findings of an object have in a run, by their numbers: the last ones up to it.
pub fn judged(db: &Connection, object: i64, run: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
    let select = "SELECT number, verdicts FROM judged WHERE object = ?1 AND run <= ?2 ORDER BY number, run";
    let mut select = db.prepare_cached(select)?;
    let mut rows = select.query(params![object, run])?;
    let mut judged: Vec<(i64, i64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, list) = (row.get(0)?, row.get(1)?);
        match judged.last_mut() {
            Some((last, known)) if *last == number => *known = list,
            _ => judged.push((number, list)),
        }
    }
    Ok(judged)
}

impl Totals {
    pub fn add_to(&self, tally: &mut Tally) {
        let suppressed = Suppressed { inline: self.inline, rules: self.rules, baseline: self.baseline };
        tally.add(self.is_file, (self.seen, self.examined), &suppressed);
    }
}
