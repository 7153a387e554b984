//! Classification: takes matches with their places, gives [`Finding`](crate::finding::Finding)s: weighs the evidence
//! and gathers hits that belong together.

mod gather;
mod weights;

pub use gather::{Hit, Lines, Partial};
pub use weights::Weights;
