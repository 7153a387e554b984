//! Runs the library over the corpus and holds what it finds against the labels.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::finding::{Confidence, Event};
use derbes::limits::{Limits, Places};
use derbes::pipeline::{self, Plan, Progress};

use super::corpus::Document;

pub const LEVELS: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

/// How a detector did.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub labelled: usize,
    pub misses: usize,
    /// Labels that were found with the exact span, by the level that they reach, see [`LEVELS`].
    pub right: [usize; 3],
    /// Findings without a label, by the level that they reach.
    pub wrong: [usize; 3],
    /// Lines to look at.
    pub examples: Vec<String>,
}

impl Score {
    pub fn precision(&self, level: Confidence) -> f64 {
        let (right, wrong) = (self.right[level as usize], self.wrong[level as usize]);
        if right + wrong == 0 { 1.0 } else { right as f64 / (right + wrong) as f64 }
    }

    pub fn recall(&self, level: Confidence) -> f64 {
        self.right[level as usize] as f64 / self.labelled.max(1) as f64
    }
}

/// What was found: detector, offset, length, confidence.
type Found = (Arc<str>, usize, usize, Confidence);

/// Writes the corpus below `folder`, scans it, and tells how each detector did.
pub fn run(documents: &[Document], folder: &Path, all_detectors: bool) -> BTreeMap<String, Score> {
    let found = scan(documents, folder, all_detectors);
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for document in documents {
        let mut found = found.get(&document.name).cloned().unwrap_or_default();
        for (detector, misses) in &document.misses {
            scores.entry((*detector).to_owned()).or_default().misses += misses;
        }
        for label in &document.labels {
            let score = scores.entry(label.detector.to_owned()).or_default();
            score.labelled += 1;
            let exact = |f: &Found| (&*f.0, f.1, f.1 + f.2) == (label.detector, label.span.start, label.span.end);
            let level = found.iter().position(exact).map(|at| found.swap_remove(at).3);
            for reached in LEVELS.into_iter().filter(|l| level >= Some(*l)) {
                score.right[reached as usize] += 1;
            }
            if level < Some(Confidence::Medium) {
                score.examples.push(shown("missed", document, label.span.start, label.span.len(), level));
            }
        }
        for (detector, offset, length, level) in found {
            let score = scores.entry(detector.to_string()).or_default();
            for reached in LEVELS.into_iter().filter(|l| level >= *l) {
                score.wrong[reached as usize] += 1;
            }
            if level >= Confidence::Medium {
                score.examples.push(shown("wrong", document, offset, length, Some(level)));
            }
        }
    }
    scores
}

/// The line that a value stands in, and the value.
fn shown(what: &str, document: &Document, offset: usize, length: usize, level: Option<Confidence>) -> String {
    let text = &document.text;
    let start = text[..offset].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    let end = offset + text[offset..].iter().position(|b| *b == b'\n').unwrap_or(0);
    let value = String::from_utf8_lossy(&text[offset..offset + length]);
    let level = level.map_or("none", Confidence::name);
    format!(
        "{what} ({level}) {}: {value:?} in {:?}",
        document.name,
        String::from_utf8_lossy(&text[start..end.max(start)])
    )
}

fn scan(documents: &[Document], folder: &Path, all_detectors: bool) -> HashMap<String, Vec<Found>> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    for document in documents {
        std::fs::write(folder.join(&document.name), &document.stored).unwrap();
    }
    let categories = Arc::new(Categories::builtin().unwrap());
    let plan = Plan {
        ignore: false,
        all_detectors,
        min_confidence: Confidence::Low,
        limits: Limits { places: Places::All, ..Limits::default() },
        threads: 2,
        ..Plan::new(vec![folder.to_owned()], categories, jiff::civil::date(2026, 11, 22))
    };
    let mut found: HashMap<String, Vec<Found>> = HashMap::new();
    let mut sink = |event: Event| {
        if let Event::Finding(finding) = event {
            let path = PathBuf::from(finding.path.to_string());
            let of_file = found.entry(path.file_name().unwrap().to_string_lossy().into_owned()).or_default();
            let place = |p: &derbes::finding::Place| {
                (finding.detector.clone(), p.offset() as usize, p.value.len() as usize, finding.confidence)
            };
            of_file.extend(finding.places.iter().map(place));
        }
        Ok(())
    };
    pipeline::run(&plan, &Progress::default(), &mut sink).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    found
}
