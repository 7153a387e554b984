//! The demo under the five policies: what each makes of the same shop.

use std::collections::BTreeMap;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{Event, Outcome};
use derbes::pipeline::{self, FailOn, Plan, Progress};
use derbes::policy;

const POLICIES: [&str; 5] = ["aitu-sauda", "anysoft", "club-1c", "justcode", "robotek"];

/// The gravest outcome for each category and policy.
fn outcomes() -> BTreeMap<String, Vec<Outcome>> {
    let categories = Arc::new(Categories::builtin().unwrap());
    let today = jiff::civil::date(2026, 11, 22);
    let plan = Plan {
        all_detectors: true,
        policies: POLICIES.iter().map(|id| policy::load(id, &categories).unwrap()).collect(),
        threads: 2,
        fail_on: FailOn::Undeclared,
        fail_on_incomplete: true,
        ..Plan::new(vec!["fixtures/demo".into()], categories, today)
    };
    let mut gravest: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    let mut sink = |event| {
        if let Event::Finding(finding) = event {
            let row = gravest.entry(finding.category.to_string()).or_insert_with(|| vec![Outcome::NotPersonal; 5]);
            for (cell, verdict) in row.iter_mut().zip(&finding.verdicts) {
                *cell = (*cell).max(verdict.outcome);
            }
        }
        Ok(())
    };
    let summary = pipeline::run(&plan, &Progress::default(), &mut sink).unwrap().summary;
    assert_eq!((summary.exit, summary.incomplete), (1, false));
    gravest
}

#[test]
fn each_policy_has_its_own_view_of_the_shop() {
    use Outcome::{Declared, Forbidden, Implied, NotPersonal, Undeclared};
    // club-1c and robotek are two editions of one text and declare the same of what a scan can see so far.
    let expected = [
        ("address", [Undeclared, Undeclared, Declared, Declared, Declared]),
        ("bin", [NotPersonal; 5]),
        ("birth-date", [Implied, Undeclared, Declared, Undeclared, Declared]),
        ("cookie", [Declared; 5]),
        ("email", [Declared; 5]),
        ("iban", [Undeclared; 5]),
        ("id-document", [Declared, Undeclared, Declared, Undeclared, Declared]),
        ("iin", [Implied, Declared, Implied, Declared, Implied]),
        ("ip-address", [Declared; 5]),
        ("name", [Declared; 5]),
        ("payment-card", [Undeclared, Forbidden, Undeclared, Undeclared, Undeclared]),
        ("phone", [Declared; 5]),
        ("social-account", [Declared, Undeclared, Undeclared, Undeclared, Undeclared]),
    ];
    let outcomes = outcomes();
    for (category, expected) in &expected {
        assert_eq!(outcomes[*category], expected, "{category} under {POLICIES:?}");
    }
    assert_eq!(outcomes.len(), expected.len(), "{:?}", outcomes.keys());
}
