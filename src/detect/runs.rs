//! Which detectors run together: takes the detectors and what a path is, gives whom each anchor of the finder serves.

use std::ops::Range;

use super::beside::Beside;
use super::cells::Settling;
use super::check::Check;
use super::finder::{Anchor, Candidates, Dated, DatedWorded, Engine, Narrow, Wanted, Whole, Wide, Worded};
use super::needs::{Nearby, Needs};
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
    pub served: [Vec<Served>; Anchor::ALL.len()],
    /// The anchors that serve only what needs something near, or nothing, as their bits.
    doubtful: u64,
    pub find: Find,
    /// How cells are settled, where that is known of all of them.
    pub settling: Option<Settling>,
}

/// A detector that an anchor serves.
pub struct Served {
    pub detector: u16,
    pub check: &'static Check,
    /// What its values have near them, see [`Needs`].
    pub need: Option<u8>,
}

pub type Find = fn(Engine, &[u8], Range<usize>, &mut Candidates, &mut Wanted) -> usize;

impl Runs {
    /// Where `posture` is what a path is, if anything tells.
    pub fn new(detectors: &Detectors, needs: &Needs, posture: Option<Posture>) -> Self {
        Self {
            text: Run::new(detectors, needs, |d| d.off(posture, false).is_none()),
            rows: Run::new(detectors, needs, |d| d.off(posture, true).is_none()),
            beside: Beside::new(detectors, posture),
        }
    }

    pub fn of(&self, in_rows: bool) -> &Run {
        if in_rows { &self.rows } else { &self.text }
    }
}

impl Run {
    fn new(detectors: &Detectors, needs: &Needs, runs: impl Fn(&Definition) -> bool) -> Self {
        let on: Vec<bool> = detectors.iter().map(|d| detectors.everywhere || runs(&d.definition)).collect();
        let mut served: [Vec<Served>; Anchor::ALL.len()] = Default::default();
        for (index, detector) in (0..).zip(detectors.iter()).filter(|(index, _)| on[usize::from(*index)]) {
            for anchor in detector.anchors {
                let check = detector.check.map(|check| Served { detector: index, check, need: needs.of(index) });
                served[*anchor as usize].extend(check);
            }
        }
        let is_doubtful = |anchor: &&Anchor| {
            !anchor.tells_of_encodings() && served[**anchor as usize].iter().all(|served| served.need.is_some())
        };
        let doubtful = Anchor::ALL.iter().filter(is_doubtful).fold(0, |bits, anchor| bits | anchor.bit());
        let needs = |kind: fn(Anchor) -> bool| {
            Anchor::ALL.iter().any(|anchor| kind(*anchor) && !served[*anchor as usize].is_empty())
        };
        let dates = needs(Anchor::is_dated);
        let find: Find = match (needs(|anchor| anchor.is_wide() && !anchor.is_dated()), dates, needs(Anchor::is_worded))
        {
            (false, false, false) => Engine::find::<Narrow>,
            (false, false, true) => Engine::find::<Worded>,
            (false, true, false) => Engine::find::<Dated>,
            (false, true, true) => Engine::find::<DatedWorded>,
            (true, ..) if needs(Anchor::is_spelled) => Engine::find::<Whole>,
            (true, ..) => Engine::find::<Wide>,
        };
        let is_own = detectors.automaton.is_some();
        let settling =
            if is_own { None } else { Settling::of(served.iter().flatten().map(|one| (one.detector, one.check))) };
        Self { on, served, doubtful, find, settling }
    }

    /// Whether an anchor serves only what needs something near.
    #[inline]
    pub fn is_doubtful(&self, anchor: Anchor) -> bool {
        self.doubtful & anchor.bit() != 0
    }

    /// The anchors, as their bits, without those whose detectors all need what does not stand near a part of the text.
    pub fn wanted(&self, nearby: &Nearby, anchors: u64, range: &Range<usize>) -> u64 {
        let mut wanted = anchors;
        let mut doubtful = anchors & self.doubtful;
        while doubtful != 0 {
            let anchor = doubtful.trailing_zeros() as usize;
            let may_stand = |need: Option<u8>| need.is_none_or(|need| nearby.may_stand(need, range.clone()));
            if !self.served[anchor].iter().any(|served| may_stand(served.need)) {
                wanted &= !(1 << anchor);
            }
            doubtful &= doubtful - 1;
        }
        wanted
    }
}
