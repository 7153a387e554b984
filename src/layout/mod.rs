//! Layout: takes text bytes and a position, tells what shape surrounds it: which line, which key, which cell of a table.

mod keyed;
mod run;
pub mod table;

pub use keyed::{REACH as KEY_REACH, key_before};
pub use run::text_run;
