//! `derbes scan`: takes what was typed, makes the plan, runs it and gives the exit code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::{Definition, Detectors};
use derbes::error::{Error, Result};
use derbes::finding::Event;
use derbes::limits::{Limits, Places};
use derbes::pipeline::{self, FailOn, Plan, Progress};
use derbes::policy::{self, Policy};
use derbes::report::{Format, Options, Rule};

use super::args::Scan;
use super::columns::columns;
use super::output::{Failure, Outputs};
use super::progress::Line;

/// Something could not be examined.
const INCOMPLETE: u8 = 3;

pub fn run(scan: Scan) -> Result<u8> {
    let (reports, color) = (scan.reports.clone(), scan.color);
    let human = scan.places.unwrap_or(Places::First(3));
    let plan = plan(scan)?;
    for file in reports.iter().filter_map(|(_, file)| file.as_ref()) {
        spare(file, &plan.paths)?;
    }
    let options = Options { places: human, ..options(&reports, &plan.categories)? };
    execute(&plan, Outputs::open(&reports, color, &options)?)
}

/// What the reports know beyond the events. The detectors are read only for reports that show them.
fn options(reports: &[(Format, Option<PathBuf>)], categories: &Arc<Categories>) -> Result<Options> {
    let mut rules: Vec<Rule> = Vec::new();
    if reports.iter().any(|(format, _)| format.has_rules()) {
        rules.extend(Detectors::builtin(categories, true)?.iter().map(|detector| rule(&detector.definition)));
    }
    Ok(Options {
        categories: Some(Arc::clone(categories)),
        rules: rules.into(),
        columns: Some(columns()),
        started: jiff::Timestamp::now(),
        commit: std::env::var("CI_COMMIT_SHA").ok().filter(|commit| is_commit(commit)),
        ..Options::default()
    })
}

fn rule(definition: &Definition) -> Rule {
    let Definition { id, category, title, references, .. } = definition.clone();
    Rule { id, category, title, references }
}

/// Whether this is the name of a commit, by SHA-1 or SHA-256.
fn is_commit(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn plan(scan: Scan) -> Result<Plan> {
    let categories = Arc::new(Categories::builtin()?);
    let policies = policies(&scan.policies, &categories)?;
    let default = if policies.is_empty() { FailOn::Any } else { FailOn::Undeclared };
    let fail_on = scan.fail_on.unwrap_or(default);
    if policies.is_empty() && matches!(fail_on, FailOn::Undeclared | FailOn::Forbidden) {
        let help = "add --policy ID|FILE; `derbes policy list` shows the built-in ones";
        return Err(Error::new("--fail-on undeclared and forbidden need a policy to judge by").help(help));
    }
    let limits = Limits::default();
    Ok(Plan {
        paths: scan.paths,
        reports: scan.reports.into_iter().filter_map(|(_, file)| file).collect(),
        ignore: !scan.no_ignore,
        follow: scan.follow,
        skip_binary: scan.skip_binary,
        all_detectors: scan.all_detectors,
        categories,
        policies,
        min_confidence: scan.min_confidence,
        limits: Limits { places: scan.places.unwrap_or(limits.places), ..limits },
        threads: scan.threads.map_or_else(cores, usize::from),
        today: scan.today.unwrap_or_else(|| jiff::Zoned::now().date()),
        fail_on,
        fail_on_incomplete: scan.fail_on_incomplete,
    })
}

fn policies(typed: &[String], categories: &Categories) -> Result<Vec<Policy>> {
    let mut policies: Vec<Policy> = Vec::new();
    for id_or_file in typed {
        let policy = policy::load(id_or_file, categories)?;
        if policies.iter().any(|other| other.id == policy.id) {
            return Err(Error::new(format!("policy `{}` is given twice", policy.id)).at(id_or_file));
        }
        policies.push(policy);
    }
    Ok(policies)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A report must not overwrite what is to be scanned.
fn spare(output: &Path, paths: &[PathBuf]) -> Result<()> {
    let Ok(file) = output.canonicalize() else { return Ok(()) };
    if paths.iter().any(|path| path.canonicalize().is_ok_and(|path| path == file && path.is_file())) {
        return Err(Error::new("is to be scanned: the report would overwrite it").at(output.display().to_string()));
    }
    Ok(())
}

fn execute(plan: &Plan, mut outputs: Outputs) -> Result<u8> {
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
        (None, Ok(summary)) => Ok(summary.exit),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::args::{self, Command};
    use super::*;

    fn typed(line: &str) -> Scan {
        let args = ["derbes", "scan"].into_iter().chain(line.split_whitespace()).map(OsString::from);
        let Command::Scan(scan) = args::parse(args).unwrap() else { panic!("{line}") };
        scan
    }

    #[test]
    fn a_policy_changes_what_a_run_fails_on() {
        assert_eq!(plan(typed("")).unwrap().fail_on, FailOn::Any);
        assert_eq!(plan(typed("--policy anysoft")).unwrap().fail_on, FailOn::Undeclared);
        assert_eq!(plan(typed("--policy anysoft --fail-on any")).unwrap().fail_on, FailOn::Any);
    }

    #[test]
    fn what_would_never_fail_is_refused() {
        for line in ["--fail-on undeclared", "--fail-on forbidden"] {
            let error = plan(typed(line)).err().unwrap();
            assert!(error.message.contains("need a policy"), "{error}");
        }
        let error = plan(typed("--policy anysoft --policy anysoft")).err().unwrap();
        assert_eq!(error.message, "policy `anysoft` is given twice");
    }

    #[test]
    fn what_was_typed_reaches_the_plan() {
        let plan =
            plan(typed("a b --no-ignore --follow --skip-binary --threads 3 --places all --today 2026-01-31")).unwrap();
        assert_eq!(plan.paths, [PathBuf::from("a"), PathBuf::from("b")]);
        assert!(!plan.ignore && plan.follow && plan.skip_binary && !plan.fail_on_incomplete);
        assert_eq!((plan.threads, plan.limits.places), (3, Places::All));
        assert_eq!(plan.today, jiff::civil::date(2026, 1, 31));
    }

    #[test]
    fn reports_with_rules_know_all_detectors() {
        let categories = Arc::new(Categories::builtin().unwrap());
        let rules = |format| options(&[(format, None)], &categories).unwrap().rules;
        assert!(rules(Format::Human).is_empty());
        let iin = rules(Format::Sarif).iter().find(|rule| &*rule.id == "kz-iin").cloned().unwrap();
        assert_eq!(&*iin.category, "iin");
        assert!(iin.title.kk.contains("ЖСН") && !iin.references.is_empty());
    }

    #[test]
    fn a_commit_is_hexadecimal() {
        assert!(is_commit(&"0a".repeat(20)) && is_commit(&"0A".repeat(32)));
        assert!(!is_commit("main") && !is_commit(&"0g".repeat(20)) && !is_commit(""));
    }

    #[test]
    fn a_report_spares_what_is_scanned() {
        let this = Path::new(file!());
        assert!(spare(this, &[PathBuf::from(".").join(this)]).is_err());
        assert!(spare(this, &[PathBuf::from(".")]).is_ok());
    }
}
