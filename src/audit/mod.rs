//! Audits: run again and again over the same paths, remember in a [`Store`] what came of each object, and scan only what
//! is new. Takes a [`Plan`], feeds the same events to a report as a scan does; what earlier runs found is compared, and a
//! person's data looked up, without reading the paths again.
//!
//! A run goes over its objects in the order of their paths. What is known by its content is not scanned; what is scanned
//! is stored without verdicts, which are passed on all that changed, or on everything if a policy did. What was stored is
//! committed every second, with the path that the run has got to.

use std::io;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::finding::{Event, Summary};
use crate::pipeline::{Object, Plan, Progress, Surveyor, Tally};

mod again;
mod contents;
mod coverage;
mod diff;
mod events;
mod history;
mod judging;
mod keys;
mod memory;
mod proof;
mod recorder;
mod runs;
mod segments;
mod store;
mod subject;

pub use again::{ended, tell};
pub use coverage::{Entry, coverage};
pub use diff::{Change, Diff, Kind, Objects, diff};
pub use history::history;
pub use keys::rotate;
pub use proof::Proof;
pub use runs::{Own, Promise, Run, Totals, own, runs};
pub use store::Store;
pub use subject::{Answer, Due, Lying, look_up};

use events::Told;
use memory::{Common, Pass, Past, Recollection, lock, matched, past};
use recorder::Recorder;
use runs::Current;

/// The age of majority, by which every policy's pupils are told.
const MAJORITY: u8 = 18;

/// How much of a run is read ahead of what is told of it.
const BATCH: usize = 256;
const BATCHES: usize = 16;

/// Runs an audit. The summary is the last event. Gives the number of the run besides.
///
/// # Errors
/// Broken data files; those of the store, which keeps what was committed; an error of the sink, once the run is stored.
pub fn run(
    plan: &Plan,
    store: &mut Store,
    proof: Proof,
    progress: &Progress,
    sink: &mut dyn FnMut(Event) -> io::Result<()>,
) -> Result<(i64, Summary)> {
    let begun = Instant::now();
    let failed = store.failed();
    let series = runs::series(&store.db, plan).map_err(&failed)?;
    let reader = store.reader()?;
    let (surveyor, known) = std::thread::scope(|scope| {
        // While the paths are listed.
        let known = scope.spawn(move || past(&reader, series));
        (Surveyor::new(plan, progress, store.key.clone()), known.join())
    });
    let (mut surveyor, known) = (surveyor?, known.unwrap_or_else(|panic| resume_unwind(panic)).map_err(&failed)?);
    let (scanner, judge) = (surveyor.fingerprint(), surveyor.bench().fingerprint());
    let current = Current::begin(store, plan, series, (&scanner, &judge)).map_err(&failed)?;
    let thresholds = plan.policies.iter().chain(plan.bindings.iter().flat_map(|binding| &binding.policies));
    let thresholds = thresholds.filter_map(|policy| policy.subjects.as_ref()?.min_age).chain([MAJORITY]).collect();
    // Part of what is sealed, so the same under each further key.
    let scanner = store.key.first(1).token("scanner", scanner.as_bytes());
    let common =
        Common { key: store.key.clone(), scanner, settled: current.settled, proof, today: plan.today, thresholds };
    surveyor.measure();
    survey(&mut surveyor, store, &current, (&common, known), progress)?;
    judging::judge(&store.db, surveyor.bench(), &current).map_err(&failed)?;
    segments::join(&store.db).map_err(&failed)?;

    let mut tally = Tally::new(plan, surveyor.is_missing());
    let mut gone = None;
    read_ahead(store, &current, &mut |told| match told {
        Told::Object(totals) => totals.add_to(&mut tally),
        Told::Event(event) => {
            tally.event(&event);
            gone = gone.take().or_else(|| sink(event).err());
        }
    })?;
    let stale = surveyor.bench().stale(&tally.seen);
    let summary = tally.summary(begun.elapsed());
    current.finish(&store.db, &summary, &stale).map_err(&failed)?;
    for event in stale.into_iter().map(Event::Stale).chain([Event::Summary(summary.clone())]) {
        gone = gone.take().or_else(|| sink(event).err());
    }
    gone.map_or(Ok((current.run, summary)), |error| Err(Error::new(format!("the report cannot be written: {error}"))))
}

/// Tells a run, which another thread reads meanwhile.
fn read_ahead(store: &Store, current: &Current, take: &mut dyn FnMut(Told)) -> Result<()> {
    let reader = store.reader()?;
    let (send, receive) = mpsc::sync_channel(BATCHES);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let mut batch = Vec::new();
            events::each(&reader, current.series, current.run, &mut |told| {
                batch.push(told);
                if batch.len() == BATCH {
                    // Nobody receives any more only if the run has failed.
                    let _ = send.send(std::mem::take(&mut batch));
                }
                Ok(())
            })?;
            let _ = send.send(batch);
            Ok(())
        });
        receive.into_iter().flatten().for_each(take);
        reading.join().unwrap_or_else(|panic| resume_unwind(panic)).map_err(store.failed())
    })
}

/// Scans what is not known, until no object waits for another with the same bytes.
fn survey(
    surveyor: &mut Surveyor,
    store: &Store,
    current: &Current,
    (common, known): (&Common, Vec<Past>),
    progress: &Progress,
) -> Result<()> {
    let failed = store.failed();
    let db = store.reader_and_writer()?;
    let (key, ids) = (store.key.clone(), (current.series, current.run));
    let recorder = Recorder::new(db, key, ids, common.today, surveyor.detectors());
    let recorder = Arc::new(Mutex::new(recorder));
    let mut last_content = segments::last_content(&store.db).map_err(&failed)?;
    let (mut known, mut again) = (known, false);
    loop {
        let (past, gone) = matched(known, surveyor.objects().map(|object| object.path.as_str()));
        if !again {
            let ended = gone.into_iter().try_for_each(|object| lock(&recorder).end(object));
            ended.map_err(&failed)?;
        }
        let resumed = if again { 0 } else { current.resumed(surveyor.objects().map(|object| object.path.as_str())) };
        let pass = Pass { past, resumed, last_content, again };
        let memory = Arc::new(Recollection::new(common, pass, store.reader()?, recorder.clone()));
        let waiting = one_pass(surveyor, &memory, &recorder, store, progress)?;
        last_content = memory.last_content();
        let mut recorder = lock(&recorder);
        recorder.commit().map_err(&failed)?;
        if waiting.is_empty() {
            return Ok(());
        }
        recorder.in_order = false;
        surveyor.retain(&waiting);
        known = memory::past(&store.db, current.series).map_err(&failed)?;
        again = true;
    }
}

/// Goes over the objects of the survey once. Gives those that wait for another.
fn one_pass(
    surveyor: &mut Surveyor,
    memory: &Arc<Recollection>,
    recorder: &Mutex<Recorder>,
    store: &Store,
    progress: &Progress,
) -> Result<Vec<usize>> {
    let mut waiting = Vec::new();
    let mut broken = None;
    let outcome = surveyor.run(memory.clone(), &mut |number, Object { path, file }, scanned| {
        let state = memory.take(number, file);
        match state {
            Some(memory::State::Awaits) => waiting.push(number),
            _ => Surveyor::measure_done(progress, file),
        }
        let past = memory.past(number);
        let taken = lock(recorder).take(path, past, state, &scanned, || memory.next_content());
        taken.map_err(|error| {
            broken = Some(error);
            io::ErrorKind::Other.into()
        })
    });
    match (broken, outcome) {
        (Some(error), _) => Err(store.failed()(error)),
        (None, Err(error)) => Err(Error::new(format!("the audit cannot go on: {error}"))),
        (None, Ok(())) => Ok(waiting),
    }
}
