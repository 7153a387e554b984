//! What an audit remembers while it scans: takes the objects of a survey and what earlier runs know of them, tells which
//! need no scan, and holds the notes of those that are scanned.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jiff::civil::Date;
use rusqlite::{Connection, Row, params};

use super::contents::{Identity, is_fresh};
use super::proof::{Proof, Stat, digest};
use super::recorder::Recorder;
use crate::input::Target;
use crate::pipeline::{Memory, Noted, Surroundings};
use crate::source::cache;
use crate::subject::{Key, Token};

/// What an earlier run knows of an object.
#[derive(Clone, Debug)]
pub struct Past {
    pub object: i64,
    pub path: String,
    pub identity: Identity,
    stat: Stat,
    neighbours: Option<Token>,
    scanned: Date,
    ages: i64,
}

/// What is to be stored of an object.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// As it was.
    Unchanged,
    /// As it was, but for what the file system says of it.
    Touched(Stat),
    /// The same bytes as a content that is known.
    Same { content: i64, stat: Stat },
    /// The same bytes as another object that is being scanned.
    Awaits,
    /// Scanned, under this number. `read` is what the file system said when its bytes were read for their digest.
    New { content: i64, identity: Identity, stat: Stat, read: Stat },
    /// It could not be read.
    Unread { content: i64 },
}

/// What all threads know.
pub struct Recollection {
    pub key: Key,
    /// The token of what all scans of this run depend on.
    pub scanner: Token,
    /// Whether what is known of objects was scanned with the same.
    pub settled: bool,
    pub proof: Proof,
    pub today: Date,
    /// The ages that policies ask for.
    pub thresholds: Vec<u8>,
    /// What earlier runs know, by object.
    past: Vec<Option<Past>>,
    /// Objects before this one are done already, if they are known.
    resumed: usize,
    reader: Mutex<Connection>,
    last_content: AtomicI64,
    states: Mutex<HashMap<usize, State>>,
    claimed: Mutex<HashMap<(Identity, Option<Token>), usize>>,
    recorder: Arc<Mutex<Recorder>>,
    /// Whether objects with the same bytes wait for one another only if they have the same neighbours.
    again: bool,
}

/// What a pass over the objects of a survey begins with.
pub struct Pass {
    pub past: Vec<Option<Past>>,
    pub resumed: usize,
    pub last_content: i64,
    pub again: bool,
}

// Columns are read by their places in this list: there is a row for each object.
const PAST: &str = "SELECT objects.id, path, size, modified, changed, inode, digest, setting, neighbours, \
    scanned, ages FROM objects JOIN contents ON contents.id = content WHERE series = ?1 AND until IS NULL ORDER BY path";

/// What is known of the objects of a series.
pub fn past(db: &Connection, series: i64) -> rusqlite::Result<Vec<Past>> {
    db.prepare(PAST)?.query_map([series], past_of)?.collect()
}

fn past_of(row: &Row) -> rusqlite::Result<Past> {
    let token = |at: usize| row.get::<_, [u8; Token::LENGTH]>(at).map(Token);
    let stat = Stat {
        size: row.get::<_, Option<i64>>(2)?.unwrap_or(-1),
        modified: row.get(3)?,
        changed: row.get(4)?,
        inode: row.get(5)?,
    };
    Ok(Past {
        object: row.get(0)?,
        path: row.get(1)?,
        identity: Identity { digest: token(6)?, setting: token(7)? },
        stat,
        neighbours: row.get::<_, Option<[u8; Token::LENGTH]>>(8)?.map(Token),
        scanned: row.get_ref(9)?.as_str()?.parse().unwrap_or(Date::MAX),
        ages: row.get(10)?,
    })
}

/// What is common to all passes of a run.
pub struct Common {
    pub key: Key,
    pub scanner: Token,
    pub settled: bool,
    pub proof: Proof,
    pub today: Date,
    pub thresholds: Vec<u8>,
}

impl Recollection {
    pub fn new(common: &Common, pass: Pass, reader: Connection, recorder: Arc<Mutex<Recorder>>) -> Self {
        let Common { key, scanner, settled, proof, today, thresholds } = common;
        Self {
            key: key.clone(),
            scanner: *scanner,
            settled: *settled,
            proof: *proof,
            today: *today,
            thresholds: thresholds.clone(),
            past: pass.past,
            resumed: pass.resumed,
            reader: Mutex::new(reader),
            last_content: AtomicI64::new(pass.last_content),
            states: Mutex::default(),
            claimed: Mutex::default(),
            recorder,
            again: pass.again,
        }
    }

    pub fn past(&self, object: usize) -> Option<&Past> {
        self.past.get(object)?.as_ref()
    }

    /// What became of an object; none of what was never a file.
    pub fn take(&self, object: usize, path: Option<&Path>) -> Option<State> {
        let state = lock(&self.states).remove(&object)?;
        match state {
            // Nobody knows which bytes were scanned.
            State::New { content, read, .. } if !path.is_some_and(|path| is_as_it_was(path, &read)) => {
                Some(State::Unread { content })
            }
            state => Some(state),
        }
    }

    /// A number for another content.
    pub fn next_content(&self) -> i64 {
        self.last_content.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn last_content(&self) -> i64 {
        self.last_content.load(Ordering::Relaxed)
    }

    fn state(&self, object: usize, target: &Target, surroundings: &Surroundings) -> State {
        let past = self.past(object);
        if past.is_some() && object < self.resumed {
            return State::Unchanged;
        }
        let unread = || State::Unread { content: self.next_content() };
        let Some(path) = target.path() else { return unread() };
        let Ok(metadata) = path.metadata() else { return unread() };
        let setting = || self.key.token("setting", &[&self.scanner.0, surroundings.setting().as_bytes()].concat());
        let settled = self.settled && !surroundings.is_archived();
        let neighbours = || self.key.token("neighbours", surroundings.neighbours().as_bytes());
        let past = past.filter(|past| {
            (settled || past.identity.setting == setting())
                && is_fresh(past.ages, past.scanned, self.today, &self.thresholds)
                && past.neighbours.is_none_or(|token| token == neighbours())
        });
        if past.is_some_and(|past| self.proof.holds(&past.stat, &Stat::of(&metadata))) {
            return State::Unchanged;
        }
        let Ok((digest, stat, file)) = digest(path, &self.key, |bytes| surroundings.read(bytes)) else {
            return unread();
        };
        let identity = Identity { digest, setting: setting() };
        let state = self.of_content(object, past, identity, stat, neighbours);
        if !matches!(state, State::New { .. }) {
            cache::give_up(&file, 0..metadata.len());
        }
        state
    }

    /// That of an object with this content; `read` is what the file system said before it was read.
    fn of_content(
        &self,
        object: usize,
        past: Option<&Past>,
        identity: Identity,
        read: Stat,
        neighbours: impl Fn() -> Token,
    ) -> State {
        let stat = read.settled(SystemTime::now());
        if let Some(past) = past.filter(|past| past.identity == identity) {
            return if past.stat == stat { State::Unchanged } else { State::Touched(stat) };
        }
        if let Some(content) = self.known(identity, &neighbours) {
            return State::Same { content, stat };
        }
        // Whether name and neighbours count is known only after the first scan.
        let claim = (identity, self.again.then(neighbours));
        if *lock(&self.claimed).entry(claim).or_insert(object) != object {
            return State::Awaits;
        }
        State::New { content: self.next_content(), identity, stat, read }
    }

    /// A content that was scanned before.
    fn known(&self, identity: Identity, neighbours: impl Fn() -> Token) -> Option<i64> {
        let reader = lock(&self.reader);
        let select =
            "SELECT id, neighbours, scanned, ages FROM contents WHERE digest = ?1 AND setting = ?2 ORDER BY id DESC";
        let mut select = reader.prepare_cached(select).ok()?;
        let rows = select.query_map(params![identity.digest.0, identity.setting.0], |row| {
            let of_others = row.get::<_, Option<[u8; Token::LENGTH]>>(1)?.is_some_and(|own| own != neighbours().0);
            let scanned = row.get_ref(2)?.as_str()?.parse().unwrap_or(Date::MAX);
            let fresh = is_fresh(row.get(3)?, scanned, self.today, &self.thresholds);
            Ok((row.get(0)?, fresh && !of_others))
        });
        rows.ok()?.flatten().find(|(_, fits)| *fits).map(|(content, _)| content)
    }
}

impl Memory for Recollection {
    fn knows(&self, object: usize, target: &Target, surroundings: &Surroundings) -> bool {
        let state = self.state(object, target, surroundings);
        lock(&self.states).insert(object, state);
        !matches!(state, State::New { .. } | State::Unread { .. })
    }

    fn note(&self, object: usize, noted: Noted) {
        let state = lock(&self.states).get(&object).copied();
        if let Some(State::New { content, .. } | State::Unread { content }) = state {
            lock(&self.recorder).note(content, noted);
        }
    }
}

/// Reads what was matched to the objects of a survey, by path: both are in order.
pub fn matched<'p>(past: Vec<Past>, paths: impl Iterator<Item = &'p str>) -> (Vec<Option<Past>>, Vec<i64>) {
    let mut past = past.into_iter().peekable();
    let (mut matched, mut gone) = (Vec::new(), Vec::new());
    for path in paths {
        while let Some(other) = past.next_if(|past| past.path.as_str() < path) {
            gone.push(other.object);
        }
        matched.push(past.next_if(|past| past.path == path));
    }
    gone.extend(past.map(|past| past.object));
    (matched, gone)
}

fn is_as_it_was(path: &Path, was: &Stat) -> bool {
    path.metadata().is_ok_and(|metadata| Stat::of(&metadata) == *was)
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
