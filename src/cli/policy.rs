//! `derbes policy`: takes what was typed, prints what the policies say and gives the exit code.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::error::{Error, Result};
use derbes::policy::{self, Policies, Policy, Report};

use super::args::PolicyCommand;
use super::{WRONG, complain, error_lines, print};

/// Data found loses its cover.
const UNCOVERED: u8 = 1;

pub fn run(command: PolicyCommand) -> Result<u8> {
    let categories = Categories::builtin()?;
    match command {
        PolicyCommand::List => print(&policy::list(&Policies::builtin(&categories)?)),
        PolicyCommand::Show { policy } => print(&policy::show(&policy::load(&policy, &categories)?, &categories)),
        PolicyCommand::Check { files } => check(&files, &categories),
        PolicyCommand::Draft { document, output } => draft(&document, output.as_deref(), &categories),
        PolicyCommand::Diff { old, new, against } => diff(&old, &new, against.as_deref(), categories),
        PolicyCommand::Table { policies } => table(&policies, &categories),
        PolicyCommand::Schema => print(&policy::schema(&categories)),
    }
}

/// All that is wrong is told, not only what is wrong first.
fn check(files: &[String], categories: &Categories) -> Result<u8> {
    let (mut policies, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        match policy::load(file, categories) {
            Ok(policy) => policies.push(policy),
            Err(error) => wrong.push(error),
        }
    }
    wrong.extend(policy::check(&policies));
    wrong.iter().for_each(|error| complain(&error_lines(error)));
    if !wrong.is_empty() {
        return Ok(WRONG);
    }
    let lines = policies.iter().map(|policy| {
        let (declares, forbids, notes) = (policy.declares.len(), policy.forbids.len(), policy.notes.len());
        format!("{}: sound: declares {declares}, forbids {forbids}, notes {notes}\n", policy.file)
    });
    print(&lines.collect::<String>())
}

fn draft(document: &Path, output: Option<&Path>, categories: &Categories) -> Result<u8> {
    let place = document.display().to_string();
    let bytes = fs::read(document).map_err(|e| Error::new(format!("the document cannot be read: {e}")).at(&place))?;
    let draft = policy::draft::draft(&place, &bytes, categories)?;
    let Some(output) = output else { return print(&draft) };
    let cannot = |e| Error::new(format!("cannot be written: {e}")).at(output.display().to_string());
    File::create_new(output).and_then(|mut file| file.write_all(draft.as_bytes())).map_err(cannot)?;
    Ok(0)
}

fn diff(old: &str, new: &str, against: Option<&Path>, categories: Categories) -> Result<u8> {
    let (old, new) = (policy::load(old, &categories)?, policy::load(new, &categories)?);
    let changes = policy::diff::diff(&old, &new);
    let Some(against) = against else { return print(&policy::diff::show(&old, &new, &changes, None)) };
    let place = against.display().to_string();
    let text =
        fs::read_to_string(against).map_err(|e| Error::new(format!("the report cannot be read: {e}")).at(&place))?;
    let report = Report::parse(&place, &text)?;
    if !report.whole {
        complain(&format!(
            "derbes: {place}: the report has no summary: it was cut short, and more may have been found"
        ));
    }
    let verdicts = policy::diff::against(&old, &new, &report, &Arc::new(categories));
    print(&policy::diff::show(&old, &new, &changes, Some(&verdicts)))?;
    Ok(if verdicts.iter().any(policy::diff::Verdicts::is_uncovered) { UNCOVERED } else { 0 })
}

fn table(ids: &[String], categories: &Categories) -> Result<u8> {
    let policies: Vec<Policy> = if ids.is_empty() {
        Policies::builtin(categories)?.iter().cloned().collect()
    } else {
        ids.iter().map(|id| policy::load(id, categories)).collect::<Result<_>>()?
    };
    print(&policy::table(&policies.iter().collect::<Vec<_>>(), categories))
}
