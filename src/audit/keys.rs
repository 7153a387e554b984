//! The key of a store: takes it from `DERBES_KEY` or from the file beside the store, makes one for a new store, and adds
//! one to what is sealed already.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use rusqlite::{Connection, params};

use super::segments;
use super::store::{Store, beside, private};
use crate::error::{Error, Result};
use crate::subject::{Key, Token};

/// Where the key stands if not in a file.
const VARIABLE: &str = "DERBES_KEY";

/// The whole chain of the key of the store at `path`; for a store that `is_new` one is made, unless it is given.
pub fn load(path: &Path, is_new: bool) -> Result<Key> {
    if let Ok(text) = std::env::var(VARIABLE) {
        let help = "write 64 hexadecimal digits, and a colon before each further key";
        return Key::parse(&text).ok_or_else(|| Error::new("this is no key").at(VARIABLE).help(help));
    }
    let file = beside(path, "key");
    let place = file.display().to_string();
    match std::fs::read_to_string(&file) {
        Ok(text) => Key::parse(&text).ok_or_else(|| Error::new("this is no key").at(place)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && is_new => {
            let key = Key::single(random()?);
            write(path, &key)?;
            Ok(key)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Error::new("the key of the store is missing")
            .at(place)
            .help("put it back, or set DERBES_KEY; without it nobody can be looked up and nothing be compared")),
        Err(e) => Err(Error::new(format!("the key cannot be read: {e}")).at(place)),
    }
}

/// Puts a key in its file, whole or not at all: power may fail at any moment, and without it the store is of no use.
fn write(path: &Path, key: &Key) -> Result<()> {
    let (file, new) = (beside(path, "key"), beside(path, "key.new"));
    let failed = |file: &Path| {
        let place = file.display().to_string();
        move |e: std::io::Error| Error::new(format!("the key cannot be written: {e}")).at(place)
    };
    // One that was left may be open to others.
    let _ = std::fs::remove_file(&new);
    let mut options = OpenOptions::new();
    let mut out = private(options.write(true).create_new(true)).open(&new).map_err(failed(&new))?;
    out.write_all(key.text().as_bytes()).and_then(|()| out.sync_all()).map_err(failed(&new))?;
    std::fs::rename(&new, &file).map_err(failed(&file))?;
    // Its name is to be on the disk before anything that is sealed with it. Not all systems open folders.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn random() -> Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|e| Error::new(format!("the system gives no random bytes: {e}")))?;
    Ok(key)
}

/// By what a store knows its key.
pub fn check(key: &Key) -> Token {
    key.token("key", b"")
}

pub fn write_check(db: &Connection, key: &Key) -> rusqlite::Result<()> {
    db.execute("INSERT OR REPLACE INTO about VALUES ('key', ?1)", params![check(key).0])?;
    Ok(())
}

/// Seals all of the store at `path` with a new key besides. From `DERBES_KEY` the new key is the last of the chain, which
/// has to stand there already.
///
/// # Errors
/// Those of the store; a chain in `DERBES_KEY` without a new key.
pub fn rotate(path: &Path) -> Result<()> {
    let store = Store::write(path)?;
    let old = store.key.length();
    let chain = load(path, false)?;
    let new = match chain.length() > old {
        // An earlier change of the key did not come to its end.
        true => chain,
        false if std::env::var_os(VARIABLE).is_some() => {
            return Err(Error::new("there is no new key").at(VARIABLE).help("add a colon and the new key at its end"));
        }
        false => {
            let new = chain.with(random()?);
            write(path, &new)?;
            new
        }
    };
    seal(&store.db, &new, old).map_err(store.failed())
}

/// Seals everything with the keys after the first `old` ones.
fn seal(db: &Connection, key: &Key, old: usize) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    for column in ["contents.digest", "contents.setting", "contents.neighbours", "runs.scanner", "runs.judge"] {
        let (table, column) = column.split_once('.').unwrap_or_default();
        let select = format!("SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL");
        let mut rows = db.prepare(&select)?;
        let mut update = db.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE id = ?1"))?;
        let ids: Vec<(i64, [u8; Token::LENGTH])> =
            rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        for (id, token) in ids {
            update.execute(params![id, key.seal(old, Token(token)).0])?;
        }
    }
    segments::seal(db, |token| key.seal(old, token))?;
    write_check(db, key)?;
    transaction.commit()
}
