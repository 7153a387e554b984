//! Candidates of keys, hosts and signs. Most lines have such a shape somewhere, as the end of a key, but all their values stand
//! near words or signs that few texts have: so only pieces near which one stands come here.

use super::masks::{Marks, Masks, Signs};
use super::narrow::{self, Runs};
use super::{Anchor, Width};

/// The anchors whose candidates these are, as their bits.
pub const ANCHORS: u64 = Anchor::Filler.bit()
    | Anchor::Certificate.bit()
    | Anchor::Plus.bit()
    | Anchor::Profile.bit()
    | Anchor::Key.bit()
    | Anchor::Bracketed.bit();

/// Gives the candidates of each anchor.
#[inline(always)]
pub fn candidates<W: Width>(
    (masks, marks, signs): (&Masks, &Marks, &Signs),
    runs: &Runs,
    keep: u64,
    mut found: impl FnMut(Anchor, u64),
) {
    // What a check refuses for what stands beside it.
    let unless = |refused: u64| if W::REFUSED { u64::MAX } else { !refused };
    found(Anchor::Filler, runs.alphanumeric & signs.angle >> 1 & signs.angle >> 2 & keep);
    found(Anchor::Certificate, signs.j_or_s & signs.t_or_u >> 1 & keep);
    // The shortest telephone number has seven digits.
    let number = narrow::number(masks);
    let number2 = number & number >> 1;
    let number4 = number2 & number2 >> 2;
    found(Anchor::Plus, signs.plus & runs.run1 >> 1 & keep & unless(!(number4 >> 1 & number4 >> 4)));
    let top = marks.dot & masks.letter >> 1 & masks.letter >> 2;
    found(Anchor::Profile, top & (marks.slash >> 3 | masks.letter >> 3 & marks.slash >> 4) & keep);

    let separator = masks.colon | masks.equals;
    let between = signs.quote | marks.space;
    let given = separator >> 1 | between >> 1 & (separator >> 2 | between >> 2 & separator >> 3);
    found(Anchor::Key, (signs.last | masks.high) & given & keep);
    if W::SPELLED {
        found(Anchor::Bracketed, brackets(masks, marks, signs, runs, keep));
    }
}

/// What may open a bracket around two letters.
#[inline(always)]
fn brackets(masks: &Masks, marks: &Marks, signs: &Signs, runs: &Runs, keep: u64) -> u64 {
    let word = runs.alphanumeric | masks.high;
    let between = marks.space | marks.dot | signs.quote | marks.slash | marks.hyphen | marks.comma;
    let bracket = !(word | between | masks.colon | masks.equals);
    bracket & masks.letter >> 1 & masks.letter >> 2 & bracket >> 3 & keep
}
