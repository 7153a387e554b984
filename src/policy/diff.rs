//! What a new edition changes: takes two policies, gives the changes; with a report of what was found, also the data
//! that the new edition leaves without cover.

use std::fmt::{self, Write};
use std::sync::Arc;

use jiff::civil::Date;

use super::found::{Report, Seen};
use super::judge::Judge;
use super::model::{Deadline, Policy, Retention, Unit};
use super::period::Period;
use crate::category::Categories;
use crate::finding::{Confidence, EvidenceSet, Facts, Finding, Outcome, Setting};
use crate::input::Origin;

/// How a change bears on what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Forbids,
    Drops,
    Adds,
    Allows,
    Shortens,
    Lengthens,
    Changes,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Forbids => "forbids",
            Self::Drops => "drops",
            Self::Adds => "adds",
            Self::Allows => "allows",
            Self::Shortens => "shortens",
            Self::Lengthens => "lengthens",
            Self::Changes => "changes",
        })
    }
}

/// One difference, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub effect: Effect,
    pub text: String,
}

/// What `new` changes of `old`, the gravest first.
pub fn diff(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut change = |effect, text: String| changes.push(Change { effect, text });
    for prohibition in new.forbids.iter().filter(|p| old.prohibition(&p.category).is_none()) {
        change(Effect::Forbids, format!("{} (clause {})", prohibition.category, prohibition.clause.main()));
    }
    for declaration in old.declares.iter().filter(|d| new.declaration(&d.category).is_none()) {
        change(Effect::Drops, format!("{} (was clause {})", declaration.category, declaration.clause.main()));
    }
    for declaration in &new.declares {
        let category = &declaration.category;
        match old.declaration(category) {
            None => change(Effect::Adds, format!("{category} (clause {})", declaration.clause.main())),
            Some(before) => {
                if before.condition != declaration.condition {
                    let [before, after] = [&before.condition, &declaration.condition]
                        .map(|c| c.as_deref().unwrap_or("no condition").to_owned());
                    change(Effect::Changes, format!("condition of {category}: {before} -> {after}"));
                }
                if let Some(effect) = longer(before.retention, declaration.retention) {
                    change(
                        effect,
                        format!("{category}: kept {} -> {}", kept(before.retention), kept(declaration.retention)),
                    );
                }
            }
        }
    }
    for prohibition in old.forbids.iter().filter(|p| new.prohibition(&p.category).is_none()) {
        change(
            Effect::Allows,
            format!("{} is no longer forbidden (was clause {})", prohibition.category, prohibition.clause.main()),
        );
    }
    terms(old, new, &mut change);
    changes.sort_by_key(|change| change.effect);
    changes
}

fn terms(old: &Policy, new: &Policy, change: &mut impl FnMut(Effect, String)) {
    let age = |policy: &Policy| policy.subjects.as_ref().and_then(|subjects| subjects.min_age);
    let age = |policy| age(policy).map_or("none".to_owned(), |age| age.to_string());
    if age(old) != age(new) {
        change(Effect::Changes, format!("minimum age: {} -> {}", age(old), age(new)));
    }
    let place = |policy: &Policy| {
        let countries = policy.storage.as_ref().map(|storage| storage.countries.join(", ")).filter(|c| !c.is_empty());
        countries.unwrap_or_else(|| "no country".to_owned())
    };
    if place(old) != place(new) {
        change(Effect::Changes, format!("storage: {} -> {}", place(old), place(new)));
    }
    let abroad = |policy: &Policy| match policy.storage.as_ref().and_then(|storage| storage.cross_border) {
        None => "not said",
        Some(true) => "allowed",
        Some(false) => "excluded",
    };
    if abroad(old) != abroad(new) {
        change(Effect::Changes, format!("sending abroad: {} -> {}", abroad(old), abroad(new)));
    }
    retention(old, new, change);
    let deadlines = |policy: &Policy| {
        let d = &policy.deadlines;
        [d.answer.clone(), d.correct.clone(), d.block.clone(), d.destroy.clone()]
    };
    for ((act, before), after) in
        ["answer", "correct", "block", "destroy"].iter().zip(deadlines(old)).zip(deadlines(new))
    {
        let days = |deadline: &Option<Deadline>| deadline.as_ref().map(|d| (d.days, d.unit));
        if days(&before) != days(&after) {
            let effect = match (&before, &after) {
                (Some(before), Some(after)) if before.unit == after.unit && after.days < before.days => {
                    Effect::Shortens
                }
                (Some(before), Some(after)) if before.unit == after.unit => Effect::Lengthens,
                _ => Effect::Changes,
            };
            change(effect, format!("deadline to {act}: {} -> {}", deadline(&before), deadline(&after)));
        }
    }
}

fn deadline(deadline: &Option<Deadline>) -> String {
    deadline.as_ref().map_or("none".to_owned(), |deadline| {
        let unit = if deadline.unit == Unit::Working { "working" } else { "calendar" };
        format!("{} {unit} days", deadline.days)
    })
}

/// Periods of the same data, paired in the order of the files; what is left over is new or gone.
fn retention(old: &Policy, new: &Policy, change: &mut impl FnMut(Effect, String)) {
    let same = |a: &Retention, b: &Retention| {
        a.period == b.period && a.categories == b.categories && a.after.is_some() == b.after.is_some()
    };
    let left = |of: &Policy, other: &Policy| -> Vec<Retention> {
        of.retention.iter().filter(|a| !other.retention.iter().any(|b| same(a, b))).cloned().collect()
    };
    let (mut gone, fresh) = (left(old, new), left(new, old));
    for after in fresh {
        let of = if after.categories.is_empty() {
            "retention".to_owned()
        } else {
            format!("retention of {}", after.categories.join(", "))
        };
        let pair = gone.iter().position(|before| before.categories == after.categories);
        match pair.map(|at| gone.remove(at)) {
            Some(before) => {
                let effect = longer(Some(before.period), Some(after.period)).unwrap_or(Effect::Changes);
                change(effect, format!("{of}: {} -> {}", shown(&before), shown(&after)));
            }
            None => change(Effect::Changes, format!("{of}: none -> {}", shown(&after))),
        }
    }
    for before in gone {
        change(Effect::Changes, format!("retention: {} -> none", shown(&before)));
    }
}

fn shown(retention: &Retention) -> String {
    let after = retention.after.as_ref().map(|event| format!(" after {event}")).unwrap_or_default();
    format!("{}{after}", retention.period)
}

fn kept(period: Option<Period>) -> String {
    period.map_or("for no period of its own".to_owned(), |period| period.to_string())
}

fn longer(before: Option<Period>, after: Option<Period>) -> Option<Effect> {
    let days = |period: Period| match period {
        Period::Days(n) => Some(u32::from(n)),
        Period::Months(n) => Some(u32::from(n) * 30),
        Period::Years(n) => Some(u32::from(n) * 365),
        Period::Unlimited => Some(u32::MAX),
        Period::UntilPurpose | Period::UntilWithdrawal => None,
    };
    if before == after {
        return None;
    }
    match (before.and_then(days), after.and_then(days)) {
        (Some(before), Some(after)) if after < before => Some(Effect::Shortens),
        (Some(before), Some(after)) if after > before => Some(Effect::Lengthens),
        _ => Some(Effect::Changes),
    }
}

/// Data that was found, and what each edition says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    pub category: Arc<str>,
    pub old: Outcome,
    pub new: Outcome,
    pub seen: Seen,
}

/// The categories of a report that the two editions judge differently.
pub fn against(old: &Policy, new: &Policy, report: &Report, categories: &Arc<Categories>) -> Vec<Verdicts> {
    // A report tells no ages and no dates, so the day does not count.
    let judge = Judge { categories: Arc::clone(categories), today: Date::ZERO, strict: false };
    let verdicts = report.seen.iter().map(|(category, seen)| {
        let finding = finding(category, seen.hits);
        let outcome = |policy| judge.verdict(policy, &finding, &Setting::default()).outcome;
        Verdicts { category: category.clone(), old: outcome(old), new: outcome(new), seen: seen.clone() }
    });
    verdicts.filter(|verdicts| verdicts.old != verdicts.new).collect()
}

impl Verdicts {
    /// Whether the old edition covers the data and the new one does not.
    pub fn is_uncovered(&self) -> bool {
        let covered = |outcome| matches!(outcome, Outcome::Declared | Outcome::Implied | Outcome::NotPersonal);
        covered(self.old) && !covered(self.new)
    }
}

fn finding(category: &Arc<str>, hits: u64) -> Finding {
    Finding {
        path: Origin::stdin(),
        category: category.clone(),
        detector: "report".into(),
        confidence: Confidence::High,
        score: 100,
        field: None,
        hits,
        rows: None,
        share: None,
        places: Vec::new(),
        evidence: EvidenceSet::new(),
        verdicts: Vec::new(),
        stood: None,
        facts: Facts::default(),
    }
}

/// Changes and verdicts as text for a reader.
pub fn show(old: &Policy, new: &Policy, changes: &[Change], verdicts: Option<&[Verdicts]>) -> String {
    let mut text = format!("{} -> {}\n", old.file, new.file);
    if changes.is_empty() {
        text.push_str("\nThe editions say the same.\n");
    } else {
        text.push('\n');
    }
    for change in changes {
        let _ = writeln!(text, "{:10} {}", change.effect, change.text);
    }
    let Some(verdicts) = verdicts else { return text };
    let (lost, rest): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdicts| verdicts.is_uncovered());
    let _ = writeln!(
        text,
        "\n{}",
        if lost.is_empty() { "No data found loses its cover." } else { "Data found that loses its cover" }
    );
    for verdicts in lost {
        text.push_str(&line(verdicts));
    }
    if !rest.is_empty() {
        text.push_str("\nData found that is judged otherwise\n");
    }
    for verdicts in rest {
        text.push_str(&line(verdicts));
    }
    text
}

fn line(verdicts: &Verdicts) -> String {
    let seen = &verdicts.seen;
    let paths = seen.paths.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = if seen.paths.len() > 3 { format!(" and {} more", seen.paths.len() - 3) } else { String::new() };
    let hits = if seen.hits == 1 { "hit" } else { "hits" };
    format!("  {}: {} -> {}, {} {hits} in {paths}{more}\n", verdicts.category, verdicts.old, verdicts.new, seen.hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(body: &str) -> Policy {
        let text = format!("id = \"a\"\nlanguages = []\noperator = {{ name = \"A\" }}\n{body}");
        Policy::parse("a.toml", &text, &Categories::builtin().unwrap()).unwrap()
    }

    fn declares(categories: &[&str]) -> String {
        categories.iter().map(|c| format!("[[declares]]\ncategory = \"{c}\"\nclause = \"2\"\n")).collect()
    }

    const OLD_TERMS: &str = "[subjects]\nmin-age = 16\nclause = \"1\"\n[[retention]]\nperiod = \"5y\"\nclause = \"3\"\n\
                             [deadlines]\nanswer = { days = 10, unit = \"calendar\", clause = \"4\" }\n";
    const NEW_TERMS: &str = "[subjects]\nmin-age = 18\nclause = \"1\"\n[storage]\ncountries = [\"KZ\"]\nclause = \"5\"\n\
                             [[retention]]\nperiod = \"3y\"\nclause = \"3\"\n\
                             [deadlines]\nanswer = { days = 15, unit = \"calendar\", clause = \"4\" }\n";

    #[test]
    fn every_kind_of_change_is_told() {
        let old = policy(
            &(declares(&["name", "phone", "payment-card"])
                + "[[forbids]]\ncategory = \"iin\"\nclause = \"6\"\n"
                + OLD_TERMS),
        );
        let new = policy(
            &(declares(&["name", "email"]) + "[[forbids]]\ncategory = \"payment-card\"\nclause = \"7\"\n" + NEW_TERMS),
        );
        let shown: Vec<_> =
            diff(&old, &new).iter().map(|change| format!("{} {}", change.effect, change.text)).collect();
        let expected = [
            "forbids payment-card (clause 7)",
            "drops phone (was clause 2)",
            "drops payment-card (was clause 2)",
            "adds email (clause 2)",
            "allows iin is no longer forbidden (was clause 6)",
            "shortens retention: 5y -> 3y",
            "lengthens deadline to answer: 10 calendar days -> 15 calendar days",
            "changes minimum age: 16 -> 18",
            "changes storage: no country -> KZ",
        ];
        assert_eq!(shown, expected);
        assert_eq!(diff(&new, &new), []);
    }

    #[test]
    fn data_that_loses_its_cover_is_told() {
        let (old, new) = (policy(&declares(&["name", "id-document"])), policy(&declares(&["name", "phone"])));
        let report = concat!(
            "{\"type\":\"finding\",\"path\":\"a.sql\",\"category\":\"iin\",\"hits\":12}\n",
            "{\"type\":\"finding\",\"path\":\"b.sql\",\"category\":\"iin\",\"hits\":1}\n",
            "{\"type\":\"finding\",\"path\":\"b.sql\",\"category\":\"phone\",\"hits\":1}\n",
            "{\"type\":\"finding\",\"path\":\"b.sql\",\"category\":\"name\",\"hits\":1}\n",
            "{\"type\":\"stale\",\"policy\":\"a\",\"category\":\"email\"}\n",
            "{\"type\":\"summary\",\"files\":2}\n",
        );
        let report = Report::parse("r.jsonl", report).unwrap();
        assert!(report.whole);
        let verdicts = against(&old, &new, &report, &Arc::new(Categories::builtin().unwrap()));
        let text = show(&old, &new, &[], Some(&verdicts));
        assert!(
            text.contains("Data found that loses its cover\n  iin: implied -> undeclared, 13 hits in a.sql, b.sql\n"),
            "{text}"
        );
        assert!(text.contains("judged otherwise\n  phone: undeclared -> declared, 1 hit in b.sql\n"), "{text}");
        assert!(!text.contains("name:"));
    }
}
