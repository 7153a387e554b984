use crate::decode::container::given::{Given, open};

const BOOK: &[u8] = include_bytes!("../../../../fixtures/compound/clients.xls");

fn rows<'g>(given: &'g Given, table: &str) -> Vec<Vec<&'g str>> {
    let (.., rows) = given.tables.iter().find(|(name, ..)| name == table).unwrap();
    rows.lines().map(|line| line.split('\t').collect()).collect()
}

#[test]
fn cells_of_a_workbook_are_what_they_show() {
    let given = open(BOOK);
    let names: Vec<_> = given.tables.iter().map(|(name, ..)| &**name).collect();
    assert_eq!((names, &*given.told), (vec!["Клиенты", "Empty", "Fractions"], &[][..]));
    let clients = rows(&given, "Клиенты");
    assert_eq!(clients.len(), 63);
    assert_eq!(clients[..2], [vec!["Список клиентов"], vec!["№", "ИИН", "ФИО", "Дата найма", "Телефон", "Примечание"]]);
    let note = |text: String| text.repeat(12);
    assert_eq!(clients[2], ["1", "900517132728", "Иванов Пётр", "2020-01-01", "", &note("note 0 ".to_owned())]);
    assert_eq!(clients[4][..4], ["3", "010517132721", "Ким Ли", "2020-01-03"]);
    for (row, number) in clients[2..62].iter().zip(0..) {
        let text = if number % 2 == 1 { "примечание" } else { "note" };
        assert_eq!((row[0], row[5]), (&*(number + 1).to_string(), &*note(format!("{text} {number} "))));
    }
    // The formula was never computed.
    assert_eq!(clients[62], ["Итого", "1"]);
    assert_eq!(rows(&given, "Fractions")[1..], [["0", "0"], ["0.125", "-5"], ["0.25", "-10"], ["0.375", "-15"]]);
}

#[test]
fn what_is_no_cell_is_given_besides() {
    let given = open(BOOK);
    let names: Vec<_> = given.members.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["Workbook", "(unused)"]);
    let aside = String::from_utf8_lossy(&given.members[0].1).into_owned();
    assert!(aside.contains("Arial") && !aside.contains("note 0"), "{aside}");
}

#[test]
fn a_cut_anywhere_is_told() {
    for cut in (8..BOOK.len() - 1).step_by(173) {
        let given = open(&BOOK[..cut]);
        assert!(!given.told.is_empty() && given.length() < 4 * BOOK.len(), "{cut}");
    }
}

#[test]
fn damage_ends_and_is_no_panic() {
    let mut state = 13u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    // In the tables of sectors and the directory, and in the records.
    for from in [24, 512, BOOK.len() - 1024] {
        for _ in 0..200 {
            let mut stored = BOOK.to_vec();
            for _ in 0..=next(8) {
                let at = from + next((stored.len() - from).min(1024));
                stored[at] = next(256) as u8;
            }
            assert!(open(&stored).length() < 64 * stored.len());
        }
    }
}
