//! The store: takes the path of a file, gives the database in it, at the newest schema, with its key. One audit at a time
//! writes to it; a person can be looked up meanwhile.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::keys;
use crate::error::{Error, Result};
use crate::subject::Key;

/// What each version of the schema adds to the one before.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    // What a run had besides what is built in, by which its reports name what was found.
    "ALTER TABLE runs ADD COLUMN own TEXT;",
];

/// Marks a database as a store of this program: `derb`.
const APPLICATION: i64 = 0x6465_7262;

/// How long a reader waits for a writer that is committing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A store that is open.
pub struct Store {
    pub db: Connection,
    /// The part of the key that the store is sealed with.
    pub key: Key,
    path: PathBuf,
    /// Held while this process may write.
    _lock: Option<File>,
}

impl Store {
    /// Opens the store for an audit; a file that is not there is made, and a key for it.
    ///
    /// # Errors
    /// Another audit that writes to it; a file that is no store, or of a newer version; a key that is not its own.
    pub fn write(path: &Path) -> Result<Self> {
        let lock = lock(path)?;
        private(OpenOptions::new().create(true).append(true))
            .open(path)
            .map_err(|e| Error::new(format!("the store cannot be written: {e}")).at(path.display().to_string()))?;
        [path.to_owned(), beside(path, "key")].iter().for_each(|file| close(file));
        let db = connect(path, OpenFlags::default())?;
        let version = version(&db, path)?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;").map_err(failed(path))?;
        let store = Self::prepared(db, path, Some(lock), version == 0)?;
        store.migrate(version)?;
        store.with_its_key()
    }

    /// Opens a store to look something up.
    ///
    /// # Errors
    /// As [`Store::write`], and a store that is not there.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            let help = "an audit makes it: derbes audit PATH --store FILE";
            return Err(Error::new("there is no such store").at(path.display().to_string()).help(help));
        }
        let db = connect(path, OpenFlags::default())?;
        if version(&db, path)? < MIGRATIONS.len() {
            let help = "the next audit brings it up to date";
            return Err(wrong(path, "this store is of an older version").help(help));
        }
        Self::prepared(db, path, None, false)?.with_its_key()
    }

    /// Another connection, which sees what is committed.
    pub fn reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        connect(&self.path, flags)
    }

    /// Another connection that may write.
    pub fn reader_and_writer(&self) -> Result<Connection> {
        let db = connect(&self.path, OpenFlags::default())?;
        db.execute_batch("PRAGMA synchronous = NORMAL").map_err(failed(&self.path))?;
        Ok(db)
    }

    /// What failed, of this store.
    pub fn failed(&self) -> impl Fn(rusqlite::Error) -> Error + Clone + use<> {
        failed(&self.path)
    }

    fn prepared(db: Connection, path: &Path, lock: Option<File>, is_new: bool) -> Result<Self> {
        let key = keys::load(path, is_new)?;
        Ok(Self { db, key, path: path.to_owned(), _lock: lock })
    }

    fn migrate(&self, version: usize) -> Result<()> {
        for (number, migration) in MIGRATIONS.iter().enumerate().skip(version) {
            let done = format!("PRAGMA user_version = {}; PRAGMA application_id = {APPLICATION};", number + 1);
            let all = format!("BEGIN IMMEDIATE; {migration}; {done} COMMIT;");
            self.db.execute_batch(&all).map_err(self.failed())?;
        }
        Ok(())
    }

    /// With the keys of the chain that it is sealed with; a new one with all.
    fn with_its_key(self) -> Result<Self> {
        let check = self.db.query_row("SELECT value FROM about WHERE name = 'key'", [], |row| row.get::<_, Vec<u8>>(0));
        let Some(check) = check.optional().map_err(self.failed())? else {
            keys::write_check(&self.db, &self.key).map_err(self.failed())?;
            return Ok(self);
        };
        let sealed = (1..=self.key.length()).rev().find(|length| keys::check(&self.key.first(*length)).0 == *check);
        match sealed {
            Some(length) => Ok(Self { key: self.key.first(length), ..self }),
            None => Err(wrong(&self.path, "the key is not that of this store")
                .help("it stands in FILE.key, or in DERBES_KEY if that is set")),
        }
    }
}

/// A connection to the database at `path`.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(path, flags).map_err(failed(path))?;
    db.busy_timeout(PATIENCE).map_err(failed(path))?;
    // Statements are not prepared anew for each value that is bound to them.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed(path))?;
    Ok(db)
}

/// The version of a store, 0 of one that is empty.
fn version(db: &Connection, path: &Path) -> Result<usize> {
    let number = |select: &str| db.query_row(select, [], |row| row.get::<_, i64>(0)).map_err(failed(path));
    let (version, application) = (number("PRAGMA user_version")?, number("PRAGMA application_id")?);
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    if tables > 0 && (version == 0 || application != APPLICATION) {
        return Err(wrong(path, "this is a database, but no store of an audit"));
    }
    let version = usize::try_from(version).unwrap_or(usize::MAX);
    if version > MIGRATIONS.len() {
        return Err(wrong(path, "a newer version of derbes wrote this store").help("use that version"));
    }
    Ok(version)
}

fn wrong(path: &Path, message: &str) -> Error {
    Error::new(message).at(path.display().to_string())
}

/// What a database says, in words.
pub fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> Error + Clone + use<> {
    let place = path.display().to_string();
    move |error| {
        let error_at = |message: String| Error::new(message).at(place.clone());
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                error_at("the disk is full: what was committed is kept".to_owned()).help("make room and run it again")
            }
            Some(ErrorCode::NotADatabase) => error_at("this is no store".to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => error_at("the store is damaged".to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => error_at("another program uses it".to_owned()),
            _ => error_at(format!("the store cannot be used: {error}")),
        }
    }
}

/// The lock of a store: held by the process that writes, and gone with it however it ends.
fn lock(path: &Path) -> Result<File> {
    let file = beside(path, "lock");
    let place = file.display().to_string();
    let cannot = |e: std::io::Error| Error::new(format!("cannot be written: {e}")).at(place.clone());
    let lock = private(OpenOptions::new().create(true).append(true)).open(&file).map_err(cannot)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::new("another audit writes to this store")
            .at(path.display().to_string())
            .help("wait until it has ended; nothing was changed")),
        Err(TryLockError::Error(e)) => Err(cannot(e)),
    }
}

/// A file that belongs to a store.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Takes from others what a copy has let them do with a file of the store, as far as it is ours.
fn close(file: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = file.metadata() {
        use std::os::unix::fs::PermissionsExt;
        let mode = metadata.permissions().mode();
        if mode & 0o077 != 0 {
            let _ = std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode & 0o700));
        }
    }
}

/// For the owner alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that goes with its test.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn folder(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("derbes-store-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    #[test]
    fn a_store_has_one_writer_and_any_number_of_readers() {
        let folder = folder("lock");
        let path = folder.0.join("a.store");
        assert_eq!(Store::read(&path).err().unwrap().message, "there is no such store");
        let store = Store::write(&path).unwrap();
        assert_eq!(Store::write(&path).err().unwrap().message, "another audit writes to this store");
        Store::read(&path).unwrap();
        drop(store);
        Store::write(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_store_and_its_key_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("mode");
        let path = folder.0.join("a.store");
        let of = |file: &Path| file.metadata().unwrap().permissions().mode() & 0o777;
        let store = Store::write(&path).unwrap();
        store.db.execute_batch("CREATE TABLE a (b)").unwrap();
        let at_work = ["-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", path.display())));
        let files = [path.clone(), beside(&path, "key"), beside(&path, "lock")];
        for file in files.iter().chain(&at_work) {
            assert_eq!(of(file), 0o600, "{}", file.display());
        }
        drop(store);
        // A copy that others can read.
        for file in &files[..2] {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let _store = Store::write(&path).unwrap();
        assert_eq!([of(&files[0]), of(&files[1]), of(&at_work[0])], [0o600; 3]);
    }

    #[test]
    fn what_is_no_store_is_refused() {
        let folder = folder("wrong");
        let path = folder.0.join("text");
        std::fs::write(&path, "x".repeat(5000)).unwrap();
        assert!(Store::write(&path).is_err());
        let path = folder.0.join("other");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
        let error = Store::write(&path).err().unwrap();
        assert_eq!(error.message, "this is a database, but no store of an audit");
        let path = folder.0.join("newer");
        Store::write(&path).unwrap().db.execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(Store::read(&path).err().unwrap().message.starts_with("a newer version"));
    }

    #[test]
    fn another_key_opens_nothing() {
        let folder = folder("key");
        let path = folder.0.join("a.store");
        Store::write(&path).unwrap();
        let key = beside(&path, "key");
        let old = std::fs::read_to_string(&key).unwrap();
        std::fs::write(&key, "00".repeat(32)).unwrap();
        assert_eq!(Store::read(&path).err().unwrap().message, "the key is not that of this store");
        // A key that was added and not yet used does no harm.
        std::fs::write(&key, format!("{old}{}", "00".repeat(32))).unwrap();
        assert_eq!(Store::read(&path).unwrap().key.length(), 1);
    }
}
