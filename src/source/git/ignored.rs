//! `.derbesignore` in a repository: takes the paths of blobs, tells which ones are left out. The files are read where
//! they are checked out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;

use crate::source::IGNORE_FILE;

/// What a repository leaves out.
pub struct Ignored {
    /// The root of the files that are checked out; none is left out without it.
    root: Option<PathBuf>,
    /// By folder below the root.
    files: HashMap<PathBuf, Gitignore>,
}

impl Ignored {
    pub fn new(root: Option<PathBuf>) -> Self {
        Self { root, files: HashMap::new() }
    }

    /// Whether the file at this path below the root is left out: the nearest `.derbesignore` that names it decides.
    pub fn contains(&mut self, path: &Path) -> bool {
        let Some(root) = &self.root else { return false };
        for folder in path.ancestors().skip(1) {
            let file = self.files.entry(folder.to_owned()).or_insert_with(|| {
                let file = root.join(folder).join(IGNORE_FILE);
                if file.is_file() { Gitignore::new(file).0 } else { Gitignore::empty() }
            });
            let said = file.matched_path_or_any_parents(root.join(path), false);
            if !said.is_none() {
                return said.is_ignore();
            }
        }
        false
    }
}
