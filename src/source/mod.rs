//! What to scan: takes the paths that were named, or what git is asked for, gives [`Target`](crate::input::Target)s,
//! named and not yet opened, with what was left out and why.

pub mod cache;
pub mod git;
mod holes;
mod tree;

pub use holes::Holes;
use tree::IGNORE_FILE;
pub use tree::{Listing, Walk, list};
