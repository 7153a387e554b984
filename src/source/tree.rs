//! Files and folders: takes paths as they were typed, gives a [`Listing`] of every file under them in the order of
//! reports. No file is opened.

use std::collections::HashSet;
use std::fs::FileType;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::error::Error;
use crate::finding::{Problem, Skipped};
use crate::input::{Origin, Store, Target};

/// The ignore file of this program, with the syntax of `.gitignore`.
pub(super) const IGNORE_FILE: &str = ".derbesignore";

/// How folders are walked. Hidden files are listed; `.git`, a folder or the file of a worktree, is not entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Whether `.gitignore`, `.git/info/exclude`, `.ignore` and `.derbesignore` are honoured. In a git repository those
    /// of parent folders count too; elsewhere only those under the named folder do. The user's own excludes of git
    /// never count, so that a listing depends on what is listed alone.
    pub ignore: bool,
    /// Whether symlinks are followed, once each way down.
    pub follow: bool,
}

impl Default for Walk {
    fn default() -> Self {
        Self { ignore: true, follow: false }
    }
}

/// What was found, each list in the order of its origins and without repetitions.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub targets: Vec<Target>,
    /// Symlinks that are not followed or lead nowhere, and special files.
    pub skipped: Vec<Skipped>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
    /// Named paths that do not exist, in the order in which they were named.
    pub missing: Vec<Error>,
}

/// Lists all files at and under `paths`, with `threads` threads; the result does not depend on their number.
///
/// `-` is standard input. What a path names itself is listed whether ignored or not, and through a symlink.
pub fn list(paths: &[PathBuf], walk: &Walk, threads: usize) -> Listing {
    let current = std::env::current_dir().unwrap_or_default();
    let mut listing = Listing::default();
    let mut named = HashSet::new();
    let mut folders = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            listing.targets.push(Target::stdin());
            continue;
        }
        let tidy = tidy(path, &current);
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folders.push(tidy.clone()),
            Ok(metadata) => listing.add(&tidy, metadata.file_type()),
            Err(error) => listing.fail_named(path, &error),
        }
        named.insert(Origin::file(&tidy));
    }
    let (tracked, loose): (Vec<_>, Vec<_>) = folders.into_iter().partition(|folder| is_in_repository(folder));
    let mut listing = Mutex::new(listing);
    descend(&tracked, true, walk, threads, &listing);
    descend(&loose, false, walk, threads, &listing);
    let listing = std::mem::take(listing.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner()));
    listing.in_order(&named)
}

impl Listing {
    /// Adds a file, or says why not.
    fn add(&mut self, path: &Path, kind: FileType) {
        if kind.is_file() {
            self.targets.push(Target::file(path.to_path_buf()));
        } else if !kind.is_dir() {
            self.skip(path, special(kind));
        }
    }

    fn skip(&mut self, path: &Path, reason: &str) {
        self.skipped.push(Skipped { path: Origin::file(path), reason: reason.to_owned(), bytes: 0, incomplete: false });
    }

    fn fail(&mut self, path: &Path, message: String) {
        self.problems.push(Problem { path: Origin::file(path), message, examined: 0, incomplete: true });
    }

    fn fail_named(&mut self, path: &Path, error: &io::Error) {
        let place = Origin::file(path).to_string();
        if path.as_os_str().is_empty() {
            self.missing.push(Error::new("a path is empty").help("`.` names the current folder"));
        } else if path.is_symlink() && error.kind() == io::ErrorKind::NotFound {
            self.missing.push(Error::new("this symlink leads nowhere").at(place));
        } else if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            self.missing.push(Error::new("no such file or folder").at(place));
        } else {
            self.fail(path, phrase(error));
        }
    }

    fn add_entry(&mut self, entry: &DirEntry) {
        // Without a leading `./`, which a walk of the current folder gives each path.
        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
        match entry.file_type() {
            Some(kind) if kind.is_symlink() => self.skip(path, "symlink"),
            Some(kind) => self.add(path, kind),
            None => {}
        }
    }

    /// Sorts out what a walk met. A line of an ignore file that is no pattern hides nothing, so it is no problem here.
    fn fail_entry(&mut self, path: Option<&Path>, error: &ignore::Error) {
        match error {
            ignore::Error::WithDepth { err, .. } => self.fail_entry(path, err),
            ignore::Error::WithPath { path, err } => self.fail_entry(Some(path), err),
            ignore::Error::Loop { child, .. } => self.skip(child, "symlink loop"),
            ignore::Error::Io(error) => match path {
                Some(path) if path.is_symlink() && error.kind() != io::ErrorKind::PermissionDenied => {
                    self.skip(path, "symlink that leads nowhere");
                }
                path => self.fail(path.unwrap_or(Path::new(".")), format!("cannot be listed: {}", phrase(error))),
            },
            _ => {}
        }
    }

    fn in_order(mut self, named: &HashSet<Origin>) -> Self {
        self.targets.sort_by(|a, b| a.origin.cmp(&b.origin).then_with(|| file(a).cmp(&file(b))));
        self.targets.dedup();
        // A symlink in a folder that was named itself has been followed after all.
        self.skipped.retain(|skipped| skipped.reason != "symlink" || !named.contains(&skipped.path));
        self.skipped.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
        self.skipped.dedup();
        self.problems.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        self.problems.dedup();
        self
    }
}

fn file(target: &Target) -> Option<&Path> {
    match &target.store {
        Store::Stdin | Store::Blob(_) | Store::Member => None,
        Store::File(path) => Some(path),
    }
}

/// Walks folders of which either all or none lie in a git repository.
fn descend(folders: &[PathBuf], in_repository: bool, walk: &Walk, threads: usize, listing: &Mutex<Listing>) {
    let Some((first, others)) = folders.split_first() else { return };
    let mut builder = WalkBuilder::new(entrance(first));
    for folder in others {
        builder.add(entrance(folder));
    }
    builder
        .standard_filters(false)
        .ignore(walk.ignore)
        .git_ignore(walk.ignore)
        .git_exclude(walk.ignore)
        .require_git(in_repository)
        .parents(walk.ignore && in_repository)
        .follow_links(walk.follow)
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
        .threads(threads.max(1));
    if walk.ignore {
        builder.add_custom_ignore_filename(IGNORE_FILE);
    }
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let mut listing = listing.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            match entry {
                Ok(entry) => listing.add_entry(&entry),
                Err(error) => listing.fail_entry(None, &error),
            }
            WalkState::Continue
        })
    });
}

/// The path at which a walk enters a folder: a symlink is entered by the slash at its end.
fn entrance(folder: &Path) -> PathBuf {
    if folder.is_symlink() { folder.join("") } else { folder.to_path_buf() }
}

fn is_in_repository(folder: &Path) -> bool {
    folder.canonicalize().is_ok_and(|folder| folder.ancestors().any(|above| above.join(".git").exists()))
}

/// The path as reports show it: relative where it lies under the current folder, without `.` and without `..` where
/// these undo a folder.
fn tidy(path: &Path, current: &Path) -> PathBuf {
    let absolute = undo(&current.join(path));
    match absolute.strip_prefix(current) {
        Ok(relative) if relative.as_os_str().is_empty() => PathBuf::from("."),
        Ok(relative) => relative.to_path_buf(),
        Err(_) => undo(path),
    }
}

/// Takes out each `..` with the folder before it. A symlink before it stays, since its parent is somewhere else.
fn undo(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match (component, tidy.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) if !tidy.is_symlink() => {
                tidy.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => tidy.push(component),
        }
    }
    if tidy.as_os_str().is_empty() { PathBuf::from(".") } else { tidy }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        _ if kind.is_fifo() => "fifo",
        _ if kind.is_socket() => "socket",
        _ => "device",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "special file"
}

/// What the system said, without its number.
fn phrase(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
    }
}

#[cfg(test)]
mod tests;
