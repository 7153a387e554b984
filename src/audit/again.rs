//! The report of a run that ended: takes its number, feeds the events that the run fed.

use std::io;

use rusqlite::OptionalExtension;

use super::events::{self, Told};
use super::runs::{Run, runs};
use super::store::Store;
use crate::error::{Error, Result};
use crate::finding::{Event, Stale, Summary};

/// The run of this number, or the last one that ended.
///
/// # Errors
/// A run that is not there, or did not end.
pub fn ended(store: &Store, wanted: Option<i64>) -> Result<Run> {
    let mut all = runs(store)?;
    all.retain(|run| run.totals.is_some());
    match wanted {
        None => all.pop().ok_or_else(|| Error::new("no run has ended yet")),
        Some(id) => {
            let found = all.into_iter().find(|run| run.id == id);
            found.ok_or_else(|| Error::new(format!("no run {id} has ended")).help("see `derbes audit runs`"))
        }
    }
}

/// Tells a run again. The summary is the last event.
///
/// # Errors
/// Those of the store; an error of the sink.
pub fn tell(store: &Store, run: &Run, sink: &mut dyn FnMut(Event) -> io::Result<()>) -> Result<Summary> {
    let mut broken: Option<io::Error> = None;
    let told = events::each(&store.db, run.series, run.id, &mut |told| {
        if let (Told::Event(event), None) = (told, &broken) {
            broken = sink(event).err();
        }
        Ok(())
    });
    told.map_err(store.failed())?;
    let select = "SELECT stale FROM runs WHERE id = ?1";
    let stale: Option<String> =
        store.db.query_row(select, [run.id], |row| row.get(0)).optional().map_err(store.failed())?.flatten();
    let stale: Vec<Stale> = stale.and_then(|stale| serde_json::from_str(&stale).ok()).unwrap_or_default();
    let summary = run.totals.unwrap_or_default().summary();
    for event in stale.into_iter().map(Event::Stale).chain([Event::Summary(summary.clone())]) {
        if broken.is_none() {
            broken = sink(event).err();
        }
    }
    broken.map_or(Ok(summary), |error| Err(Error::new(format!("the report cannot be written: {error}"))))
}
