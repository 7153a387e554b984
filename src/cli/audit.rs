//! `derbes audit`: takes what was typed, runs an audit or tells of earlier ones, gives the exit code.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::audit::{self, Store};
use derbes::error::{Error, Result};
use derbes::finding::{Event, Summary};
use derbes::limits::Places;
use derbes::pipeline::Progress;
use derbes::report::{Format, Options, to_json};
use serde::Serialize;

use super::args::{Audit, AuditCommand, AuditRun, Reports, Shape};
use super::output::{Failure, Outputs};
use super::plan::plan;
use super::progress::Line;
use super::scan::{INCOMPLETE, options, spare};
use super::{WRONG, complain, error_lines, print, write};

pub mod show;

/// How a run ended, for a monitoring system.
#[derive(Serialize)]
struct Ending<'e> {
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<i64>,
    finished: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'e Summary>,
}

pub fn run(typed: Audit) -> Result<u8> {
    match typed.command {
        None => make(typed.run),
        Some(AuditCommand::Runs { store, format }) => {
            let runs = audit::runs(&Store::read(&store)?)?;
            shown(format, || show::runs(&runs), &runs)
        }
        Some(AuditCommand::Diff { runs, store, format }) => {
            let wanted = runs.first().copied().zip(runs.get(1).copied());
            let diff = audit::diff(&Store::read(&store)?, wanted)?;
            shown(format, || show::diff(&diff), &diff).map(|_| u8::from(diff.is_worse()))
        }
        Some(AuditCommand::Report { run, store, reports, places }) => {
            report(&Store::read(&store)?, run, &reports, &reports.list, places)
        }
        Some(AuditCommand::Coverage { run, store, depth, format }) => {
            let store = Store::read(&store)?;
            let run = audit::ended(&store, run)?;
            let entries = audit::coverage(&store, (run.series, run.id), depth)?;
            shown(format, || show::coverage(&entries), &entries)
        }
        Some(AuditCommand::RotateKey { store }) => {
            if !store.exists() {
                return Err(Error::new("there is no such store").at(store.display().to_string()));
            }
            audit::rotate(&store)?;
            print("the store is sealed with a new key besides; keep the whole key file")
        }
    }
}

/// Prints in the one shape or the other.
pub fn shown(shape: Shape, human: impl FnOnce() -> String, value: &impl Serialize) -> Result<u8> {
    match shape {
        Shape::Human => print(&human()),
        Shape::Json => write(format!("{}\n", to_json(value)).as_bytes()),
    }
}

/// Runs an audit, and leaves word of it.
fn make(typed: AuditRun) -> Result<u8> {
    let word = typed.summary_file.clone();
    let outcome = attempt(typed);
    let Some(word) = word else { return outcome.map(|(_, summary)| summary.exit) };
    let error = outcome.as_ref().err().map(error_lines);
    let summary = outcome.as_ref().ok().map(|(_, summary)| summary);
    let ending = Ending {
        exit: summary.map_or(WRONG, |summary| summary.exit),
        error: error.as_deref(),
        run: outcome.as_ref().ok().map(|(run, _)| *run),
        finished: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        incomplete: summary.map(|summary| summary.incomplete),
        summary,
    };
    let left = leave(&word, &format!("{}\n", to_json(&ending)));
    match (outcome, left) {
        (Ok((_, summary)), Ok(())) => Ok(summary.exit),
        (Ok(_), Err(error)) | (Err(error), Ok(())) => Err(error),
        (Err(error), Err(second)) => {
            complain(&error_lines(&second));
            Err(error)
        }
    }
}

/// Puts a text in the place of a file, whole or not at all.
fn leave(file: &Path, text: &str) -> Result<()> {
    let failed = |e: std::io::Error| Error::new(format!("cannot be written: {e}")).at(file.display().to_string());
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let written = std::fs::File::create(&new).and_then(|mut out| out.write_all(text.as_bytes()));
    written.and_then(|()| std::fs::rename(&new, file)).map_err(failed)
}

fn attempt(typed: AuditRun) -> Result<(i64, Summary)> {
    let told = typed.reports.clone();
    // A page tells of runs before, so that it is written once this one is stored.
    let (pages, reports): (Vec<_>, Vec<_>) = told.list.iter().cloned().partition(|(format, _)| *format == Format::Html);
    let store = typed.store.clone().unwrap_or_default();
    let (proof, max_rate) = (typed.proof(), typed.max_rate);
    let (mut plan, own) = (plan(typed.scan())?, files_of(&store));
    if plan.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Error::new("standard input cannot be audited: there is nothing to compare it with")
            .help("`derbes scan -` scans it"));
    }
    plan.exceptions.baseline = None;
    plan.max_rate = max_rate.map(Into::into);
    for file in told.list.iter().filter_map(|(_, file)| file.as_ref()).chain(&own) {
        spare(file, &plan.paths)?;
    }
    plan.reports.extend(own);
    let options = Options { policies: plan.policy_ids(), ..options(&reports, &plan)? };
    let mut store = Store::write(&store)?;
    let mut outputs = Outputs::open(&reports, told.color, &options)?;
    let progress = Progress::default();
    let mut failure = None;
    let outcome = Line::beside(&progress, |line| {
        audit::run(&plan, &mut store, proof, &progress, &mut |event| {
            if let Event::Summary(_) = &event {
                line.clear();
            }
            if reports.is_empty() {
                return Ok(());
            }
            line.aside(|| outputs.event(&event)).map_err(|e| {
                failure = Some(e);
                std::io::ErrorKind::BrokenPipe.into()
            })
        })
    });
    let (run, summary) = match (failure, outcome) {
        (Some(Failure::Write(error)), _) => return Err(error),
        // The run is stored, whoever read its report.
        (Some(Failure::Gone), _) => {
            let run = audit::ended(&store, None)?;
            (run.id, run.totals.unwrap_or_default().summary())
        }
        (None, outcome) => outcome?,
    };
    if !pages.is_empty() {
        report(&store, Some(run), &told, &pages, None)?;
    }
    Ok((run, summary))
}

/// The files of a store, which are not audited should they lie under the paths.
fn files_of(store: &Path) -> Vec<PathBuf> {
    let beside = |ending: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    ["", "-wal", "-shm", "-journal", ".key", ".key.new", ".lock"].map(beside).into()
}

/// Writes reports of a run that is stored.
fn report(
    store: &Store,
    run: Option<i64>,
    typed: &Reports,
    reports: &[(Format, Option<PathBuf>)],
    places: Option<u16>,
) -> Result<u8> {
    let run = audit::ended(store, run)?;
    let is_page = reports.iter().any(|(format, _)| *format == Format::Html);
    let history = is_page.then(|| audit::history(store, &run)).transpose()?.map(Arc::new);
    let own = audit::own(store, &run)?;
    let mut categories = derbes::category::Categories::builtin()?;
    categories.add(own.categories);
    let plan = derbes::pipeline::Plan::new(Vec::new(), categories.into(), jiff::Zoned::now().date());
    let started = run.started.parse().unwrap_or_else(|_| jiff::Timestamp::now());
    let places = Places::First(places.map_or(3, usize::from));
    // The files may not be any more what they were.
    let options = options(reports, &plan)?;
    let rules = options.rules.iter().cloned().chain(own.detectors).collect();
    let options = Options { rules, started, places, columns: None, language: typed.lang, history, ..options };
    let mut outputs = Outputs::open(reports, typed.color, &options)?;
    let mut failure = None;
    let told = audit::tell(store, &run, &mut |event| {
        outputs.event(&event).map_err(|e| {
            failure = Some(e);
            std::io::ErrorKind::BrokenPipe.into()
        })
    });
    match (failure, told) {
        (Some(Failure::Write(error)), _) | (None, Err(error)) => Err(error),
        (Some(Failure::Gone), _) => Ok(INCOMPLETE),
        (None, Ok(_)) => Ok(0),
    }
}
