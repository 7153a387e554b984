//! Surveying for an audit: takes a plan and what is remembered of earlier runs, gives what came of each object, unjudged
//! and with what judging it later, and finding a person in it, takes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::verdicts::Terms;
use super::work::{Done, in_order};
use super::{Bench, Item, Plan, Progress, Shared};
use crate::error::Result;
use crate::finding::{Days, Event, Field, Finding, Suppressed};
use crate::input::{Origin, Target};
use crate::layout::table::Table;
use crate::limits::Limits;
use crate::policy::{Stamps, Traces};
use crate::subject::{Key, Kind, Note, Stand, Token};

/// What is remembered of earlier runs, and remembers this one. Objects are named by their number in the survey's list.
pub trait Memory: Send + Sync {
    /// Whether an object needs no scan.
    fn knows(&self, object: usize, target: &Target, surroundings: &Surroundings) -> bool;

    /// Takes notes of where values stand in an object that is being scanned.
    fn note(&self, object: usize, noted: Noted);
}

/// Notes of a part of a text. Its lines are counted from where the part begins.
pub struct Noted {
    /// What follows the path of the object in that of the text.
    pub member: String,
    pub start: u64,
    pub stands: Vec<Stand>,
    pub notes: Vec<Note>,
}

/// Something that was listed.
#[derive(Clone, Copy)]
pub struct Object<'s> {
    pub path: &'s Origin,
    /// The file that it is, if it is one.
    pub file: Option<&'s Path>,
}

impl<'s> Object<'s> {
    fn of(item: &'s Item) -> Self {
        Self { path: item.origin(), file: item.target().and_then(Target::path) }
    }
}

/// What came of one object.
pub struct Scanned {
    pub events: Vec<Event>,
    pub is_file: bool,
    /// Bytes as stored.
    pub seen: u64,
    pub examined: u64,
    pub suppressed: Suppressed,
    pub record: Record,
}

/// What a survey keeps of an object besides its events.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What dates the texts in which something was found.
    pub texts: Vec<(Origin, Stamps)>,
    /// The days of the rows of tables, of the text that is being judged.
    pub days: BTreeMap<String, Days>,
    /// The columns in which values stand, by text, the offset of the table's first row and their number.
    pub columns: Vec<(Origin, u64, usize, Field)>,
    /// Of a file that was scanned in splits, the line ends before each.
    pub lines: Vec<(u64, u64)>,
    /// Its [neighbours](Surroundings::neighbours), where they told something of its content.
    pub neighbours: Option<String>,
}

impl Record {
    pub(super) fn append(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.columns.extend(other.columns);
        self.lines.extend(other.lines);
        self.neighbours = self.neighbours.take().or(other.neighbours);
    }
}

/// What a run that is a survey has besides the plan.
pub(super) struct Survey {
    memory: Option<Arc<dyn Memory>>,
    key: Key,
    /// By detector: what its values can be looked up by.
    kinds: Vec<Option<Kind>>,
}

/// A list of objects, to be surveyed.
pub struct Surveyor<'a>(Shared<'a>);

impl<'a> Surveyor<'a> {
    /// Lists what is to be scanned. Values are noted under `key`.
    ///
    /// # Errors
    /// Broken data files.
    pub fn new(plan: &'a Plan, progress: &'a Progress, key: Key) -> Result<Self> {
        let mut shared = Shared::new(plan, progress)?;
        let kinds = shared.scanner.detectors.iter().map(|d| Kind::of(&d.definition.category)).collect();
        shared.survey = Some(Survey { memory: None, key, kinds });
        Ok(Self(shared))
    }

    /// The objects in the order of reports.
    pub fn objects(&self) -> impl Iterator<Item = Object<'_>> {
        self.0.items.iter().map(Object::of)
    }

    /// Counts the bytes of all objects, if anybody looks.
    pub fn measure(&self) {
        let Progress { watched, total, .. } = self.0.progress;
        if watched.load(Ordering::Relaxed) {
            total.store(self.objects().filter_map(|object| size(object.file?)).sum(), Ordering::Relaxed);
        }
    }

    /// Counts the bytes of an object that is done, if anybody looks.
    pub fn measure_done(progress: &Progress, file: Option<&Path>) {
        if progress.watched.load(Ordering::Relaxed) {
            progress.stored.fetch_add(file.and_then(size).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Whether a path that was named does not exist.
    pub fn is_missing(&self) -> bool {
        self.0.missing
    }

    /// The id and the category of each detector.
    pub fn detectors(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let definitions = self.0.scanner.detectors.iter().map(|detector| &detector.definition);
        definitions.map(|definition| (definition.id.clone(), definition.category.clone())).collect()
    }

    /// All that every scan depends on: the detectors with their data, and the settings of the plan.
    pub fn fingerprint(&self) -> String {
        let plan = self.0.plan;
        let own: Vec<_> = plan.own.detectors.iter().map(|detector| &detector.definition).collect();
        let detectors = (own, &plan.own.words, &plan.detectors_off, plan.all_detectors, plan.min_confidence);
        let Limits { places, fields, columns, layers, unpacking, .. } = &plan.limits;
        let limits = (places, fields, columns, layers, unpacking, plan.skip_binary);
        let rules = &plan.exceptions.rules;
        let ended: Vec<bool> = rules.iter().map(|rule| rule.has_ended(plan.today)).collect();
        let from = (&plan.exceptions.root, &plan.exceptions.prefix);
        let postures: Vec<_> = plan.bindings.iter().map(|b| (&b.paths, b.posture, b.by_name)).collect();
        let exceptions = (plan.exceptions.marks, rules, ended, postures, from);
        let program = (env!("CARGO_PKG_VERSION"), env!("PATTERNS"));
        format!("{program:?} {detectors:?} {limits:?} {exceptions:?}")
    }

    /// What judges findings.
    pub fn bench(&self) -> &Bench<'a> {
        &self.0.bench
    }

    /// Keeps the objects of these numbers, which are in order, and numbers them anew.
    pub fn retain(&mut self, kept: &[usize]) {
        let mut number = 0..;
        self.0.items.retain(|_| number.next().is_some_and(|number| kept.binary_search(&number).is_ok()));
    }

    /// Scans what the memory does not know, and gives what came of each object in order.
    ///
    /// # Errors
    /// Those of `pass_on`, which end the survey.
    pub fn run(
        &mut self,
        memory: Arc<dyn Memory>,
        pass_on: &mut dyn FnMut(usize, Object, Scanned) -> io::Result<()>,
    ) -> io::Result<()> {
        if let Some(survey) = &mut self.0.survey {
            survey.memory = Some(memory);
        }
        let shared = &self.0;
        let outcome =
            in_order(shared, &mut |item, done| pass_on(item, Object::of(&shared.items[item]), Scanned::of(done)));
        if let Some(survey) = &mut self.0.survey {
            survey.memory = None;
        }
        outcome
    }
}

/// The days of the rows of the table that a finding is in.
pub(super) fn of_table(rows: &BTreeMap<String, Days>, finding: &Finding) -> Option<Days> {
    match &finding.field {
        Some(Field::Column { table, .. }) => rows.get(table).copied(),
        _ => None,
    }
}

fn size(file: &Path) -> Option<u64> {
    Some(file.metadata().ok()?.len())
}

impl Scanned {
    fn of(done: Done) -> Self {
        let suppressed = done.suppressed();
        let Done { events, is_file, seen, examined, record, .. } = done;
        Self { events, is_file, seen, examined, suppressed, record }
    }
}

impl Shared<'_> {
    pub(super) fn memory(&self) -> Option<&dyn Memory> {
        self.survey.as_ref().and_then(|survey| survey.memory.as_deref())
    }

    /// Whether the object needs no scan.
    pub(super) fn knows(&self, item: usize, target: &Target) -> bool {
        self.memory().is_some_and(|memory| memory.knows(item, target, &Surroundings { shared: self, target }))
    }

    /// Whether the ends of texts are worth looking at.
    pub(super) fn wants_dates(&self) -> bool {
        self.survey.is_some() || self.bench.wants_dates()
    }

    /// The columns of a table that tell when a row was made, where that is wanted.
    pub(super) fn row_dates(&self, table: &Table) -> Vec<usize> {
        if self.wants_dates() { self.bench.row_dates(table.names()) } else { Vec::new() }
    }

    /// Judges what was found in a target, or keeps what it takes to judge it later.
    pub(super) fn date(
        &self,
        (target, terms): (&Target, &Terms),
        findings: &mut [Finding],
        traces: &Traces,
        record: &mut Record,
    ) {
        let rows = std::mem::take(&mut record.days);
        if self.survey.is_none() {
            self.bench.judge(terms, findings, traces, |finding| of_table(&rows, finding));
        } else if !findings.is_empty() {
            record.texts.push((target.origin.clone(), Stamps { rows, ..self.bench.stamps(terms, traces) }));
        }
    }

    /// What a detector's values can be looked up by.
    pub(super) fn kind(&self, detector: u16) -> Option<Kind> {
        self.survey.as_ref()?.kinds[usize::from(detector)]
    }

    /// The token of a value's normal form.
    pub(super) fn token(&self, kind: Kind, normal: &str) -> Option<Token> {
        Some(self.survey.as_ref()?.key.token(kind.category(), normal.as_bytes()))
    }
}

/// What a scan of a file may depend on besides its bytes.
pub struct Surroundings<'s> {
    pub(super) shared: &'s Shared<'s>,
    pub(super) target: &'s Target,
}

impl Surroundings<'_> {
    /// What always counts: what the path is by its name and by what is configured of it, what a table of contents beside
    /// it says, and of a database the write-ahead log beside it.
    pub fn setting(&self) -> String {
        let Self { shared, target } = self;
        let plan = shared.plan;
        let bound = !plan.bindings.is_empty() || !plan.exceptions.rules.is_empty();
        let path = bound.then(|| target.origin.as_str());
        // A member with a name that says nothing is what the folders make of it.
        let kind = |target: &Target| shared.bench.kind(target);
        let postures = (kind(target), kind(&target.member("x")));
        let archived = target.path().and_then(|path| shared.archived(path));
        let archived = archived.map(|archived| (archived.before, archived.faults));
        let companion = target.path().and_then(|path| shared.companion(path, |bytes| self.read(bytes)));
        format!("{path:?} {postures:?} {archived:?} {companion:?}")
    }

    /// Whether more counts than the path and what is configured.
    pub fn is_archived(&self) -> bool {
        let shared = self.shared;
        self.target.path().is_some_and(|path| shared.archived(path).is_some() || shared.has_companion(path))
    }

    /// Counts bytes that were read to know a file, and waits for as long as they may take.
    pub fn read(&self, bytes: u64) {
        self.shared.pace.spend(bytes);
    }

    /// What counts for texts with tables that do not say what they are called or how: the name of the file, and the
    /// definitions in the files beside it.
    pub fn neighbours(&self) -> String {
        format!("{} {}", self.shared.unnamed(self.target), self.shared.elsewhere(self.target).account())
    }
}
