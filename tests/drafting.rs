//! Drafts held against policy files that people wrote: how many categories, prohibitions, clauses and terms a draft
//! gets right. The documents are their owners' and not part of this repository: `DERBES_POLICY_TEXTS` names a folder
//! that holds them as `ID.txt`, and where it is not set the measurement says so and is left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use derbes::category::Categories;
use derbes::policy::draft::draft;
use derbes::policy::{Period, Policies, Policy, Retention};

/// What of a set was found.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    right: usize,
    drafted: usize,
    wanted: usize,
}

impl Score {
    fn of<T: Ord>(drafted: &BTreeSet<T>, wanted: &BTreeSet<T>) -> Self {
        Self { right: drafted.intersection(wanted).count(), drafted: drafted.len(), wanted: wanted.len() }
    }

    fn precision(self) -> f64 {
        ratio(self.right, self.drafted)
    }

    fn recall(self) -> f64 {
        ratio(self.right, self.wanted)
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.drafted += other.drafted;
        self.wanted += other.wanted;
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn texts() -> Option<PathBuf> {
    let folder = std::env::var_os("DERBES_POLICY_TEXTS").map(PathBuf::from);
    if folder.is_none() {
        println!("not measured: DERBES_POLICY_TEXTS names no folder with the documents");
    }
    folder
}

/// The draft of a document; one that holds nothing to draft gives an empty policy.
fn drafted(file: &Path, categories: &Categories) -> Policy {
    let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let empty = |e: derbes::error::Error| {
        assert!(e.message.starts_with("there is nothing to draft"), "{e}");
        "id = \"empty\"\nlanguages = []\noperator = { name = \"?\" }".to_owned()
    };
    let text = draft(&file.display().to_string(), &bytes, categories).unwrap_or_else(empty);
    Policy::parse("draft.toml", &text, categories).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn declared(policy: &Policy) -> BTreeSet<&str> {
    policy.declares.iter().map(|d| &*d.category).collect()
}

fn forbidden(policy: &Policy) -> BTreeSet<&str> {
    policy.forbids.iter().map(|p| &*p.category).collect()
}

/// Each period, whether an event begins it, and the categories that it is for.
fn periods(policy: &Policy) -> BTreeSet<(String, bool, BTreeSet<&str>)> {
    policy.retention.iter().map(entry).collect()
}

fn entry(retention: &Retention) -> (String, bool, BTreeSet<&str>) {
    let event = counted(retention.period) && retention.after.is_some();
    (retention.period.to_string(), event, retention.categories.iter().map(|id| &**id).collect())
}

fn counted(period: Period) -> bool {
    matches!(period, Period::Days(_) | Period::Months(_) | Period::Years(_))
}

#[test]
fn drafts_agree_with_the_five_policies() {
    let Some(folder) = texts() else { return };
    let categories = Categories::builtin().unwrap();
    let (mut declares, mut forbids) = (Score::default(), Score::default());
    let (mut clauses, mut numbers) = (Score::default(), Score::default());
    let mut wrong = Vec::new();
    for policy in &Policies::builtin(&categories).unwrap() {
        let draft = drafted(&folder.join(format!("{}.txt", policy.id)), &categories);
        let (found, wanted) = (declared(&draft), declared(policy));
        declares.add(Score::of(&found, &wanted));
        forbids.add(Score::of(&forbidden(&draft), &forbidden(policy)));
        println!("{}: too much {:?}, missed {:?}", policy.id, &found - &wanted, &wanted - &found);
        for declaration in &policy.declares {
            let Some(drafted) = draft.declaration(&declaration.category) else { continue };
            let right = drafted.clause.main() == declaration.clause.main();
            clauses.add(Score { right: right.into(), drafted: 1, wanted: 1 });
            let [found, wanted] = [drafted, declaration].map(|d| d.clause.all().iter().collect::<BTreeSet<_>>());
            numbers.add(Score::of(&found, &wanted));
            if !right || found != wanted {
                println!("  {}: {} for {}", declaration.category, drafted.clause, declaration.clause);
            }
        }
        let age = |policy: &Policy| {
            policy.subjects.as_ref().map(|s| {
                let third: BTreeSet<_> = s.third_persons.iter().cloned().collect();
                (s.min_age, s.minors, third, s.clause.clone())
            })
        };
        let storage = |policy: &Policy| {
            policy
                .storage
                .as_ref()
                .map(|s| (s.countries.clone(), s.media.clone(), s.cross_border, s.clause.main().to_owned()))
        };
        let mut hold = |what: &str, same: bool, drafted: String| {
            if !same {
                wrong.push(format!("{}: {what}: {drafted}", policy.id));
            }
        };
        hold("minimum age, minors, third persons", age(&draft) == age(policy), format!("{:?}", age(&draft)));
        hold("storage", storage(&draft) == storage(policy), format!("{:?}", storage(&draft)));
        hold("retention", periods(&draft) == periods(policy), format!("{:?}", draft.retention));
        for retention in &draft.retention {
            let clause = |r: &&derbes::policy::Retention| {
                let same = r.period == retention.period && r.categories.len() == retention.categories.len();
                same && retention.clause.all().iter().all(|clause| r.clause.all().contains(clause))
            };
            hold("clause of retention", policy.retention.iter().any(|r| clause(&r)), format!("{retention:?}"));
        }
        hold("date", draft.updated == policy.updated, format!("{:?}", draft.updated));
        hold("BIN", draft.operator.bin == policy.operator.bin, format!("{:?}", draft.operator));
        let digest = |policy: &Policy| policy.document.as_ref().and_then(|document| document.sha256.clone());
        hold("SHA-256", digest(&draft) == digest(policy), format!("{:?}", digest(&draft)));
        hold("languages", draft.languages == policy.languages, format!("{:?}", draft.languages));
    }
    println!("categories: precision {:.3}, recall {:.3}", declares.precision(), declares.recall());
    println!("forbidden: precision {:.3}, recall {:.3}", forbids.precision(), forbids.recall());
    println!("deciding clauses: {:.3}", clauses.precision());
    println!(
        "all numbers of clauses: precision {:.3}, recall {:.3} {numbers:?}",
        numbers.precision(),
        numbers.recall()
    );
    assert!(declares.precision() >= 0.95 && declares.recall() >= 0.95, "{declares:?}");
    assert!(forbids.precision() >= 1.0 && forbids.recall() >= 1.0, "{forbids:?}");
    assert!(clauses.precision() >= 0.95, "{clauses:?}");
    assert!(numbers.precision() >= 0.95, "{numbers:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    policy: Vec<Label>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Label {
    file: String,
    address: String,
    languages: Vec<String>,
    declares: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    forbids: BTreeSet<String>,
    min_age: Option<u8>,
    #[serde(default)]
    countries: Vec<String>,
    #[serde(default)]
    retention: BTreeSet<String>,
    #[serde(default)]
    aside: bool,
}

/// Real policies that people labelled: a measurement, held to less than the five, since their texts vary more.
#[test]
fn drafts_agree_with_labelled_policies() {
    let categories = Categories::builtin().unwrap();
    let labels: Labels = toml::from_str(include_str!("policies/labels.toml")).unwrap();
    for label in &labels.policy {
        assert!(label.address.starts_with("https://") && !label.languages.is_empty(), "{}", label.file);
        for category in label.declares.keys().chain(&label.forbids) {
            assert!(categories.get(category).is_some(), "{}: {category}", label.file);
        }
    }
    let Some(folder) = texts() else { return };
    for aside in [false, true] {
        let (mut declares, mut forbids, mut clauses, mut terms) = Default::default();
        let mut count = 0;
        for label in labels.policy.iter().filter(|label| label.aside == aside) {
            let file = folder.join(&label.file);
            if file.exists() {
                count += 1;
                measure(label, &drafted(&file, &categories), [&mut declares, &mut forbids, &mut clauses, &mut terms]);
            }
        }
        if count == 0 {
            println!("not measured: the folder holds none of the labelled documents (aside: {aside})");
            continue;
        }
        println!("{count} documents (aside: {aside})");
        for (what, score) in [("categories", declares), ("forbidden", forbids), ("clauses", clauses), ("terms", terms)]
        {
            println!("  {what}: precision {:.3}, recall {:.3} {score:?}", score.precision(), score.recall());
        }
        assert!(declares.precision() >= 0.8 && declares.recall() >= 0.8, "{declares:?}");
    }
}

fn measure(label: &Label, draft: &Policy, [declares, forbids, clauses, terms]: [&mut Score; 4]) {
    let (found, wanted) = (declared(draft), label.declares.keys().map(String::as_str).collect());
    let (refused, unwanted) = (forbidden(draft), label.forbids.iter().map(String::as_str).collect());
    declares.add(Score::of(&found, &wanted));
    forbids.add(Score::of(&refused, &unwanted));
    println!(
        "{}: too much {:?}, missed {:?}; forbidden: too much {:?}, missed {:?}",
        label.file,
        &found - &wanted,
        &wanted - &found,
        &refused - &unwanted,
        &unwanted - &refused
    );
    for (category, clause) in &label.declares {
        if let Some(declaration) = draft.declaration(category) {
            let right = declaration.clause.main() == clause;
            clauses.add(Score { right: right.into(), drafted: 1, wanted: 1 });
            if !right {
                println!("  {category}: {} for {clause}", declaration.clause);
            }
        }
    }
    let age = draft.subjects.as_ref().and_then(|subjects| subjects.min_age);
    let countries = draft.storage.as_ref().map(|storage| storage.countries.clone()).unwrap_or_default();
    let periods: BTreeSet<_> = draft.retention.iter().map(|retention| retention.period.to_string()).collect();
    for (what, right, shown) in [
        ("minimum age", age == label.min_age, format!("{age:?}")),
        ("countries", countries == label.countries, format!("{countries:?}")),
        ("retention", periods == label.retention, format!("{periods:?}")),
    ] {
        terms.add(Score { right: right.into(), drafted: 1, wanted: 1 });
        if !right {
            println!("  {what}: {shown}");
        }
    }
}
