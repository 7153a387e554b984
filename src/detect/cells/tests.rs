//! Settling cells changes nothing: with it, the scan gives what it gives without.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::category::Categories;
use crate::detect::finder::Engine;
use crate::detect::{Detectors, MARGIN, Match, Nature, Own, Registry, Scanner, Scratch, Shortened};
use crate::layout::table::{Grid, Reader, Shape};
use crate::lexicon::Lexicon;

/// What a run without options scans with.
fn scanner(engine: Engine) -> Scanner {
    let mut categories = Categories::builtin().unwrap();
    let own = Own::read(&[], &mut categories).unwrap();
    let detectors = Arc::new(Detectors::with(&own, &categories, false).unwrap());
    let lexicon = Lexicon::with(|_| true, &own.words).unwrap();
    Scanner::new(detectors, Registry::builtin(jiff::civil::date(2026, 11, 22)).unwrap(), lexicon, engine)
}

/// What is found in a text, cut into stretches, with the numbers that lost digits.
fn found(scanner: &Scanner, text: &[u8], stretch: usize) -> (Vec<Match>, Vec<(usize, usize)>) {
    let mut reader = Reader::new(Shape::of(text));
    let (mut scratch, mut shortened, mut grid) = (Scratch::default(), Shortened::default(), Grid::default());
    let (mut all, mut damaged) = (Vec::new(), Vec::new());
    let nature = Nature { binary: false, posture: Some(crate::finding::Posture::Data) };
    for start in (0..text.len()).step_by(stretch) {
        let own = start..(start + stretch).min(text.len());
        let window = start.saturating_sub(MARGIN)..(own.end + MARGIN).min(text.len());
        let (base, own) = (window.start, own.start - window.start..own.end - window.start);
        let text = &text[window];
        reader.read(text, own.clone(), base as u64, &mut grid);
        let mut matches = Vec::new();
        scanner.scan_tables(text, own.clone(), nature, &grid, &mut scratch, &mut matches);
        scanner.shortened((text, &grid), (nature.posture, &scratch), &mut shortened, &mut matches);
        assert_eq!(scratch.line_ends, memchr::memchr_iter(b'\n', &text[own]).count() as u64);
        damaged.extend(shortened.damaged.iter().map(|(at, column)| (at + base, *column)));
        let placed = |range: std::ops::Range<usize>| range.start + base..range.end + base;
        all.extend(matches.into_iter().map(|found| Match {
            span: placed(found.span.clone()),
            key: found.key.clone().map(placed),
            ..found
        }));
    }
    (all, damaged)
}

/// Values in the notations of dumps, and what looks like them.
fn cell() -> impl Strategy<Value = String> {
    let digit = |count| {
        proptest::collection::vec(select(&b"0123456789"[..]), count).prop_map(|d| String::from_utf8(d).unwrap())
    };
    let number = || {
        select(vec![
            "900517132728",
            "750228150059",
            "000206626687",
            "701140001238",
            "87000000019",
            "77000000019",
            "7000000019",
            "79000000019",
            "88000000019",
            "4400000000123453",
            "370000000012346",
            "90051713272",
            "8,00101E+11",
            "1e5",
            "607455.86",
            "-12.50",
            "1234567890",
            "11111111111",
            "77777777777",
        ])
        .prop_map(str::to_owned)
    };
    let phone = (
        select(vec!["+7", "8", "7", "", "+8"]),
        select(vec!["700", "727", "707", "900", "495", "7172", "600", "800"]),
        digit(7),
        select(vec![
            " $ #-#-#",
            "($)#-#-#",
            " ($) # # #",
            "-$-#-#-#",
            ".$.#.#.#",
            "\u{a0}$\u{a0}#\u{a0}#\u{a0}#",
            " $\u{ad}# # #",
            "$##",
            " $ ##",
            " $ # ##",
            " ( $ ) # - #",
        ]),
    )
        .prop_map(|(prefix, code, rest, form)| {
            let mut parts = [&rest[..3], &rest[3..5], &rest[5..]].into_iter();
            let mut out = prefix.to_owned();
            for c in form.chars() {
                match c {
                    '$' => out.push_str(code),
                    '#' => out.push_str(parts.next().unwrap_or_default()),
                    c => out.push(c),
                }
            }
            out
        });
    let email = (
        select(vec![
            "aigerim",
            "info",
            "a.b+c",
            "a..b",
            ".a",
            "this",
            "nurlan_2001",
            "кириллица",
            "x9",
            "test",
            "900517132728",
        ]),
        select(vec!["@", "%40", " (at) ", "@@", "=@", "@\u{200b}"]),
        select(vec![
            "mail.kz",
            "romashka-demo.kz",
            "edu.kz",
            "example.com",
            "Mail.KZ",
            "gmail.com.",
            "b.c",
            "x.Далее",
            "kaspi.kz=",
            "a.zip",
            "mail",
        ]),
    )
        .prop_map(|(local, at, domain)| format!("{local}{at}{domain}"));
    let iban = select(vec![
        "KZ770000000000000001",
        "kz11000a0b0000000015",
        "KZ780000000000000001",
        "DE09000000000000000001",
        "KZ77 0000 0000 0000 0001",
        "KZ7700000000000000012",
        "КZ770000000000000001",
        "КZ77 0000 0000 0000 0001",
        "KZ12BIN4400000000123453",
        "KW81CBKU0000000000001234560101",
    ])
    .prop_map(str::to_owned);
    let date = (
        select(vec![
            "1990-05-17",
            "17.05.1990",
            "2030-01-01",
            "1990-13-41",
            "1800-01-01",
            "12-34-5678",
            "7.5.1990",
            "07.5.1990",
            "17.05.90",
            "05/17/90",
            "17-MAY-90",
            "17-MAY-1990",
            "1.2.10",
            "May 17, 1990",
            "7-5-1990",
            "(7.5.90",
            "x@17-MAY-90",
            "19900517",
            "1990 г.р.",
            "1990г.р.",
            "19901705",
            "№19900517",
            "a 19900517",
            "dob:19900517 g",
            "(19900517)",
            "  20240517",
            "x_19900517@",
        ]),
        select(vec![
            "",
            "",
            " 10:11:12",
            "T10:11:12.123456+05",
            " 00:00:00",
            " 10:11:12.123+05:30",
            " 10:11:12Z",
            " 10:61:12",
            " 10:11:12.1234567890",
            " 10:11",
            ".",
            "-1",
        ]),
    )
        .prop_map(|(day, time)| format!("{day}{time}"));
    let words = select(vec![
        "active",
        "5 мая 1990 г.",
        "1990 жылғы 5 мамыр",
        "5 May 1990",
        "order 5 1990",
        "050000, Алматы, ул. Абая 5",
        "ул. Абая, д. 5, кв. 12",
        "ИИН 9 0 0 5 1 7 1 3 2 7 2 8",
        "9005 1713 2728",
        "90.05.17.13.27.28",
        "\\N",
        "",
        "NULL",
        "Иванов Иван Иванович",
        "Иванов И.И.",
        "г. Астана, пр. Республики 43",
        "Шымкент, мкр. Нурсат 5",
        "ул. Абая",
        "И. Иванов",
        "Абай",
        "//FM/Иванов",
        "Ахметова Айгерім Серікқызы",
        "iin",
        "phone",
        "тел",
        "e-mail",
        "ssh",
        "order 12345",
        "comment ''quoted''",
        "a&#64;b",
        "it\\'s",
        "2",
        "NO12 3456 7890 123",
        "46cb24ad1c954097c30a1a77bbf728dd",
        "46cb24ad-1c95-4097-c30a-900517132728",
        "0xDEADBEEF",
        "SU49IElJTjkwMDUxNzEzMjcyOA==",
        "http://a:",
        "<",
        "a=",
        "3.14*",
        "\u{ff19}\u{ff10}0517132728",
        "8\u{2011}700\u{2011}000\u{2011}00\u{2011}19",
    ])
    .prop_map(str::to_owned);
    prop_oneof![
        3 => number(), 3 => phone, 2 => email, 2 => iban, 2 => date, 4 => words, 1 => (1..21usize).prop_flat_map(digit),
        1 => (number(), select(vec![" ", "*", "/", "a", ".", "-", "+", "(", ")", ":", "\r", "x"]), any::<bool>())
            .prop_map(|(number, mark, before)| if before { format!("{mark}{number}") } else { format!("{number}{mark}") }),
    ]
}

/// Rows as a dump or sheet has them.
fn table() -> impl Strategy<Value = Vec<u8>> {
    let row = proptest::collection::vec(cell(), 6);
    (proptest::collection::vec(row, 1..30), 0..6usize, 0..4, any::<Index>(), any::<u8>()).prop_map(
        |(rows, form, charset, at, byte)| {
            let names = "id, iin, fio, phone, note, \"ИИН/БИН\"";
            let mut text = match form {
                0 => {
                    let rows: String = rows.iter().map(|row| row.join("\t") + "\n").collect();
                    format!("SET x;\nCOPY public.a ({names}) FROM stdin;\n{rows}\\.\n\nтелефон 87000000019\n")
                }
                1 | 2 => {
                    let cell = |cell: &String| match cell.parse::<u64>() {
                        Ok(_) if form == 1 => cell.clone(),
                        _ if cell == "NULL" => cell.clone(),
                        _ => format!("'{}'", cell.replace('\'', "''")),
                    };
                    let rows: Vec<String> = rows
                        .iter()
                        .map(|row| format!("({})", row.iter().map(cell).collect::<Vec<_>>().join(", ")))
                        .collect();
                    format!(
                        "INSERT INTO `a` ({names}) VALUES {};\n-- iin 900517132728\n",
                        rows.join(if form == 1 { "," } else { ",\n" })
                    )
                }
                _ => {
                    let separator = [";", ",", "\t"][form - 3];
                    let cell = |cell: &String| {
                        if cell.contains([',', ';', '"']) {
                            format!("\"{}\"", cell.replace('"', "\"\""))
                        } else {
                            cell.clone()
                        }
                    };
                    let rows: String = rows
                        .iter()
                        .map(|row| row.iter().map(cell).collect::<Vec<_>>().join(separator) + "\r\n")
                        .collect();
                    format!("id,iin,fio,phone,note,ИИН/БИН\r\n{rows}").replacen(',', separator, 5)
                }
            };
            if charset == 3 {
                text = text.replace('ё', "е");
            }
            let mut bytes = match charset {
                0 => encoding_rs::WINDOWS_1251.encode(&text).0.into_owned(),
                1 => encoding_rs::IBM866.encode(&text).0.into_owned(),
                _ => text.into_bytes(),
            };
            // Now and then a byte that nobody expects.
            if byte < 100 {
                let at = at.index(bytes.len());
                bytes[at] = byte.wrapping_mul(37);
            }
            bytes
        },
    )
}

/// A detector that nobody settles the cells of would leave all of them to the scan, and nothing but the clock would tell.
#[test]
fn plain_cells_are_settled_whatever_a_path_is() {
    let scanner = scanner(Engine::best());
    for posture in std::iter::once(None).chain(crate::finding::Posture::ALL.map(Some)) {
        assert!(scanner.runs_of(posture).rows.settling.is_some(), "{posture:?}");
    }
    let row = "7\t900517132728\tИванов Иван\t8 (700) 000-00-19\ta@mail.kz\tKZ770000000000000001\t2026-05-21 06:02:30.67+05\t\\N\n";
    let text = format!("COPY a (id, iin, fio, phone, email, iban, at, note) FROM stdin;\n{}\\.\n", row.repeat(9));
    let (mut grid, mut scratch, mut found) = (Grid::default(), Scratch::default(), Vec::new());
    Reader::new(Shape::of(text.as_bytes())).read(text.as_bytes(), 0..text.len(), 0, &mut grid);
    scanner.scan_tables(text.as_bytes(), 0..text.len(), Nature::default(), &grid, &mut scratch, &mut found);
    // An address may be cut by the end of what is scanned: the first and the last are not settled.
    assert!(scratch.unsettled() <= 2, "{} cells", scratch.unsettled());
    assert_eq!(found.len(), 9 * 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn settled_cells_hold_what_the_scan_finds(text in table(), stretch in select(vec![64, 1000, 4096, 1 << 20])) {
        use std::sync::OnceLock;
        static SCANNERS: OnceLock<Vec<(Scanner, Scanner)>> = OnceLock::new();
        let scanners = SCANNERS.get_or_init(|| {
            let without = |mut scanner: Scanner| {
                scanner.never_settle();
                scanner
            };
            Engine::all().into_iter().map(|engine| (scanner(engine), without(scanner(engine)))).collect()
        });
        for (with, without) in scanners {
            let (expected, got) = (found(without, &text, stretch), found(with, &text, stretch));
            let differ = |one: &[Match], other: &[Match]| {
                let only = one.iter().filter(|found| !other.contains(found));
                only.map(|found| format!("{found:?} {}", String::from_utf8_lossy(&text[found.span.clone()]))).collect::<Vec<_>>()
            };
            let (lost, more) = (differ(&expected.0, &got.0), differ(&got.0, &expected.0));
            prop_assert!(got == expected, "lost {lost:#?}, more {more:#?}, in {}", String::from_utf8_lossy(&text));
        }
    }
}
