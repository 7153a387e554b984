//! Git: takes what is asked of a repository (what is staged, what a range of commits adds, all that ever stood in it),
//! gives a [`Listing`] of blobs, and the [`Blobs`] to read them from.
//!
//! All is asked of the `git` program, which alone knows every form of repository. It runs without hooks, pagers,
//! external diffs, text conversion and file system monitors, fetches nothing over the network and changes nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::input::Origin;
use crate::source::Listing;

mod blobs;
mod changes;
mod history;
mod ignored;
mod lines;
mod range;
mod staged;

pub use blobs::{Blobs, is_lfs_pointer};
pub use lines::{added, others};

use ignored::Ignored;

/// What is asked of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub selection: Selection,
    /// Whether all lines of a changed file count, not only those that were added.
    pub whole_files: bool,
    /// Only at and under these paths; everywhere where there is none.
    pub paths: Vec<PathBuf>,
    /// Whether `.derbesignore` is honoured.
    pub ignore: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// What the next commit would add.
    Staged,
    /// What `A..B` adds: the difference from where the two part, to B.
    Range(String),
    /// All that ever stood in any commit; or only in those since a day.
    History { since: Option<Date> },
}

/// Lists what is asked for of the repository around the current folder.
///
/// # Errors
/// No repository, no git or one that is too old, a broken index, a revision that does not exist.
pub fn list(query: &Query) -> Result<Listing> {
    match &query.selection {
        Selection::Staged => staged::list(query),
        Selection::Range(range) => range::list(query, range),
        Selection::History { since } => history::list(query, *since),
    }
}

/// Where the hook of this name stands, whatever `core.hooksPath` says.
///
/// # Errors
/// No repository, no git.
pub fn hook(name: &str) -> Result<PathBuf> {
    let mut git = Command::new("git");
    git.args(["rev-parse", "--git-path"]).arg(format!("hooks/{name}")).env("LC_ALL", "C");
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let said = start(&mut git)?.end("find its hooks")?;
    Ok(path(said.strip_suffix(b"\n").unwrap_or(&said)))
}

/// The repository around the current folder.
pub(crate) struct Repository {
    /// `.git`, or what stands in its place for this worktree.
    folder: PathBuf,
    /// Whether there are files checked out around the current folder.
    has_files: bool,
    /// The current folder, below the root of the files.
    prefix: PathBuf,
}

impl Repository {
    /// Asks git, which is to be waited for by [`Repository::read`].
    fn ask() -> Result<Running> {
        let args = ["rev-parse", "--is-inside-work-tree", "--show-cdup", "--absolute-git-dir"];
        start(command().args(args))
    }

    fn read(asked: Running) -> Result<Self> {
        let said = asked.end("find the repository")?;
        let mut lines = said.splitn(3, |byte| *byte == b'\n');
        let mut line = || lines.next().unwrap_or_default();
        let has_files = line() == b"true";
        // Outside of the files `--show-cdup` prints nothing, not even a line.
        let up = if has_files { line() } else { b"" };
        let depth = Path::new(path(up).as_os_str()).components().count();
        let current = std::env::current_dir().unwrap_or_default();
        let names: Vec<_> = current.components().collect();
        let prefix = names[names.len().saturating_sub(depth)..].iter().collect();
        let folder = said.strip_suffix(b"\n").unwrap_or(&said);
        let start = folder.len().min(if has_files { "true\n".len() + up.len() + 1 } else { "false\n".len() });
        Ok(Self { folder: path(&folder[start..]), has_files, prefix })
    }

    /// The root of the files that are checked out.
    fn root(&self) -> Option<PathBuf> {
        let current = std::env::current_dir().ok().filter(|_| self.has_files)?;
        current.ancestors().nth(self.prefix.components().count()).map(Path::to_owned)
    }

    /// What is left out: nothing where `.derbesignore` is not honoured.
    fn ignored(&self, query: &Query) -> Ignored {
        Ignored::new(self.root().filter(|_| query.ignore))
    }

    /// The name of a path below the root, relative to the current folder as reports show it.
    fn origin(&self, below_root: &Path) -> Origin {
        if let Ok(relative) = below_root.strip_prefix(&self.prefix) {
            return Origin::file(relative);
        }
        let up: PathBuf = self.prefix.components().map(|_| "..").collect();
        Origin::file(&up.join(below_root))
    }
}

/// `git`, which will neither run what a repository names nor ask anybody anything.
fn command() -> Command {
    let mut git = Command::new("git");
    git.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    git.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    for (name, value) in [
        ("LC_ALL", "C"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_PAGER", "cat"),
    ] {
        git.env(name, value);
    }
    for name in ["GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_TRACE"] {
        git.env_remove(name);
    }
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

/// Git at work.
struct Running(Child);

fn start(git: &mut Command) -> Result<Running> {
    git.spawn().map(Running).map_err(|error| {
        let help = "install git, or scan files by their paths: `derbes scan PATH`";
        Error::new(format!("git cannot be run: {error}")).help(help)
    })
}

impl Running {
    /// What git prints, once it has ended well. `task` says what for, as in "git cannot ...".
    fn end(self, task: &str) -> Result<Vec<u8>> {
        let output = self.0.wait_with_output().map_err(|e| Error::new(format!("git cannot {task}: {e}")))?;
        if output.status.success() { Ok(output.stdout) } else { Err(failure(task, &output)) }
    }
}

/// The exit code of git for an option that it does not know.
const UNKNOWN_OPTION: i32 = 129;

fn failure(task: &str, output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    let told = lines().find_map(|line| line.strip_prefix("fatal: ")).or_else(|| lines().next());
    let told = told.unwrap_or("it ended without a word");
    if told.starts_with("not a git repository") {
        let help = "run this inside a git repository, or scan files by their paths: `derbes scan PATH`";
        return Error::new("this is not a git repository").help(help);
    }
    let error = Error::new(format!("git cannot {task}: {told}"));
    match output.status.code() {
        Some(UNKNOWN_OPTION) => error.help("this git may be too old: 2.30 or newer is needed"),
        _ if told.contains("dubious ownership") => {
            error.help("the repository belongs to another user: see `git help config`, safe.directory")
        }
        _ if told.contains("index") => error.help("the index is broken: `rm .git/index && git reset` builds it anew"),
        _ => error,
    }
}

/// A path as git prints it.
#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
