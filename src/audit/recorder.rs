//! Writing a run: takes what became of each object, in order, and notes of values from all threads; commits now and then,
//! so that a run that is killed goes on where it was.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, params};

use super::contents::{self, Identity, json};
use super::memory::{Past, State};
use super::proof::Stat;
use super::segments::{self, Standing};
use crate::input::Origin;
use crate::pipeline::{Noted, Scanned};
use crate::subject::{At, Key, Note, Token};

/// How long what was done waits to be committed.
const EVERY: Duration = Duration::from_secs(1);

/// Notes that make a segment.
const SEGMENT: usize = 1 << 16;

/// Writes one run.
pub struct Recorder {
    pub db: Connection,
    key: Key,
    pub run: i64,
    series: i64,
    today: Date,
    /// The id and category of each detector.
    detectors: Vec<(Arc<str>, Arc<str>)>,
    standings: Vec<Standing>,
    notes: Vec<Note>,
    /// Whether a transaction is open.
    begun: bool,
    committed: Instant,
    /// Whether objects come in the order of their paths, so that the last one tells how far the run is.
    pub in_order: bool,
    cursor: Option<String>,
    /// What failed while another thread waited for nothing.
    failure: Option<rusqlite::Error>,
}

impl Recorder {
    pub fn new(
        db: Connection,
        key: Key,
        (series, run): (i64, i64),
        today: Date,
        detectors: Vec<(Arc<str>, Arc<str>)>,
    ) -> Self {
        let (standings, notes, begun, cursor, failure) = Default::default();
        let (committed, in_order) = (Instant::now(), true);
        Self { db, key, run, series, today, detectors, standings, notes, begun, committed, in_order, cursor, failure }
    }

    /// Takes notes of a content that is being scanned.
    pub fn note(&mut self, content: i64, noted: Noted) {
        let Noted { member, start, stands, notes } = noted;
        let first = self.standings.len() as u32;
        for stand in stands {
            let (detector, category) = &self.detectors[usize::from(stand.detector)];
            let (cell, key) = match stand.at {
                At::Text(key) => (None, key.map(Into::into)),
                At::Cell { first, column } => (Some((first as i64, column as i64)), None),
            };
            let mut beside: Vec<&str> = stand.beside.iter().map(|d| &*self.detectors[usize::from(*d)].1).collect();
            beside.sort_unstable();
            beside.dedup();
            self.standings.push(Standing {
                content,
                member: member.clone(),
                start,
                detector: detector.to_string(),
                category: category.to_string(),
                cell,
                key,
                beside: beside.join(" "),
            });
        }
        self.notes.extend(notes.into_iter().map(|note| Note { stand: note.stand + first, ..note }));
        if self.notes.len() >= SEGMENT {
            let written = self.begin().and_then(|()| self.write_notes()).and_then(|()| self.commit_in_time());
            self.failure = self.failure.take().or(written.err());
        }
    }

    /// Takes what became of the object at `path`, of which an earlier run knows `past`.
    pub fn take(
        &mut self,
        path: &Origin,
        past: Option<&Past>,
        state: Option<State>,
        scanned: &Scanned,
        next_content: impl FnOnce() -> i64,
    ) -> rusqlite::Result<()> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        match state {
            Some(State::Unchanged) => {}
            Some(State::Touched(stat)) => {
                self.begin()?;
                let update = "UPDATE objects SET size = ?2, modified = ?3, changed = ?4, inode = ?5 WHERE id = ?1";
                let Stat { size, modified, changed, inode } = stat;
                let object = past.map(|past| past.object);
                self.db.prepare_cached(update)?.execute(params![object, size, modified, changed, inode])?;
            }
            Some(State::Same { content, stat }) => self.object(path, past, content, Some(stat))?,
            Some(State::Awaits) => self.close(past)?,
            Some(State::New { content, identity, stat, .. }) => {
                self.content(content, identity, path, scanned)?;
                self.object(path, past, content, Some(stat))?;
            }
            Some(State::Unread { content }) => {
                self.content(content, self.nothing(content), path, scanned)?;
                self.object(path, past, content, None)?;
            }
            None => self.event(path, past, scanned, next_content)?,
        }
        if self.in_order {
            self.cursor = Some(path.as_str().to_owned());
        }
        self.commit_in_time()
    }

    /// What could not be read, or changed meanwhile, is not what it will be the next time.
    fn nothing(&self, content: i64) -> Identity {
        let digest = self.key.token("unread", &content.to_le_bytes());
        Identity { digest, setting: digest }
    }

    /// What is no file, or cannot be scanned at all: its events are its content.
    fn event(
        &mut self,
        path: &Origin,
        past: Option<&Past>,
        scanned: &Scanned,
        next_content: impl FnOnce() -> i64,
    ) -> rusqlite::Result<()> {
        let digest = self.key.token("event", json(&scanned.events).as_bytes());
        let identity = Identity { digest, setting: Token([0; Token::LENGTH]) };
        if past.is_some_and(|past| past.identity == identity) {
            return Ok(());
        }
        let content = next_content();
        self.content(content, identity, path, scanned)?;
        self.object(path, past, content, None)
    }

    fn content(&mut self, number: i64, identity: Identity, path: &Origin, scanned: &Scanned) -> rusqlite::Result<()> {
        self.begin()?;
        let neighbours = scanned.record.neighbours.as_ref().map(|n| self.key.token("neighbours", n.as_bytes()));
        contents::write(&self.db, number, identity, neighbours, path, scanned, self.today)?;
        segments::count_lines(&self.db, number, &scanned.record.lines)
    }

    fn object(&mut self, path: &Origin, past: Option<&Past>, content: i64, stat: Option<Stat>) -> rusqlite::Result<()> {
        self.close(past)?;
        let insert = "INSERT INTO objects (series, path, since, content, size, modified, changed, inode) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let size = stat.map(|stat| stat.size);
        let [modified, changed, inode] =
            [|stat: Stat| stat.modified, |stat: Stat| stat.changed, |stat: Stat| stat.inode]
                .map(|of| stat.and_then(of));
        let path = path.as_str();
        let object = params![self.series, path, self.run, content, size, modified, changed, inode];
        self.db.prepare_cached(insert)?.execute(object)?;
        Ok(())
    }

    /// The object is no more what it was.
    fn close(&mut self, past: Option<&Past>) -> rusqlite::Result<()> {
        self.begin()?;
        past.map_or(Ok(()), |past| self.end(past.object))
    }

    /// The object ends before this run; one that began in it has never been.
    pub fn end(&mut self, object: i64) -> rusqlite::Result<()> {
        self.begin()?;
        let update = "UPDATE objects SET until = ?2 WHERE id = ?1";
        self.db.prepare_cached(update)?.execute(params![object, self.run]).map(drop)
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        if !self.begun {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
            self.begun = true;
        }
        Ok(())
    }

    fn commit_in_time(&mut self) -> rusqlite::Result<()> {
        if self.committed.elapsed() >= EVERY { self.commit() } else { Ok(()) }
    }

    /// Commits all that was taken.
    pub fn commit(&mut self) -> rusqlite::Result<()> {
        self.begin()?;
        self.write_notes()?;
        let update = "UPDATE runs SET cursor = coalesce(?2, cursor), touched = ?3 WHERE id = ?1";
        let now = Timestamp::now().to_string();
        self.db.prepare_cached(update)?.execute(params![self.run, self.cursor, now])?;
        self.db.execute_batch("COMMIT")?;
        (self.begun, self.committed) = (false, Instant::now());
        Ok(())
    }

    fn write_notes(&mut self) -> rusqlite::Result<()> {
        let (standings, mut notes) = (std::mem::take(&mut self.standings), std::mem::take(&mut self.notes));
        if notes.is_empty() { Ok(()) } else { segments::write(&self.db, &standings, &mut notes) }
    }
}
