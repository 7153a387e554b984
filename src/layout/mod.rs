//! Layout: takes text bytes and a position, tells what shape surrounds it: which line, which key.

mod keyed;
mod run;

pub use keyed::key_before;
pub use run::text_run;
