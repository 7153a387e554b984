//! Judging the findings of a target: takes them with what is known of the target, gives each its verdicts. Which policies
//! have a say, and what may stand there, depends on the path.

use std::sync::Arc;

use super::{Binding, Plan};
use crate::error::Result;
use crate::finding::{Finding, Posture, Setting, Stale, Verdict};
use crate::input::Origin;
use crate::policy::{Dates, Judge, Policy, Postures, Traces, stale};

/// The judge, and what tells it the settings.
pub struct Bench<'a> {
    plan: &'a Plan,
    judge: Judge,
    postures: Postures,
    /// Only where a policy keeps data for a counted time.
    dates: Option<Dates>,
}

impl<'a> Bench<'a> {
    pub fn new(plan: &'a Plan) -> Result<Self> {
        let judge = Judge { categories: plan.categories.clone(), today: plan.today, strict: plan.strict };
        let dates = plan.all_policies().any(Policy::keeps_for_a_time).then(Dates::builtin).transpose()?;
        Ok(Self { plan, judge, postures: Postures::builtin()?, dates })
    }

    /// Whether the ends of texts are worth looking at.
    pub fn wants_dates(&self) -> bool {
        self.dates.is_some()
    }

    pub fn judge(&self, origin: &Origin, findings: &mut [Finding], traces: &Traces) {
        if findings.is_empty() {
            return;
        }
        let path = self.plan.exceptions.path(origin);
        let contains = |binding: &&Binding| path.as_ref().is_some_and(|path| binding.paths.contain(path));
        let bound: Vec<&Binding> = self.plan.bindings.iter().filter(contains).collect();
        let policies = policies(self.plan, &bound);
        let named = || self.postures.of(path.as_deref().filter(|_| traces.path != "-").unwrap_or(traces.path));
        let explicit = bound.iter().rev().find_map(|binding| Some((binding.posture?, *binding)));
        let by_name =
            || bound.iter().rev().find(|binding| binding.by_name).and_then(|binding| Some((named()?, *binding)));
        let posture = explicit.or_else(by_name);
        let ages = policies.iter().any(|policy| policy.keeps_for_a_time());
        let setting = Setting {
            posture: posture.map(|(posture, _)| posture),
            dated: self.dates.as_ref().filter(|_| ages).and_then(|dates| {
                let kind = explicit.map(|(posture, _)| posture).or_else(named);
                dates.of(traces, kind, self.plan.today)
            }),
            country: bound
                .iter()
                .rev()
                .find_map(|binding| binding.country.clone())
                .or_else(|| self.plan.country.clone()),
        };
        for finding in findings {
            finding.verdicts = policies.iter().map(|policy| self.judge.verdict(policy, finding, &setting)).collect();
            if policies.is_empty() {
                finding.verdicts.extend(posture.and_then(|posture| self.alone(finding, posture)));
            }
        }
    }

    fn alone(&self, finding: &Finding, (posture, binding): (Posture, &Binding)) -> Option<Verdict> {
        self.judge.verdict_of_posture(&binding.file, binding.line, finding, posture)
    }

    /// What is declared and never seen, each policy once.
    pub fn stale(&self, seen: &std::collections::BTreeSet<Arc<str>>) -> Vec<Stale> {
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
