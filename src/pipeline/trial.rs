//! Trying detectors: takes a plan, runs the examples and counterexamples of its detectors among all the others, and
//! gives what is not as the detector's file says.

use std::sync::Arc;

use super::{Plan, Progress, Shared};
use crate::detect::explain::{self, Fate};
use crate::detect::{Definition, Nature, Scratch};
use crate::error::Result;
use crate::finding::{Confidence, Refusal};
use crate::layout::table::Grid;

/// What came of one detector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    pub detector: Arc<str>,
    pub examples: usize,
    pub counterexamples: usize,
    pub failures: Vec<Failure>,
}

/// An example that the detector does not find once and at `medium` or more, or a counterexample that it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub text: String,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An example in which nothing is found; with the reason, where something was looked at.
    Missed(Option<Refusal>),
    /// An example whose value gives way to that of another detector.
    Lost(Arc<str>),
    /// An example in which several values are found.
    Several(usize),
    /// An example that scores too low.
    Low(u8),
    /// A counterexample that scores so high.
    Found(u8),
}

/// Tries the detectors that `wanted` takes.
///
/// # Errors
/// Broken data files.
pub fn trial(plan: &Plan, wanted: impl Fn(&Definition) -> bool) -> Result<Vec<Trial>> {
    let progress = Progress::default();
    let shared = Shared::ready(plan, &progress, true)?;
    let detectors = shared.scanner.detectors.clone();
    let indexed = (0..).zip(detectors.iter()).filter(|(_, detector)| wanted(&detector.definition));
    let trials = indexed.map(|(index, detector)| {
        let definition = &detector.definition;
        let examples = definition.examples.iter().map(|text| (text, example(&shared, index, text)));
        let counter = definition.counterexamples.iter().map(|text| (text, counterexample(&shared, index, text)));
        let failed =
            examples.chain(counter).filter_map(|(text, fault)| Some(Failure { text: text.clone(), fault: fault? }));
        Trial {
            detector: definition.id.clone(),
            examples: definition.examples.len(),
            counterexamples: definition.counterexamples.len(),
            failures: failed.collect(),
        }
    });
    Ok(trials.collect())
}

/// The levels and scores at which a detector finds something.
fn scores(shared: &Shared, detector: u16, text: &str) -> Vec<(Confidence, u8)> {
    let mut found = Vec::new();
    shared.scanner.scan(text.as_bytes(), 0..text.len(), false, &mut Scratch::default(), &mut found);
    let own = found.iter().filter(|m| m.detector == detector);
    own.map(|m| shared.weights.score(detector, m.evidence)).map(|(score, level)| (level, score)).collect()
}

fn example(shared: &Shared, detector: u16, text: &str) -> Option<Fault> {
    match scores(shared, detector, text)[..] {
        [] => Some(missed(shared, detector, text)),
        [(Confidence::Low, score)] => Some(Fault::Low(score)),
        [_] => None,
        ref several => Some(Fault::Several(several.len())),
    }
}

fn counterexample(shared: &Shared, detector: u16, text: &str) -> Option<Fault> {
    let (level, score) = scores(shared, detector, text).into_iter().max()?;
    (level > Confidence::Low).then_some(Fault::Found(score))
}

fn missed(shared: &Shared, detector: u16, text: &str) -> Fault {
    let candidates =
        explain::explain(&shared.scanner, text.as_bytes(), &Grid::default(), &(0..text.len()), Nature::default());
    let fates = candidates.into_iter().filter(|c| c.detector == detector).map(|c| c.fate);
    let mut why = None;
    for fate in fates {
        match fate {
            Fate::Lost(_, winner) => {
                return Fault::Lost(shared.scanner.detectors.get(winner).definition.id.clone());
            }
            Fate::Refused(refusal) => why = why.or(Some(refusal)),
            Fate::Kept(_) => {}
        }
    }
    Fault::Missed(why)
}
