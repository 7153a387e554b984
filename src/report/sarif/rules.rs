//! The rules of a run: takes the detectors, gives the tool with one rule for each, and the index of each among them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::text::escape;
use super::super::{Options, Rule};
use super::invocation::KINDS;
use super::message::inert;
use crate::category::{Category, Standing, Title};

/// All detectors of the run, and those that only turned up in findings.
pub(super) struct Index(Vec<Rule>);

impl Index {
    pub fn new(rules: &[Rule]) -> Self {
        Self(rules.iter().map(inert_rule).collect())
    }

    /// The place of this detector among the rules; it gets one if it has none.
    pub fn of(&mut self, detector: &Arc<str>, category: &Arc<str>) -> usize {
        if let Some(index) = self.0.iter().position(|rule| rule.id == *detector) {
            return index;
        }
        let name = escape(detector).to_string();
        let title = Title { en: name.clone(), ru: name.clone(), kk: name };
        self.0.push(Rule { id: detector.clone(), category: category.clone(), title, references: Vec::new() });
        self.0.len() - 1
    }
}

/// A user may write detectors of his own, and a repository may bring some.
fn inert_rule(rule: &Rule) -> Rule {
    let inert = |text: &String| escape(text).to_string();
    let Rule { id, category, title, references } = rule;
    let title = Title { en: inert(&title.en), ru: inert(&title.ru), kk: inert(&title.kk) };
    Rule { id: id.clone(), category: category.clone(), title, references: references.iter().map(inert).collect() }
}

pub(super) fn tool(rules: &Index, options: &Options, version: &str) -> Value {
    let category = |rule: &Rule| options.categories.as_ref().and_then(|all| all.get(&rule.category));
    let rules: Vec<_> = rules.0.iter().map(|rule| descriptor(rule, category(rule))).collect();
    let notifications: Vec<_> =
        KINDS.iter().map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } })).collect();
    json!({
        "driver": {
            "name": "derbes",
            "semanticVersion": version,
            "rules": rules,
            "notifications": notifications,
        },
    })
}

fn descriptor(rule: &Rule, category: Option<&Category>) -> Value {
    let Title { en, ru, kk } = &rule.title;
    let mut descriptor = json!({
        "id": &*rule.id,
        "shortDescription": { "text": inert(en) },
        "fullDescription": { "text": inert(&format!("Personal data: {en} · {ru} · {kk}")) },
        "help": { "text": inert(&help(rule, category)), "markdown": markdown(rule, category) },
        "properties": { "tags": ["privacy", "personal-data", &*rule.category] },
    });
    if let Some(address) = rule.references.iter().find(|reference| is_address(reference)) {
        descriptor["helpUri"] = json!(address);
    }
    descriptor
}

fn is_address(reference: &str) -> bool {
    let address = reference.strip_prefix("https://").or(reference.strip_prefix("http://"));
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&b);
    address.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(allowed))
}

const REMEDIES: [&str; 3] = [
    "Remove the value, from the history too if it was committed, or replace it with one that belongs to nobody.",
    "If it may stand here, declare its category in the privacy policy that the scan is given.",
    "If it is none, its line or its key may be worded so that it does not look like one.",
];

/// What the category is, and how the law sees it.
fn about(rule: &Rule, category: Option<&Category>) -> String {
    let Some(Category { title, standing, .. }) = category else {
        return format!("Category: {}", escape(&rule.category));
    };
    let standing = match standing {
        Standing::Personal => "personal data under Law 94-V of the Republic of Kazakhstan, article 1",
        Standing::Biometric => "biometric data under Law 94-V of the Republic of Kazakhstan, article 1",
        Standing::NotPersonal => "about no natural person",
    };
    format!("Category: {} ({} · {} · {}), {standing}", rule.category, title.en, title.ru, title.kk)
}

fn help(rule: &Rule, category: Option<&Category>) -> String {
    let Title { en, ru, kk } = &rule.title;
    let mut text = format!("English: {en}\nРусский: {ru}\nҚазақша: {kk}\n{}.\n\nWhat to do:\n", about(rule, category));
    for remedy in REMEDIES {
        text += &format!("- {remedy}\n");
    }
    if !rule.references.is_empty() {
        text += "\nReferences:\n";
    }
    for reference in &rule.references {
        text += &format!("- {reference}\n");
    }
    text
}

/// The same with its markup; the texts of a detector file make none of their own.
fn markdown(rule: &Rule, category: Option<&Category>) -> String {
    let plain = super::super::markdown::plain;
    let Title { en, ru, kk } = &rule.title;
    let about = plain(&about(rule, category));
    let titles = [("English", en), ("Русский", ru), ("Қазақша", kk)];
    let mut text: String = titles.iter().map(|(name, title)| format!("- {name}: **{}**\n", plain(title))).collect();
    text += &format!("\n{about}.\n\n### What to do\n\n");
    for remedy in REMEDIES {
        text += &format!("- {remedy}\n");
    }
    if !rule.references.is_empty() {
        text += "\n### References\n\n";
    }
    for reference in &rule.references {
        text += &format!("- {}\n", plain(reference));
    }
    text
}
