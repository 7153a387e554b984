//! Automatic numbers of Word: takes `numbering.xml` and `styles.xml`, gives the label of each paragraph in turn.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use super::docx::{attribute, events, name};

const LEVELS: usize = 9;

/// How a level of a list is numbered.
#[derive(Clone, Debug)]
struct Level {
    start: u32,
    format: String,
    /// `%1.%2.`
    text: String,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, format: "decimal".into(), text: String::new() }
    }
}

#[derive(Default)]
pub struct Numbering {
    /// By the id of the definition.
    definitions: BTreeMap<String, Vec<Level>>,
    /// The definition of each list.
    lists: BTreeMap<String, String>,
    /// The last number of each level, by definition; 0 before the first.
    counts: BTreeMap<String, [u32; LEVELS]>,
}

impl Numbering {
    pub fn parse(xml: &str) -> Result<Self, String> {
        let mut numbering = Self::default();
        let (mut definition, mut list, mut level) = (String::new(), String::new(), 0);
        for event in events(xml) {
            let (Event::Start(element) | Event::Empty(element)) = &event? else { continue };
            let value = |name| attribute(element, name).unwrap_or_default();
            match name(element) {
                "abstractNum" => {
                    definition = value("abstractNumId");
                    numbering.definitions.insert(definition.clone(), vec![Level::default(); LEVELS]);
                }
                "lvl" => level = value("ilvl").parse().unwrap_or(0),
                "num" => list = value("numId"),
                "abstractNumId" => {
                    numbering.lists.insert(list.clone(), value("val"));
                }
                key @ ("start" | "numFmt" | "lvlText") => {
                    let levels = numbering.definitions.get_mut(&definition);
                    let Some(level) = levels.and_then(|levels| levels.get_mut(level)) else { continue };
                    match key {
                        "start" => level.start = value("val").parse().unwrap_or(1),
                        "numFmt" => level.format = value("val"),
                        _ => level.text = value("val"),
                    }
                }
                _ => {}
            }
        }
        Ok(numbering)
    }

    /// The label of the next paragraph of a list: empty for a bullet, none where the list is not known.
    pub fn next(&mut self, list: &str, level: usize) -> Option<String> {
        let id = self.lists.get(list)?;
        let levels = self.definitions.get(id)?;
        let here = levels.get(level)?;
        if matches!(here.format.as_str(), "bullet" | "none") {
            return Some(String::new());
        }
        let counts = self.counts.entry(id.clone()).or_default();
        counts[level] = if counts[level] == 0 { here.start } else { counts[level].saturating_add(1) };
        counts[level + 1..].fill(0);
        let mut label = here.text.clone();
        for (i, (count, level)) in counts.iter().zip(levels).enumerate() {
            let count = if *count == 0 { level.start } else { *count };
            label = label.replace(&format!("%{}", i + 1), &spelled(count, &level.format));
        }
        Some(label)
    }
}

fn spelled(count: u32, format: &str) -> String {
    let letter = |alphabet: &str| {
        let letters: Vec<char> = alphabet.chars().collect();
        letters.get(count as usize % (letters.len() + 1)).map_or_else(|| count.to_string(), ToString::to_string)
    };
    match format {
        "russianLower" => letter(" абвгдежзиклмнопрстуфхцчшщэюя"),
        "russianUpper" => letter(" АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯ"),
        "lowerLetter" => letter(" abcdefghijklmnopqrstuvwxyz"),
        "upperLetter" => letter(" ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "upperRoman" | "lowerRoman" if count < 40 => {
            let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
            "X".repeat(count as usize / 10) + ones[count as usize % 10]
        }
        _ => count.to_string(),
    }
}

/// How a paragraph stands in the outline.
#[derive(Clone, Debug, Default)]
pub struct Style {
    pub list: Option<String>,
    pub level: Option<usize>,
    pub heading: bool,
}

#[derive(Default)]
pub struct Styles(BTreeMap<String, Style>);

impl Styles {
    pub fn parse(xml: &str) -> Result<Self, String> {
        let mut styles: BTreeMap<String, Style> = BTreeMap::new();
        let mut id = String::new();
        for event in events(xml) {
            let (Event::Start(element) | Event::Empty(element)) = &event? else { continue };
            let value = |name| attribute(element, name).unwrap_or_default();
            match name(element) {
                "style" => {
                    id = value("styleId");
                    styles.entry(id.clone()).or_default();
                }
                "basedOn" => {
                    if let Some(base) = styles.get(&value("val")).cloned() {
                        styles.insert(id.clone(), base);
                    }
                }
                key @ ("numId" | "ilvl" | "outlineLvl") => {
                    let Some(style) = styles.get_mut(&id) else { continue };
                    match key {
                        "numId" => style.list = Some(value("val")),
                        "ilvl" => style.level = value("val").parse().ok(),
                        _ => style.heading = true,
                    }
                }
                _ => {}
            }
        }
        Ok(Self(styles))
    }

    pub fn get(&self, id: &str) -> Option<Style> {
        self.0.get(id).cloned()
    }
}
