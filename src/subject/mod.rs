//! Finding a person again: takes values while they are in the input buffer, gives keyed [`Token`]s of them and
//! [`Notes`] of where they stand.
//!
//! A token is BLAKE3 under a secret [`Key`], so that whoever has the tokens alone can neither undo one nor try all of the
//! fewer than 10^9 ИИН. A value has the same token however it is written: tokens are made of its normal form.

mod form;
mod key;
mod notes;

pub use form::{Kind, read};
pub use key::{ContentHasher, Key, Token};
pub use notes::{At, Note, Notes, Spot, Stand};
