//! How words begin: takes the first tokens of a category's phrases, tells quickly of a text that none of them stands in it.

use super::phrase::Token;

/// Letters of a beginning.
const LENGTH: usize = 3;

/// A set of the first three letters of words.
pub struct Beginnings(Box<[u64; 512]>);

impl Default for Beginnings {
    fn default() -> Self {
        Self(Box::new([0; 512]))
    }
}

impl Beginnings {
    /// Adds a token; a stem is followed by any letters.
    pub fn add(&mut self, Token { text: token, stem }: Token) {
        match token.iter().find(|b| !b.is_ascii_alphabetic()) {
            Some(digit) if digit.is_ascii_digit() => return self.0.fill(u64::MAX),
            // Text beyond ASCII is not looked at so quickly.
            Some(_) => return,
            None => {}
        }
        let length = token.len().min(LENGTH);
        let mut letters = [0; LENGTH];
        letters[..length].copy_from_slice(&token[..length]);
        let open = if stem { LENGTH - length } else { 0 };
        for rest in 0..1usize << (5 * open) {
            let index = index(letters) | rest;
            self.0[index / 64] |= 1 << (index % 64);
        }
    }

    /// Whether a word may begin in a text. Always where the text is not ASCII.
    pub fn may_begin_in(&self, text: &[u8]) -> bool {
        let letter = |at: usize| text.get(at).copied().filter(u8::is_ascii_alphabetic).unwrap_or(0);
        let mut previous = 0u8;
        for (at, byte) in text.iter().enumerate() {
            if *byte >= 0x80 {
                return true;
            }
            let begins = !previous.is_ascii_alphabetic() || byte.is_ascii_uppercase() && previous.is_ascii_lowercase();
            if begins && byte.is_ascii_alphabetic() {
                let second = letter(at + 1);
                let third = if second == 0 { 0 } else { letter(at + 2) };
                // A camelCase word may end within the beginning.
                let ends = |before: u8, after: u8| before.is_ascii_lowercase() && after.is_ascii_uppercase();
                let (second, third) = if ends(*byte, second) { (0, 0) } else { (second, third) };
                let third = if ends(second, third) { 0 } else { third };
                let index = index([*byte, second, third]);
                if self.0[index / 64] & 1 << (index % 64) != 0 {
                    return true;
                }
            }
            previous = *byte;
        }
        false
    }
}

fn index(letters: [u8; LENGTH]) -> usize {
    letters.iter().fold(0, |index, letter| index << 5 | usize::from(letter & 0x1F))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_never_denied() {
        let mut beginnings = Beginnings::default();
        for (token, stem) in [("passport", false), ("ip", false), ("vi", true)] {
            beginnings.add(Token { text: token.as_bytes(), stem });
        }
        for text in ["PASSPORT", "userPassport:", "my_pas", "ip", "client_ip=", "ipAddress", "vin", "VISA", "\u{430}"] {
            assert!(beginnings.may_begin_in(text.as_bytes()), "{text}");
        }
        for text in ["", "compass", "ipa", "iv", "order 5", "tip"] {
            assert!(!beginnings.may_begin_in(text.as_bytes()), "{text}");
        }
    }
}
