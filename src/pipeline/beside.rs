//! Databases and the write-ahead logs beside them, of which one counts with the other: takes what is listed, gives what a scan
//! of either depends on.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::tables::folder;
use super::work::lock;
use super::{Item, Shared};
use crate::decode::{Beside, LOG_ENDING};
use crate::input::Target;

/// Bytes of a database that tell whether a log can be that of it.
const HEAD: u64 = 24;

/// The write-ahead logs among these items whose databases are among them too.
pub fn logs(items: &[Item]) -> HashSet<PathBuf> {
    let files = || items.iter().filter_map(|item| item.target()?.path());
    let logs: HashMap<PathBuf, &Path> = files().filter_map(|path| Some((database(path)?, path))).collect();
    if logs.is_empty() {
        return HashSet::new();
    }
    files().filter_map(|path| Some(logs.get(path)?.to_path_buf())).collect()
}

/// The path of the database that a log of this name belongs to.
fn database(log: &Path) -> Option<PathBuf> {
    Some(log.with_file_name(log.file_name()?.to_str()?.strip_suffix(LOG_ENDING)?))
}

impl Shared<'_> {
    /// Where a file lies.
    pub(super) fn beside(&self, target: &Target) -> Option<Beside> {
        let path = target.path()?;
        Some(Beside { path: path.to_owned(), is_scanned: self.logs.contains(path) })
    }

    /// What a scan of a file depends on besides its bytes: the log of changes that lies beside it, or the head of its
    /// database. `read` is told how many bytes were read.
    pub(super) fn companion(&self, file: &Path, read: impl Fn(u64)) -> Option<String> {
        if self.logs.contains(file) {
            let mut head = Vec::new();
            File::open(database(file)?).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
            return Some(format!("log of {head:?}"));
        }
        let log = log(file);
        let length = log.metadata().ok()?.len();
        let digest = || Ok::<_, std::io::Error>(blake3::Hasher::new().update_reader(File::open(&log)?)?.finalize());
        read(length);
        Some(digest().map_or_else(|error| error.to_string(), |digest| digest.to_string()))
    }

    /// Whether there is something of that kind.
    pub(super) fn has_companion(&self, file: &Path) -> bool {
        let is_there = || match &*self.logs_beside(file) {
            Some(logs) => !logs.is_empty() && log(file).file_name().is_some_and(|name| logs.contains(name)),
            None => log(file).exists(),
        };
        self.logs.contains(file) || is_there()
    }

    /// The names of the logs in the folder of a file, listed as objects or not; none where it cannot be read. A look at the
    /// folder costs less than one for each file in it.
    fn logs_beside(&self, file: &Path) -> Arc<Option<HashSet<OsString>>> {
        let folder = folder(file);
        if let Some(logs) = lock(&self.knowledge.logs).get(folder) {
            return logs.clone();
        }
        let is_log = |name: &OsString| name.as_encoded_bytes().ends_with(LOG_ENDING.as_bytes());
        let names = folder.read_dir().and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect());
        let logs = names.ok().map(|names: Vec<OsString>| names.into_iter().filter(is_log).collect());
        lock(&self.knowledge.logs).entry(folder.to_owned()).or_insert(Arc::new(logs)).clone()
    }
}

/// The path of the log of a database.
fn log(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(LOG_ENDING);
    path.into()
}
