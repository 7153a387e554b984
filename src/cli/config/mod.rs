//! `derbes.toml`: finds it at the root of the repository around the current folder, gives a [`Config`] with the line
//! that each value stands on. A repository that is scanned from elsewhere has no say.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::Own;
use derbes::error::{Error, Result};
use derbes::finding::{Confidence, Posture};
use derbes::limits::{Limits, Places};
use derbes::pipeline::FailOn;
use derbes::suppress::{Paths, Rule};

mod init;
mod parse;
mod show;

pub use init::init;
pub use show::show;

/// The name of the file at the root of a repository.
pub const NAME: &str = "derbes.toml";

/// The name of the baseline that counts where it stands at the root of a repository.
pub const BASELINE: &str = ".derbes-baseline";

/// A value and the line it stands on.
#[derive(Clone, Debug)]
pub struct Set<T> {
    pub value: T,
    pub line: u64,
}

/// What is configured.
#[derive(Debug, Default)]
pub struct Config {
    /// As errors and `config show` name it; none where there is no file.
    pub file: Option<Arc<str>>,
    pub root: Root,
    pub min_confidence: Option<Set<Confidence>>,
    pub fail_on: Option<Set<FailOn>>,
    pub baseline: Option<Set<PathBuf>>,
    pub inline: Option<Set<bool>>,
    pub places: Option<Set<Places>>,
    pub fields: Option<Set<usize>>,
    pub layers: Option<Set<usize>>,
    pub detectors_all: Option<Set<bool>>,
    pub detectors_off: Vec<Set<Arc<str>>>,
    pub bound: Vec<Set<Bound>>,
    pub rules: Vec<Rule>,
    /// The folders of the user's own detectors.
    pub folders: Vec<Set<PathBuf>>,
    /// What is in them, and in those that were typed.
    pub own: Arc<Own>,
    /// Those that are built in, and the user's own.
    pub categories: Arc<Categories>,
}

/// Policies and posture of some paths.
#[derive(Clone, Debug)]
pub struct Bound {
    pub paths: Paths,
    /// Ids of built-in policies, or files below the root.
    pub policies: Vec<String>,
    /// Where it is not given and policies are, what may stand there is told by what a path is.
    pub posture: Option<Posture>,
    /// The country that it lies in: an ISO 3166-1 code.
    pub country: Option<Arc<str>>,
}

/// The root that paths are named from: that of the repository around the current folder, or else this folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    pub folder: PathBuf,
    /// The current folder below it.
    pub prefix: PathBuf,
    /// Whether it is that of a repository.
    pub is_repository: bool,
}

impl Root {
    pub fn find() -> Self {
        let current = std::env::current_dir().unwrap_or_default();
        match current.ancestors().find(|folder| folder.join(".git").exists()) {
            Some(root) => Self {
                folder: root.to_owned(),
                prefix: current.strip_prefix(root).unwrap_or(Path::new("")).to_owned(),
                is_repository: true,
            },
            None => Self { folder: current, ..Self::default() },
        }
    }

    /// A file below the root, named as short as it can be.
    pub fn file(&self, below: &Path) -> PathBuf {
        if self.prefix.as_os_str().is_empty() { below.to_owned() } else { self.folder.join(below) }
    }
}

impl Config {
    /// Reads the file that is named, or the one at the root if there is one; and the user's own detectors, those in
    /// `folders` besides.
    ///
    /// # Errors
    /// A file that cannot be read; one with a wrong key or value.
    pub fn load(named: Option<&Path>, folders: &[PathBuf]) -> Result<Self> {
        let mut categories = Categories::builtin()?;
        let root = Root::find();
        let file = match named {
            Some(file) => file.to_owned(),
            None => root.file(Path::new(NAME)),
        };
        if named.is_none() && !(root.is_repository && file.exists()) {
            let own = Arc::new(Own::read(folders, &mut categories)?);
            return Ok(Self { root, own, categories: Arc::new(categories), ..Self::default() });
        }
        let name: Arc<str> = file.display().to_string().into();
        let text = std::fs::read_to_string(&file)
            .map_err(|e| Error::new(format!("the configuration cannot be read: {e}")).at(&*name))?;
        parse::parse(&name, &text, root, folders, categories)
    }

    /// The baseline: the one that is configured, or the one that stands at the root.
    pub fn baseline(&self) -> Option<PathBuf> {
        let found =
            || Some(self.root.file(Path::new(BASELINE))).filter(|file| self.root.is_repository && file.exists());
        self.baseline.as_ref().map(|set| self.root.file(&set.value)).or_else(found)
    }

    pub fn limits(&self) -> Limits {
        let limits = Limits::default();
        Limits {
            places: self.places.as_ref().map_or(limits.places, |set| set.value),
            fields: self.fields.as_ref().map_or(limits.fields, |set| set.value),
            layers: self.layers.as_ref().map_or(limits.layers, |set| set.value),
            ..limits
        }
    }

    /// A policy as `policy::load` takes it: a file is named from the root.
    pub fn policy(&self, id_or_file: &str) -> String {
        if id_or_file.ends_with(".toml") {
            self.root.file(Path::new(id_or_file)).display().to_string()
        } else {
            id_or_file.to_owned()
        }
    }
}
