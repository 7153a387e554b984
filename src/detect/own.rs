//! A user's own detectors: takes folders with the layout of `patterns/`, gives what is in them, checked and ready to run.
//!
//! A folder holds detector files (`*.toml`), may hold `categories.toml` with categories of its own, and words that name
//! categories in `lexicon/*.toml`, all with the schemas of the files that are built in.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Definition, Detector, Detectors, Pattern};
use crate::category::{Categories, ID, OF_COLUMN, Title, is_id};
use crate::data::File;
use crate::error::{Error, Result};
use crate::finding::Evidence;
use crate::lexicon::Lexicon;

/// The file of a folder's own categories.
const CATEGORIES: &str = "categories.toml";
/// The folder of words.
const LEXICON: &str = "lexicon";
/// Weights of detectors are no larger.
const HEAVIEST: i16 = 100;

/// What folders of a user's own detectors hold.
#[derive(Clone, Default)]
pub struct Own {
    pub detectors: Vec<Detector>,
    /// Files of words, as (name, text).
    pub words: Vec<(String, String)>,
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.detectors.iter().map(|detector| &detector.definition.id)).finish()
    }
}

impl Own {
    /// Reads folders, or detector files each with what stands beside it. Their categories are added to `categories`.
    ///
    /// # Errors
    /// What cannot be read; an unknown key, check, anchor or category; an id that is there already; a pattern that a scan
    /// cannot run.
    pub fn read(folders: &[PathBuf], categories: &mut Categories) -> Result<Self> {
        let mut own = Self::default();
        if folders.is_empty() {
            return Ok(own);
        }
        let builtin = Detectors::builtin(categories, true)?;
        // Folders and files may be named more than once, and each counts once.
        let mut seen = BTreeSet::new();
        let mut files = BTreeMap::new();
        for path in folders {
            let folder = if path.is_file() { path.parent().unwrap_or(Path::new("")) } else { path };
            if seen.insert(identity(folder)) {
                let own_categories = folder.join(CATEGORIES);
                if own_categories.is_file() {
                    categories.extend(&name(&own_categories), &text(&own_categories)?)?;
                }
                own.words(&folder.join(LEXICON), categories)?;
            }
            for file in detector_files(path)?.iter().filter(|file| seen.insert(identity(file))) {
                let (file, text) = (name(file), text(file)?);
                own.detector(&file, &text, &builtin, categories)?;
                let id = own.detectors.last().map(|detector| detector.definition.id.clone());
                if let Some(other) = files.insert(id, file.clone()) {
                    return Err(Error::key(&file, &text, "id", format!("this id stands in {other} already")));
                }
            }
        }
        Ok(own)
    }

    fn words(&mut self, folder: &Path, categories: &Categories) -> Result<()> {
        let files = if folder.is_dir() { files(folder)? } else { Vec::new() };
        for file in files {
            let (name, text) = (name(&file), text(&file)?);
            let lexicon = Lexicon::parse(&[File::new(&name, &text)])?;
            if let Some(unknown) = lexicon.categories().find(|category| categories.get(category).is_none()) {
                return Err(Error::key(&name, &text, "category", format!("unknown category `{unknown}`")));
            }
            self.words.push((name, text));
        }
        Ok(())
    }

    /// Reads the text of one detector file.
    fn detector(&mut self, file: &str, text: &str, builtin: &Detectors, categories: &Categories) -> Result<()> {
        let mut definition: Definition = File::new(file, text).read()?;
        let wrong = |key, message| Error::key(file, text, key, message);
        let id = definition.id.clone();
        if !is_id(&id) {
            return Err(wrong("id", format!("`{id}` is no id: {ID}")));
        }
        if id.ends_with(OF_COLUMN) {
            return Err(wrong("id", format!("the id `{id}` may be that of a column known by its name"))
                .help(format!("let it end in something else than {OF_COLUMN}")));
        }
        if builtin.find(&id).is_some() {
            return Err(wrong("id", format!("the id `{id}` is that of a built-in detector"))
                .help("give it an id of its own; --no-detector switches the built-in one off"));
        }
        let pattern = Pattern::new(&definition.pattern).map_err(|reason| wrong("pattern", reason))?;
        if definition.title == Title::default() {
            definition.title = Title { en: id.to_string(), ru: id.to_string(), kk: id.to_string() };
        }
        for (name, weight) in &definition.weights {
            if name != "pattern" && Evidence::named(name).is_none() {
                return Err(wrong("weights", format!("`{name}` is no evidence")));
            }
            if !(-HEAVIEST..=HEAVIEST).contains(weight) {
                return Err(wrong("weights", format!("a weight is {HEAVIEST} at most, on either side")));
            }
        }
        let detector = Detector::new(file, text, definition, categories)?;
        goes_with(&detector, builtin).map_err(|message| wrong("anchor", message))?;
        self.detectors.push(detector.with_pattern(pattern));
        Ok(())
    }
}

/// An anchor finds what the check takes that it was made for, and nothing else.
fn goes_with(detector: &Detector, builtin: &Detectors) -> std::result::Result<(), String> {
    let Definition { anchor: Some(anchor), check, .. } = &detector.definition else { return Ok(()) };
    let Some(check) = check else {
        return Err(format!("the anchor `{anchor}` needs the check that it was made for; leave it out to do without"));
    };
    let made_for = builtin.iter().map(|d| &d.definition).find(|d| d.check.as_ref() == Some(check));
    match made_for.and_then(|definition| definition.anchor.as_ref()) {
        Some(right) if right != anchor => Err(format!("the check `{check}` goes with the anchor `{right}`")),
        _ => Ok(()),
    }
}

/// The files of detectors that a path names, which are one at least.
fn detector_files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = if path.is_file() { vec![path.to_owned()] } else { files(path)? };
    files.retain(|file| !file.ends_with(CATEGORIES));
    if files.is_empty() {
        let message = format!("no detector is here: {CATEGORIES} holds categories alone");
        let help = "name the folder, with the detectors that find something of these categories";
        return Err(Error::new(message).at(name(path)).help(help));
    }
    Ok(files)
}

/// What tells whether two paths are of one file.
fn identity(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The TOML files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = |error: std::io::Error| Error::new(format!("cannot be read: {error}")).at(name(folder));
    let entries = folder.read_dir().map_err(cannot)?.collect::<std::io::Result<Vec<_>>>().map_err(cannot)?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(|file| is_toml(file)).collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::new("this folder holds no detector: a detector is a .toml file").at(name(folder)));
    }
    Ok(files)
}

fn is_toml(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "toml") && file.is_file()
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

fn text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| Error::new(format!("cannot be read: {error}")).at(name(file)))
}
