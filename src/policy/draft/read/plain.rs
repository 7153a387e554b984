//! Plain text and Markdown: takes decoded text, gives paragraphs. Lines that a page break or a narrow column tore
//! apart are joined again.

use super::{Kind, Paragraph, Text, Unit};

/// A line at least this long is full: the next one may go on with it.
const FULL: usize = 60;

pub fn read(text: &str) -> Text {
    let lines = (1..).zip(text.lines());
    Text { unit: Unit::Line, paragraphs: paragraphs(lines) }
}

/// Lines, each with its place, as paragraphs.
pub fn paragraphs<'t>(lines: impl Iterator<Item = (u32, &'t str)>) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut blank = true;
    for (place, line) in lines {
        let Some((kind, text)) = read_line(line) else {
            blank = true;
            continue;
        };
        match paragraphs.last_mut() {
            Some(last) if kind == Kind::Body && continues(last, &text, blank) => {
                last.places.push((last.text.len() + 1, place));
                last.text.push(' ');
                last.text.push_str(&text);
            }
            _ => paragraphs.push(Paragraph::new(kind, text, place)),
        }
        blank = false;
    }
    paragraphs
}

/// The line without its marks; none for an empty line, a ruler or the ruler of a table.
fn read_line(line: &str) -> Option<(Kind, String)> {
    let line = line.trim().trim_start_matches('\u{FEFF}');
    if !line.chars().any(char::is_alphanumeric) {
        return None;
    }
    let hashes = line.len() - line.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with(' ') {
        return Some((Kind::Heading, unmarked(&line[hashes..])));
    }
    let bullets = ['-', '*', '+', '•', '–', '—', '▪', '◦', '·', '‣', '●', '○', '✓', '\u{F0B7}', '>'];
    let item = line
        .strip_prefix(bullets)
        .filter(|rest| rest.starts_with([' ', '\t', '\u{A0}']) || line.starts_with(['•', '●', '\u{F0B7}']));
    if let Some(item) = item {
        return Some((Kind::Item, unmarked(item)));
    }
    if let Some(row) = line.strip_prefix('|') {
        let cells: Vec<_> =
            row.trim_end_matches('|').split('|').map(unmarked).filter(|cell| !cell.is_empty()).collect();
        return Some((Kind::Item, cells.join(": ")));
    }
    let text = unmarked(line);
    let kind = if is_title(&text) { Kind::Heading } else { Kind::Body };
    Some((kind, text))
}

/// A line in capitals that ends no sentence.
fn is_title(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 3
        && !text.chars().any(char::is_lowercase)
        && !text.ends_with(['.', ';', ':', ','])
        && text.chars().count() < 150
}

/// Markdown's emphasis, links and escapes undone, white space made single.
fn unmarked(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['*', '_', '`', '\\', '<', '[']) {
        plain.push_str(&rest[..at]);
        let mark = &rest[at..];
        rest = &mark[1..];
        match mark.as_bytes()[0] {
            b'[' => {
                if let Some((label, after)) = link(rest) {
                    plain.push_str(label);
                    rest = after;
                } else {
                    plain.push('[');
                }
            }
            b'<' => {
                if let Some((address, after)) = rest.split_once('>').filter(|(a, _)| !a.contains(' ')) {
                    plain.push_str(address);
                    rest = after;
                } else {
                    plain.push('<');
                }
            }
            b'_' if !mark.starts_with("__") => plain.push('_'),
            _ => {}
        }
    }
    plain.push_str(rest);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The label of `label](address)after`, and what comes after.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.split_once("](")?;
    let (_, after) = rest.split_once(')')?;
    (!label.contains('[')).then_some((label, after))
}

fn continues(last: &Paragraph, line: &str, blank: bool) -> bool {
    let finished = last.text.ends_with(['.', ';', ':', '!', '?']);
    if last.kind == Kind::Heading || finished || is_numbered(line) {
        return false;
    }
    let torn = last.text.ends_with(['-', '–', '—', ',', '(']);
    let first = line.chars().find(|c| c.is_alphanumeric());
    let small = first.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    if blank { small || torn && last.kind == Kind::Body } else { small || torn || last.text.chars().count() >= FULL }
}

/// Whether the line begins with a number of a clause or a point.
fn is_numbered(line: &str) -> bool {
    let number = line.trim_start_matches('(');
    let digits = number.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let counted = digits.len() < number.len();
    if counted {
        return digits.starts_with([')', '\u{A0}'])
            || number[..number.len() - digits.len()].contains('.') && digits.starts_with(' ');
    }
    let mut letters = number.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Kind, String, u32)> {
        read(text).paragraphs.into_iter().map(|p| (p.kind, p.text.clone(), p.place(0))).collect()
    }

    #[test]
    fn marks_are_taken_off() {
        let text = "# **1. Сбор**\n\n* имя;\n\nсм. [сайт](https://a.example) и <https://b.example>\n\n| Данные | Срок |\n|---|---|\n| Имя | 1 год |\n";
        let expected = [
            (Kind::Heading, "1. Сбор".to_owned(), 1),
            (Kind::Item, "имя;".to_owned(), 3),
            (Kind::Body, "см. сайт и https://b.example".to_owned(), 5),
            (Kind::Item, "Данные: Срок".to_owned(), 7),
            (Kind::Item, "Имя: 1 год".to_owned(), 9),
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn a_torn_paragraph_is_joined_and_knows_its_lines() {
        let text = "Оператор вносит в\n\nданные изменения.\nИмя и телефон\n1. Сбор\n- номер id\n\nпользователя";
        let paragraphs = read(text).paragraphs;
        let texts: Vec<_> = paragraphs.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(texts, ["Оператор вносит в данные изменения.", "Имя и телефон", "1. Сбор", "номер id пользователя"]);
        assert_eq!(paragraphs[0].place(paragraphs[0].text.find("данные").unwrap()), 3);
    }
}
