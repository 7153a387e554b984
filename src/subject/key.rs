//! The key of a store and what is made with it: takes bytes, gives 16 of them that nobody undoes without the key.
//!
//! A key is a chain. A value is sealed by the first key, and what comes of that by each further one in turn: so a key can
//! be added to what is sealed already, of which the values are not known. Whoever has an old chain and not the new key
//! cannot try values against what was sealed anew.

use std::fmt;

/// What is kept in place of a value, or of a file's content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub [u8; Token::LENGTH]);

impl Token {
    /// Long enough that of 10^12 values no two have the same.
    pub const LENGTH: usize = 16;

    fn of(hash: &blake3::Hash) -> Self {
        let mut token = [0; Self::LENGTH];
        token.copy_from_slice(&hash.as_bytes()[..Self::LENGTH]);
        Self(token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

const KEY: usize = blake3::KEY_LEN;

/// A chain of secret keys, at least one, the oldest first.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<[u8; KEY]>);

impl Key {
    /// Of 64 hexadecimal digits each, with line ends, spaces or colons between them.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(|c: char| c.is_whitespace() || c == ':').filter(|part| !part.is_empty());
        let keys: Vec<[u8; KEY]> = parts.map(one).collect::<Option<_>>()?;
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// A line for each key, as [`Key::parse`] reads them.
    pub fn text(&self) -> String {
        self.0.iter().map(|key| blake3::Hash::from_bytes(*key).to_hex().to_string() + "\n").collect()
    }

    /// With one more key at the end.
    #[must_use]
    pub fn with(&self, key: [u8; KEY]) -> Self {
        Self(self.0.iter().copied().chain([key]).collect())
    }

    pub fn single(key: [u8; KEY]) -> Self {
        Self(vec![key])
    }

    /// Keys in the chain.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// The first so many of the chain, at least one.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        Self(self.0[..count.clamp(1, self.0.len())].to_vec())
    }

    /// The token of some bytes; of the same bytes used for something else it is another.
    pub fn token(&self, used_for: &str, bytes: &[u8]) -> Token {
        let mut hasher = self.hasher(used_for);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The same, of bytes that come in parts.
    pub fn hasher(&self, used_for: &str) -> ContentHasher<'_> {
        let mut hasher = blake3::Hasher::new_keyed(&self.0[0]);
        hasher.update(used_for.as_bytes());
        hasher.update(b"\0");
        ContentHasher { hasher: Box::new(hasher), key: self }
    }

    /// A token that the first `count` keys of the chain gave, sealed by the others too.
    pub fn seal(&self, count: usize, token: Token) -> Token {
        self.0[count..].iter().fold(token, |token, key| Token::of(&blake3::keyed_hash(key, &token.0)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

fn one(text: &str) -> Option<[u8; KEY]> {
    Some(*blake3::Hash::from_hex(text).ok()?.as_bytes())
}

/// Makes the token of bytes that come in parts.
pub struct ContentHasher<'k> {
    hasher: Box<blake3::Hasher>,
    key: &'k Key,
}

impl ContentHasher<'_> {
    pub fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    pub fn finish(&self) -> Token {
        self.key.seal(1, Token::of(&self.hasher.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_added_later_seals_what_is_sealed() {
        let old = Key::single([1; KEY]);
        let new = old.with([2; KEY]);
        let token = old.token("iin", b"900517132728");
        assert_eq!(new.seal(1, token), new.token("iin", b"900517132728"));
        assert_ne!(new.seal(1, token), token);
        assert_ne!(old.token("phone", b"900517132728"), token);
        assert_eq!(new.first(1), old);
    }

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = Key::single([7; KEY]).with([8; KEY]);
        assert_eq!(Key::parse(&key.text()), Some(key.clone()));
        assert_eq!(Key::parse(&key.text().trim().replace('\n', ":")), Some(key.clone()));
        for wrong in ["", "07", &"x".repeat(64)] {
            assert_eq!(Key::parse(wrong), None);
        }
        assert_eq!(format!("{key:?} {:?}", key.token("iin", b"1")), "Key Token");
    }
}
