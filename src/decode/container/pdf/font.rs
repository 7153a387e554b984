//! Fonts: takes the dictionary of one, gives what the codes of shown text stand for, and how wide they are.

use std::io;

use super::cmap::{CMap, number};
use super::file::File;
use super::object::{Dictionary, Object};
use super::{glyph, text};

/// Ranges of widths.
const WIDTHS: usize = 1 << 16;

#[derive(Debug, Default)]
pub struct Font {
    /// Whether codes may have several bytes.
    is_composite: bool,
    to_unicode: Option<CMap>,
    /// Which codes there are, of one with its own encoding.
    spaces: Option<CMap>,
    /// Whether codes are UTF-16.
    is_unicode: bool,
    /// What single bytes stand for.
    letters: Vec<Option<char>>,
    /// Whether it draws signs, no letters.
    is_symbols: bool,
    widths: Widths,
}

/// Widths in parts of the size.
#[derive(Debug, Default)]
struct Widths {
    /// The first and the last code, in rising order.
    ranges: Vec<(u32, u32, f32)>,
    usual: Option<f32>,
    is_fixed: bool,
}

/// A code of a shown text.
pub struct Glyph {
    /// Bytes of its code.
    pub length: usize,
    pub is_known: bool,
    pub width: f32,
}

impl Font {
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn new(file: &mut File, font: &Dictionary) -> io::Result<Self> {
        let to_unicode = match file.value(font, "ToUnicode")? {
            Object::Stream(stream) => Some(CMap::new(&text::read(file, &stream)?.bytes)),
            _ => None,
        };
        let base = file.value(font, "BaseFont")?;
        let base = String::from_utf8_lossy(base.name().unwrap_or_default()).into_owned();
        let is_symbols = ["Symbol", "Dingbats", "Wingdings", "Webdings"].iter().any(|name| base.contains(name));
        let mut made = Self { to_unicode, is_symbols, ..Self::default() };
        made.widths.is_fixed = base.contains("Courier") || base.contains("Mono");
        if font.is("Subtype", "Type0") {
            made.composite(file, font)?
        } else {
            made.simple(file, font)?
        }
        Ok(made)
    }

    fn composite(&mut self, file: &mut File, font: &Dictionary) -> io::Result<()> {
        self.is_composite = true;
        match file.value(font, "Encoding")? {
            Object::Name(name) => self.is_unicode = name.starts_with(b"Uni"),
            Object::Stream(stream) => self.spaces = Some(CMap::new(&text::read(file, &stream)?.bytes)),
            _ => {}
        }
        let descendants = file.value(font, "DescendantFonts")?;
        let descendant = file.resolve(descendants.array().first().unwrap_or(&Object::Null))?;
        let Some(descendant) = descendant.dictionary() else { return Ok(()) };
        let usual = file.value(descendant, "DW")?.number().unwrap_or(1000.0);
        self.widths.usual = Some(usual as f32 / 1000.0);
        let widths = file.value(descendant, "W")?;
        let mut widths = widths.array().iter();
        while let Some(first) = widths.next().and_then(Object::count) {
            let first = first as u32;
            match widths.next().map(|next| file.resolve(next)).transpose()? {
                Some(Object::Array(list)) => {
                    for (at, width) in list.iter().enumerate() {
                        let code = first.saturating_add(at as u32);
                        self.widths.add(code, code, width.number());
                    }
                }
                Some(last) => {
                    let last = last.count().unwrap_or(0) as u32;
                    self.widths.add(first, last, widths.next().and_then(Object::number));
                }
                None => break,
            }
        }
        self.widths.ranges.sort_by_key(|(first, ..)| *first);
        Ok(())
    }

    fn simple(&mut self, file: &mut File, font: &Dictionary) -> io::Result<()> {
        let encoding = file.value(font, "Encoding")?;
        let base = match &encoding {
            Object::Dictionary(encoding) => file.value(encoding, "BaseEncoding")?,
            encoding => encoding.clone(),
        };
        let charset = match base.name() {
            Some(b"WinAnsiEncoding") => Some(encoding_rs::WINDOWS_1252),
            Some(b"MacRomanEncoding") => Some(encoding_rs::MACINTOSH),
            Some(_) => None,
            // Its own, which for letters beside ASCII is that of Windows in most documents of ours.
            None => Some(encoding_rs::WINDOWS_1251),
        };
        self.letters = (0..=255_u8).map(|code| letter(code, charset)).collect();
        if let Some(encoding) = encoding.dictionary() {
            let mut code = 0;
            for difference in file.value(encoding, "Differences")?.array() {
                match difference {
                    Object::Name(name) => {
                        if let Some(letter) = self.letters.get_mut(code) {
                            *letter = glyph::letter(name);
                        }
                        code += 1;
                    }
                    difference => code = difference.count().unwrap_or(0) as usize,
                }
            }
        }
        let first = file.value(font, "FirstChar")?.count().unwrap_or(0) as u32;
        let scale = match file.value(font, "FontMatrix")?.array().first().and_then(Object::number) {
            Some(scale) if font.is("Subtype", "Type3") => scale as f32 * 1000.0,
            _ => 1.0,
        };
        for (at, width) in file.value(font, "Widths")?.array().iter().take(256).enumerate() {
            let width = file.resolve(width)?.number().map(|width| width * f64::from(scale));
            let code = first.saturating_add(at as u32);
            self.widths.add(code, code, width);
        }
        Ok(())
    }

    /// A measure of its memory.
    pub fn weight(&self) -> usize {
        let tables = [&self.to_unicode, &self.spaces].into_iter().flatten();
        1000 + self.widths.ranges.len() + tables.map(CMap::len).sum::<usize>()
    }

    /// Adds what the first code of a text, which is not empty, stands for.
    pub fn spell(&self, bytes: &[u8], spelled: &mut String) -> Glyph {
        let told = |table: &Option<CMap>| table.as_ref().and_then(|table| table.length(bytes));
        let usual = if self.is_composite { bytes.len().min(2) } else { 1 };
        let length = if !self.is_composite {
            usual
        } else {
            told(&self.spaces).or_else(|| told(&self.to_unicode)).unwrap_or(usual)
        };
        let code = number(&bytes[..length]).unwrap_or(0);
        let from = spelled.len();
        let is_known =
            self.to_unicode.as_ref().is_some_and(|table| table.spell(code, spelled)) || self.letter(code, spelled);
        let letter = spelled[from..].chars().next();
        if !is_known {
            spelled.push(char::REPLACEMENT_CHARACTER);
        }
        Glyph { length, is_known, width: self.widths.of(code, letter) }
    }

    fn letter(&self, code: u32, spelled: &mut String) -> bool {
        let letter = match usize::try_from(code).ok().and_then(|code| self.letters.get(code)) {
            Some(letter) => *letter,
            None if self.is_unicode => char::from_u32(code),
            None => None,
        };
        let letter =
            if self.is_symbols && letter.is_none_or(|letter| !letter.is_ascii_digit()) { Some('•') } else { letter };
        spelled.extend(letter);
        letter.is_some()
    }
}

fn letter(code: u8, charset: Option<&'static encoding_rs::Encoding>) -> Option<char> {
    match (code, charset) {
        (0..=0x1F | 0x7F, _) => None,
        (0x20..0x7F, _) => Some(char::from(code)),
        (0xA0, _) => Some(' '),
        (_, Some(charset)) => charset
            .decode_without_bom_handling_and_without_replacement(&[code])?
            .chars()
            .next()
            .filter(|c| !c.is_control()),
        (_, None) => None,
    }
}

impl Widths {
    fn add(&mut self, first: u32, last: u32, width: Option<f64>) {
        if let Some(width) = width
            && self.ranges.len() < WIDTHS
        {
            self.ranges.push((first, last, width as f32 / 1000.0));
        }
    }

    /// The width of a code; that of its letter in fonts that every reader has.
    fn of(&self, code: u32, letter: Option<char>) -> f32 {
        let after = self.ranges.partition_point(|(first, ..)| *first <= code);
        let range = after.checked_sub(1).map(|at| self.ranges[at]).filter(|(_, last, _)| code <= *last);
        match (range.map(|(.., width)| width).or(self.usual), letter) {
            (Some(width), _) => width,
            _ if self.is_fixed => 0.6,
            (None, Some(' ' | '.' | ',' | ':' | ';' | 'i' | 'j' | 'l' | 't' | 'f' | '/' | 'I')) => 0.278,
            (None, Some('A'..='Z' | '@' | 'm' | 'w')) => 0.7,
            _ => 0.55,
        }
    }
}
