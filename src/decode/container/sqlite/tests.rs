use crate::decode::container::given::{Given, open};

const SHOP: &[u8] = include_bytes!("../../../../fixtures/sqlite/shop.db");
const UTF_16: &[u8] = include_bytes!("../../../../fixtures/sqlite/utf-16be.db");
const VACUUM: &[u8] = include_bytes!("../../../../fixtures/sqlite/vacuum.db");

fn rows<'g>(given: &'g Given, table: &str) -> Vec<Vec<&'g str>> {
    let (.., rows) = given.tables.iter().find(|(name, ..)| name == table).unwrap();
    rows.lines().map(|line| line.split('\t').collect()).collect()
}

#[test]
fn rows_are_given_as_the_library_gives_them() {
    let given = open(SHOP);
    let columns: Vec<_> =
        given.tables.iter().map(|(name, columns, _)| (&**name, columns.clone().unwrap().join(" "))).collect();
    let expected =
        [("clients", "id iin fio note email"), ("orders", "client no phone"), ("сотрудники", "iin rate married born")];
    assert_eq!(columns, expected.map(|(name, columns)| (name, columns.to_owned())));
    let clients = rows(&given, "clients");
    assert_eq!(clients.len(), 60);
    assert_eq!(clients[1], ["2", "900517132728", "Иванов Пётр", "строка 1  \\\\ 2", "none@romashka-demo.kz"]);
    assert_eq!(clients[6][3].len(), 3 * 4000 + " тел. +7 701 000 00 19".len());
    assert_eq!(clients[7], ["8", "900517132728", "", "\\N", "none@romashka-demo.kz"]);
    assert_eq!(clients[59], ["9000000000", "900517252607", "\\N", "\\N", "u1@romashka-demo.kz"]);
    let orders = rows(&given, "orders");
    assert_eq!((orders.len(), &orders[0][..]), (60, &["1", "60", "+7 700 000 00 70"][..]));
    assert!(orders.iter().zip(1..).all(|(order, client)| order[0] == client.to_string()));
    let staff = rows(&given, "сотрудники");
    assert_eq!(staff[0], ["900517132728", "5.0", "1", "1890-05-17"]);
    assert_eq!(staff[1], ["750228150059", "0.5", "1", "\\N"]);
    assert_eq!(staff[2], ["-1", "1e300", "1", "1875-02-28"]);
    assert!(given.text.starts_with("CREATE TABLE clients(") && given.text.contains("iin <> '750228150059'"));
    assert_eq!(given.told, [""; 0]);
}

#[test]
fn charset_and_size_of_pages_change_nothing() {
    let shop = open(SHOP);
    for other in [UTF_16, VACUUM] {
        let other = open(other);
        assert_eq!((&other.tables, &other.text, &other.told), (&shop.tables, &shop.text, &shop.told));
    }
}

#[test]
fn what_was_deleted_is_given_besides() {
    let left = |stored| {
        let members = open(stored).members;
        assert_eq!((members.len(), &*members[0].0), (1, "(unused)"));
        let has = |text: &[u8]| memchr::memmem::find_iter(&members[0].1, text).count();
        [has(b"900517252607"), has("Иванов Пётр".as_bytes()), has(b"by_iin"), has(b"ab-ab-")]
    };
    // Rows of the table that was dropped, that which was deleted, and where rows were before one has grown; no row's value
    // where it is.
    let [dropped, others, index, long] = left(SHOP);
    assert!(dropped == 9 && others > 0 && index == 0 && long == 0, "{dropped} {others} {index} {long}");
    assert_eq!(left(UTF_16)[0], 9);
    let [dropped, _, index, long] = left(VACUUM);
    assert_eq!([dropped, index, long], [0; 3]);
}

#[test]
fn a_cut_anywhere_gives_what_is_there_and_is_told() {
    let whole = open(SHOP);
    for cut in (16..SHOP.len()).step_by(61) {
        let given = open(&SHOP[..cut]);
        assert!(!given.told.is_empty(), "{cut}");
        for (name, _, rows) in &given.tables {
            let (.., all) = whole.tables.iter().find(|(other, ..)| other == name).unwrap();
            let lost = |row: &&str| !all.contains(*row) && !row.contains("ab-ab-");
            assert_eq!(rows.lines().find(lost), None, "{cut}");
        }
        // What stands in no table is given as it is.
        assert!(given.length() + 1024 > cut / 3, "{cut}");
    }
}

#[test]
fn damage_costs_no_more_than_what_it_hits() {
    let mut state = 7u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..400 {
        let mut stored = SHOP.to_vec();
        for _ in 0..=next(20) {
            let at = MAGIC + next(stored.len() - MAGIC);
            stored[at] = next(256) as u8;
        }
        let given = open(&stored);
        assert!(given.length() < 16 * stored.len());
    }
}

const MAGIC: usize = 16;

#[test]
fn pages_that_point_in_circles_end() {
    // The root of the first table, an interior page of it, has itself and the schema among its children.
    let mut stored = SHOP.to_vec();
    let root = (1..27).find(|page| stored[page * 1024] == 5).unwrap();
    stored[root * 1024 + 8..root * 1024 + 12].copy_from_slice(&(root as u32 + 1).to_be_bytes());
    let cell = usize::from(u16::from_be_bytes([stored[root * 1024 + 12], stored[root * 1024 + 13]]));
    stored[root * 1024 + cell..root * 1024 + cell + 4].copy_from_slice(&1u32.to_be_bytes());
    let given = open(&stored);
    let circle = |page: usize| format!("SQLite database: page {page} belongs to two");
    assert!(given.told.contains(&circle(1)) && given.told.contains(&circle(root + 1)), "{:?}", given.told);
    // What no tree leads to any more is in what is left.
    assert!(memchr::memmem::find(&given.members[0].1, "Иванов Пётр".as_bytes()).is_some());
}
