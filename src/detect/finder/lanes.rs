//! How a text is cut for the finder, and masks of many steps beside one another.

/// Bytes that a step goes on by.
pub const STEP: usize = 48;
/// Bytes that a step sees: one before its own, and after them as many as the beginning of a value needs.
pub const SEEN: usize = 64;
/// A step's own bytes among those it sees.
pub const OWN: u64 = ((1 << STEP) - 1) << 1;
/// Steps of a piece.
pub const STEPS: usize = 32;
/// Bytes that the steps of a piece see.
pub const PIECE: usize = (STEPS - 1) * STEP + SEEN;

/// A mask for each step of a piece.
pub type Lanes = [u64; STEPS];

#[inline(always)]
pub fn seen_in(piece: &[u8; PIECE], step: usize) -> &[u8; SEEN] {
    piece[step * STEP..].first_chunk().expect("a piece holds what its steps see")
}

/// Defines masks of a step, one bit a byte, the first byte in the lowest bit; and the same of all steps of a piece.
macro_rules! masks {
    ($(#[$about:meta])* $one:ident, $all:ident { $($(#[$what:meta])* $class:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $one {
            $($(#[$what])* pub $class: u64),+
        }

        /// The same for each step of a piece.
        #[derive(Default)]
        pub struct $all {
            $(pub $class: $crate::detect::finder::lanes::Lanes),+
        }

        impl $all {
            #[inline(always)]
            pub fn set(&mut self, step: usize, masks: $one) {
                $(self.$class[step] = masks.$class;)+
            }

            #[inline(always)]
            pub fn at(&self, step: usize) -> $one {
                $one { $($class: self.$class[step]),+ }
            }
        }
    };
}

pub(super) use masks;
