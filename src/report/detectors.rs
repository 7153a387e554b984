//! Detectors for a person: takes their definitions and what came of trying them, gives a table, one detector whole, and
//! what does not hold.

use serde::Serialize;

use super::explain::refusal;
use super::json;
use super::text::{count, escape};
use crate::category::{Categories, Title};
use crate::classify::Weights;
use crate::detect::{Context, Definition, Detectors};
use crate::finding::{Evidence, Refusal};

/// What of a detector stands in the list.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    category: &'a str,
    default: bool,
    anchor: Option<&'a str>,
    check: Option<&'a str>,
    context: &'static str,
    title: &'a Title,
}

fn listed(definition: &Definition) -> Listed<'_> {
    let Definition { id, category, default, anchor, check, context, title, .. } = definition;
    let (anchor, check) = (anchor.as_deref(), check.as_deref());
    Listed { id, category, default: *default, anchor, check, context: role(*context), title }
}

fn role(context: Context) -> &'static str {
    match context {
        Context::Counts => "counts",
        Context::Required => "required",
        Context::Ignored => "ignored",
    }
}

/// All detectors as a table.
pub fn list(detectors: &Detectors) -> String {
    let mut rows = vec![["ID", "CATEGORY", "RUNS", "WORDS", "CHECK", "TITLE"].map(str::to_owned)];
    rows.extend(detectors.iter().map(|detector| {
        let Listed { id, category, default, check, context, title, .. } = listed(&detector.definition);
        let runs = match default {
            true if detector.definition.not_in.is_empty() => "always",
            true => "by path",
            false if detector.definition.in_tables == Some(true) => "in tables",
            false => "if told",
        };
        [id, category, runs, context, check.unwrap_or("-"), &title.en].map(str::to_owned)
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..5).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells: String = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
        format!("{cells}{}\n", row[5])
    };
    rows.iter().map(line).collect()
}

/// All detectors as JSON.
pub fn list_json(detectors: &Detectors) -> std::io::Result<String> {
    let all: Vec<_> = detectors.iter().map(|detector| listed(&detector.definition)).collect();
    let mut text = Vec::new();
    json::write(&mut text, &all)?;
    String::from_utf8(text).map_err(std::io::Error::other)
}

/// One detector whole; `index` is its place among those that the weights are of.
pub fn show(definition: &Definition, index: u16, categories: &Categories, weights: &Weights) -> String {
    let Definition { id, category, title, pattern, anchor, check, mask, .. } = definition;
    let mut text = format!("{id}\n\n");
    let mut line = |name: &str, value: &str| text += &format!("{name:<10} {value}\n");
    titles(&mut line, "title", title);
    line("category", category);
    if let Some(category) = categories.get(category) {
        titles(&mut line, "", &category.title);
    }
    let runs = match definition.default {
        true => "always",
        false if definition.in_tables == Some(true) => "in tables; everywhere if told: --all-detectors",
        false => "if told: --all-detectors",
    };
    line("runs", runs);
    line("pattern", pattern);
    line("anchor", anchor.as_deref().unwrap_or("none: the automaton finds it"));
    line("check", check.as_deref().unwrap_or("none: the pattern decides"));
    line("words", role(definition.context));
    line("mask", if mask.is_empty() { "all of it" } else { mask });
    line("weights", &format!("{:>4} pattern", weights.pattern(index)));
    for evidence in Evidence::ALL {
        line("", &format!("{:>+4} {evidence}", weights.weight(index, *evidence)));
    }
    for (name, texts) in [
        ("examples", &definition.examples),
        ("counterexamples", &definition.counterexamples),
        ("references", &definition.references),
    ] {
        text += &format!("\n{name}\n");
        text.extend(texts.iter().map(|item| format!("  {}\n", escape(item))));
    }
    text
}

fn titles(line: &mut impl FnMut(&str, &str), name: &str, title: &Title) {
    line(name, &format!("en: {}", title.en));
    line("", &format!("ru: {}", title.ru));
    line("", &format!("kk: {}", title.kk));
}

/// What came of one detector's examples, in words.
pub fn tried(detector: &str, examples: usize, counterexamples: usize) -> String {
    let (found, none) = (count(examples as u64, "example"), count(counterexamples as u64, "counterexample"));
    format!("{detector}: {found}, {none}")
}

/// Why nothing was found, in words.
pub fn missed(why: Option<Refusal>) -> String {
    match why {
        Some(why) => format!("nothing is found: {}", refusal(why)),
        None => "nothing is found: nothing is written as the pattern says".to_owned(),
    }
}
