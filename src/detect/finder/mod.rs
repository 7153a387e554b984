//! The candidate finder: takes raw bytes, gives the positions where a value may stand, by bit arithmetic on 64 bytes at
//! a time. It may name too many positions, never too few; the checks look closer.
//!
//! It goes through a text in pieces of many steps, each in three passes: which bytes are what, by the instructions
//! of an [`Engine`]; which shapes they make, many steps at once; and notes of what was found.

mod anchor;
mod candidates;
mod composition;
mod lanes;
mod literals;
mod masks;
mod narrow;
mod portable;
mod signed;
mod wide;
mod words;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon;

use std::ops::Range;

pub use anchor::Anchor;
pub use candidates::Candidates;
use composition::compose_with;
pub use composition::{Composition, Compositions};
use lanes::{PIECE, SEEN, STEP, STEPS};
pub use literals::{Literal, Literals};
use masks::Bytes;

/// Which instructions find the candidates; all give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
    Neon,
    Portable,
}

impl Engine {
    /// The fastest one that this machine has.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// All that this machine has, the fastest first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx512::is_supported().then_some(Self::Avx512));
            all.extend(avx2::is_supported().then_some(Self::Avx2));
        }
        #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
        all.push(Self::Neon);
        all.push(Self::Portable);
        all
    }

    /// Notes the candidates that start in `range` (some of them are seen up to 15 bytes beyond it), in steps of 48 bytes;
    /// within one step by anchor, then position. Bytes around the range are looked at, bytes beyond the text count as NUL.
    /// Gives how far it came: to the end of the range, or to where `found` was full.
    ///
    /// `W` tells which anchors are looked for: a run whose detectors need only the [`Narrow`] ones pays for no others. `wanted`
    /// tells which of them count in a part of the text.
    pub fn find<W: Width>(
        self,
        text: &[u8],
        range: Range<usize>,
        found: &mut Candidates,
        wanted: &mut Wanted,
    ) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::find::<W>(text, range, found, wanted),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::find::<W>(text, range, found, wanted),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon => find_with::<W, neon::Bytes16x4>(text, range, found, wanted),
            Self::Portable => find_with::<W, [u8; SEEN]>(text, range, found, wanted),
        }
    }

    /// Whether one of the literals stands in a text.
    pub fn stand_in(self, literals: &Literals, text: &[u8]) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::stand_in(literals, text),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::stand_in(literals, text),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon => literals.stand_with::<neon::Bytes16x4>(text),
            Self::Portable => literals.stand_with::<[u8; SEEN]>(text),
        }
    }

    /// Does work with the instructions of this engine.
    pub fn run(self, work: impl Work) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 | Self::Avx2 => avx2::run(work),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon => work.run(),
            Self::Portable => work.run(),
        }
    }

    /// Tells what a range is composed of.
    pub fn compose(self, text: &[u8], range: Range<usize>, all: &mut Compositions) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::compose(text, range, all),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::compose(text, range, all),
            #[cfg(all(target_arch = "aarch64", target_endian = "little"))]
            Self::Neon => compose_with::<neon::Bytes16x4>(text, range, all),
            Self::Portable => compose_with::<[u8; SEEN]>(text, range, all),
        }
    }
}

/// Work on single bits, for which some machines have instructions that not all have.
pub trait Work {
    /// Does it. To be inlined, so that it is compiled with the caller's instruction set.
    fn run(self);
}

/// Which anchors count in a part of a text, of those that it has: takes and gives the bits of [`Anchor::bit`].
pub type Wanted<'w> = dyn FnMut(u64, Range<usize>) -> u64 + 'w;

/// Which anchors a finder looks for.
pub trait Width {
    const WIDE: bool;
    const WORDED: bool;
    const DATED: bool;
    /// Those of letters beyond ASCII and of brackets.
    const SPELLED: bool;
    /// Whether candidates are named that every check refuses for what stands beside them.
    const REFUSED: bool = false;
}

/// The anchors up to [`Anchor::Run`].
pub struct Narrow;

/// These, and those beside words beyond ASCII.
pub struct Worded;

/// The narrow ones, [`Anchor::Date`] and [`Anchor::Year`].
pub struct Dated;

/// The narrow ones, [`Anchor::Date`], [`Anchor::Year`], and those beside words beyond ASCII.
pub struct DatedWorded;

/// All anchors but those of plates and signs that are not in ASCII or are spelled out.
pub struct Wide;

/// All anchors.
pub struct Whole;

/// All anchors, and what is refused at once, for explaining.
pub struct Widest;

impl Width for Narrow {
    const WIDE: bool = false;
    const WORDED: bool = false;
    const DATED: bool = false;
    const SPELLED: bool = false;
}

impl Width for Worded {
    const WIDE: bool = false;
    const WORDED: bool = true;
    const DATED: bool = false;
    const SPELLED: bool = false;
}

impl Width for Dated {
    const WIDE: bool = false;
    const WORDED: bool = false;
    const DATED: bool = true;
    const SPELLED: bool = false;
}

impl Width for DatedWorded {
    const WIDE: bool = false;
    const WORDED: bool = true;
    const DATED: bool = true;
    const SPELLED: bool = false;
}

impl Width for Wide {
    const WIDE: bool = true;
    const WORDED: bool = true;
    const DATED: bool = true;
    const SPELLED: bool = false;
}

impl Width for Whole {
    const WIDE: bool = true;
    const WORDED: bool = true;
    const DATED: bool = true;
    const SPELLED: bool = true;
}

impl Width for Widest {
    const WIDE: bool = true;
    const WORDED: bool = true;
    const DATED: bool = true;
    const SPELLED: bool = true;
    const REFUSED: bool = true;
}

/// The finder, for whatever computes the masks. Inlined, so that it is compiled with the caller's instruction set.
#[inline(always)]
fn find_with<W: Width, B: Bytes>(
    text: &[u8],
    range: Range<usize>,
    found: &mut Candidates,
    wanted: &mut Wanted,
) -> usize {
    let mut at = range.start;
    while at < range.end {
        let padded;
        let piece = match at.checked_sub(1).and_then(|from| text[from..].first_chunk()) {
            Some(piece) => piece,
            None => {
                padded = piece_of(text, at);
                &padded
            }
        };
        let end = range.end.min(at + STEPS * STEP);
        found.look::<W, B>(piece, at..end);
        if W::WIDE {
            if wanted(signed::ANCHORS, at..end) != 0 {
                found.look_for_signed::<W, B>(piece, &(at..end));
            }
            found.keep(|anchors| wanted(anchors, at..end));
        }
        for step in found.steps() {
            if !found.has_room() {
                found.put_back(step);
                return at + step * STEP;
            }
            found.note::<W>(step, at + step * STEP);
        }
        at = end;
    }
    range.end
}

/// What the steps from `at` on see; beyond the text, NUL.
#[cold]
fn piece_of(text: &[u8], at: usize) -> [u8; PIECE] {
    let mut piece = [0; PIECE];
    let from = at.saturating_sub(1);
    let there = &text[from..text.len().min(from + PIECE - 1)];
    piece[usize::from(at == 0)..][..there.len()].copy_from_slice(there);
    piece
}

#[cfg(test)]
mod tests;
