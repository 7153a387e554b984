//! Layout: takes text bytes and a position, tells what shape surrounds it: which line, which key and
//! path, which cell of a table.

mod keyed;
mod path;
mod run;
pub mod table;

pub use keyed::{REACH as KEY_REACH, key_before};
pub use path::{CUT as PATH_CUT, Key, Memory as PathMemory, REACH as PATH_REACH, path};
pub use run::text_run;
