//! What to scan: takes the paths that were named, gives [`Target`](crate::input::Target)s, named and not yet opened,
//! with what was left out and why.

mod tree;

pub use tree::{Listing, Walk, list};
