//! Judging columns: takes what was counted in tables, gives one [`Finding`] for each column and detector that chance does
//! not explain, and for columns that are known by their name and by how their values look.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::chance::Chances;
use super::sketch::{Look, Sketch};
use super::tables::{Column, Tables, Tally};
use super::weights::Weights;
use crate::category::Categories;
use crate::detect::{Detectors, Own};
use crate::error::Result;
use crate::finding::{Confidence, Days, Evidence, EvidenceSet, Facts, Field, Finding, name};
use crate::input::Origin;
use crate::layout::table::{Kind, Schema, Table};
use crate::lexicon::{Lexicon, Meaning, fold};
use crate::limits::Limits;

mod account;
mod merged;
mod values;

pub use account::{Account, Told};
use merged::{Merged, Name};
use values::{ByValues, fits};

/// The weights of columns that are known by their names.
const BY_NAME: &str = "column";

/// Judges columns.
pub struct Columns {
    lexicon: Lexicon,
    chances: Chances,
    weights: Weights,
    categories: Arc<Categories>,
    detectors: Arc<Detectors>,
}

/// What is known of the tables of a text besides the findings in them.
#[derive(Default)]
pub struct Particulars {
    /// What the columns are called in which a detector has hits, by the offset of the table's first row and their number,
    /// from 0; where that is wanted.
    pub names: Option<Vec<(u64, usize, Field)>>,
    /// By the names of tables with findings: the days of their rows, where these tell them.
    pub days: BTreeMap<String, Days>,
}

/// What a column's name says: the categories, and whether a word says it that stands for nothing else.
type Said = BTreeMap<Meaning, bool>;

/// A column that is judged.
struct Subject<'a> {
    path: &'a Origin,
    table: &'a Merged,
    name: &'a Name,
    column: &'a Column,
    said: Said,
}

/// What a column's name comes to.
struct ByName {
    /// Whether the values look as they should.
    fits: bool,
    /// What the column would be found as.
    finding: Finding,
}

impl Subject<'_> {
    /// Rows in which it has a value.
    fn values(&self) -> u64 {
        self.table.rows.saturating_sub(self.column.nulls)
    }

    fn field(&self) -> Field {
        Field::Column { table: self.table.name.clone(), column: self.name.shown.clone() }
    }
}

impl Columns {
    /// # Errors
    /// Broken data files.
    pub fn new(detectors: Arc<Detectors>, own: &Own, categories: Arc<Categories>) -> Result<Self> {
        Ok(Self {
            lexicon: Lexicon::with(|_| true, &own.words)?,
            chances: Chances::builtin()?,
            weights: Weights::of(&detectors, &[BY_NAME])?,
            categories,
            detectors,
        })
    }

    /// The findings of the tables of one text, by table and column, with the offset that each is listed by. `unnamed` is the name of a table that
    /// has none; `elsewhere` gives the definitions that stand in other texts, if a table is defined in none of its own.
    /// `particulars` takes what else is known of the tables.
    pub fn judge(
        &self,
        tables: Tables,
        path: &Origin,
        unnamed: &str,
        elsewhere: impl FnOnce() -> Arc<Schema>,
        limits: &Limits,
        particulars: &mut Particulars,
    ) -> Vec<(u64, Finding)> {
        let mut placed = Vec::new();
        let merged = self.merge(tables, unnamed, elsewhere, limits, |first, table, columns| {
            if particulars.names.is_some() {
                placed.push((first, table.to_owned(), columns));
            }
        });
        if let Some(names) = &mut particulars.names {
            for (first, table, columns) in placed {
                names.extend(merged[&table].fields(&columns).map(|(at, field)| (first, at, field)));
            }
        }
        let mut found = Vec::new();
        for table in merged.values() {
            let before = found.len();
            found.extend(self.table(table, path).into_iter().map(|(_, finding)| (table.first, finding)));
            if let Some(days) = table.days.filter(|_| found.len() > before) {
                particulars.days.insert(table.name.clone(), days);
            }
        }
        found
    }

    /// The tables with all that was counted under their names. `placed` is told where the columns of each are, by the
    /// offset of its first row.
    fn merge(
        &self,
        tables: Tables,
        unnamed: &str,
        elsewhere: impl FnOnce() -> Arc<Schema>,
        limits: &Limits,
        mut placed: impl FnMut(u64, &str, Vec<usize>),
    ) -> BTreeMap<String, Merged> {
        let own = Schema::new(tables.definitions);
        let mut tables: Vec<(u64, Tally)> = tables.tables.into_iter().collect();
        for (_, tally) in &mut tables {
            self.settle_header(tally);
        }
        let nameless = |tally: &Tally| tally.table.columns.is_empty() && own.columns(&tally.table.name).is_none();
        let other = if tables.iter().any(|(_, tally)| nameless(tally)) { elsewhere() } else { Arc::default() };
        let mut merged: BTreeMap<String, Merged> = BTreeMap::new();
        for (first, tally) in tables {
            let name = if tally.table.name.is_empty() { unnamed } else { &*tally.table.name };
            let defined = own.columns(name).or_else(|| other.columns(name)).unwrap_or_default();
            let new = || Merged {
                first,
                name: name::shown(name).unwrap_or_else(|| "unnamed".to_owned()),
                rows: 0,
                days: None,
                columns: Vec::new(),
                index: HashMap::new(),
            };
            let key = name.to_lowercase();
            let columns = merged.entry(key.clone()).or_insert_with(new).add(&tally, defined, limits);
            placed(first, &key, columns);
        }
        merged
    }

    /// Takes what may be the header of delimited text for a row, unless one of its cells names a category, or most of them
    /// are names: by what they say, or since the values below look quite unlike. Of a header, cells that may be words of a
    /// person's are left out.
    fn settle_header(&self, tally: &mut Tally) {
        let cells = &tally.table.columns;
        if !tally.table.inferred || cells.is_empty() {
            return;
        }
        let meanings = |cell: &String| -> BTreeSet<Meaning> {
            fold(cell.as_bytes()).iter().flat_map(|reading| self.lexicon.meanings(reading).into_keys()).collect()
        };
        let unlike = |at: usize| {
            let sketch = tally.columns.get(at).and_then(|column| column.sketch.as_deref()).copied().unwrap_or_default();
            let numbers = [Look::Number, Look::Digits, Look::Date].map(|look| sketch.count(look)).into_iter().max();
            numbers.unwrap_or(0) * 2 > sketch.values()
        };
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let said: Vec<_> = cells.iter().map(meanings).collect();
        let known = said.iter().filter(|said| !said.is_empty()).count();
        let of_category = said.iter().any(|said| said.iter().any(|meaning| *meaning != Meaning::Other));
        let is_name = |at: usize| !said[at].is_empty() || cells[at].contains('_') || unlike(at);
        let named = (0..cells.len()).filter(|at| !cells[*at].is_empty() && is_name(*at)).count();
        if !of_category && named * 2 <= filled {
            let row = std::mem::replace(tally, Tally::new(&tally.table));
            *tally = row.with_first_row();
            return;
        }
        let shown = |at: usize| known * 2 > filled || !said[at].is_empty() || is_identifier(&cells[at]);
        let columns = (0..cells.len()).map(|at| if shown(at) { cells[at].clone() } else { String::new() }).collect();
        let (name, first) = (tally.table.name.clone(), tally.table.first);
        tally.table = Arc::new(Table { name, columns, first, ..Table::default() });
    }

    /// What the column of a table is judged by.
    fn subject<'a>(&self, table: &'a Merged, at: usize, path: &'a Origin) -> Subject<'a> {
        let (name, column) = &table.columns[at];
        Subject { path, table, name, column, said: self.said(name) }
    }

    /// The findings in the columns of one table, each with its column.
    fn table(&self, table: &Merged, path: &Origin) -> Vec<(usize, Finding)> {
        let mut found = Vec::new();
        for at in 0..table.columns.len() {
            let subject = self.subject(table, at, path);
            let before = found.len();
            let by_name = self.by_name(&subject).filter(|named| named.fits);
            let by_name = by_name.filter(|named| !self.show(&subject, &named.finding.category));
            for (detector, counter) in &subject.column.counters {
                let category = &self.detectors.get(*detector).definition.category;
                if by_name.as_ref().is_some_and(|named| named.finding.category == *category) {
                    continue;
                }
                let values = self.by_values(&subject, *detector, counter);
                found.extend(values.finding().map(|finding| (at, finding)));
            }
            // What stands in some of the values is no other name for them all: a person's in an address, a mailbox in
            // a name.
            let other = |(_, own): &(usize, Finding)| {
                !self.chances.looks.contains_key(&own.category) && own.share.is_some_and(|share| share >= 0.5)
            };
            let known = found[before..].iter().any(other);
            found.extend(by_name.filter(|_| !known).map(|named| (at, named.finding)));
        }
        self.weigh_alone(&mut found);
        found
    }

    /// Whether the values themselves show the category that the column's name names: half of them pass a detector of it,
    /// whether they are kept quiet or not. Else the name tells of all of them.
    fn show(&self, subject: &Subject, category: &str) -> bool {
        let of_category = |id: u16| *self.detectors.get(id).definition.category == *category;
        let counters = subject.column.counters.iter().filter(|(id, _)| of_category(*id));
        counters.map(|(_, counter)| counter.cells).sum::<u64>() * 2 >= subject.values().max(1)
    }

    /// What a column comes to that is known by its name and by how its values look.
    fn by_name(&self, subject: &Subject) -> Option<ByName> {
        let sketch = subject.column.sketch.as_deref()?;
        let values = subject.column.counting.unwrap_or(subject.values());
        if values == 0 {
            return None;
        }
        let (category, looks, special) = self.chances.looks.iter().find_map(|(category, looks)| {
            let special = subject.said.get(&self.lexicon.category(category)?)?;
            Some((category, looks, *special))
        })?;
        let possible = looks.iter().filter(|look| special || looks.len() == 1 || **look != Look::Text);
        let (look, fitting) =
            possible.map(|look| (*look, share_of(sketch, *look))).max_by(|one, other| one.1.total_cmp(&other.1))?;
        let typed = match subject.name.kind {
            Kind::Unknown | Kind::Text(_) => true,
            Kind::Number => matches!(look, Look::Number | Look::Years | Look::Token | Look::Short),
            Kind::Date | Kind::Moment => look == Look::Date,
            Kind::Truth => look == Look::Short,
            Kind::Bytes => false,
        };
        // A login of digits only is the number of a row.
        let number =
            matches!(look, Look::Token) && &**category != "id-document" && share_of(sketch, Look::Number) > 0.9;
        let fits_look = fitting >= 0.7 && typed && !number;
        let evidence = EvidenceSet::new()
            .with(Evidence::ColumnName)
            .with_if(fits_look, Evidence::ValuesFit)
            .with_if(fits(subject.name.kind, category), Evidence::ColumnType)
            .with_if(!special, Evidence::Alone);
        let detector = u16::try_from(self.detectors.iter().len()).ok()?;
        let finding = Finding {
            detector: format!("{category}-column").into(),
            hits: values,
            share: Some(fitting),
            ..self.finding(subject, category, detector, evidence)
        };
        Some(ByName { fits: fits_look, finding })
    }

    fn finding(&self, subject: &Subject, category: &Arc<str>, row: u16, evidence: EvidenceSet) -> Finding {
        let (score, confidence) = self.weights.score(row, evidence);
        Finding {
            path: subject.path.clone(),
            category: category.clone(),
            detector: Arc::from(""),
            confidence,
            score,
            field: Some(subject.field()),
            hits: 0,
            rows: Some(subject.table.rows),
            share: None,
            places: Vec::new(),
            evidence: self.weights.weighing(row, evidence),
            stood: None,
            verdicts: Vec::new(),
            facts: Facts::default(),
        }
    }

    /// A word that is said of much else counts fully where something else in the table is about a person.
    fn weigh_alone(&self, found: &mut [(usize, Finding)]) {
        let personal = |finding: &Finding| {
            finding.confidence >= Confidence::Medium
                && !finding.evidence.contains(Evidence::Alone)
                && finding.is_personal(&self.categories)
        };
        if !found.iter().any(|(_, finding)| personal(finding)) {
            return;
        }
        let by_name = u16::try_from(self.detectors.iter().len()).unwrap_or(u16::MAX);
        for (_, finding) in found.iter_mut().filter(|(_, finding)| finding.evidence.contains(Evidence::Alone)) {
            finding.evidence = finding.evidence.without(Evidence::Alone);
            (finding.score, finding.confidence) = self.weights.score(by_name, finding.evidence);
        }
    }

    fn said(&self, name: &Name) -> Said {
        let mut said = Said::new();
        for text in [Some(&name.raw), name.comment.as_ref()].into_iter().flatten() {
            for reading in fold(text.as_bytes()) {
                for (meaning, special) in self.lexicon.meanings(&reading) {
                    *said.entry(meaning).or_default() |= special;
                }
            }
        }
        said
    }
}

/// Whether a cell is written as programs name columns, and people are not.
fn is_identifier(cell: &str) -> bool {
    let is = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    cell.starts_with(|first: char| first.is_ascii_lowercase()) && cell.bytes().all(is)
}

/// Whether a column's name says something else, and no category.
fn is_other(said: &Said) -> bool {
    said.keys().all(|meaning| *meaning == Meaning::Other) && !said.is_empty()
}

/// The share of the values that were looked at.
fn share_of(sketch: &Sketch, look: Look) -> f64 {
    if sketch.values() == 0 {
        return 0.0;
    }
    // In thousandths, so that it is shown the same everywhere.
    (f64::from(sketch.count(look)) / f64::from(sketch.values()) * 1000.0).round() / 1000.0
}
