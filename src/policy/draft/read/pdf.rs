//! PDF: takes its bytes, gives the text that is drawn, line by line. Places are pages. What is only a picture of text
//! is not read.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Document, Encoding, Object};

use super::{LARGEST, Text, Unit, plain};

/// In thousandths of the type size: a gap this wide between letters is a space.
const SPACE: f32 = 180.0;

pub fn read(bytes: &[u8]) -> Result<Text, String> {
    let document = Document::load_mem(bytes).map_err(|e| format!("the PDF cannot be read: {e}"))?;
    if document.is_encrypted() {
        return Err("the PDF is encrypted".into());
    }
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (number, page) in document.get_pages() {
        let fonts = document.get_page_fonts(page).unwrap_or_default();
        let encodings = fonts
            .into_iter()
            .filter_map(|(name, font)| Some((name, font.get_font_encoding_with_limit(&document, LARGEST).ok()?)));
        let content = document
            .get_page_content_with_limit(page, LARGEST)
            .map_err(|e| format!("page {number} cannot be read: {e}"))?;
        let content = Content::decode(&content).map_err(|e| format!("page {number} cannot be read: {e}"))?;
        let mut pen = Pen { encodings: encodings.collect(), ..Pen::default() };
        content.operations.iter().for_each(|operation| pen.draw(operation));
        lines.extend(pen.lines().into_iter().map(|line| (number, line)));
    }
    let paragraphs = plain::paragraphs(lines.iter().map(|(page, line)| (*page, line.as_str())));
    Ok(Text { unit: Unit::Page, paragraphs })
}

type Matrix = [f32; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn product(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

/// The state of drawing, as far as it says where text stands.
#[derive(Default)]
struct Pen<'d> {
    encodings: BTreeMap<Vec<u8>, Encoding<'d>>,
    font: Vec<u8>,
    size: f32,
    leading: f32,
    line: Option<Matrix>,
    page: Option<Matrix>,
    saved: Vec<Option<Matrix>>,
    /// What was drawn: height on the page, height of the type, text.
    drawn: Vec<(f32, f32, String)>,
}

impl Pen<'_> {
    fn draw(&mut self, operation: &Operation) {
        let operands = &operation.operands;
        let number = |i: usize| operands.get(i).and_then(|operand| operand.as_float().ok()).unwrap_or(0.0);
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        match operation.operator.as_str() {
            "q" if self.saved.len() < 1000 => self.saved.push(self.page),
            "Q" => self.page = self.saved.pop().unwrap_or(self.page),
            "cm" => self.page = Some(product(matrix(), self.page.unwrap_or(IDENTITY))),
            "BT" => self.line = Some(IDENTITY),
            "Tf" => {
                self.font = operands.first().and_then(|name| name.as_name().ok()).unwrap_or_default().to_vec();
                self.size = number(1);
            }
            "TL" => self.leading = number(0),
            "Tm" => self.line = Some(matrix()),
            "Td" => self.go(number(0), number(1)),
            "TD" => {
                self.leading = -number(1);
                self.go(number(0), number(1));
            }
            "T*" => self.go(0.0, -self.leading),
            "Tj" | "TJ" => self.show(operands),
            "'" => {
                self.go(0.0, -self.leading);
                self.show(operands);
            }
            "\"" => {
                self.go(0.0, -self.leading);
                self.show(operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn go(&mut self, x: f32, y: f32) {
        self.line = Some(product([1.0, 0.0, 0.0, 1.0, x, y], self.line.unwrap_or(IDENTITY)));
    }

    fn show(&mut self, operands: &[Object]) {
        let Some(encoding) = self.encodings.get(&self.font) else { return };
        let mut text = String::new();
        for operand in operands {
            spell(operand, encoding, &mut text);
        }
        let place = product(self.line.unwrap_or(IDENTITY), self.page.unwrap_or(IDENTITY));
        let height = self.size * (place[2].hypot(place[3]));
        match self.drawn.last_mut() {
            Some((at, _, line)) if (*at - place[5]).abs() < 0.4 * height.abs().max(1.0) => line.push_str(&text),
            _ => self.drawn.push((place[5], height.abs().max(1.0), text)),
        }
    }

    /// The lines, with an empty one where a gap parts paragraphs.
    fn lines(self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut above: Option<(f32, f32)> = None;
        for (at, height, text) in self.drawn {
            if above.is_some_and(|(above, size)| (above - at).abs() > 1.75 * height.max(size)) {
                lines.push(String::new());
            }
            lines.push(text);
            above = Some((at, height));
        }
        lines
    }
}

fn spell(operand: &Object, encoding: &Encoding, text: &mut String) {
    match operand {
        Object::String(bytes, _) => text.push_str(&Document::decode_text(encoding, bytes).unwrap_or_default()),
        Object::Array(operands) => operands.iter().for_each(|operand| spell(operand, encoding, text)),
        gap => {
            if gap.as_float().is_ok_and(|gap| gap < -SPACE) && !text.ends_with(' ') {
                text.push(' ');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lopdf::{Stream, dictionary};

    use super::*;

    fn page(content: &str) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let pages = document.new_object_id();
        let font = document.add_object(
            dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier", "Encoding" => "WinAnsiEncoding" },
        );
        let resources = document.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
        let content = document.add_object(Stream::new(dictionary! {}, content.as_bytes().to_vec()));
        let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
        document.objects.insert(
            pages,
            Object::Dictionary(dictionary! {
                "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "Resources" => resources,
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            }),
        );
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn lines_are_joined_where_they_are_one_paragraph() {
        let content = "BT /F1 12 Tf 50 700 Td (1. Data) Tj 0 -30 Td (We coll) Tj (ect the e-mail address and the name of each user that) Tj \
                       0 -14 Td [(you) -300 (give.)] TJ ET";
        let paragraphs = read(&page(content)).unwrap().paragraphs;
        let texts: Vec<_> = paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        assert_eq!(texts, ["1. Data", "We collect the e-mail address and the name of each user that you give."]);
        assert_eq!(paragraphs[1].place(0), 1);
    }

    #[test]
    fn a_scan_has_no_text() {
        let error = super::super::read("scan.pdf", &page("q 100 0 0 100 0 0 cm /Im1 Do Q")).unwrap_err();
        assert_eq!(error.message, "the document holds no text");
        assert!(error.help.unwrap().contains("it may be a scan"));
    }

    #[test]
    fn a_damaged_file_is_no_panic() {
        let whole = page("BT /F1 12 Tf (text) Tj ET");
        for end in 5..whole.len() {
            let _ = read(&whole[..end]);
        }
    }
}
