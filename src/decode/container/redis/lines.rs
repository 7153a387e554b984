//! Keys of Redis as lines of JSON: takes what stands under a key piece by piece, gives lines such as
//! `{"key":"user:17","user:…":{"phone":"..."}}`, so that a value has a path that all keys of its kind share. An element
//! of a list has a line of its own, and what is long has several: what a value stands under is looked for only near it.

use super::super::cells::Text;
use super::super::json::{escaped, joined};
use crate::decode::to_utf8;
use crate::finding::name;

/// Bytes of a line after which another begins: from any value of it, its path can be looked for.
const LONG: usize = 2 << 10;

/// Bytes of a key of which its pattern is made.
pub const LONGEST_KEY: usize = 256;

/// Bytes of a pattern, and of a part of one that may be a name.
const LONGEST_PATTERN: usize = 80;
const LONGEST_PART: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    Array,
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between two lines.
    Start,
    /// After the key.
    Key,
    /// In the brackets of its value.
    In(Bracket),
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    String,
    /// What seems to be JSON is written as it is, so that its own keys count.
    Json,
}

pub struct Lines {
    /// The pattern of the key.
    pattern: String,
    state: State,
    /// Whether what is written was deleted.
    is_deleted: bool,
    length: usize,
}

impl Lines {
    pub fn new() -> Self {
        Self { pattern: String::new(), state: State::Start, is_deleted: false, length: 0 }
    }

    /// Begins what stands under no key.
    pub fn section(&mut self, name: &str) {
        name.clone_into(&mut self.pattern);
    }

    /// Begins a key, whose name is to follow.
    pub fn begin_key(&mut self, text: &mut Text) {
        self.put(b"{\"key\":\"", text);
    }

    /// Ends the name of a key, which begins so.
    pub fn end_key(&mut self, key: &[u8], text: &mut Text) {
        self.pattern = pattern(key);
        self.put(b"\"", text);
        self.state = State::Key;
    }

    /// Begins an element of an array, or the name of a field.
    pub fn item(&mut self, bracket: Bracket, text: &mut Text) {
        if self.length > LONG || self.state == State::In(Bracket::Array) {
            self.end(text);
        }
        match self.state {
            State::In(_) => self.put(b",", text),
            State::Start | State::Key => {
                self.value(text);
                self.put(if bracket == Bracket::Array { b"[" } else { b"{" }, text);
            }
        }
        self.state = State::In(bracket);
    }

    /// Begins the only value of a key.
    pub fn value(&mut self, text: &mut Text) {
        match self.state {
            State::Start if self.is_deleted => self.put(b"{\"(deleted)\":{\"", text),
            State::Start => self.put(b"{\"", text),
            State::Key | State::In(_) => self.put(b",\"", text),
        }
        escaped(self.pattern.as_bytes(), text);
        self.put(b"\":", text);
        self.length += self.pattern.len();
    }

    /// Begins to write a value that begins so.
    pub fn open(&mut self, value: &[u8], text: &mut Text) -> Form {
        let is_json = matches!(value.first(), Some(b'{' | b'['));
        if !is_json {
            self.put(b"\"", text);
        }
        if is_json { Form::Json } else { Form::String }
    }

    pub fn write(&mut self, value: &[u8], form: Form, text: &mut Text) {
        match form {
            Form::String => escaped(value, text),
            Form::Json => joined(value, text),
        }
        self.length += value.len();
    }

    pub fn close(&mut self, form: Form, text: &mut Text) {
        match form {
            Form::String => self.put(b"\"", text),
            // It may have brackets that nothing closes.
            Form::Json => self.length = LONG + 1,
        }
    }

    /// Adds what is part of no value.
    pub fn put(&mut self, bytes: &[u8], text: &mut Text) {
        text.plain(bytes);
        self.length += bytes.len();
    }

    /// Ends the line.
    pub fn end(&mut self, text: &mut Text) {
        match self.state {
            State::In(Bracket::Array) => text.plain(b"]"),
            State::In(Bracket::Object) => text.plain(b"}"),
            State::Start | State::Key => {}
        }
        if self.length > 0 {
            text.plain(if self.is_deleted { b"}}\n" } else { b"}\n" });
        }
        (self.state, self.length) = (State::Start, 0);
    }

    /// What follows, on a line of its own, was deleted or not.
    pub fn deleted(&mut self, is_deleted: bool, text: &mut Text) {
        self.end(text);
        self.is_deleted = is_deleted;
    }
}

/// Stands for what keys of a kind differ in; as a part of a name, unlike an asterisk, it leaves it one.
const ANY: char = '…';

/// What keys like this one have in common: `…` stands for numbers, and for what may be somebody's.
pub fn pattern(key: &[u8]) -> String {
    let key = to_utf8(key);
    let mut pattern = String::new();
    for part in key.split_inclusive([':', '/', '|', '.', '{', '}', '#']) {
        let (name, separator) = match part.char_indices().next_back() {
            Some((at, ':' | '/' | '|' | '.' | '{' | '}' | '#')) => part.split_at(at),
            _ => (part, ""),
        };
        let shown = shown(name);
        if pattern.len() + shown.len() + separator.len() > LONGEST_PATTERN {
            pattern.push(ANY);
            break;
        }
        pattern.extend([&*shown, separator]);
    }
    pattern
}

/// What of a part of a key may be shown.
fn shown(part: &str) -> String {
    let digits = |c: &char| c.is_numeric();
    let runs = part.split(|c| !digits(&c)).filter(|run| !run.is_empty()).count();
    let begins = part.starts_with(|c: char| digits(&c) || c == '+');
    if begins
        || runs > 1
        || part.len() > LONGEST_PART
        || name::may_be_person(part, false)
        || !part.is_empty() && !plain(part)
    {
        return ANY.to_string();
    }
    let mut shown = String::new();
    for c in part.chars() {
        if !digits(&c) {
            shown.push(c);
        } else if !shown.ends_with(ANY) {
            shown.push(ANY);
        }
    }
    shown
}

fn plain(part: &str) -> bool {
    name::shown(part).is_some()
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn keys_of_a_kind_have_one_pattern() {
        for (key, expected) in [
            ("user:17", "user:…"),
            ("user:87010000019:cart", "user:…:cart"),
            ("{user:17}.followers", "{user:…}.followers"),
            ("user17/name", "user…/name"),
            ("mail:aigerim@romashka-demo.kz", "mail:….kz"),
            ("клиент:Ахметова Айгерим", "клиент:…"),
            ("session:5f3a9b7e", "session:…"),
            ("tel:+7 701 000 00 19", "tel:…"),
            ("config", "config"),
            ("", ""),
        ] {
            assert_eq!(pattern(key.as_bytes()), expected);
        }
        let long = pattern("a:long:key:that:has:many:parts:".repeat(9).as_bytes());
        assert!(long.len() <= 84 && long.ends_with('…'), "{long}");
        assert_eq!(pattern(&[0xFF, 0, 1]), "…");
    }
}
