//! PDF: takes its bytes, gives the text that is drawn, line by line. Places are pages. What is only a picture of text
//! is not read.

use super::{Text, Unit, plain};
use crate::decode::pdf_pages;

pub fn read(bytes: &[u8]) -> Result<Text, String> {
    let pages = pdf_pages(bytes).map_err(|error| error.to_string())?;
    let lines = pages.iter().flat_map(|(page, lines)| lines.iter().map(|line| (*page, line.as_str())));
    Ok(Text { unit: Unit::Page, paragraphs: plain::paragraphs(lines) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(content: &str) -> Vec<u8> {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>".to_owned(),
            "<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>".to_owned(),
            format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        ];
        let objects = objects.iter().enumerate().map(|(at, object)| format!("{} 0 obj\n{object}\nendobj\n", at + 1));
        let objects: String = objects.collect();
        format!("%PDF-1.5\n{objects}trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF").into_bytes()
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
