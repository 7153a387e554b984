//! Detection: takes a window of text bytes, gives the [`Match`]es in it: checked values with their evidence.
//!
//! A detector is a data file ([`definition`]). The [`finder`] names candidates, the detector's named [`check`] looks
//! closer, [`context`] reads the words around what passes. [`reference`](mod@reference) runs the same files by their
//! plain patterns; both give the same matches.

use std::ops::Range;

use crate::finding::EvidenceSet;

mod addresses;
mod automaton;
mod beside;
mod boundary;
mod cells;
mod charset;
pub mod check;
mod columns;
mod conclusion;
pub mod context;
pub mod definition;
pub mod encoded;
pub mod explain;
mod few;
pub mod finder;
mod names;
mod needs;
mod overlap;
mod own;
pub mod reference;
mod registry;
mod runs;
mod scanner;
mod shortened;
mod told;
mod word;

pub use automaton::{Automaton, Pattern};
pub use cells::{Kind, Settled};
pub use definition::{Context, Definition, Detector, Detectors};
pub use own::Own;
pub use registry::Registry;
pub use scanner::{Nature, Scanner, Scratch};
pub use shortened::Shortened;

/// Bytes before and after a candidate that a decision may depend on. A window shows as much on both sides of the part
/// that is scanned, so that a decision is the same wherever the text is cut.
pub const MARGIN: usize = 1024;

/// The longest value, in bytes: an e-mail address with a local part of 64 and a domain of 255 (RFC 5321, 4.5.3.1).
pub const LONGEST: usize = 64 + 3 + 255;

/// The most bytes between two groups of digits of a telephone number.
const WIDEST_GAP: usize = 6;

/// A checked hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index in [`Detectors`].
    pub detector: u16,
    /// Where the value stands in the window.
    pub span: Range<usize>,
    pub evidence: EvidenceSet,
    /// Full years of age on the day of the scan, where the value tells it.
    pub age: Option<u8>,
    /// Whether the value belongs to no person.
    pub impersonal: bool,
    /// Where the name of the key stands that the value is given for, unless there is somebody's data.
    pub key: Option<Range<usize>>,
    /// In a table, what tells of the value without its column, as in plain text; none where only the column can tell.
    pub told: Option<EvidenceSet>,
}
