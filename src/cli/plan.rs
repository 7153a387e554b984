//! The plan of a run: takes what was typed and `derbes.toml`, what was typed first, gives all that a run needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::classify::column_ids;
use derbes::detect::Detectors;
use derbes::error::{Error, Result};
use derbes::finding::Confidence;
use derbes::limits::Limits;
use derbes::pipeline::{Binding, FailOn, Plan};
use derbes::policy::{self, Policy};
use derbes::source::git::{Query, Selection};
use derbes::suppress::{Baseline, Exceptions, Key};
use jiff::civil::Date;

use super::args::{Explain, Scan};
use super::config::{Bound, Config, Set};

const NO_POLICY: &str = "add --policy ID|FILE; `derbes policy list` shows the built-in ones";

pub fn plan(scan: Scan) -> Result<Plan> {
    let config = Config::load(scan.config.as_deref(), &scan.own)?;
    let categories = Arc::clone(&config.categories);
    let policies = policies(&scan.policies, &categories)?;
    let bindings = bindings(&config, &categories, policies.is_empty())?;
    let unjudged = policies.is_empty() && bindings.iter().all(|binding| binding.policies.is_empty());
    let fail_on = fail_on(&scan, &config, unjudged)?;
    if scan.matrix && unjudged {
        return Err(Error::new("--matrix needs a policy: its columns are policies").help(NO_POLICY));
    }
    let today = scan.today.unwrap_or_else(|| jiff::Zoned::now().date());
    let exceptions = exceptions(&scan, &config, today)?;
    let limits = config.limits();
    let git = query(&scan);
    Ok(Plan {
        fail_on_incomplete: scan.fail_on_incomplete || git.is_some(),
        paths: if scan.paths.is_empty() { vec![PathBuf::from(".")] } else { scan.paths },
        git,
        reports: scan.reports.into_iter().filter_map(|(_, file)| file).collect(),
        ignore: !scan.no_ignore,
        follow: scan.follow,
        skip_binary: scan.skip_binary,
        all_detectors: scan.all_detectors || config.detectors_all.as_ref().is_some_and(|set| set.value),
        categories,
        policies,
        bindings,
        strict: scan.strict,
        country: scan.country.map(Into::into),
        detectors_off: off(&config, &scan.off)?,
        own: Arc::clone(&config.own),
        exceptions,
        prune: scan.prune_baseline,
        min_confidence: scan
            .min_confidence
            .or(config.min_confidence.as_ref().map(|set| set.value))
            .unwrap_or(Confidence::Medium),
        limits: Limits { places: scan.places.unwrap_or(limits.places), unpacking: scan.budgets.unpacking(), ..limits },
        threads: scan.threads.map_or_else(cores, usize::from),
        max_rate: None,
        today,
        fail_on,
    })
}

/// What a scan without further flags would do, as far as it bears on one place.
pub fn of_explanation(typed: &Explain) -> Result<Plan> {
    let config = Config::load(typed.config.as_deref(), &typed.own)?;
    let categories = Arc::clone(&config.categories);
    let policies = policies(&typed.policies, &categories)?;
    let today = typed.today.unwrap_or_else(|| jiff::Zoned::now().date());
    let configured = config.min_confidence.as_ref().map(|set| set.value);
    let exceptions = Exceptions {
        marks: config.inline.as_ref().is_none_or(|set| set.value),
        rules: config.rules.clone(),
        baseline: config.baseline().as_deref().map(baseline).transpose()?,
        root: config.root.folder.clone(),
        prefix: config.root.prefix.clone(),
        ..Exceptions::none(today)
    };
    Ok(Plan {
        all_detectors: typed.all_detectors || config.detectors_all.as_ref().is_some_and(|set| set.value),
        bindings: bindings(&config, &categories, policies.is_empty())?,
        policies,
        strict: typed.strict,
        country: typed.country.as_deref().map(Into::into),
        detectors_off: off(&config, &typed.off)?,
        own: Arc::clone(&config.own),
        exceptions,
        min_confidence: typed.min_confidence.or(configured).unwrap_or(Confidence::Medium),
        limits: config.limits(),
        ..Plan::new(Vec::new(), categories, today)
    })
}

/// The detectors that are switched off, by derbes.toml or by what was typed.
fn off(config: &Config, typed: &[String]) -> Result<Vec<Arc<str>>> {
    let configured = config.detectors_off.iter().map(|set| set.value.clone());
    let mut off: Vec<Arc<str>> = configured.collect();
    if !typed.is_empty() {
        let detectors = Detectors::with(&config.own, &config.categories, true)?;
        let columns = column_ids()?;
        for id in typed {
            if detectors.find(id).is_none() && !columns.contains(id) {
                return Err(no_detector(id));
            }
            off.push(id.as_str().into());
        }
    }
    Ok(off)
}

pub fn no_detector(id: &str) -> Error {
    Error::new(format!("there is no detector `{id}`")).help("`derbes detectors list` names them all")
}

/// A baseline that is being written accepts what is there.
fn fail_on(scan: &Scan, config: &Config, unjudged: bool) -> Result<FailOn> {
    let default = match () {
        () if scan.write_baseline.is_some() => FailOn::Never,
        () if unjudged => FailOn::Any,
        () => FailOn::Undeclared,
    };
    let configured = config.fail_on.as_ref().map(|set| set.value).filter(|_| scan.write_baseline.is_none());
    let fail_on = scan.fail_on.or(configured).unwrap_or(default);
    if unjudged && matches!(fail_on, FailOn::Undeclared | FailOn::Forbidden) {
        return Err(Error::new("--fail-on undeclared and forbidden need a policy to judge by").help(NO_POLICY));
    }
    Ok(fail_on)
}

/// What git is asked for, if it is.
fn query(scan: &Scan) -> Option<Query> {
    let selection = match (&scan.range, scan.staged, scan.history) {
        (Some(range), _, _) => Selection::Range(range.clone()),
        (None, true, _) => Selection::Staged,
        (None, _, true) => Selection::History { since: scan.since },
        (None, false, false) => return None,
    };
    // A baseline counts the hits of whole files.
    let (paths, whole_files) = (scan.paths.clone(), scan.whole_files || scan.write_baseline.is_some());
    Some(Query { selection, whole_files, paths, ignore: !scan.no_ignore })
}

fn exceptions(scan: &Scan, config: &Config, today: Date) -> Result<Exceptions> {
    let file = match (&scan.baseline, &scan.write_baseline) {
        (Some(file), _) => Some(file.clone()),
        // What is being written anew does not keep itself quiet.
        (None, Some(_)) => None,
        (None, None) => config.baseline(),
    };
    if scan.prune_baseline && file.is_none() {
        return Err(Error::new("there is no baseline to prune").help("name one with --baseline FILE"));
    }
    let record = match &scan.write_baseline {
        Some(file) if file.exists() => Some(baseline(file)?),
        Some(_) => Some(Baseline::new(Key::random())),
        None => None,
    };
    Ok(Exceptions {
        marks: !scan.no_inline && config.inline.as_ref().is_none_or(|set| set.value),
        rules: config.rules.clone(),
        baseline: file.as_deref().map(baseline).transpose()?,
        baseline_file: file.unwrap_or_default(),
        record,
        root: config.root.folder.clone(),
        prefix: config.root.prefix.clone(),
        today,
    })
}

fn baseline(file: &Path) -> Result<Baseline> {
    let place = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Error::new(format!("the baseline cannot be read: {error}")).at(&place))?;
    Baseline::parse(&place, &text)
}

/// What is configured of paths. What was typed goes before its policies; where data lies and what may stand there it does
/// not tell.
fn bindings(config: &Config, categories: &Categories, judging: bool) -> Result<Vec<Binding>> {
    let file: Arc<str> = config.file.clone().unwrap_or_default();
    let binding = |bound: &Set<Bound>| {
        let named: Vec<_> = bound.value.policies.iter().map(|policy| config.policy(policy)).collect();
        let policies = policies(&named, categories).map_err(|error| match &error.place {
            Some(_) => error,
            None => error.at(format!("{file}:{}", bound.line)),
        })?;
        let Bound { paths, posture, country, .. } = bound.value.clone();
        let by_name = posture.is_none() && !policies.is_empty();
        Ok(Binding { paths, policies, posture, by_name, country, file: file.clone(), line: bound.line })
    };
    let bindings: Vec<Binding> = config.bound.iter().map(binding).collect::<Result<_>>()?;
    let bound: Vec<&Policy> = bindings.iter().flat_map(|binding| &binding.policies).collect();
    let same = |first: &Policy, second: &Policy| policy::shared_id(first, second).filter(|_| first.file != second.file);
    let wrong =
        bound.iter().enumerate().find_map(|(i, second)| bound[..i].iter().find_map(|first| same(first, second)));
    if let Some(error) = wrong {
        return Err(error);
    }
    let policies =
        |binding: Binding| Binding { policies: if judging { binding.policies } else { Vec::new() }, ..binding };
    Ok(bindings.into_iter().map(policies).collect())
}

fn policies(typed: &[String], categories: &Categories) -> Result<Vec<Policy>> {
    let mut policies: Vec<Policy> = Vec::new();
    for id_or_file in typed {
        let policy = policy::load(id_or_file, categories)?;
        if policies.iter().any(|other| other.file == policy.file) {
            return Err(Error::new(format!("policy `{}` is given twice", policy.id)).at(id_or_file));
        }
        if let Some(error) = policies.iter().find_map(|other| policy::shared_id(other, &policy)) {
            return Err(error);
        }
        policies.push(policy);
    }
    Ok(policies)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use derbes::limits::Places;

    use super::super::args::{self, Command};
    use super::*;

    fn typed(line: &str) -> Scan {
        let args = ["derbes", "scan"].into_iter().chain(line.split_whitespace()).map(OsString::from);
        let Command::Scan(scan) = args::parse(args).unwrap() else { panic!("{line}") };
        *scan
    }

    #[test]
    fn a_policy_changes_what_a_run_fails_on() {
        assert_eq!(plan(typed("")).unwrap().fail_on, FailOn::Any);
        assert_eq!(plan(typed("--policy anysoft")).unwrap().fail_on, FailOn::Undeclared);
        assert_eq!(plan(typed("--policy anysoft --fail-on any")).unwrap().fail_on, FailOn::Any);
        assert_eq!(plan(typed("--write-baseline no-such-file")).unwrap().fail_on, FailOn::Never);
    }

    #[test]
    fn what_would_never_fail_is_refused() {
        for line in ["--fail-on undeclared", "--fail-on forbidden", "--matrix"] {
            let error = plan(typed(line)).err().unwrap();
            assert!(error.message.contains(" a policy"), "{error}");
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
    fn a_run_over_git_is_never_quietly_incomplete() {
        for line in ["--staged", "--range a..b", "--history"] {
            assert!(plan(typed(line)).unwrap().fail_on_incomplete, "{line}");
        }
    }
}
