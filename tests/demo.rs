//! The demo under the five policies: what each makes of the same shop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{Event, Outcome};
use derbes::pipeline::{self, FailOn, Plan, Progress};
use derbes::policy;

const POLICIES: [&str; 5] = ["aitu-sauda", "anysoft", "club-1c", "justcode", "robotek"];

/// What the five policies make of the shop, each in its column of `POLICIES`.
#[derive(Default)]
struct Views {
    /// The gravest outcome for each category.
    outcomes: BTreeMap<String, Vec<Outcome>>,
    /// The categories that each declares and the scan never saw.
    unseen: BTreeMap<String, BTreeSet<String>>,
}

fn views() -> Views {
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
    let mut views = Views::default();
    let mut sink = |event| {
        match event {
            Event::Finding(finding) => {
                let category = finding.category.to_string();
                let row = views.outcomes.entry(category).or_insert_with(|| vec![Outcome::NotPersonal; 5]);
                for (cell, verdict) in row.iter_mut().zip(&finding.verdicts) {
                    *cell = (*cell).max(verdict.outcome);
                }
            }
            Event::Stale(stale) => {
                views.unseen.entry(stale.policy.to_string()).or_default().insert(stale.category.to_string());
            }
            _ => {}
        }
        Ok(())
    };
    let summary = pipeline::run(&plan, &Progress::default(), &mut sink).unwrap().summary;
    assert_eq!((summary.exit, summary.incomplete), (1, false));
    views
}

#[test]
fn each_policy_has_its_own_view_of_the_shop() {
    use Outcome::{Declared, Forbidden, Implied, Minor, NotPersonal, Undeclared};
    let expected = [
        ("address", [Undeclared, Undeclared, Undeclared, Declared, Declared]),
        ("bin", [NotPersonal; 5]),
        ("birth-date", [Implied, Minor, Declared, Minor, Declared]),
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
    let outcomes = views().outcomes;
    for (category, expected) in &expected {
        assert_eq!(outcomes[*category], expected, "{category} under {POLICIES:?}");
    }
    assert_eq!(outcomes.len(), expected.len(), "{:?}", outcomes.keys());
}

/// The twins club-1c and robotek differ in the residence alone.
#[test]
fn no_two_policies_see_the_same_shop() {
    let views = views();
    let view = |(column, policy): (usize, &&str)| {
        let outcomes: Vec<_> = views.outcomes.values().map(|row| row[column]).collect();
        (outcomes, views.unseen[*policy].clone())
    };
    let distinct: BTreeSet<_> = POLICIES.iter().enumerate().map(view).collect();
    assert_eq!(distinct.len(), POLICIES.len(), "{distinct:#?}");
}
