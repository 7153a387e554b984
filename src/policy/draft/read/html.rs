//! HTML: takes its text, gives the paragraphs that a reader sees. Elements of ordered lists get the numbers that a
//! browser would show. Places are lines of the source.

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::{Kind, Paragraph, Text, Unit};

/// What a reader does not read as text of the document.
const HIDDEN: &[&str] =
    &["head", "title", "script", "style", "nav", "noscript", "template", "svg", "select", "button", "iframe"];
/// What begins and ends a paragraph.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "ul",
    "ol",
    "li",
    "table",
    "tbody",
    "thead",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "hr",
    "blockquote",
    "pre",
    "dl",
    "dt",
    "dd",
    "body",
    "html",
    "address",
    "figure",
    "form",
    "label",
];

pub fn read(html: &str) -> Text {
    let starts: Vec<usize> = std::iter::once(0).chain(html.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => page.open(&String::from_utf8_lossy(&tag.name), tag.self_closing),
            Token::EndTag(tag) => page.close(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => {
                let line = starts.partition_point(|start| *start <= text.span.start);
                page.text(&String::from_utf8_lossy(&text.value), u32::try_from(line).unwrap_or(u32::MAX));
            }
            _ => {}
        }
    }
    page.flush();
    Text { unit: Unit::Line, paragraphs: page.paragraphs }
}

#[derive(Default)]
struct Page {
    paragraphs: Vec<Paragraph>,
    text: String,
    places: Vec<(usize, u32)>,
    kind: Option<Kind>,
    /// The number that the element bears, until its text is seen.
    number: Option<String>,
    /// Open lists: the count of an ordered one.
    lists: Vec<Option<u16>>,
    hidden: Vec<String>,
    row: bool,
}

impl Page {
    fn open(&mut self, name: &str, closed: bool) {
        if HIDDEN.contains(&name) && !closed {
            self.hidden.push(name.to_owned());
        }
        if !BLOCKS.contains(&name) || self.row && !matches!(name, "tr" | "table") {
            if matches!(name, "td" | "th") && self.row && !self.text.trim().is_empty() {
                self.text = self.text.trim_end().trim_end_matches(':').to_owned() + ": ";
            }
            return;
        }
        self.flush();
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.kind = Some(Kind::Heading),
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "li" => self.element(),
            "tr" => (self.row, self.kind) = (true, Some(Kind::Item)),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.hidden.last().is_some_and(|hidden| hidden == name) {
            self.hidden.pop();
        }
        if !BLOCKS.contains(&name) || self.row && name != "tr" {
            return;
        }
        self.flush();
        match name {
            "ul" | "ol" => {
                self.lists.pop();
            }
            "tr" => self.row = false,
            _ => {}
        }
        (self.kind, self.number) = (None, None);
    }

    fn element(&mut self) {
        self.kind = Some(Kind::Item);
        if let Some(Some(count)) = self.lists.last_mut() {
            *count = count.saturating_add(1);
            // Lists without numbers on the way are no part of a number.
            let ordered = self.lists.iter().rev().map_while(|count| *count).collect::<Vec<_>>();
            let numbers: Vec<_> = ordered.iter().rev().map(u16::to_string).collect();
            (self.number, self.kind) = (Some(format!("{}. ", numbers.join("."))), Some(Kind::Body));
        }
    }

    fn text(&mut self, text: &str, line: u32) {
        if !self.hidden.is_empty() {
            return;
        }
        let mut line = line;
        for piece in text.split_inclusive('\n') {
            let spaced = piece.starts_with(char::is_whitespace);
            let words = piece.split_whitespace().collect::<Vec<_>>().join(" ");
            if spaced && !self.text.is_empty() && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            if !words.is_empty() {
                if let Some(number) = self.number.take_if(|_| self.text.is_empty()) {
                    self.text = if words.starts_with(|c: char| c.is_ascii_digit()) { String::new() } else { number };
                }
                self.places.push((if self.places.is_empty() { 0 } else { self.text.len() }, line));
                self.text.push_str(&words);
                if piece.ends_with(char::is_whitespace) {
                    self.text.push(' ');
                }
            }
            line += u32::from(piece.ends_with('\n'));
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let places = std::mem::take(&mut self.places);
        let text = text.trim_end();
        if text.chars().any(char::is_alphanumeric) {
            let bullet = text.trim_start_matches(['•', '-', '–', '—', '·']).trim_start();
            let marked = bullet.len() < text.len();
            let kind = self.kind.unwrap_or(if marked { Kind::Item } else { Kind::Body });
            let text = if marked { bullet } else { text };
            self.paragraphs.push(Paragraph { kind, text: text.to_owned(), places });
            if self.kind == Some(Kind::Heading) {
                self.kind = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_sees_is_read() {
        let html = "<!doctype html><title>x</title><style>p{}</style>\n<h2>1. Сбор &amp; т.д.</h2>\n<p>Мы <b>собираем</b>:\n\
                    <ul><li>имя;</li><li><p>телефон</p></ul><script>if (a<b) {}</script>\n<table><tr><th>Срок<td>1 год</tr></table>";
        let shown: Vec<_> = read(html).paragraphs.into_iter().map(|p| (p.kind, p.text.clone(), p.place(0))).collect();
        let expected = [
            (Kind::Heading, "1. Сбор & т.д.".to_owned(), 2),
            (Kind::Body, "Мы собираем:".to_owned(), 3),
            (Kind::Item, "имя;".to_owned(), 4),
            (Kind::Item, "телефон".to_owned(), 4),
            (Kind::Item, "Срок: 1 год".to_owned(), 5),
        ];
        assert_eq!(shown[..], expected[..]);
    }

    #[test]
    fn ordered_lists_are_numbered_as_a_browser_does() {
        let html = "<ol><li>Общие положения<ol><li>Первое</li><li>Второе</li></ol></li><li>Сбор</li></ol>";
        let texts: Vec<_> = read(html).paragraphs.into_iter().map(|p| p.text).collect();
        assert_eq!(texts, ["1. Общие положения", "1.1. Первое", "1.2. Второе", "2. Сбор"]);
    }
}
