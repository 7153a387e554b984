//! `derbes config show`: takes a configuration, gives the effective one as `derbes.toml`, with where each value comes
//! from.

use std::fmt::Display;

use derbes::limits::Places;

use super::super::args::{CONFIDENCE, FAIL_ON};
use super::{BASELINE, Bound, Config, Set};

const DEFAULT: &str = "default";

/// The effective configuration as text.
pub fn show(config: &Config) -> String {
    let mut text = match &config.file {
        Some(file) => format!("# {file}\n"),
        None => "# no derbes.toml: see `derbes init`\n".to_owned(),
    };
    let from = |line: Option<u64>| line.map_or(DEFAULT.to_owned(), |line| config.place(line));
    let mut line = |key: &str, value: &dyn Display, from: String| {
        text += &format!("{:<32}# {from}\n", format!("{key} = {value}"));
    };
    let limits = config.limits();
    line(
        "scan.min-confidence",
        &quoted(name(config.min_confidence.as_ref(), CONFIDENCE, "medium")),
        from(at(&config.min_confidence)),
    );
    let fail_on = if config.bound.iter().any(|bound| !bound.value.policies.is_empty()) { "undeclared" } else { "any" };
    line("scan.fail-on", &quoted(name(config.fail_on.as_ref(), FAIL_ON, fail_on)), from(at(&config.fail_on)));
    match (&config.baseline, config.baseline()) {
        (Some(set), _) => line("scan.baseline", &quoted(&set.value.to_string_lossy()), config.place(set.line)),
        (None, Some(_)) => line("scan.baseline", &quoted(BASELINE), "found at the root".to_owned()),
        (None, None) => line("# scan.baseline", &"none", DEFAULT.to_owned()),
    }
    line("scan.inline", &config.inline.as_ref().is_none_or(|set| set.value), from(at(&config.inline)));
    let places = match limits.places {
        Places::First(number) => number.to_string(),
        Places::All => quoted("all"),
    };
    line("limits.places", &places, from(at(&config.places)));
    line("limits.fields", &limits.fields, from(at(&config.fields)));
    line("limits.layers", &limits.layers, from(at(&config.layers)));
    let all = config.detectors_all.as_ref();
    line("detectors.all", &all.is_some_and(|set| set.value), from(all.map(|set| set.line)));
    let off: Vec<_> = config.detectors_off.iter().map(|set| &*set.value).collect();
    line("detectors.off", &list(&off), from(config.detectors_off.first().map(|set| set.line)));
    let folders: Vec<_> = config.folders.iter().map(|set| set.value.to_string_lossy()).collect();
    line("detectors.folders", &list(&folders), from(config.folders.first().map(|set| set.line)));
    for Set { value, line } in &config.bound {
        text += &format!("\n[[paths]]{:<23}# {}\n{}", "", config.place(*line), bound(value));
    }
    for rule in &config.rules {
        text += &format!("\n[[allow]]{:<23}# {}\n", "", config.place(rule.place.1));
        text += &format!("paths = {}\n", list(rule.paths.patterns()));
        text += &format!("categories = {}\n", list(&rule.categories));
        if let Some(value) = &rule.value {
            text += &format!("value = {}\n", quoted(value.as_str()));
        }
        text += &format!("reason = {}\n", quoted(&rule.reason));
        if let Some(until) = rule.until {
            text += &format!("until = {until}\n");
        }
    }
    text
}

impl Config {
    fn place(&self, line: u64) -> String {
        format!("{}:{line}", self.file.as_deref().unwrap_or_default())
    }
}

fn at<T>(set: &Option<Set<T>>) -> Option<u64> {
    set.as_ref().map(|set| set.line)
}

fn name<T: Copy + PartialEq>(set: Option<&Set<T>>, names: &[(&'static str, T)], default: &'static str) -> &'static str {
    let named = |set: &Set<T>| names.iter().find(|(_, value)| *value == set.value).map(|(name, _)| *name);
    set.and_then(named).unwrap_or(default)
}

fn bound(bound: &Bound) -> String {
    let mut text = format!("paths = {}\npolicies = {}\n", list(bound.paths.patterns()), list(&bound.policies));
    match bound.posture {
        Some(posture) => text += &format!("posture = {}\n", quoted(posture.name())),
        None if !bound.policies.is_empty() => text += "# posture: by what a path is\n",
        None => {}
    }
    if let Some(country) = &bound.country {
        text += &format!("country = {}\n", quoted(country));
    }
    text
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(|item| quoted(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
