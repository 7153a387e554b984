//! [`Judge`]: takes findings, gives what each policy says of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::{Clause, Policy};
use crate::category::{Categories, Standing};
use crate::finding::{Finding, Outcome, Stale, Verdict};

/// Holds findings against policies.
#[derive(Clone, Debug)]
pub struct Judge {
    policies: Vec<Policy>,
    categories: Arc<Categories>,
}

impl Judge {
    pub fn new(policies: Vec<Policy>, categories: Arc<Categories>) -> Self {
        Self { policies, categories }
    }

    /// One verdict a policy, in the order in which the policies were given.
    pub fn judge(&self, finding: &Finding) -> Vec<Verdict> {
        self.policies.iter().map(|policy| self.verdict(policy, finding)).collect()
    }

    /// What is declared and in none of the `seen_categories`: by policy, then in the order of the policy file.
    pub fn stale(&self, seen_categories: &BTreeSet<Arc<str>>) -> Vec<Stale> {
        let declarations = self.policies.iter().flat_map(|policy| policy.declares.iter().map(move |d| (policy, d)));
        declarations
            .filter(|(_, declaration)| !seen_categories.contains(&declaration.category))
            .map(|(policy, declaration)| Stale {
                policy: policy.id.clone(),
                category: declaration.category.clone(),
                clause: Some(declaration.clause.main().to_owned()),
            })
            .collect()
    }

    fn verdict(&self, policy: &Policy, finding: &Finding) -> Verdict {
        let impersonal = match self.categories.get(&finding.category).map(|category| category.standing) {
            Some(Standing::NotPersonal) => finding.hits,
            _ => finding.facts.impersonal.min(finding.hits),
        };
        let personal = finding.hits - impersonal;
        let (minors, minors_clause) = minors(policy, finding);
        let (outcome, clause) = self.outcome(policy, &finding.category);
        let (outcome, clause, hits) = if personal == 0 {
            (Outcome::NotPersonal, None, finding.hits)
        } else if minors > 0 && outcome < Outcome::Minor {
            (Outcome::Minor, minors_clause, minors.min(personal))
        } else {
            (outcome, clause, personal)
        };
        Verdict {
            policy: policy.id.clone(),
            outcome,
            clause: clause.map(|clause| clause.main().to_owned()),
            count: (hits != finding.hits).then_some(hits),
        }
    }

    /// What the policy says of a category, whosever the data is.
    fn outcome<'p>(&self, policy: &'p Policy, category: &str) -> (Outcome, Option<&'p Clause>) {
        if let Some(prohibition) = policy.prohibition(category) {
            return (Outcome::Forbidden, Some(&prohibition.clause));
        }
        if let Some(declaration) = policy.declaration(category) {
            return (Outcome::Declared, Some(&declaration.clause));
        }
        match policy.declares.iter().find(|declaration| self.carries(&declaration.category, category)) {
            Some(declaration) => (Outcome::Implied, Some(&declaration.clause)),
            None => (Outcome::Undeclared, None),
        }
    }

    /// Whether a document of the category `document` shows `category` as well.
    fn carries(&self, document: &str, category: &str) -> bool {
        self.categories.get(document).is_some_and(|document| document.carries.iter().any(|c| &**c == category))
    }
}

/// How many hits are of persons under the age that the policy is for, and the clause that sets the age.
fn minors<'p>(policy: &'p Policy, finding: &Finding) -> (u64, Option<&'p Clause>) {
    let Some(subjects) = &policy.subjects else { return (0, None) };
    let Some(min_age) = subjects.min_age else { return (0, None) };
    (finding.facts.ages.range(..min_age).map(|(_, hits)| hits).sum(), Some(&subjects.clause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, EvidenceSet, Facts};
    use crate::input::Origin;
    use crate::policy::Policies;

    const ORDER: [&str; 5] = ["club-1c", "justcode", "robotek", "anysoft", "aitu-sauda"];

    fn judge_of(policies: Vec<Policy>, categories: Categories) -> Judge {
        Judge::new(policies, Arc::new(categories))
    }

    fn five() -> Judge {
        let categories = Categories::builtin().unwrap();
        let builtin = Policies::builtin(&categories).unwrap();
        judge_of(ORDER.iter().map(|id| builtin.get(id).unwrap().clone()).collect(), categories)
    }

    fn finding(category: &str, hits: u64, ages: &[(u8, u64)], impersonal: u64) -> Finding {
        Finding {
            path: Origin::stdin(),
            category: category.into(),
            detector: "test".into(),
            confidence: Confidence::High,
            score: 90,
            field: None,
            hits,
            rows: None,
            share: None,
            places: Vec::new(),
            evidence: EvidenceSet::new(),
            verdicts: Vec::new(),
            stood: None,
            facts: Facts { ages: ages.iter().copied().collect(), impersonal },
        }
    }

    /// `outcome clause *count`, each where there is one.
    fn shown(verdict: &Verdict) -> String {
        let clause = verdict.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default();
        let count = verdict.count.map(|count| format!(" *{count}")).unwrap_or_default();
        format!("{}{clause}{count}", verdict.outcome)
    }

    #[test]
    fn each_outcome_under_each_of_the_five_policies() {
        let adults: &[(u8, u64)] = &[(18, 1), (40, 11)];
        let mixed: &[(u8, u64)] = &[(9, 1), (17, 2), (18, 4), (70, 5)];
        let children: &[(u8, u64)] = &[(0, 5), (17, 7)];
        #[rustfmt::skip]
        let rows: &[(Finding, [&str; 5])] = &[
            (finding("iin", 12, adults, 0), ["implied 2", "declared 5", "implied 2", "declared 5.3", "implied 2.3"]),
            (finding("iin", 12, mixed, 0), ["implied 2", "minor 1 *3", "implied 2", "minor 2.1 *3", "implied 2.3"]),
            (finding("iin", 12, children, 0), ["implied 2", "minor 1", "implied 2", "minor 2.1", "implied 2.3"]),
            (finding("birth-date", 12, mixed, 0),
                ["declared 2", "minor 1 *3", "declared 2", "minor 2.1 *3", "implied 2.3"]),
            (finding("birth-date", 12, adults, 0), ["declared 2", "undeclared", "declared 2", "undeclared", "implied 2.3"]),
            (finding("email", 8, &[], 0), ["declared 2", "declared 5", "declared 2", "declared 5.2(б)", "declared 2.3"]),
            (finding("email", 8, &[], 3),
                ["declared 2 *5", "declared 5 *5", "declared 2 *5", "declared 5.2(б) *5", "declared 2.3 *5"]),
            (finding("email", 8, &[], 8), ["not-personal"; 5]),
            (finding("payment-card", 2, &[], 0),
                ["undeclared", "undeclared", "undeclared", "forbidden 5.3", "undeclared"]),
            (finding("payment-card", 2, &[], 1),
                ["undeclared *1", "undeclared *1", "undeclared *1", "forbidden 5.3 *1", "undeclared *1"]),
            (finding("biometric", 2, &[], 0),
                ["undeclared", "undeclared", "undeclared", "forbidden 5.1", "undeclared"]),
            (finding("genetic", 2, &[], 0), ["undeclared", "undeclared", "undeclared", "forbidden 5.1", "undeclared"]),
            (finding("address", 2, &[], 0), ["declared 3", "declared 5", "declared 2", "undeclared", "undeclared"]),
            (finding("education", 2, &[], 0), ["declared 2", "undeclared", "declared 2", "undeclared", "undeclared"]),
            (finding("transaction", 2, &[], 0),
                ["undeclared", "undeclared", "undeclared", "declared 5.3", "undeclared"]),
            (finding("social-account", 2, &[], 0),
                ["undeclared", "undeclared", "undeclared", "undeclared", "declared 2.3"]),
            (finding("iban", 2, &[], 0), ["undeclared"; 5]),
            (finding("bin", 2, &[], 0), ["not-personal"; 5]),
            (finding("a-category-of-the-user", 2, &[], 0), ["undeclared"; 5]),
        ];
        let judge = five();
        for (finding, expected) in rows {
            let verdicts = judge.judge(finding);
            assert_eq!(verdicts.iter().map(|v| &*v.policy).collect::<Vec<_>>(), ORDER);
            assert_eq!(verdicts.iter().map(shown).collect::<Vec<_>>(), expected, "{}", finding.category);
        }
    }

    #[test]
    fn the_gravest_outcome_is_given_with_the_hits_it_holds_for() {
        let policy = |body: &str| {
            let text = format!("id = \"a\"\nlanguages = []\noperator = {{ name = \"A\" }}\n{body}");
            Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap()
        };
        let adults_only = "[subjects]\nmin-age = 18\nclause = \"1\"\n";
        let forbids = format!("{adults_only}[[forbids]]\ncategory = \"iin\"\nclause = \"2\"");
        let mixed = finding("iin", 10, &[(5, 2), (30, 4)], 3);
        let cases = [
            (forbids.as_str(), &mixed, "forbidden 2 *7"),
            (adults_only, &mixed, "minor 1 *2"),
            ("", &mixed, "undeclared *7"),
            ("", &finding("email", 8, &[], 3), "undeclared *5"),
            ("", &finding("email", 8, &[], 9), "not-personal"),
            (
                "[[declares]]\ncategory = \"driver-licence\"\nclause = \"3\"\n\
                 [[declares]]\ncategory = \"id-document\"\nclause = \"4\"",
                &mixed,
                "implied 3 *7",
            ),
            (
                "[[declares]]\ncategory = \"id-document\"\nclause = \"4\"\n\
                 [[forbids]]\ncategory = \"iin\"\nclause = \"5\"",
                &finding("iin", 1, &[], 0),
                "forbidden 5",
            ),
        ];
        for (body, finding, expected) in cases {
            let judge = judge_of(vec![policy(body)], Categories::builtin().unwrap());
            assert_eq!(shown(&judge.judge(finding)[0]), expected, "{body}");
        }
    }

    #[test]
    fn what_is_declared_and_never_seen_is_stale() {
        let judge = five();
        let declared: BTreeSet<Arc<str>> =
            judge.policies.iter().flat_map(|policy| policy.declares.iter().map(|d| d.category.clone())).collect();
        assert_eq!(judge.stale(&declared), []);

        let mut seen = declared.clone();
        seen.remove("geolocation");
        let stale = judge.stale(&seen);
        let shown: Vec<_> = stale.iter().map(|s| (&*s.policy, &*s.category, s.clause.as_deref().unwrap())).collect();
        let expected = [
            ("club-1c", "geolocation", "3"),
            ("justcode", "geolocation", "14"),
            ("robotek", "geolocation", "3"),
            ("anysoft", "geolocation", "5.2(г)"),
            ("aitu-sauda", "geolocation", "2.3"),
        ];
        assert_eq!(shown, expected);

        let all: usize = judge.policies.iter().map(|policy| policy.declares.len()).sum();
        assert_eq!(judge.stale(&BTreeSet::new()).len(), all);
    }
}
