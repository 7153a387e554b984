//! The coverage ledger: takes a run, gives for each folder the bytes that were seen, examined, and not examined, by the
//! reason. What was seen is always the sum of the rest.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use super::contents::{TOTALS, remarks, totals};
use super::events::OBJECTS;
use super::store::Store;
use crate::error::Result;
use crate::finding::{Event, Problem, Skipped};

/// Why bytes were not examined that no event counts.
const UNREAD: &str = "could not be read to the end";

/// What was seen under one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub prefix: String,
    pub objects: u64,
    pub bytes_seen: u64,
    pub bytes_examined: u64,
    /// Bytes by the reason.
    pub not_examined: BTreeMap<String, u64>,
    /// What was to be examined and was not, counted one by one, also where nobody knows its bytes.
    pub missed: u64,
}

/// The ledger of a run, by folders of at most `depth` parts, in order.
///
/// # Errors
/// Those of the store.
pub fn coverage(store: &Store, (series, run): (i64, i64), depth: usize) -> Result<Vec<Entry>> {
    entries(&store.db, series, run, depth).map_err(store.failed())
}

fn entries(db: &Connection, series: i64, run: i64, depth: usize) -> rusqlite::Result<Vec<Entry>> {
    let select = format!(
        "SELECT path, contents.id, {TOTALS} FROM objects JOIN contents ON contents.id = content WHERE {OBJECTS} ORDER BY path"
    );
    let mut select = db.prepare(&select)?;
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let mut objects = select.query(params![series, run])?;
    while let Some(row) = objects.next()? {
        let (path, content, totals) = (row.get_ref(0)?.as_str()?, row.get(1)?, totals(row, 2)?);
        let prefix = prefix(path, depth);
        let entry =
            entries.entry(prefix.to_owned()).or_insert_with(|| Entry { prefix: prefix.to_owned(), ..Entry::default() });
        entry.objects += 1;
        entry.bytes_seen += totals.seen;
        entry.bytes_examined += totals.examined.min(totals.seen);
        let remarks = if totals.remarks > 0 { remarks(db, content, path)? } else { Vec::new() };
        entry.add(totals.seen.saturating_sub(totals.examined), remarks.into_iter().map(|(_, event)| event));
    }
    Ok(entries.into_values().collect())
}

impl Entry {
    /// Parts `left` bytes of one object by what the events say.
    fn add(&mut self, mut left: u64, events: impl Iterator<Item = Event>) {
        for event in events {
            self.missed += u64::from(matches!(
                event,
                Event::Problem(Problem { incomplete: true, .. }) | Event::Skipped(Skipped { incomplete: true, .. })
            ));
            if let Event::Skipped(Skipped { reason, bytes, .. }) = event {
                let bytes = bytes.min(left);
                left -= bytes;
                *self.not_examined.entry(reason).or_default() += bytes;
            }
        }
        if left > 0 {
            *self.not_examined.entry(UNREAD.to_owned()).or_default() += left;
        }
    }
}

/// The folder of a path, of at most so many parts.
fn prefix(path: &str, depth: usize) -> &str {
    let folder = path.rfind('/').map_or("", |at| &path[..at.max(1)]);
    let from = usize::from(folder.starts_with('/'));
    let end = folder[from..].match_indices('/').nth(depth.max(1) - 1).map_or(folder.len(), |(at, _)| from + at);
    if folder.is_empty() { "." } else { &folder[..end] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Origin;

    #[test]
    fn a_prefix_is_the_beginning_of_a_folder() {
        for (path, depth, expected) in [
            ("a.sql", 2, "."),
            ("a/b.sql", 2, "a"),
            ("a/b/c/d.sql", 2, "a/b"),
            ("a/b/c/d.sql", 9, "a/b/c"),
            ("/srv/backups/a/b.sql", 2, "/srv/backups"),
            ("/a", 1, "/"),
            ("../a/b", 1, ".."),
            ("a/b/c", 0, "a"),
        ] {
            assert_eq!(prefix(path, depth), expected, "{path}");
        }
    }

    #[test]
    fn what_was_seen_is_the_sum_of_the_rest() {
        let skipped = |reason: &str, bytes| {
            let path = Origin::shown("a");
            Event::Skipped(Skipped { path, reason: reason.to_owned(), bytes, incomplete: true })
        };
        let mut entry = Entry::default();
        entry.add(100, [skipped("encrypted", 30), skipped("encrypted", 20), skipped("rar", 10)].into_iter());
        entry.add(5, [skipped("encrypted", 50)].into_iter());
        let told: Vec<_> = entry.not_examined.iter().map(|(reason, bytes)| (reason.as_str(), *bytes)).collect();
        assert_eq!(told, [(UNREAD, 40), ("encrypted", 55), ("rar", 10)]);
        assert_eq!(entry.missed, 4);
    }
}
