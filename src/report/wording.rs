//! A finding in words: takes a finding and a place of it, gives sentences in which nothing foreign acts on what shows
//! them.

use super::Options;
use super::text::{count, escape, words};
use crate::finding::{Field, Finding, Outcome, Place, Stale, Verdict};

/// The title of the category, or its id.
pub(super) fn title(finding: &Finding, options: &Options) -> String {
    match options.categories.as_ref().and_then(|all| all.get(&finding.category)) {
        Some(category) => escape(&category.title.en).to_string(),
        None => escape(&finding.category).to_string(),
    }
}

/// What a policy declares in vain.
pub(super) fn stale(stale: &Stale) -> String {
    let clause = stale.clause.as_ref().map(|clause| format!(" ({})", escape(clause))).unwrap_or_default();
    format!("{} declares {}{clause}, never seen", escape(&stale.policy), escape(&stale.category))
}

/// What was found, why it is believed, what the policies say. With a place this is about the one value there, without
/// about all hits.
pub(super) fn sentences(finding: &Finding, place: Option<&Place>, options: &Options) -> String {
    let title = title(finding, options);
    let what = match place {
        Some(place) => format!("{title} {}{}", place.value, under(finding)),
        None => format!("{title}: {}", extent(finding)),
    };
    let reasons: Vec<_> = finding.evidence.iter().map(words).collect();
    let because = if reasons.is_empty() { String::new() } else { format!(" because {}", reasons.join("; ")) };
    let mut text = format!("{what}. Confidence {}{because}.", finding.confidence);
    if let Some(verdicts) = verdicts(finding) {
        text += &format!(" {verdicts}.");
    }
    match finding.hits.saturating_sub(finding.places.len() as u64) {
        0 => text,
        _ => text + &format!(" {} in this file, {} listed.", count(finding.hits, "hit"), finding.places.len()),
    }
}

/// How many hits, and under which field.
pub(super) fn extent(finding: &Finding) -> String {
    let extent = count(finding.hits, "hit") + &under(finding);
    match (finding.share, finding.rows) {
        (Some(share), Some(rows)) => extent + &format!(", {} of the values in {}", percent(share), count(rows, "row")),
        _ => extent,
    }
}

/// The same below the heading of the table.
pub(super) fn extent_in_table(finding: &Finding) -> String {
    let extent = count(finding.hits, "hit");
    finding.share.map_or(extent.clone(), |share| extent + &format!(", {} of the values", percent(share)))
}

/// A share that rounds to all or nothing only where it is.
pub(super) fn percent(share: f64) -> String {
    match share * 100.0 {
        all if share >= 1.0 => format!("{all:.0}%"),
        most if most > 99.0 => format!("{:.4}%", (most * 10_000.0).floor() / 10_000.0),
        few if few < 1.0 => format!("{few:.4}%"),
        some => format!("{some:.0}%"),
    }
}

fn under(finding: &Finding) -> String {
    match &finding.field {
        None => String::new(),
        Some(Field::Key { key }) => format!(" under `{}`", escape(key)),
        Some(Field::Column { table, column }) => format!(" in column `{}` of `{}`", escape(column), escape(table)),
    }
}

/// All verdicts by outcome, the gravest first.
pub(super) fn verdicts(finding: &Finding) -> Option<String> {
    let mut outcomes = Vec::new();
    for outcome in Outcome::ALL.into_iter().rev() {
        let policies: Vec<_> = finding.verdicts.iter().filter(|v| v.outcome == outcome).collect();
        if !policies.is_empty() {
            let policies: Vec<_> = policies.iter().map(|verdict| policy(verdict, finding.hits)).collect();
            outcomes.push(format!("{outcome}: {}", policies.join(", ")));
        }
    }
    if outcomes.is_empty() { None } else { Some(outcomes.join("; ")) }
}

/// A policy with the clause and the ground that decided, and the hits it decided on where these are not all.
pub(super) fn policy(verdict: &Verdict, hits: u64) -> String {
    let clause = verdict.clause.as_ref().map(|clause| escape(clause).to_string());
    let count = verdict.count.map(|n| format!("{n} of {}", count(hits, "hit")));
    let ground = verdict.ground.as_ref().map(|ground| escape(&ground.to_string()).to_string());
    let details: Vec<_> = clause.into_iter().chain(ground).chain(count).collect();
    let policy = escape(&verdict.policy);
    if details.is_empty() { policy.to_string() } else { format!("{policy} ({})", details.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::finding::Event;

    #[test]
    fn a_place_and_a_whole_finding_are_told() {
        let Event::Finding(finding) = sample::events().remove(0) else { panic!() };
        let options = Options::default();
        assert_eq!(
            sentences(&finding, Some(&finding.places[0]), &options),
            "iin **********17 in column `iin` of `public.users`. Confidence high because the check digit holds; its \
             key names the category. minor: robotek (2.1, 3 of 1200 hits); declared: anysoft (5.3). 1200 hits in this \
             file, 1 listed."
        );
        let one = Finding { hits: 1, verdicts: Vec::new(), ..sample::finding("a", None) };
        assert_eq!(
            sentences(&one, None, &options),
            "iin: 1 hit. Confidence high because the check digit holds; its key names the category."
        );
    }
}
