//! Which detectors run together: takes the detectors and what a path is, gives whom each anchor of the finder serves.

use std::ops::Range;

use super::beside::Beside;
use super::check::Check;
use super::finder::{Anchor, Candidates, Dated, DatedWorded, Engine, Narrow, Whole, Wide, Worded};
use super::{Definition, Detectors};
use crate::finding::Posture;

/// What runs in a text and in the rows of its tables.
pub struct Runs {
    pub text: Run,
    pub rows: Run,
    /// What is looked for in a text beside other values.
    pub beside: Option<Beside>,
}

/// Detectors that run together.
pub struct Run {
    /// By detector: whether it does.
    pub on: Vec<bool>,
    /// Those that each anchor serves, by `Anchor as usize`.
    pub served: [Vec<(u16, &'static Check)>; Anchor::ALL.len()],
    pub find: Find,
}

pub type Find = fn(Engine, &[u8], Range<usize>, &mut Candidates) -> usize;

impl Runs {
    /// Where `posture` is what a path is, if anything tells.
    pub fn new(detectors: &Detectors, posture: Option<Posture>) -> Self {
        Self {
            text: Run::new(detectors, |d| d.off(posture, false).is_none()),
            rows: Run::new(detectors, |d| d.off(posture, true).is_none()),
            beside: Beside::new(detectors, posture),
        }
    }

    pub fn of(&self, in_rows: bool) -> &Run {
        if in_rows { &self.rows } else { &self.text }
    }
}

impl Run {
    fn new(detectors: &Detectors, runs: impl Fn(&Definition) -> bool) -> Self {
        let on: Vec<bool> = detectors.iter().map(|d| detectors.everywhere || runs(&d.definition)).collect();
        let mut served: [Vec<_>; Anchor::ALL.len()] = Default::default();
        for (index, detector) in (0..).zip(detectors.iter()).filter(|(index, _)| on[usize::from(*index)]) {
            for anchor in detector.anchors {
                served[*anchor as usize].extend(detector.check.map(|check| (index, check)));
            }
        }
        let needs = |kind: fn(Anchor) -> bool| {
            Anchor::ALL.iter().any(|anchor| kind(*anchor) && !served[*anchor as usize].is_empty())
        };
        let dates = needs(|anchor| anchor == Anchor::Date);
        let find: Find =
            match (needs(|anchor| anchor.is_wide() && anchor != Anchor::Date), dates, needs(Anchor::is_worded)) {
                (false, false, false) => Engine::find::<Narrow>,
                (false, false, true) => Engine::find::<Worded>,
                (false, true, false) => Engine::find::<Dated>,
                (false, true, true) => Engine::find::<DatedWorded>,
                (true, ..) if needs(Anchor::is_spelled) => Engine::find::<Whole>,
                (true, ..) => Engine::find::<Wide>,
            };
        Self { on, served, find }
    }
}
