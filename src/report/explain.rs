//! The text of `derbes explain`: takes an explanation, gives what a person reads: each candidate with what became of it,
//! and of a value the sum of its evidence.

use super::text::{escape, words};
use super::wording::policy;
use crate::category::{Categories, Standing};
use crate::finding::Refusal;
use crate::finding::explanation::{Candidate, Explanation, Fate, Unreported, Weighed};

/// The explanation as text.
pub fn explain(explanation: &Explanation, categories: &Categories) -> String {
    let Explanation { path, line, column, cut, candidates } = explanation;
    let column = column.map_or(String::new(), |column| format!(":{column}"));
    let mut text = format!("{}:{line}{column}\n", escape(path.as_str()));
    if let Some(cut) = cut {
        text += &format!("  only the first {cut} bytes of the line: name a column to look further\n");
    }
    if candidates.is_empty() {
        text += "  nothing here is written as a value that a detector knows\n";
    }
    for candidate in candidates {
        text += &told(candidate, *line, categories);
    }
    text
}

/// One candidate as JSON, as all of them.
pub fn explain_json(explanation: &Explanation) -> std::io::Result<String> {
    let mut text = Vec::new();
    super::json::write(&mut text, explanation)?;
    String::from_utf8(text).map_err(std::io::Error::other)
}

fn told(candidate: &Candidate, line: u64, categories: &Categories) -> String {
    let place = &candidate.place;
    let on_line = if place.line() == line { String::new() } else { format!("{}:", place.line()) };
    let head = format!("\n{on_line}{}  {}  {}", place.column(), place.value, title(candidate, categories));
    match &candidate.fate {
        Fate::Refused { reason } => format!("{head}\n    no value: {}\n", refusal(*reason)),
        Fate::Reported(weighed) => format!("{head}\n    reported, {}\n{}", weighed.confidence, sum(weighed)),
        Fate::Unreported { reason, weighed } => {
            format!("{head}\n    not reported: {}\n{}", unreported(reason), sum(weighed))
        }
    }
}

fn title(candidate: &Candidate, categories: &Categories) -> String {
    let Candidate { category, detector, .. } = candidate;
    let ids = if category == detector { category.to_string() } else { format!("{category}, {detector}") };
    match categories.get(category) {
        Some(known) if known.standing == Standing::NotPersonal => format!("{} ({ids}, not personal)", known.title.en),
        Some(known) => format!("{} ({ids})", known.title.en),
        None => ids,
    }
}

/// The weights one below the other, and what they add up to.
fn sum(weighed: &Weighed) -> String {
    let mut text = format!("    {:>5}  its pattern\n", weighed.pattern);
    for weight in &weighed.evidence {
        text += &format!("    {:>+5}  {}: {}\n", weight.weight, weight.evidence, words(weight.evidence));
    }
    let kept =
        if weighed.sum == i16::from(weighed.score) { String::new() } else { format!(", kept at {}", weighed.score) };
    text += &format!("    {:>5}  {}{kept}\n", weighed.sum, weighed.confidence);
    if let Some(field) = &weighed.field {
        text += &format!("    under `{}`\n", escape(&field.to_string()));
    }
    if weighed.impersonal {
        text += "    belongs to no person\n";
    }
    for verdict in &weighed.verdicts {
        text += &format!("    {}: {}\n", verdict.outcome, policy(verdict, 1));
    }
    text
}

pub(super) fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Form => "it is not written as one",
        Refusal::Boundary => "it is a part of something longer, or words and digits are glued to it",
        Refusal::CheckDigit => "the check digit is wrong",
        Refusal::Parts => "a part of it means nothing that exists",
        Refusal::Nobody => "it is nobody's: reserved, private, or only in the place of a value",
        Refusal::Surroundings => "what stands around it makes it something else",
        Refusal::Context => "no word and no key nearby names the category, and this detector needs one",
    }
}

fn unreported(reason: &Unreported) -> String {
    match reason {
        Unreported::OffByDefault => "the detector is off by default; --all-detectors runs it".to_owned(),
        Unreported::SwitchedOff => "the detector is switched off".to_owned(),
        Unreported::Overlap { detector } => format!("a value of `{detector}` stands there"),
        Unreported::Confidence { least } => format!("below --min-confidence {least}"),
        Unreported::Allowed => "a mark in the text or a rule of derbes.toml allows it".to_owned(),
        Unreported::Known => "the baseline knows it".to_owned(),
    }
}
