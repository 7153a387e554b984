//! Word documents: takes the bytes of a .docx, gives its paragraphs with the numbers that Word would show. Places are
//! paragraphs.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::numbering::{Numbering, Style, Styles};
use super::{Kind, LARGEST, Paragraph, Text, Unit};

pub fn read(bytes: &[u8]) -> Result<Text, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| format!("the .docx cannot be opened: {e}"))?;
    let document =
        part(&mut archive, "word/document.xml")?.ok_or("this is no .docx file: word/document.xml is missing")?;
    let numbering = part(&mut archive, "word/numbering.xml")?.unwrap_or_default();
    let styles = part(&mut archive, "word/styles.xml")?.unwrap_or_default();
    let mut body =
        Body { numbering: Numbering::parse(&numbering)?, styles: Styles::parse(&styles)?, ..Body::default() };
    for event in events(&document) {
        body.event(&event?);
    }
    Ok(Text { unit: Unit::Paragraph, paragraphs: body.paragraphs })
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, String> {
    let Ok(file) = archive.by_name(name) else { return Ok(None) };
    let mut text = Vec::new();
    file.take(LARGEST as u64 + 1).read_to_end(&mut text).map_err(|e| format!("{name} cannot be read: {e}"))?;
    if text.len() > LARGEST {
        return Err(format!("{name} unpacks to more than 32 MiB: this is no privacy policy"));
    }
    String::from_utf8(text).map(Some).map_err(|_| format!("{name} is not in UTF-8"))
}

/// The events of an XML part.
pub fn events(xml: &str) -> impl Iterator<Item = Result<Event<'_>, String>> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let event = reader.read_event().map_err(|e| format!("the .docx is damaged: {e}"));
        ended = matches!(event, Ok(Event::Eof) | Err(_));
        Some(event)
    })
}

/// The local name of an element, without its prefix.
pub fn name<'e>(element: &'e BytesStart<'_>) -> &'e str {
    element.local_name().into_inner()
}

/// The attribute of this local name.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.attributes().flatten().find(|attribute| attribute.key.local_name().into_inner() == name)?;
    attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

#[derive(Default)]
struct Body {
    numbering: Numbering,
    styles: Styles,
    paragraphs: Vec<Paragraph>,
    place: u32,
    text: String,
    style: Style,
    /// Within `w:t`, whose text counts.
    spelling: bool,
    /// Within a fallback, which repeats what stands before it.
    fallback: usize,
    /// The cells of the row so far.
    row: Option<String>,
    tables: usize,
}

impl Body {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(element) => self.open(element),
            Event::Empty(element) => {
                self.open(element);
                self.close(name(element));
            }
            Event::End(element) => self.close(element.local_name().into_inner()),
            Event::Text(text) if self.spelling && self.fallback == 0 => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if self.spelling && self.fallback == 0 => {
                let named = match &**entity {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => entity.resolve_char_ref().ok().flatten(),
                };
                self.text.extend(named);
            }
            _ => {}
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        let value = || attribute(element, "val");
        match name(element) {
            "Fallback" => self.fallback += 1,
            "tbl" => self.tables += 1,
            "tr" => self.row = Some(String::new()),
            "p" => {
                self.place += 1;
                (self.text, self.style) = (String::new(), Style::default());
            }
            "pStyle" => self.style = value().and_then(|id| self.styles.get(&id)).unwrap_or_default(),
            "numId" => self.style.list = value(),
            "ilvl" => self.style.level = value().and_then(|level| level.parse().ok()),
            "outlineLvl" => self.style.heading = value().as_deref() != Some("9"),
            "tab" | "br" => self.text.push(' '),
            "noBreakHyphen" => self.text.push('-'),
            "t" => self.spelling = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "Fallback" => self.fallback = self.fallback.saturating_sub(1),
            "t" => self.spelling = false,
            "p" if self.fallback == 0 => self.paragraph(),
            "tr" => {
                if let Some(row) = self.row.take().filter(|row| !row.is_empty()) {
                    self.paragraphs.push(Paragraph::new(Kind::Item, row, self.place));
                }
            }
            "tbl" => self.tables = self.tables.saturating_sub(1),
            _ => {}
        }
    }

    fn paragraph(&mut self) {
        let text = std::mem::take(&mut self.text).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        if let Some(row) = self.row.as_mut().filter(|_| self.tables > 0) {
            if !row.is_empty() {
                row.push_str(if row.ends_with([':', ';', ',']) { " " } else { ": " });
            }
            row.push_str(&text);
            return;
        }
        let label =
            self.style.list.as_deref().and_then(|list| self.numbering.next(list, self.style.level.unwrap_or(0)));
        let (kind, text) = match label {
            Some(label) if label.is_empty() => (Kind::Item, text),
            Some(label) => (Kind::Body, format!("{label} {text}")),
            None => {
                let bullet = text.strip_prefix(['-', '•', '–', '—', '·']).map(str::trim_start);
                bullet.map_or((Kind::Body, text.clone()), |item| (Kind::Item, item.to_owned()))
            }
        };
        let kind = if self.style.heading { Kind::Heading } else { kind };
        self.paragraphs.push(Paragraph::new(kind, text, self.place));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    const NUMBERING: &str = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7">
        <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2."/></w:lvl>
        <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="russianLower"/><w:lvlText w:val="%3)"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>"#;

    fn paragraph(list: &str, level: u8, text: &str) -> String {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    }

    #[test]
    fn numbers_are_those_that_word_shows() {
        let body: String = [
            ("1", 0, "Сбор"),
            ("1", 1, "Мы собираем:"),
            ("1", 2, "имя &amp; фамилию"),
            ("1", 2, "телефон"),
            ("1", 1, "Прочее"),
            ("2", 0, "адрес"),
            ("1", 0, "Хранение"),
            ("1", 1, "Срок"),
        ]
        .iter()
        .map(|(list, level, text)| paragraph(list, *level, text))
        .collect();
        let document = format!(r#"<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
        let text = read(&packed(&[("word/document.xml", &document), ("word/numbering.xml", NUMBERING)])).unwrap();
        let texts: Vec<_> = text.paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        let expected = [
            "1. Сбор",
            "1.1. Мы собираем:",
            "а) имя & фамилию",
            "б) телефон",
            "1.2. Прочее",
            "адрес",
            "2. Хранение",
            "2.1. Срок",
        ];
        assert_eq!(texts, expected);
        assert_eq!((text.paragraphs[5].kind, text.paragraphs[5].place(0)), (Kind::Item, 6));
    }

    #[test]
    fn what_is_no_word_document_is_told() {
        assert!(read(&packed(&[("a.txt", "x")])).unwrap_err().contains("word/document.xml is missing"));
        assert!(read(b"PK\x03\x04 cut").unwrap_err().contains("cannot be opened"));
        assert!(read(&packed(&[("word/document.xml", "<w:p><w:t>a</w:p")])).is_err());
    }
}
