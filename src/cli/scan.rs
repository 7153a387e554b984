//! `derbes scan`: takes what was typed, makes the plan, runs it and gives the exit code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::detect::Detectors;
use derbes::error::{Error, Result};
use derbes::finding::Event;
use derbes::limits::Places;
use derbes::pipeline::{self, Outcome, Plan, Progress};
use derbes::report::{Format, Options, Rule, Staged, escape};
use derbes::suppress::Exceptions;

use super::args::Scan;
use super::columns::columns;
use super::complain;
use super::config::BASELINE;
use super::output::{Failure, Outputs};
use super::plan::plan;
use super::progress::Line;

/// Something could not be examined.
pub const INCOMPLETE: u8 = 3;

pub fn run(scan: Scan) -> Result<u8> {
    let (reports, color) = (scan.reports.clone(), scan.color);
    let human = scan.places.unwrap_or(Places::First(3));
    let (staged, matrix, write) = (scan.staged, scan.matrix, scan.write_baseline.clone());
    let language = scan.lang;
    let plan = plan(scan)?;
    let staged = staged.then(|| next_commit(&plan.exceptions));
    for file in reports.iter().filter_map(|(_, file)| file.as_ref()) {
        spare(file, &plan.paths)?;
    }
    let policies = plan.policy_ids();
    let options = Options { places: human, staged, matrix, policies, language, ..options(&reports, &plan)? };
    let baseline = write.unwrap_or_else(|| plan.exceptions.baseline_file.clone());
    execute(&plan, Outputs::open(&reports, color, &options)?, &baseline)
}

/// What there is to tell whom a commit is stopped for: the baseline is the one that is there, or one at the root.
fn next_commit(exceptions: &Exceptions) -> Staged {
    let baseline = match exceptions.baseline_file.as_os_str().is_empty() {
        true => "../".repeat(exceptions.prefix.components().count()) + BASELINE,
        false => exceptions.baseline_file.display().to_string(),
    };
    // Git names it so in a hook.
    let is_temporary = std::env::var("GIT_INDEX_FILE").is_ok_and(|file| file.ends_with(".lock"));
    Staged { baseline, is_temporary }
}

/// What the reports know beyond the events. The detectors are read only for reports that show them.
pub fn options(reports: &[(Format, Option<PathBuf>)], plan: &Plan) -> Result<Options> {
    let mut rules: Vec<Rule> = Vec::new();
    if reports.iter().any(|(format, _)| format.has_rules()) {
        let detectors = Detectors::with(&plan.own, &plan.categories, true)?;
        rules.extend(detectors.iter().map(|detector| Rule::from(&detector.definition)));
    }
    Ok(Options {
        categories: Some(Arc::clone(&plan.categories)),
        rules: rules.into(),
        columns: Some(columns()),
        started: jiff::Timestamp::now(),
        commit: std::env::var("CI_COMMIT_SHA").ok().filter(|commit| is_commit(commit)),
        ..Options::default()
    })
}

/// Whether this is the name of a commit, by SHA-1 or SHA-256.
fn is_commit(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A report must not overwrite what is to be scanned.
pub fn spare(output: &Path, paths: &[PathBuf]) -> Result<()> {
    let Ok(file) = output.canonicalize() else { return Ok(()) };
    if paths.iter().any(|path| path.canonicalize().is_ok_and(|path| path == file && path.is_file())) {
        return Err(Error::new("is to be scanned: the report would overwrite it").at(output.display().to_string()));
    }
    Ok(())
}

/// Runs the plan and writes the baseline, if the run gives one.
fn execute(plan: &Plan, mut outputs: Outputs, baseline: &Path) -> Result<u8> {
    let progress = Progress::default();
    let mut exit = None;
    let mut failure = None;
    let outcome = Line::beside(&progress, |line| {
        pipeline::run(plan, &progress, &mut |event| {
            if let Event::Summary(summary) = &event {
                exit = Some(summary.exit);
                line.clear();
            }
            line.aside(|| outputs.event(&event)).map_err(|e| {
                failure = Some(e);
                std::io::ErrorKind::BrokenPipe.into()
            })
        })
    });
    match (failure, outcome) {
        (Some(Failure::Write(error)), _) | (None, Err(error)) => Err(error),
        // A run that nobody let end has not examined everything.
        (Some(Failure::Gone), _) => Ok(exit.unwrap_or(INCOMPLETE)),
        (None, Ok(Outcome { summary, baseline: None })) => Ok(summary.exit),
        (None, Ok(Outcome { summary, baseline: Some(known) })) => {
            let failed = |e| Error::new(format!("cannot be written: {e}")).at(baseline.display().to_string());
            std::fs::write(baseline, known.text()).map_err(failed)?;
            let hits = if known.hits() == 1 { "1 hit".to_owned() } else { format!("{} hits", known.hits()) };
            complain(&format!("derbes: {} has {hits} now", escape(&baseline.to_string_lossy())));
            Ok(summary.exit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_spares_what_is_scanned() {
        let this = Path::new(file!());
        assert!(spare(this, &[PathBuf::from(".").join(this)]).is_err());
        assert!(spare(this, &[PathBuf::from(".")]).is_ok());
    }
}
