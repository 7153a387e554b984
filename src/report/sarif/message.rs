//! A SARIF message: takes text, gives the object whose `text` a viewer shows as it is. In messages `{0}` is a placeholder
//! and `[text](address)` a link (SARIF 3.11.5 and 3.11.6); what is foreign must make neither.

use serde_json::{Value, json};

pub(super) fn message(text: &str) -> Value {
    json!({ "text": inert(text) })
}

/// Breaks what would be a link or a placeholder.
pub(super) fn inert(text: &str) -> String {
    let mut shown = String::new();
    let mut last = ' ';
    for (at, c) in text.char_indices() {
        let placeholder = c == '{' && text[at + 1..].starts_with(|next: char| next.is_ascii_digit());
        let link = c == '(' && last == ']';
        if placeholder || link {
            shown += &format!("\\x{:02X}", u32::from(c))
        } else {
            shown.push(c)
        }
        last = c;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_makes_no_link_and_no_placeholder() {
        assert_eq!(inert("[a](https://evil) {0} {x} [0] (b)"), "[a]\\x28https://evil) \\x7B0} {x} [0] (b)");
    }
}
