//! Reading a document: takes its name and bytes, gives its [`Text`] as paragraphs that know where they stand.

use std::fmt;

use crate::decode::to_utf8;
use crate::error::{Error, Result};

#[cfg(feature = "docx")]
mod docx;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "docx")]
mod numbering;
#[cfg(feature = "pdf")]
mod pdf;
mod plain;

/// A document larger than this is no privacy policy; also the bound of what a compressed one unpacks to.
pub const LARGEST: usize = 32 << 20;

/// What places in a document are counted by, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(all(feature = "docx", feature = "pdf")), expect(dead_code, reason = "a build may read fewer formats"))]
pub enum Unit {
    Line,
    Paragraph,
    Page,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line => "line",
            Self::Paragraph => "paragraph",
            Self::Page => "page",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Heading,
    /// An element of a list with bullets, a row of a table.
    Item,
    Body,
}

/// One paragraph, its lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    pub kind: Kind,
    pub text: String,
    /// From which byte of the text on a place holds, in rising order; the first is of byte 0.
    pub places: Vec<(usize, u32)>,
}

impl Paragraph {
    fn new(kind: Kind, text: impl Into<String>, place: u32) -> Self {
        Self { kind, text: text.into(), places: vec![(0, place)] }
    }

    /// The place of a byte of the text.
    pub fn place(&self, at: usize) -> u32 {
        self.places.iter().rev().find(|(from, _)| *from <= at).map_or(1, |(_, place)| *place)
    }
}

/// A document as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub unit: Unit,
    pub paragraphs: Vec<Paragraph>,
}

/// Reads a document, by what its bytes show and else by the ending of its `name`.
///
/// # Errors
/// What cannot be read, holds no text, or is of no known format.
pub fn read(name: &str, bytes: &[u8]) -> Result<Text> {
    if bytes.len() > LARGEST {
        return Err(Error::new("the document is larger than 32 MiB: this is no privacy policy").at(name));
    }
    let text = match format(name, bytes) {
        Format::Pdf => pdf(bytes),
        Format::Docx => docx(bytes),
        Format::Html => html(&decoded(bytes)),
        Format::Plain => Ok(plain::read(&decoded(bytes))),
        Format::Unknown(what) => Err(what.into()),
    };
    let text = text.map_err(|message| Error::new(message).at(name).help(FORMATS))?;
    if text.paragraphs.iter().all(|paragraph| paragraph.text.trim().is_empty()) {
        let error = Error::new("the document holds no text").at(name);
        return Err(match text.unit {
            Unit::Page => error.help("it may be a scan: give the text itself, or a PDF that was run through OCR"),
            _ => error,
        });
    }
    Ok(text)
}

const FORMATS: &str = "give the document as .txt, .md, .html, .docx or .pdf";

enum Format {
    Pdf,
    Docx,
    Html,
    Plain,
    Unknown(&'static str),
}

fn format(name: &str, bytes: &[u8]) -> Format {
    let ending = name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    let head = &bytes[..bytes.len().min(1024)];
    let opens = |mark: &str| String::from_utf8_lossy(head).trim_start().to_ascii_lowercase().starts_with(mark);
    match &*ending {
        _ if head.starts_with(b"%PDF-") => Format::Pdf,
        _ if head.starts_with(b"PK\x03\x04") => Format::Docx,
        _ if head.starts_with(b"\xD0\xCF\x11\xE0") => Format::Unknown("this is an old .doc file"),
        "html" | "htm" | "xhtml" => Format::Html,
        _ if opens("<!doctype html") || opens("<html") => Format::Html,
        "pdf" => Format::Unknown("this is no PDF file"),
        "docx" => Format::Unknown("this is no .docx file"),
        _ if head.contains(&0) && !head.starts_with(b"\xFF\xFE") && !head.starts_with(b"\xFE\xFF") => {
            Format::Unknown("this is no text")
        }
        _ => Format::Plain,
    }
}

/// Text in UTF-8 or UTF-16 by its mark, else by its letters.
fn decoded(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((charset, _)) => charset.decode(bytes).0.into_owned(),
        None => to_utf8(bytes).into_owned(),
    }
}

type Read = std::result::Result<Text, String>;

#[cfg(feature = "pdf")]
fn pdf(bytes: &[u8]) -> Read {
    pdf::read(bytes)
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &[u8]) -> Read {
    Err("this build reads no PDF".into())
}

#[cfg(feature = "docx")]
fn docx(bytes: &[u8]) -> Read {
    docx::read(bytes)
}

#[cfg(not(feature = "docx"))]
fn docx(_: &[u8]) -> Read {
    Err("this build reads no .docx".into())
}

#[cfg(feature = "html")]
fn html(text: &str) -> Read {
    Ok(html::read(text))
}

#[cfg(not(feature = "html"))]
fn html(_: &str) -> Read {
    Err("this build reads no HTML".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_no_text_is_told() {
        for (name, bytes, message) in [
            ("a.txt", &b""[..], "the document holds no text"),
            ("a.md", b" \n\n", "the document holds no text"),
            ("a.pdf", b"hello", "this is no PDF file"),
            ("a.doc", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "this is an old .doc file"),
            ("a.bin", b"a\0b", "this is no text"),
        ] {
            let error = read(name, bytes).unwrap_err();
            assert_eq!((error.message.as_str(), error.place.as_deref()), (message, Some(name)));
        }
    }

    #[test]
    fn text_is_read_in_its_charset() {
        for charset in [encoding_rs::UTF_8, encoding_rs::WINDOWS_1251] {
            let (bytes, _, _) = charset.encode("Политика");
            assert_eq!(read("a.txt", &bytes).unwrap().paragraphs[0].text, "Политика", "{}", charset.name());
        }
        let utf16: Vec<u8> = "\u{FEFF}Қазақ".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read("a.txt", &utf16).unwrap().paragraphs[0].text, "Қазақ");
    }
}
