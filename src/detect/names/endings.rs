//! Endings of words: takes a list, tells whether a word has one of them.

/// Endings by their last letter.
pub struct Endings(Vec<Vec<Box<[u8]>>>);

impl Endings {
    pub fn new(endings: impl IntoIterator<Item = Box<[u8]>>) -> Self {
        let mut by_last: Vec<Vec<Box<[u8]>>> = vec![Vec::new(); 256];
        for ending in endings {
            if let Some(last) = ending.last() {
                by_last[usize::from(*last)].push(ending);
            }
        }
        Self(by_last)
    }

    /// Those with the last letter of a word.
    pub fn of(&self, word: &[u8]) -> &[Box<[u8]>] {
        word.last().map_or(&[], |last| &self.0[usize::from(*last)])
    }

    /// Whether a word ends so, with `least` letters or more before.
    pub fn end(&self, word: &[u8], least: usize) -> bool {
        self.of(word).iter().any(|ending| word.len() >= ending.len() + least && word.ends_with(ending))
    }
}
