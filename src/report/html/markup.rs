//! Pieces of the page: takes strings that others chose, numbers and parts of sentences, gives markup in which nothing
//! foreign is anything but text.

use serde::Serialize;

use crate::report::json::to_json;
use crate::report::text::escape;

/// A part of a sentence, which the page or its script puts into words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Part {
    Word { word: String, numbers: String },
    Date { date: String },
    Text { text: String },
}

impl Part {
    pub fn word(word: String) -> Self {
        Self::Word { word, numbers: String::new() }
    }

    pub fn html(&self) -> String {
        match self {
            Self::Word { word, numbers } if numbers.is_empty() => spoken(word),
            Self::Word { word, numbers } => format!("<span data-t=\"{}\" data-a=\"{numbers}\"></span>", escaped(word)),
            Self::Date { date } => time(date),
            Self::Text { text } => format!("<bdi>{}</bdi>", escaped(text)),
        }
    }
}

/// A sentence of parts.
pub fn sentence(parts: &[Part]) -> String {
    parts.iter().map(Part::html).collect::<Vec<_>>().join(" ")
}

/// A word of the page.
pub fn spoken(key: &str) -> String {
    format!("<span data-t=\"{}\"></span>", escaped(key))
}

/// A word of the page with its numbers.
pub fn counted(key: &str, numbers: &[u64]) -> String {
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    Part::Word { word: key.to_owned(), numbers: numbers.join(" ") }.html()
}

/// A number as the language writes it.
pub fn number(n: u64) -> String {
    format!("<span data-n=\"{n}\"></span>")
}

/// A cell with a number, the pale where it is none.
pub fn cell(n: u64) -> String {
    let zero = if n == 0 { " zero" } else { "" };
    format!("<td class=\"number{zero}\">{}</td>", number(n))
}

/// A day or a time of it.
pub fn time(iso: &str) -> String {
    format!("<time datetime=\"{}\"></time>", escaped(iso))
}

/// A string that others chose, apart from the direction of the text around it.
pub fn foreign(text: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(&escape(text).to_string()))
}

/// The clause of a policy.
pub fn clause(text: &str) -> String {
    format!("{}\u{a0}{}", spoken("clause"), foreign(text))
}

/// A number of bytes in the unit that fits.
pub fn size(bytes: u64) -> String {
    let shown = crate::report::text::size(bytes);
    let (digits, unit) = shown.split_once(' ').unwrap_or((&shown, "B"));
    format!("<span data-n=\"{digits}\"></span> {}", spoken(&format!("unit-{}", unit.to_lowercase())))
}

/// How much a part is of a whole, which rounds to all or nothing only where it is.
pub fn percent(part: u64, whole: u64) -> String {
    let share = match (part, whole) {
        (_, 0) => 0.0,
        (part, whole) if part >= whole => 100.0,
        (0, _) => 0.0,
        (part, whole) => (part as f64 / whole as f64 * 10_000.0).round().clamp(1.0, 9999.0) / 100.0,
    };
    format!("<span data-n=\"{share}\"></span>{}", spoken("percent"))
}

/// A bar of parts, each with the class of its colour. It repeats figures that stand beside it.
pub fn bar(parts: &[(&str, u64)], whole: u64) -> String {
    /// What shows at all, of a hundred.
    const LEAST: f64 = 0.4;
    let mut at = 0.0;
    let mut bar =
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">".to_owned();
    for (class, n) in parts.iter().filter(|(_, n)| *n > 0) {
        let width = (*n as f64 / whole.max(1) as f64 * 100.0).max(LEAST);
        bar += &format!("<rect class=\"{class}\" x=\"{at:.2}\" width=\"{width:.2}\" height=\"8\"/>");
        at += width;
    }
    bar + "</svg>"
}

/// A string as the text of an element or the value of an attribute.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

/// A value as JSON that can stand in an element `script`: nothing in it ends that, and no line ends but its own.
pub fn embedded(value: &impl Serialize) -> String {
    let json = to_json(value);
    if !json.contains(['<', '>', '&']) {
        return json;
    }
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "</script><!--<img src=x onerror=\"y\">&amp;'\u{2028}\u{202e}\u{1b}[31m]]>";

    #[test]
    fn nothing_foreign_is_markup() {
        let text = foreign(HOSTILE);
        let inside = text.strip_prefix("<bdi>").and_then(|text| text.strip_suffix("</bdi>")).unwrap();
        assert!(!inside.contains(['<', '>', '"', '\'', '\u{2028}', '\u{202e}', '\u{1b}']), "{inside}");
        assert!(inside.contains("&lt;/script&gt;") && inside.contains("&amp;amp;"), "{inside}");
        assert!(!spoken(HOSTILE)["<span data-t=\"".len()..].starts_with("</script"));
    }

    #[test]
    fn nothing_in_json_ends_the_element_and_all_comes_back() {
        let json = embedded(&[HOSTILE]);
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{202e}']), "{json}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [HOSTILE]);
    }

    #[test]
    fn a_share_is_all_only_where_it_is() {
        let share = |part, whole| percent(part, whole).split('"').nth(1).unwrap().to_owned();
        assert_eq!(share(1, 1), "100");
        assert_eq!(share(999_999, 1_000_000), "99.99");
        assert_eq!(share(1, 1_000_000), "0.01");
        assert_eq!(share(0, 0), "0");
        assert_eq!(share(1, 3), "33.33");
    }

    #[test]
    fn a_bar_shows_what_is_little() {
        let bar = bar(&[("forbidden", 1), ("expired", 0), ("declared", 999_999)], 1_000_000);
        assert_eq!(bar.matches("<rect").count(), 2);
        assert!(bar.contains("x=\"0.00\" width=\"0.40\""), "{bar}");
    }
}
