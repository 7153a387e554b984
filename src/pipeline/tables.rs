//! Tables in the pipeline: takes what was counted in the tables of a target, gives the findings in them.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use super::Shared;
use super::survey::{Record, Surroundings};
use super::work::lock;
use crate::classify::{Account, Columns, Partial, Particulars};
use crate::decode::{LONGEST_TOC, TOC_FILE, TOC_MAGIC, Toc};
use crate::finding::{Evidence, Field, Finding};
use crate::input::{Origin, Target};
use crate::layout::table::{Grid, Reader, Schema, Shape};
use crate::suppress::{NamedColumn, Quiet};

/// Files of a folder that are read for the definitions of tables, and bytes of each.
const SCHEMA_FILES: usize = 64;
const SCHEMA_BYTES: u64 = 4 << 20;

/// What is read once for all targets, and only if there are tables.
#[derive(Default)]
pub struct Knowledge {
    columns: OnceLock<Columns>,
    folders: Mutex<HashMap<PathBuf, Arc<Schema>>>,
    archives: Mutex<HashMap<PathBuf, Arc<Contents>>>,
    /// See [`Shared::logs_beside`].
    pub(super) logs: Mutex<HashMap<PathBuf, Arc<Option<HashSet<OsString>>>>>,
}

/// The table of contents in a folder, if there is one, or what is wrong with it.
type Contents = Result<Option<Toc>, String>;

/// What is known of a file of a pg_dump archive that is a folder.
pub struct Archived {
    /// The statements that stand before its text.
    pub before: Option<String>,
    /// What is wrong with the archive, told of its table of contents.
    pub faults: Vec<String>,
}

impl Shared<'_> {
    /// The findings in the tables of a target, with the offset that each is listed by.
    pub(super) fn in_tables(
        &self,
        target: &Target,
        partial: &mut Partial,
        quiet: &mut Quiet,
        record: &mut Record,
    ) -> Vec<(u64, Finding)> {
        let tables = std::mem::take(&mut partial.tables);
        if tables.is_empty() {
            return Vec::new();
        }
        let path = &target.origin;
        let name = self.unnamed(target);
        let is_member = target.path().is_none();
        let mut by_neighbours = !is_member && is_encoded(unnamed(path));
        let elsewhere = || {
            by_neighbours = !is_member;
            self.elsewhere(target)
        };
        let mut told = Particulars { names: self.survey.is_some().then(Vec::new), ..Particulars::default() };
        let mut found = self.columns().judge(tables, path, &name, elsewhere, &self.plan.limits, &mut told);
        record.days = told.days;
        if let Some(names) = told.names {
            let of_file = |field: &Field| matches!(field, Field::Column { table, .. } if *table == *name);
            by_neighbours |= !is_member && names.iter().any(|(.., field)| of_file(field));
            record.neighbours = by_neighbours.then(|| Surroundings { shared: self, target }.neighbours());
            record.columns.extend(names.into_iter().map(|(first, column, field)| (path.clone(), first, column, field)));
        }
        found.retain_mut(|(first, finding)| {
            let is_on = !self.plan.detectors_off.contains(&finding.detector);
            is_on && finding.confidence >= self.plan.min_confidence && {
                finding.hits = left(finding, *first, quiet);
                finding.hits > 0
            }
        });
        found
    }

    /// Accounts of columns of a target, each named by the offset of its table's first row and its number, from 0.
    pub(super) fn account(&self, target: &Target, partial: Partial, wanted: &[(u64, usize)]) -> Vec<Option<Account>> {
        let named = (&target.origin, &*self.unnamed(target));
        self.columns().account(partial.tables, wanted, named, || self.elsewhere(target), &self.plan.limits)
    }

    pub(super) fn columns(&self) -> &Columns {
        self.knowledge.columns.get_or_init(|| {
            let detectors = self.scanner.detectors.clone();
            let columns = Columns::new(detectors, &self.plan.own, self.plan.categories.clone());
            columns.expect("a test reads the built-in data, and the rest was read before")
        })
    }

    pub(super) fn elsewhere(&self, target: &Target) -> Arc<Schema> {
        target.path().map_or_else(Arc::default, |file| self.folder(file))
    }

    /// The name of a text's table that has none: that of its file, and where MySQL has encoded it, as the definition in the
    /// file beside it says it.
    pub(super) fn unnamed<'t>(&self, target: &'t Target) -> Cow<'t, str> {
        let name = unnamed(&target.origin);
        if !is_encoded(name) {
            return name.into();
        }
        self.elsewhere(target).of_file(name).map_or(name.into(), |table| table.to_owned().into())
    }

    /// The definitions of tables in the files of the same folder.
    fn folder(&self, file: &Path) -> Arc<Schema> {
        let folder = folder(file);
        if let Some(schema) = lock(&self.knowledge.folders).get(folder) {
            return schema.clone();
        }
        let schema = Arc::new(schema(folder));
        lock(&self.knowledge.folders).entry(folder.to_owned()).or_insert(schema).clone()
    }
}

/// The hits of a finding that nothing keeps quiet, where that is not known of each by itself.
pub(super) fn left(finding: &Finding, first: u64, quiet: &mut Quiet) -> u64 {
    match &finding.field {
        Some(Field::Column { table, column }) if finding.evidence.contains(Evidence::ValuesFit) => {
            quiet.left_of(&NamedColumn {
                detector: &finding.detector,
                category: &finding.category,
                name: (table, column),
                values: finding.hits,
                first,
            })
        }
        _ => finding.hits,
    }
}

impl Shared<'_> {
    /// What the table of contents beside a file tells of it, where it is called like a file of a pg_dump archive.
    pub(super) fn archived(&self, file: &Path) -> Option<Archived> {
        let (name, folder) = (file.file_name()?.to_str()?, file.parent()?);
        let is_data = name.split_once(".dat").is_some_and(|(id, _)| id.bytes().all(|byte| byte.is_ascii_digit()));
        if name != TOC_FILE && !is_data {
            return None;
        }
        let toc = self.contents(folder);
        match &*toc {
            Ok(None) => None,
            Ok(Some(toc)) if name == TOC_FILE => {
                let is_there = |name: &&str| {
                    ["", ".gz", ".lz4", ".zst"].iter().any(|ending| folder.join(format!("{name}{ending}")).exists())
                };
                let missing = toc.files().filter(|name| !is_there(name)).count();
                let fault = format!("{missing} files of data that it lists are not there");
                Some(Archived { before: None, faults: if missing > 0 { vec![fault] } else { Vec::new() } })
            }
            Ok(Some(toc)) => Some(Archived { before: toc.before_file(name), faults: Vec::new() }),
            Err(fault) => {
                let faults = if name == TOC_FILE { vec![fault.clone()] } else { Vec::new() };
                Some(Archived { before: None, faults })
            }
        }
    }

    fn contents(&self, folder: &Path) -> Arc<Contents> {
        if let Some(toc) = lock(&self.knowledge.archives).get(folder) {
            return toc.clone();
        }
        let toc = Arc::new(contents(&folder.join(TOC_FILE)));
        lock(&self.knowledge.archives).entry(folder.to_owned()).or_insert(toc).clone()
    }
}

/// The table of contents in a file, if it is one.
fn contents(file: &Path) -> Contents {
    // What cannot be read is told of where it is scanned.
    let Ok(mut file) = File::open(file) else { return Ok(None) };
    let mut magic = Vec::new();
    if file.by_ref().take(TOC_MAGIC.len() as u64).read_to_end(&mut magic).is_err() || magic != TOC_MAGIC {
        return Ok(None);
    }
    let mut source = std::io::BufReader::new(magic.chain(file.take(LONGEST_TOC)));
    Toc::read(&mut source).map(Some).map_err(|error| error.to_string())
}

/// The folder that a file is in.
pub(super) fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name of a text's table that has none: that of the file, without what tells its format.
fn unnamed(path: &Origin) -> &str {
    let name = path.as_str().rsplit(['/', '!']).next().unwrap_or_default();
    let endings = [".gz", ".zst", ".bz2", ".xz", ".lzma", ".lz4"];
    let name = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

/// Whether the name of a file may be that of a table with other characters than letters and digits: `client@002dlist`
/// (MySQL, "Mapping of Identifiers to File Names").
fn is_encoded(name: &str) -> bool {
    name.contains('@')
}

/// What the files in a folder define.
fn schema(folder: &Path) -> Schema {
    let Ok(entries) = folder.read_dir() else { return Schema::default() };
    let is_sql = |path: &PathBuf| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_sql).collect();
    files.sort();
    let (mut all, mut names) = (Vec::new(), BTreeMap::new());
    for file in files.iter().filter(|file| file.is_file()).take(SCHEMA_FILES) {
        let mut text = Vec::new();
        // What cannot be read here is told of where it is scanned.
        let Ok(_) = File::open(file).and_then(|file| file.take(SCHEMA_BYTES).read_to_end(&mut text)) else { continue };
        let Some(shape) = Shape::of_statements(&text) else { continue };
        let mut reader = Reader::new(shape);
        reader.read(&text, 0..text.len(), 0, &mut Grid::default());
        let definitions: Vec<_> = reader.take_definitions().into_iter().map(|defined| defined.definition).collect();
        let name = file.file_stem().and_then(|name| name.to_str()).filter(|name| is_encoded(name));
        if let (Some(name), [definition]) = (name, &*definitions) {
            names.insert(name.to_owned(), definition.table.clone());
        }
        all.extend(definitions);
    }
    Schema::new(all).with_files(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_a_name_has_that_of_its_file() {
        for (path, name) in [
            ("a/b.zip!c/clients.csv.gz", "clients"),
            ("clients.2024.csv", "clients.2024"),
            ("-", "-"),
            ("a/.csv", ".csv"),
            ("клиенты", "клиенты"),
        ] {
            assert_eq!(unnamed(&Origin::file(Path::new(path))).trim_start_matches("./"), name, "{path}");
        }
    }
}
