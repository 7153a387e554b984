//! JSON that is made here: takes what stands in a string, gives it as it is between quotes.

use super::cells::Text;

/// Adds a string with its quotes.
pub fn quoted(string: &[u8], text: &mut Text) {
    text.plain(b"\"");
    escaped(string, text);
    text.plain(b"\"");
}

/// Adds what stands inside the quotes of a string; controls are blanks.
pub fn escaped(string: &[u8], text: &mut Text) {
    let mut rest = string;
    while let Some(at) = rest.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        text.plain(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => text.plain(&[b'\\', byte]),
            _ => text.plain(b" "),
        }
        rest = &rest[at + 1..];
    }
    text.plain(rest);
}

/// Adds what is JSON itself, on one line.
pub fn joined(json: &[u8], text: &mut Text) {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte < b' ') {
        text.plain(&rest[..at]);
        text.plain(b" ");
        rest = &rest[at + 1..];
    }
    text.plain(rest);
}
