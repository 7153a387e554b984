//! Judging the findings of a target: takes them with what is known of the target, gives each its verdicts. Which policies
//! have a say, and what may stand there, depends on the path.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::survey::of_table;
use super::{Binding, Plan};
use crate::error::Result;
use crate::finding::{Dated, Days, Finding, Posture, Setting, Stale, Verdict};
use crate::input::Target;
use crate::policy::{Dates, Judge, Policy, Postures, Stamps, Traces, stale};

/// The judge, and what tells it the settings.
pub struct Bench<'a> {
    plan: &'a Plan,
    judge: Judge,
    postures: Postures,
    /// Read only where they are asked for.
    dates: OnceLock<Dates>,
    /// Whether a policy keeps data for a counted time.
    keeps_for_a_time: bool,
}

/// What holds for one target.
#[derive(Default)]
pub struct Terms<'a> {
    policies: Vec<&'a Policy>,
    /// With what binds it.
    posture: Option<(Posture, &'a Binding)>,
    country: Option<Arc<str>>,
    /// What the target is, as far as it is bound or its name tells.
    pub kind: Option<Posture>,
}

impl<'a> Bench<'a> {
    pub fn new(plan: &'a Plan) -> Result<Self> {
        let judge = Judge { categories: plan.categories.clone(), today: plan.today, strict: plan.strict };
        let keeps_for_a_time = plan.all_policies().any(Policy::keeps_for_a_time);
        Ok(Self { plan, judge, postures: Postures::builtin()?, dates: OnceLock::new(), keeps_for_a_time })
    }

    fn dates(&self) -> &Dates {
        self.dates.get_or_init(|| Dates::builtin().expect("a test reads the built-in data"))
    }

    /// Whether the ends of texts are worth looking at.
    pub fn wants_dates(&self) -> bool {
        self.keeps_for_a_time
    }

    /// All that every verdict depends on besides the finding and its target.
    pub fn fingerprint(&self) -> String {
        let plan = self.plan;
        let policies: Vec<_> = plan.policies.iter().collect();
        let bound = plan.bindings.iter().map(|b| (&b.paths, &b.policies, b.posture, b.by_name, &b.country, b.line));
        let bound: Vec<_> = bound.collect();
        // Ages of persons are those of the day of the scan.
        let today = self.keeps_for_a_time.then_some(plan.today);
        format!("{} {policies:?} {bound:?} {} {:?} {today:?}", env!("CARGO_PKG_VERSION"), plan.strict, plan.country)
    }

    /// The columns that tell when the rows of a table were made, by their names; none where nobody asks.
    pub fn row_dates(&self, names: &[String]) -> Vec<usize> {
        self.dates().of_rows(names)
    }

    /// Judges the findings of a target by its terms; `rows` tells the days of the table that one is in.
    pub fn judge(
        &self,
        terms: &Terms,
        findings: &mut [Finding],
        traces: &Traces,
        rows: impl Fn(&Finding) -> Option<Days>,
    ) {
        self.judge_dated(terms, findings, rows, |dates| dates.of(traces, terms.kind, self.plan.today));
    }

    /// Judges findings of an earlier scan, by the dates that it kept.
    pub fn judge_again(&self, target: &Target, findings: &mut [Finding], stamps: &Stamps) {
        let (terms, path) = (self.terms(target), target.origin.as_str());
        let rows = |finding: &Finding| of_table(&stamps.rows, finding);
        self.judge_dated(&terms, findings, rows, |dates| dates.best(stamps, path, terms.kind, self.plan.today));
    }

    /// The dates that a target has besides its name's, whatever the policies.
    pub fn stamps(&self, terms: &Terms, traces: &Traces) -> Stamps {
        self.dates().stamps(traces, terms.kind, self.plan.today)
    }

    fn judge_dated(
        &self,
        terms: &Terms,
        findings: &mut [Finding],
        rows: impl Fn(&Finding) -> Option<Days>,
        dated: impl FnOnce(&Dates) -> Option<Dated>,
    ) {
        if findings.is_empty() || terms.policies.is_empty() && terms.posture.is_none() {
            return;
        }
        let ages = terms.policies.iter().any(|policy| policy.keeps_for_a_time());
        let dated = if ages { dated(self.dates()) } else { None };
        let (posture, country) = (terms.posture.map(|(posture, _)| posture), terms.country.clone());
        let mut setting = Setting { posture, dated, country };
        for finding in findings {
            let rows = rows(finding).filter(|_| ages);
            setting.dated = rows.and_then(|rows| Dates::by_rows(&rows, terms.kind, self.plan.today)).or(dated);
            let verdicts = terms.policies.iter().map(|policy| self.judge.verdict(policy, finding, &setting));
            finding.verdicts = verdicts.collect();
            if terms.policies.is_empty() {
                finding.verdicts.extend(terms.posture.and_then(|posture| self.alone(finding, posture)));
            }
        }
    }

    /// What holds for a target: worked out once, before it is scanned.
    pub fn terms(&self, target: &Target) -> Terms<'a> {
        let plan = self.plan;
        let below_root = self.below_root(target);
        let contains = |binding: &&Binding| below_root.as_ref().is_some_and(|paths| binding.paths.contain_all(paths));
        let bound: Vec<&Binding> = plan.bindings.iter().filter(contains).collect();
        let named = self.named(target, below_root.as_deref());
        let explicit = bound.iter().rev().find_map(|binding| Some((binding.posture?, *binding)));
        let by_name =
            || bound.iter().rev().find(|binding| binding.by_name).and_then(|binding| Some((named?, *binding)));
        Terms {
            policies: policies(plan, &bound),
            posture: explicit.or_else(by_name),
            country: bound.iter().rev().find_map(|b| b.country.clone()).or_else(|| plan.country.clone()),
            kind: match (explicit, named) {
                // Bound to be kept like any data, it is still read like a log.
                (Some((Posture::Data, _)), Some(Posture::Logs)) => named,
                (Some((posture, _)), _) => Some(posture),
                (None, _) => named,
            },
        }
    }

    /// What a target is by its name and by what binds it, as in its [terms](Bench::terms).
    pub fn kind(&self, target: &Target) -> Option<Posture> {
        match self.plan.bindings.is_empty() {
            true => self.named(target, self.below_root(target).as_deref()),
            false => self.terms(target).kind,
        }
    }

    /// Where a target stands below the root.
    fn below_root(&self, target: &Target) -> Option<Vec<String>> {
        let is_stdin = target.paths().first().unwrap_or(&target.origin).as_str() == "-";
        if is_stdin { None } else { self.plan.exceptions.paths(target) }
    }

    fn named(&self, target: &Target, below_root: Option<&[String]>) -> Option<Posture> {
        let path = target.paths().first().unwrap_or(&target.origin).as_str();
        self.postures.of(below_root.and_then(<[String]>::first).map_or(path, String::as_str))
    }

    fn alone(&self, finding: &Finding, (posture, binding): (Posture, &Binding)) -> Option<Verdict> {
        self.judge.verdict_of_posture(&binding.file, binding.line, finding, posture)
    }

    /// What is declared and never seen, each policy once.
    pub fn stale(&self, seen: &BTreeSet<Arc<str>>) -> Vec<Stale> {
        stale(policies(self.plan, &self.plan.bindings.iter().collect::<Vec<_>>()), seen)
    }
}

/// Those that judge everything, then the bound ones, each once.
fn policies<'p>(plan: &'p Plan, bound: &[&'p Binding]) -> Vec<&'p Policy> {
    let mut policies: Vec<&Policy> = plan.policies.iter().collect();
    for policy in bound.iter().flat_map(|binding| &binding.policies) {
        if policies.iter().all(|other| other.id != policy.id) {
            policies.push(policy);
        }
    }
    policies
}
