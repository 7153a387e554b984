//! The candidate finder of derbes without the rest of it.

#[path = "../../src/detect"]
pub mod detect {
    pub mod finder;
}
