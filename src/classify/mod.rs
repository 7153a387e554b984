//! Classification: takes matches with their places, gives [`Finding`](crate::finding::Finding)s: weighs the evidence
//! and gathers hits that belong together. In text each hit is judged by itself and its line, in a table by its column.

mod chance;
mod columns;
mod days;
mod faults;
mod gather;
mod sketch;
mod tables;
mod weights;

pub use columns::{Account, Columns, Particulars, Told};
pub use gather::{Hit, Lines, Partial};
pub use tables::{Cell, Counter, Tables, Tally, Walk};
pub use weights::Weights;

use crate::category::OF_COLUMN;
use crate::error::Result;

/// The ids by which reports name columns that are known by their names.
///
/// # Errors
/// Broken data files.
pub fn column_ids() -> Result<Vec<String>> {
    Ok(chance::Chances::builtin()?.looks.keys().map(|category| format!("{category}{OF_COLUMN}")).collect())
}
