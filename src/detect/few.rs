//! A set of a few words that hardly anything that is looked up is in: one look at a bit tells most words from those.

use std::collections::HashSet;

use foldhash::fast::FixedState;

/// The bits, in words of 64.
const WORDS: usize = 64;

/// The set.
pub struct Few {
    words: HashSet<Vec<u8>, FixedState>,
    /// Set where one of the words may be.
    bits: [u64; WORDS],
}

impl Few {
    #[inline]
    pub fn contains(&self, word: &[u8]) -> bool {
        let (at, bit) = place(word);
        self.bits[at] >> bit & 1 != 0 && self.words.contains(word)
    }
}

impl<W: Into<Vec<u8>>> FromIterator<W> for Few {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Self {
        let words: HashSet<Vec<u8>, FixedState> = words.into_iter().map(Into::into).collect();
        let mut bits = [0; WORDS];
        for word in &words {
            let (at, bit) = place(word);
            bits[at] |= 1 << bit;
        }
        Self { words, bits }
    }
}

/// The bit of a word, by its first and last bytes and its length.
#[inline]
fn place(word: &[u8]) -> (usize, usize) {
    let (first, last) = match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (word.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0),
    };
    let mixed = (first ^ last.rotate_left(29) ^ word.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 58) as usize, (mixed >> 52) as usize % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_are_in_it() {
        let words = ["a", "info", "support", "900517132728", "KZ86125KZT5004100100"];
        let few: Few = words.into_iter().collect();
        assert!(words.iter().all(|word| few.contains(word.as_bytes())));
        for other in ["", "b", "inf", "infos", "900517132729", "KZ86125KZT5004100101"] {
            assert!(!few.contains(other.as_bytes()), "{other}");
        }
    }
}
