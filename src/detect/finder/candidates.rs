//! What the finder works on and what it gives: the masks of one piece of a text, and the candidates that it noted.

use std::ops::Range;

use super::lanes::{Lanes, OWN, PIECE, STEP, STEPS, seen_in};
use super::masks::{Beyond, BeyondOfPiece, Bytes, MarksOfPiece, MasksOfPiece, SignsOfPiece};
use super::narrow::{self, Dates, Runs};
use super::{Anchor, Width, signed, wide, words};

/// Where values may stand, in the order in which the finder came to them. It notes them rather than have them looked at
/// on the way, since a call would cost it what it holds in registers.
pub struct Candidates {
    notes: Box<[(Anchor, usize)]>,
    length: usize,
    /// Parts of the text in which bytes beyond ASCII were seen since they were last taken.
    beyond_ascii: Vec<Range<usize>>,
    /// Whether a colon between letters was seen since it was last asked.
    glued_colon: bool,
    /// The line ends that were passed since they were last taken.
    line_ends: usize,
    piece: Box<Piece>,
}

/// What is known of one piece of a text.
struct Piece {
    masks: MasksOfPiece,
    marks: MarksOfPiece,
    signs: SignsOfPiece,
    beyond: BeyondOfPiece,
    /// The bytes of each step in which candidates may start.
    keep: Lanes,
    /// By anchor, where its candidates start.
    starts: [Lanes; Anchor::ALL.len()],
    /// Which anchors have any, one bit an anchor.
    anchors: Lanes,
}

impl Candidates {
    const CAPACITY: usize = 4096;

    pub fn iter(&self) -> impl Iterator<Item = (Anchor, usize)> + '_ {
        self.notes[..self.length].iter().copied()
    }

    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// The parts of the text in which bytes beyond ASCII were seen since they were last taken; there are none elsewhere.
    pub fn take_beyond_ascii(&mut self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.beyond_ascii.drain(..)
    }

    /// Whether a colon between two letters was seen since this was last asked, as hardly any log has one.
    pub fn take_glued_colon(&mut self) -> bool {
        std::mem::take(&mut self.glued_colon)
    }

    /// How many line ends were passed since they were last taken.
    pub fn take_line_ends(&mut self) -> usize {
        std::mem::take(&mut self.line_ends)
    }

    /// Whether there is room for whatever one step may find.
    #[inline(always)]
    pub(super) fn has_room(&self) -> bool {
        self.length + STEP * Anchor::ALL.len() <= Self::CAPACITY
    }

    /// Works out the candidates of a piece in a range of the text.
    #[inline(always)]
    pub(super) fn look<W: Width, B: Bytes>(&mut self, text: &[u8; PIECE], range: Range<usize>) {
        let bytes = range.len();
        self.piece.keep(bytes);
        self.piece.classify::<W, B>(text, bytes);
        let (glued_colon, line_ends) = self.piece.shape::<W>();
        self.glued_colon |= glued_colon;
        self.line_ends += line_ends;
        if self.piece.masks.high.iter().fold(0, |all, high| all | high) != 0 {
            self.note_beyond_ascii(range);
            if W::WORDED {
                self.piece.look_beyond::<W, B>(text, bytes);
            }
        }
    }

    /// Adds those of [`signed::ANCHORS`].
    #[inline(always)]
    pub(super) fn look_for_signed<W: Width, B: Bytes>(&mut self, text: &[u8; PIECE], range: &Range<usize>) {
        self.piece.look_for_signed::<W, B>(text, range.len());
    }

    fn note_beyond_ascii(&mut self, range: Range<usize>) {
        match self.beyond_ascii.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = range.end,
            None => self.beyond_ascii.push(range),
        }
    }

    /// Keeps the candidates of the anchors that `wanted` gives of those that three steps of the piece have, and all that are
    /// fewer: to look at them costs less than to ask.
    #[inline(always)]
    pub(super) fn keep(&mut self, wanted: impl FnOnce(u64) -> u64) {
        let anchors = &mut self.piece.anchors;
        let (mut one, mut two, mut three) = (0, 0, 0);
        for anchors in anchors.iter() {
            three |= two & anchors;
            two |= one & anchors;
            one |= anchors;
        }
        let dropped = three & !wanted(three);
        anchors.iter_mut().for_each(|anchors| *anchors &= !dropped);
    }

    /// The steps of the piece that have candidates.
    #[inline(always)]
    pub(super) fn steps(&self) -> impl Iterator<Item = usize> + use<> {
        let anchors = self.piece.anchors.iter().enumerate();
        bits(anchors.fold(0, |steps, (step, anchors)| steps | u64::from(*anchors != 0) << step))
    }

    /// Counts the line ends from a step on as not passed.
    #[cold]
    pub(super) fn put_back(&mut self, step: usize) {
        let Piece { masks, keep, .. } = &*self.piece;
        let line_ends = masks.line_end[step..].iter().zip(&keep[step..]).map(|(line_end, keep)| line_end & keep);
        self.line_ends -= line_ends.map(|line_ends| line_ends.count_ones() as usize).sum::<usize>();
    }

    /// Notes the candidates of a step, whose own bytes begin at `at`, by anchor.
    #[inline(always)]
    pub(super) fn note<W: Width>(&mut self, step: usize, at: usize) {
        let Self { notes, length, piece, .. } = self;
        for anchor in bits(piece.anchors[step]) {
            let anchor = Anchor::ALL[anchor];
            for i in bits(piece.starts[anchor as usize][step]) {
                let is_near = match anchor {
                    Anchor::Phone => narrow::may_be_phone(&piece.masks.at(step), i),
                    Anchor::Dotted if W::WIDE => wide::are_dots_near(&piece.marks.at(step), i),
                    Anchor::Hex if W::WIDE && !W::REFUSED => wide::may_be_v6(&piece.masks.at(step), i),
                    Anchor::Decimal if W::WIDE && !W::REFUSED => {
                        wide::may_be_degrees(&piece.masks.at(step), &piece.marks.at(step), i)
                    }
                    _ => true,
                };
                if is_near {
                    notes[*length] = (anchor, at + i - 1);
                    *length += 1;
                }
            }
        }
    }
}

impl Piece {
    #[inline(always)]
    fn keep(&mut self, bytes: usize) {
        for (step, keep) in self.keep.iter_mut().enumerate() {
            let rest = bytes.saturating_sub(step * STEP);
            *keep = if rest < STEP { OWN & ((1 << rest) - 1) << 1 } else { OWN };
        }
    }

    #[inline(always)]
    fn classify<W: Width, B: Bytes>(&mut self, text: &[u8; PIECE], bytes: usize) {
        B::masks(text, steps(bytes), &mut self.masks);
        if W::WIDE {
            B::marks(text, steps(bytes), &self.masks, &mut self.marks);
        }
    }

    /// Notes where candidates start. Gives whether a colon stands between letters, and how many line ends there are. A plain
    /// loop, of which the compiler makes SIMD of as many steps at once as the registers hold.
    #[inline(always)]
    fn shape<W: Width>(&mut self) -> (bool, usize) {
        let Self { masks, marks, keep, starts, anchors, .. } = self;
        let (mut glued_colons, mut line_ends) = (0, 0);
        for step in 0..STEPS {
            let (masks, keep) = (masks.at(step), keep[step]);
            line_ends += u64::from((masks.line_end & keep).count_ones());
            glued_colons |= masks.letter & masks.colon >> 1 & masks.letter >> 2;
            let runs = Runs::of(&masks, keep);
            let mut any = 0;
            let mut found = |anchor: Anchor, mask: u64| {
                starts[anchor as usize][step] = mask;
                any |= u64::from(mask != 0) << anchor as usize;
            };
            narrow::candidates(&masks, &runs, keep, &mut found);
            if W::WIDE {
                wide::candidates::<W>(&masks, &marks.at(step), &runs, keep, &mut found);
            }
            if W::DATED && !W::WIDE {
                let joints = (narrow::marks(&masks), masks.joint, masks.joint);
                let Dates { of_ten, others, unmarked } = narrow::dates(&masks, &runs, joints);
                found(Anchor::Date, of_ten | others | unmarked);
                found(Anchor::Year, narrow::years(&masks, masks.joint, &runs, keep));
            }
            anchors[step] = any;
        }
        (glued_colons != 0, line_ends as usize)
    }

    /// The same for what stands only near words and signs that few texts have.
    #[inline(always)]
    fn look_for_signed<W: Width, B: Bytes>(&mut self, text: &[u8; PIECE], bytes: usize) {
        B::signs(text, steps(bytes), &self.masks, &mut self.signs);
        let Self { masks, marks, signs, keep, starts, anchors, .. } = self;
        for step in 0..STEPS {
            let (masks, keep) = (masks.at(step), keep[step]);
            let runs = Runs::of(&masks, keep);
            let mut any = 0;
            let found = |anchor: Anchor, mask: u64| {
                starts[anchor as usize][step] = mask;
                any |= u64::from(mask != 0) << anchor as usize;
            };
            signed::candidates::<W>((&masks, &marks.at(step), &signs.at(step)), &runs, keep, found);
            anchors[step] |= any;
        }
    }

    /// The same for words beyond ASCII.
    #[inline(always)]
    fn look_beyond<W: Width, B: Bytes>(&mut self, text: &[u8; PIECE], bytes: usize) {
        for step in 0..steps(bytes) {
            self.beyond.set(step, Beyond::of(B::load(seen_in(text, step))));
        }
        let Self { masks, beyond, keep, starts, anchors, .. } = self;
        let mut apart = 0;
        for step in 0..STEPS {
            let (masks, beyond, keep) = (masks.at(step), beyond.at(step), keep[step]);
            apart |= words::apart(&masks);
            let mut found = |anchor: Anchor, mask: u64| {
                starts[anchor as usize][step] = mask;
                anchors[step] |= u64::from(mask != 0) << anchor as usize;
            };
            words::candidates(&masks, &beyond, keep, &mut found);
            if W::SPELLED {
                found(Anchor::PlateBeyond, words::plates(&masks, &beyond, keep));
                found(Anchor::Spelled, words::of_six(&masks, keep));
            }
        }
        if apart == 0 {
            return;
        }
        for step in 0..STEPS {
            let mask = words::apart_after_words(&masks.at(step), &beyond.at(step), keep[step]);
            starts[Anchor::Apart as usize][step] = mask;
            anchors[step] |= u64::from(mask != 0) << Anchor::Apart as usize;
        }
    }
}

/// The set bits of a mask, the lowest first.
#[inline(always)]
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = mask.trailing_zeros() as usize;
        (mask != 0).then(|| {
            mask &= mask - 1;
            lowest
        })
    })
}

/// The steps that `bytes` of a piece need.
#[inline(always)]
fn steps(bytes: usize) -> usize {
    bytes.div_ceil(STEP).min(STEPS)
}

impl Default for Candidates {
    fn default() -> Self {
        Self {
            notes: vec![(Anchor::Digits12, 0); Self::CAPACITY].into(),
            length: 0,
            beyond_ascii: Vec::new(),
            glued_colon: false,
            line_ends: 0,
            piece: Box::new(Piece {
                masks: MasksOfPiece::default(),
                marks: MarksOfPiece::default(),
                signs: SignsOfPiece::default(),
                beyond: BeyondOfPiece::default(),
                keep: [0; STEPS],
                starts: [[0; STEPS]; Anchor::ALL.len()],
                anchors: [0; STEPS],
            }),
        }
    }
}
