//! What was made of short texts that come again and again: the form of a number, the domain of an address.

/// Longest text that is remembered, in bytes.
pub const LONGEST: usize = 32;

/// Texts that are remembered at a time, a power of two.
const ENTRIES: usize = 256;

/// A short text, filled up with NUL, and what else counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub text: [u8; LONGEST],
    pub besides: u8,
}

/// What was made of the texts that came last.
pub struct Memo<T>(Box<[Option<(Key, T)>]>);

impl<T: Copy> Memo<T> {
    #[inline(always)]
    pub fn get(&mut self, key: Key, make: impl FnOnce() -> T) -> T {
        let entry = &mut self.0[key.place()];
        match entry {
            Some((known, made)) if *known == key => *made,
            _ => {
                let made = make();
                *entry = Some((key, made));
                made
            }
        }
    }
}

impl<T: Copy> Default for Memo<T> {
    fn default() -> Self {
        Self(vec![None; ENTRIES].into())
    }
}

impl Key {
    /// The first bytes of a text, so many.
    #[inline(always)]
    pub fn of(text: &[u8; LONGEST], length: usize) -> Self {
        let mut key = *text;
        let keep = &KEEP[LONGEST - length..];
        for (byte, keep) in key.iter_mut().zip(keep) {
            *byte &= keep;
        }
        Self { text: key, besides: 0 }
    }

    #[inline(always)]
    fn place(&self) -> usize {
        let (words, _) = self.text.as_chunks::<8>();
        let mixed = words.iter().fold(u64::from(self.besides), |mixed, word| {
            (mixed.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        (mixed >> 56) as usize % ENTRIES
    }
}

/// Ones, and as many NULs.
static KEEP: [u8; 2 * LONGEST] = {
    let mut keep = [0; 2 * LONGEST];
    let mut at = 0;
    while at < LONGEST {
        keep[at] = 0xFF;
        at += 1;
    }
    keep
};
