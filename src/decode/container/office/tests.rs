use crate::decode::container::given::{Given, open};

const BOOK: &[u8] = include_bytes!("../../../../fixtures/office/clients.xlsx");
const INLINE: &[u8] = include_bytes!("../../../../fixtures/office/inline.xlsx");
const ODS: &[u8] = include_bytes!("../../../../fixtures/office/clients.ods");
const ODT: &[u8] = include_bytes!("../../../../fixtures/office/letter.odt");
const DOCX: &[u8] = include_bytes!("../../../../fixtures/office/letter.docx");
const PPTX: &[u8] = include_bytes!("../../../../fixtures/office/slides.pptx");

fn rows<'g>(given: &'g Given, table: &str) -> Vec<Vec<&'g str>> {
    let (.., rows) = given.tables.iter().find(|(name, ..)| name == table).unwrap();
    rows.lines().map(|line| line.split('\t').collect()).collect()
}

/// The member of this name, as text.
fn member(given: &Given, name: &str) -> String {
    let (_, content) = given.members.iter().find(|(own, _)| own == name).unwrap();
    String::from_utf8_lossy(content).into_owned()
}

#[test]
fn cells_of_a_workbook_are_what_they_show() {
    for stored in [BOOK, INLINE] {
        let given = open(stored);
        let names: Vec<_> = given.tables.iter().map(|(name, ..)| &**name).collect();
        assert_eq!((names, &*given.told), (vec!["Клиенты", "Births", "Empty"], &[][..]));
        let clients = rows(&given, "Клиенты");
        assert_eq!(clients.len(), 14);
        assert_eq!(clients[0], ["Список клиентов"]);
        assert_eq!(clients[1], ["№", "ИИН", "ФИО", "Дата рождения", "Телефон", "Сумма"]);
        assert_eq!(clients[2], ["1", "900517132728", "Иванов Пётр", "1890-05-17", "", "0"]);
        assert_eq!(clients[3][..6], ["2", "750228150059", "Смит Анна", "1875-02-28", "8 701 000 00 19", "1500.5"]);
        assert_eq!(clients[4][..3], ["3", "010517132721", "Ким Ли"]);
        let births = rows(&given, "Births");
        assert_eq!(births[2], ["1", "2010-03-02", "2020-01-01 12:30:00"]);
        assert_eq!(rows(&given, "Empty"), [[""; 0]; 0]);
    }
}

#[test]
fn what_is_no_cell_of_a_workbook_is_given_besides() {
    let given = open(BOOK);
    assert_eq!(member(&given, "xl/sharedStrings.xml"), "удалён: ИИН 850112118154\n");
    assert!(member(&given, "xl/comments1.xml").contains("+7 700 000 00 15"));
    assert!(member(&given, "docProps/core.xml").contains("Ахметова Айгерим"));
    let after = member(&given, "xl/worksheets/sheet1.xml");
    assert!(after.contains("<hyperlink ") && !after.contains("<c "), "{after}");
}

#[test]
fn rows_and_cells_of_open_document_are_given_as_often_as_they_stand() {
    let given = open(ODS);
    assert_eq!(given.told, [""; 0]);
    let clients = rows(&given, "Клиенты");
    assert_eq!(clients[..2], [vec!["Список клиентов"], vec!["№", "ИИН", "ФИО", "Дата рождения", "Телефон"]]);
    assert_eq!(clients[2], ["1", "900517132728", "Иванов Пётр", "1890-05-17"]);
    assert_eq!(clients[3], ["2", "750228150059", "Смит Анна", "1875-02-28", "8 701 000 00 19"]);
    assert_eq!(clients[4..], [["3", "900517132728", "Ким Ли", "1890-05-17", "8 701 000 00 19"]; 3]);
    assert!(given.text.contains("перезвонить: +7 700 000 00 15\n"));
}

#[test]
fn paragraphs_and_tables_of_documents_are_joined_from_their_runs() {
    for (stored, phone) in [(DOCX, 1), (ODT, 0)] {
        let given = open(stored);
        let text: Vec<_> = given.text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        assert_eq!(text[0], "Договор");
        assert_eq!(
            text[1].split_whitespace().collect::<Vec<_>>().join(" "),
            "ИИН заказчика: 900517132728 тел. +7 701 000 00 19"
        );
        assert_eq!(text[2], "Подпись: anna@romashka-demo.kz");
        assert_eq!(text.len(), 3 + phone, "{text:?}");
        let (_, columns, parties) = &given.tables[0];
        assert_eq!(*columns, None);
        assert!(parties.starts_with("ИИН\tФамилия") && parties.contains("750228150059\tСмит"), "{parties}");
    }
    let given = open(DOCX);
    assert_eq!(given.tables[1].2, "Итого\n5\tok\n");
    assert!(!given.members.iter().any(|(name, _)| name == "word/document.xml"));
    let given = open(PPTX);
    assert!(given.text.contains("ИИН 900517132728\n") && given.text.contains("позвонить +7 700 000 00 15"));
    assert_eq!(given.tables[0].2.lines().nth(1), Some("750228150059\t8 701 000 00 19"));
}

#[test]
fn a_cut_anywhere_gives_what_stands_before_it_and_is_told() {
    for stored in [BOOK, ODS, DOCX] {
        let whole = open(stored);
        for cut in (60..stored.len()).step_by(97) {
            let given = open(&stored[..cut]);
            assert!(!given.told.is_empty(), "{cut}");
            for (name, _, rows) in &given.tables {
                // Of a workbook that ends before its list of sheets, these have the names of their parts, and strings are lost.
                let Some((.., all)) = whole.tables.iter().find(|(other, ..)| other == name) else { continue };
                assert!(rows.lines().count() <= all.lines().count(), "{cut}");
            }
            assert!(given.length() <= whole.length() + stored.len() * 8, "{cut}");
        }
    }
}

#[test]
fn damage_ends_and_is_no_panic() {
    let mut state = 11u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for stored in [BOOK, ODS, ODT] {
        for _ in 0..150 {
            let mut stored = stored.to_vec();
            for _ in 0..=next(10) {
                let at = 40 + next(stored.len() - 40);
                stored[at] = next(256) as u8;
            }
            open(&stored);
        }
    }
}
