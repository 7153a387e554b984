use std::io::{Cursor, Write};

use flate2::write::ZlibEncoder;

use super::*;
use crate::decode::Gate;
use crate::decode::container::given::{Given, open};
use crate::limits::Unpacking;

const PEOPLE: &[u8] = include_bytes!("../../../../fixtures/pdf/people.pdf");
const BOUND: &[u8] = include_bytes!("../../../../fixtures/pdf/bound.pdf");
const LOCKED: &[u8] = include_bytes!("../../../../fixtures/pdf/locked.pdf");

/// A document of these objects, counted from 1; the first is the catalog.
fn document(objects: &[String]) -> Vec<u8> {
    let objects: String =
        objects.iter().enumerate().map(|(at, object)| format!("{} 0 obj\n{object}\nendobj\n", at + 1)).collect();
    format!("%PDF-1.7\n{objects}trailer<</Root 1 0 R/Info<</Author(Kim)>>>>\nstartxref\n0\n%%EOF\n").into_bytes()
}

fn stream(dictionary: &str, content: &str) -> String {
    format!("<<{dictionary}/Length {}>>stream\n{content}\nendstream", content.len())
}

/// A document with a page that is drawn so, in a font of this kind, and these objects from the number 6 on.
fn page(content: &str, font: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>/XObject<</X1 6 0 R>>>>>>".to_owned(),
        format!("<</Type/Font/BaseFont/Courier{font}>>"),
        stream("", content),
    ];
    objects.extend_from_slice(more);
    document(&objects)
}

const SIMPLE: &str = "/Subtype/Type1/Encoding/WinAnsiEncoding";

#[test]
fn pages_are_read_with_what_is_said_and_attached() {
    for (stored, first) in [(PEOPLE, "people"), (BOUND, "bound")] {
        let given = open(stored);
        assert_eq!(given.told, [""; 0], "{first}");
        let lines: Vec<&str> = given.text.lines().collect();
        assert_eq!(lines[0], "Сотрудник Иванов Пётр, ИИН 900517132728, тел. 8 (701) 000-00-22.");
        assert_eq!(lines[1], "ФИО\tИИН\tҰялы телефон\tПочта");
        for said in ["Author: Иванов Пётр Ильич", "Title: Қызметкерлер", "Contents: тел. 8 701 000 00 24"]
        {
            assert!(lines.contains(&said), "{said} in {lines:?}");
        }
        let [(name, columns, rows)] = &given.tables[..] else { panic!("{:?}", given.tables) };
        assert_eq!(
            (&**name, columns.as_ref().unwrap().join(" ")),
            ("table 1", "ФИО ИИН Ұялы телефон Почта".to_owned())
        );
        let first = "Иванов Пётр\t900517132728\t+7 701 000-00-19\tpetr@romashka-demo.kz";
        assert_eq!(rows.lines().next(), Some(first));
        assert!(rows.contains("Әлия Қасым\t750228150059\t+7 701 000-00-20\n"));
        let (name, attached) = &given.members[0];
        assert!(name == "list.zip" && attached.starts_with(b"PK\x03\x04"));
        assert_eq!(given.members[1].0, "(rest)");
    }
    let length = LOCKED.len();
    assert_eq!(open(LOCKED).told, [format!(": encrypted ({length})")]);
}

#[test]
fn values_that_are_cut_by_kerning_or_places_are_whole() {
    for (content, expected) in [
        ("BT /F1 10 Tf 50 700 Td [(900)-20(51713)15(2728)]TJ ET", "900517132728\n"),
        ("BT /F1 10 Tf 1 0 0 1 50 700 Tm (9005171)Tj 1 0 0 1 92 700 Tm (32728)Tj ET", "900517132728\n"),
        ("BT /F1 10 Tf 50 700 Td (IIN)Tj 30 0 Td (900517132728)Tj ET", "IIN\t900517132728\n"),
        ("BT /F1 10 Tf 50 700 Td (one)Tj 0 -12 Td (two)Tj T* (three)' ET", "one\ntwothree\n"),
        ("BT /F1 10 Tf 12 TL 50 700 Td (one)Tj (two)' 1 2 (three)\" ET", "one\ntwo\nthree\n"),
        ("q 1 0 0 1 0 300 cm BT /F1 10 Tf (b)Tj ET Q BT /F1 10 Tf 0 400 Td (a)Tj ET", "a\nb\n"),
        // A page on its side.
        ("BT /F1 10 Tf 0 1 -1 0 100 50 Tm (up)Tj 0 -12 Td (right)Tj ET", "up\nright\n"),
        ("BI /W 1 /H 1 ID \x01EI x EI BT /F1 10 Tf (after)Tj ET", "after\n"),
        // Bold by drawing twice.
        ("BT /F1 10 Tf 50 700 Td (900517)Tj .3 0 Td (900517)Tj ET", "900517\n"),
    ] {
        let given = open(&page(content, SIMPLE, &[]));
        assert_eq!(given.text, format!("{expected}Author: Kim\n"), "{content}");
        assert_eq!(given.told, [""; 0]);
    }
}

#[test]
fn letters_are_told_by_fonts_of_all_kinds() {
    let table = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <0003> <0418> endbfrange";
    let utf = "/Subtype/Type0/Encoding/UniGB-UCS2-H/DescendantFonts[<</DW 500>>]";
    for (content, font, expected) in [
        ("<C8C8CD>", "/Subtype/TrueType", "ИИН"),
        ("(\\001\\002a)", "/Subtype/Type1/Encoding<</Differences[1/afii10026/uni04D8]>>", "ИӘa"),
        (
            "<000100010002>",
            "/Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[<</W[1[500 600]]>>]",
            "ИИЙ",
        ),
        ("<04180031>", utf, "И1"),
        ("<95>", SIMPLE, "•"),
    ] {
        let given = open(&page(&format!("BT /F1 10 Tf {content} Tj ET"), font, &[stream("", table)]));
        assert_eq!(given.text.lines().next(), Some(expected), "{font}");
    }
    // Without a table, glyphs are numbers of a font.
    let content = format!("BT /F1 10 Tf <{}> Tj ET", "0041".repeat(30));
    let given = open(&page(&content, "/Subtype/Type0/Encoding/Identity-H", &[]));
    assert_eq!(given.told, ["the fonts of 1 of 1 pages do not tell their letters: not read"]);
}

#[test]
fn fields_and_links_are_said_once() {
    let field = "<</FT/Tx/T(iin)/V(900517132728)/DV(900517132728)/AP<</N 7 0 R>>/DA(/F1 0 Tf)/Subtype/Widget>>";
    let look = stream("/Subtype/Form", "BT /F1 10 Tf (900517132728) Tj ET");
    let link = "<</Subtype/Link/A<</S/URI/URI(mailto:a@romashka-demo.kz)>>/M(D:20261122101500Z)/ID<0102>>>";
    let bytes = page("BT ET", SIMPLE, &[field.to_owned(), look, link.to_owned()]);
    let bytes = String::from_utf8(bytes).unwrap().replace("/Contents 5 0 R", "/Contents 5 0 R/Annots[6 0 R 8 0 R]");
    let given = open(bytes.as_bytes());
    assert_eq!(given.text, "Author: Kim\niin: 900517132728\nURI: mailto:a@romashka-demo.kz\n");
}

#[test]
fn a_picture_of_a_page_is_told() {
    let image = stream("/Subtype/Image/Width 9/Height 9", "\u{1}kept 900517132728");
    let scan = page("q 600 0 0 800 0 0 cm /X1 Do Q", SIMPLE, std::slice::from_ref(&image));
    let given = open(&scan);
    assert_eq!(given.told, [": 1 of 1 pages are pictures without text (0)"]);
    assert!(String::from_utf8_lossy(&given.members[0].1).contains("kept 900517132728"));
    let small = page("q 60 0 0 80 0 0 cm /X1 Do Q", SIMPLE, std::slice::from_ref(&image));
    assert_eq!(open(&small).told, [""; 0]);
    let read = page("q 600 0 0 800 0 0 cm /X1 Do Q BT /F1 10 Tf 3 Tr (text) Tj ET", SIMPLE, &[image]);
    assert_eq!(open(&read).told, [""; 0]);
}

#[test]
fn older_versions_and_what_stands_outside_are_kept() {
    let mut bytes = page("BT /F1 10 Tf (old) Tj ET", SIMPLE, &["<</T(iin)/V(750228150059)>>".to_owned()]);
    bytes.extend(b"6 0 obj<</T(iin)/V(850112118154)>>endobj\n");
    bytes.extend(format!("5 0 obj\n{}\nendobj\n", stream("", "BT /F1 10 Tf (new) Tj ET")).bytes());
    bytes.extend(b"% IIN 900517132728\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF");
    let given = open(&bytes);
    assert_eq!((&*given.text, &given.told[..]), ("new\nAuthor: Kim\niin: 850112118154\n", &[][..]));
    let rest = String::from_utf8_lossy(&given.members[0].1).into_owned();
    for (text, is_there) in [
        ("(old)", true),
        ("V(750228150059)", true),
        ("% IIN 900517132728", true),
        ("(new)", false),
        ("850112118154", false),
    ] {
        assert_eq!(rest.contains(text), is_there, "{text}: {rest}");
    }
}

#[test]
fn circles_and_depths_end() {
    let circle = "<</Type/Pages/Kids[2 0 R 3 0 R 3 0 R]>>".to_owned();
    let draws = stream("/Subtype/Form/Resources<</XObject<</X 4 0 R>>>>", "/X Do /X Do");
    let looks = "<</Type/Page/Contents[4 0 R 5 0 R 99 0 R]/Resources 6 0 R>>".to_owned();
    let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned(), circle, looks, draws];
    objects.extend([
        "5 0 R".to_owned(),
        "<</XObject<</X 4 0 R>>/Font 7 0 R>>".to_owned(),
        "8 0 R".to_owned(),
        "7 0 R".to_owned(),
    ]);
    let given = open(&document(&objects));
    assert!(given.told.iter().any(|told| told.contains("the tree")), "{:?}", given.told);
    // A chain of folders, and one of references.
    let deep = (1..3000).map(|at| format!("<</Type/Pages/Pages {} 0 R/Kids[{} 0 R]>>", at + 1, at + 1));
    assert!(!open(&document(&deep.collect::<Vec<_>>())).told.is_empty());
    let refers = (1..3000).map(|at| format!("{} 0 R", at + 1));
    assert!(!open(&document(&refers.collect::<Vec<_>>())).told.is_empty());
}

/// What is told of a document that may unpack to so many bytes, and how much was given.
fn within(stored: &[u8], unpacking: Unpacking) -> (Vec<String>, usize) {
    let meter = Meter::new(&unpacking, std::sync::Arc::<Gate>::default());
    meter.stored(stored.len() as u64);
    let mut given = Given::default();
    let mut source = Cursor::new(stored);
    if let Err(error) = (CONTAINER.open)(&mut Input::new(&mut source, None, &meter), &mut given) {
        given.told.push(error.to_string());
    }
    let length = given.length();
    (given.told, length)
}

fn bomb(content: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    (0..times).for_each(|_| encoder.write_all(content).unwrap());
    let packed = encoder.finish().unwrap();
    let mut bytes = page("BT ET", SIMPLE, &[]);
    let head = format!("5 0 obj\n<</Filter/FlateDecode/Length {}>>stream\n", packed.len());
    bytes.extend(head.bytes());
    bytes.extend(packed);
    bytes.extend(b"\nendstream\nendobj\nstartxref\n0\n%%EOF");
    bytes
}

#[test]
fn bombs_are_bounded() {
    // Many texts, many parts of one object, and nothing but a length.
    for (content, times) in [
        (&b"BT (a)Tj ET "[..], 4 << 20),
        (b"[1 1 1 1 1 1 ", 4 << 20),
        (b"(((((((((((((((", 4 << 20),
        (b"0 0 0 0 0 0 cm q ", 4 << 20),
    ] {
        let (told, length) = within(&bomb(content, times), Unpacking::default());
        assert!(!told.is_empty() && length < 32 << 20, "{told:?} {length}");
    }
    let (told, _) = within(&bomb(b"BT (a)Tj ET ", 1 << 20), Unpacking { bytes: 1 << 20, ..Unpacking::default() });
    assert!(told.iter().any(|told| told.contains("--max-unpacked")), "{told:?}");
    let (told, _) = within(PEOPLE, Unpacking { memory: 20_000, ..Unpacking::default() });
    assert!(told.iter().any(|told| told.contains("--max-memory")), "{told:?}");
}

#[test]
fn what_pages_share_is_no_bomb() {
    // Pages that are drawn alike, in a form that is drawn by forms, with a list of fonts that is long.
    let fonts: String = (0..20_000).map(|at| format!("/G{at} 4 0 R")).collect();
    let content = "/F1 1 Tf /X1 Do ".repeat(20_000);
    let mut objects = vec![
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{}]>>", (9..300).map(|at| format!("{at} 0 R ")).collect::<String>()),
        "<</Type/Page/Contents 5 0 R/Resources 6 0 R>>".to_owned(),
        "<</Type/Font>>".to_owned(),
        stream("", &content),
        "<</Font 7 0 R/XObject<</X1 8 0 R>>>>".to_owned(),
        format!("<<{fonts}>>"),
        stream("/Subtype/Form/Resources 6 0 R", &content),
    ];
    let page = objects[2].clone();
    objects.extend((9..300).map(|_| page.clone()));
    let given = open(&document(&objects));
    assert!(given.told.iter().any(|told| told.contains("share so much")), "{:?}", given.told);
}

#[test]
fn a_cut_or_a_flip_anywhere_is_told_and_no_panic() {
    let whole = open(PEOPLE);
    for cut in (9..PEOPLE.len() - 40).step_by(97) {
        let given = open(&PEOPLE[..cut]);
        assert!(!given.told.is_empty(), "cut at {cut}");
    }
    for stored in [PEOPLE, BOUND] {
        for at in (9..stored.len()).step_by(211) {
            for flip in [0x01, 0x80, 0xFF] {
                let mut bytes = stored.to_vec();
                bytes[at] ^= flip;
                assert!(open(&bytes).length() < 4 * whole.length() + (1 << 20));
            }
        }
    }
}

#[test]
fn the_text_of_objects_before_a_cut_is_read() {
    // The page and its font stand before what is cut away.
    let bytes = page("BT /F1 10 Tf (IIN 900517132728) Tj ET", SIMPLE, &["(gone)".to_owned()]);
    let cut = bytes.len() - 80;
    let given = open(&bytes[..cut]);
    assert!(given.text.contains("IIN 900517132728"), "{given:?}");
    assert!(given.told.contains(&"the PDF ends before its end".to_owned()));
}

#[test]
fn text_about_pdf_is_none() {
    for text in ["%PDF-", "%PDF is a format", "PDF-1.4", "see %PDF-1.4", "%PDF-x.y\n"] {
        assert!(!begins(text.as_bytes()), "{text}");
    }
    assert!(begins(b"%PDF-1.4\n") && begins(b"\xEF\xBB\xBF\r\n%PDF-2.0\r"));
}
