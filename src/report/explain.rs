//! The text of `derbes explain`: takes an explanation, gives what a person reads: each candidate with what became of it,
//! and of a value the sum of its evidence.

use super::text::{count, escape, words};
use super::wording::{percent, policy};
use crate::category::{Categories, Standing};
use crate::finding::explanation::{
    Candidate, Column, Count, Explanation, Fate, Idle, IdleMark, Share, Unreported, Weighed,
};
use crate::finding::{Evidence, Refusal};
use crate::suppress::REACH;

/// The explanation as text.
pub fn explain(explanation: &Explanation, categories: &Categories) -> String {
    let Explanation { path, line, column, cut, columns, candidates, idle_marks } = explanation;
    let column = column.map_or(String::new(), |column| format!(":{column}"));
    let mut text = format!("{}:{line}{column}\n", escape(path.as_str()));
    if let Some(cut) = cut {
        text += &format!("  only the first {cut} bytes of the line: name a column to look further\n");
    }
    for column in columns {
        text += &of_column(column, categories);
    }
    if candidates.is_empty() && columns.iter().all(|column| column.counts.is_empty()) {
        text += "  nothing here is written as a value that a detector knows\n";
    }
    for candidate in candidates {
        text += &told(candidate, *line, categories);
    }
    for mark in idle_marks {
        text += &of_mark(mark, *line);
    }
    text
}

/// One candidate as JSON, as all of them.
pub fn explain_json(explanation: &Explanation) -> std::io::Result<String> {
    let mut text = Vec::new();
    super::json::write(&mut text, explanation)?;
    String::from_utf8(text).map_err(std::io::Error::other)
}

fn of_column(column: &Column, categories: &Categories) -> String {
    let Column { field, rows, values, counts } = column;
    let (rows, values) = (count(*rows, "row"), count(*values, "value"));
    let mut text = format!("\ncolumn `{}`: {rows}, {values}\n", escape(&field.to_string()));
    for count in counts {
        text += &of_count(count, categories);
    }
    if counts.is_empty() {
        text += "  no value passes a detector, and its name says nothing\n";
    }
    text
}

fn of_count(told: &Count, categories: &Categories) -> String {
    let share = percent(told.share);
    let extent = match told.cells {
        Some(1) => format!("1 value passes, {share}"),
        Some(cells) => format!("{cells} values pass, {share}"),
        None => format!("its name says so, and {share} of the values looked at look like it"),
    };
    let test = told.chance.map_or("", chance);
    let head = format!("  {}: {extent}{test}", title(&told.category, &told.detector, categories));
    let allowed = match told.cells {
        Some(cells) if told.hits != cells => format!("\n    {} in them count", count(told.hits, "hit")),
        _ => String::new(),
    };
    format!("{head}{allowed}\n{}", outcome(&told.fate, told.hits))
}

fn chance(share: Share) -> &'static str {
    match share {
        Share::Chance => ", no more than by chance",
        Share::Low => ", more than by chance but few",
        Share::Some => ", more than by chance",
        Share::Many => ", far more than by chance",
    }
}

fn told(candidate: &Candidate, line: u64, categories: &Categories) -> String {
    let place = &candidate.place;
    let on_line = if place.line() == line { String::new() } else { format!("{}:", place.line()) };
    let title = title(&candidate.category, &candidate.detector, categories);
    format!("\n{on_line}{}  {}  {title}\n{}", place.column(), place.value, outcome(&candidate.fate, 1))
}

fn of_mark(mark: &IdleMark, line: u64) -> String {
    let on_line = if mark.line == line { String::new() } else { format!("{}:", mark.line) };
    format!("\n{on_line}{}  derbes:allow\n    keeps nothing quiet: {}\n", mark.column, idle(&mark.because))
}

fn idle(why: &Idle) -> String {
    match why {
        Idle::Off => "marks are switched off (`inline = false` in derbes.toml)".to_owned(),
        Idle::Fault { fault } => format!("it {fault}"),
        Idle::Unknown { category } => format!("there is no category `{category}`"),
        Idle::Unreported { line, column, reason } => {
            format!("the value at {line}:{column} is not reported anyway: {}", unreported(reason))
        }
        Idle::Refused { line, column, reason } => {
            format!("what stands at {line}:{column} is no value: {}", refusal(*reason))
        }
        Idle::OwnLine { line, column } => format!(
            "the value is on the next line ({line}:{column}), and a mark covers that only where nothing but a comment's \
             beginning stands before it"
        ),
        Idle::Below { line, column } => {
            format!("the value is on the line before ({line}:{column}): write the mark there, or alone above it")
        }
        Idle::Absent => format!(
            "it reaches no value of what it allows: its own line, and alone in a comment the next one, up to {REACH} \
             bytes away"
        ),
    }
}

/// What became of some hits.
fn outcome(fate: &Fate, hits: u64) -> String {
    match fate {
        Fate::Refused { reason } => format!("    no value: {}\n", refusal(*reason)),
        Fate::Counted { field } => format!("    counts in `{}`, which decides\n", escape(&field.to_string())),
        Fate::Uncounted { field, reason } => {
            format!("    does not count in `{}`: {}\n", escape(&field.to_string()), unreported(reason))
        }
        Fate::Reported(weighed) => format!("    reported, {}\n{}", weighed.confidence, sum(weighed, hits)),
        Fate::Unreported { reason, weighed } => {
            format!("    not reported: {}\n{}", unreported(reason), sum(weighed, hits))
        }
    }
}

fn title(category: &str, detector: &str, categories: &Categories) -> String {
    let ids = if category == detector { category.to_string() } else { format!("{category}, {detector}") };
    match categories.get(category) {
        Some(known) if known.standing == Standing::NotPersonal => format!("{} ({ids}, not personal)", known.title.en),
        Some(known) => format!("{} ({ids})", known.title.en),
        None => ids,
    }
}

/// The weights one below the other, and what they add up to, with what the policies say of so many hits.
fn sum(weighed: &Weighed, hits: u64) -> String {
    let by_name = weighed.evidence.iter().any(|weight| weight.evidence == Evidence::ValuesFit);
    let what = if by_name { "a column by its name" } else { "its pattern" };
    let mut text = format!("    {:>5}  {what}\n", weighed.pattern);
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
        let rule = verdict.rule.as_ref().map(|rule| format!(", by {}:{}", escape(&rule.file), rule.line));
        text += &format!("    {}: {}{}\n", verdict.outcome, policy(verdict, hits), rule.unwrap_or_default());
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
        Unreported::OffInPosture { posture } => {
            format!("by its path this is {}, where the detector does not run; --all-detectors runs it", posture.words())
        }
        Unreported::OffInTables => {
            "in tables columns are known by their names instead of by this detector; --all-detectors runs it".to_owned()
        }
        Unreported::OffInText => "the detector runs in tables only; --all-detectors runs it everywhere".to_owned(),
        Unreported::OffAlone => {
            "the detector runs only under a key of its own beside an ИИН; --all-detectors runs it everywhere".to_owned()
        }
        Unreported::SwitchedOff => "the detector is switched off".to_owned(),
        Unreported::Overlap { detector } => format!("a value of `{detector}` stands there"),
        Unreported::Confidence { least } => format!("below --min-confidence {least}"),
        Unreported::Allowed => "a mark in the text or a rule of derbes.toml allows it".to_owned(),
        Unreported::Known => "the baseline knows it".to_owned(),
        Unreported::Covered => "every hit is allowed, or the baseline knows it".to_owned(),
        Unreported::Chance => "chance explains it, and the column's name does not name the category".to_owned(),
        Unreported::Unlike => "the column's values or its type do not fit".to_owned(),
    }
}
