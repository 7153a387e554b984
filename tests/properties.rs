//! What holds of every value: a valid identifier is found at its exact span wherever it may stand, an error that its check
//! digit can catch is no value, telephone numbers are what libphonenumber says, and each country's IBAN is known.

mod common;
#[path = "quality/truth.rs"]
#[expect(dead_code, reason = "the corpus uses the rest")]
mod truth;

use common::{fast, scanner};
use derbes::classify::Weights;
use derbes::detect::Scanner;
use derbes::detect::finder::Engine;
use derbes::finding::Confidence;
use proptest::prelude::*;
use proptest::sample::select;

thread_local! {
    static SCANNER: (Scanner, Weights) = {
        let scanner = scanner(Engine::best());
        let weights = Weights::builtin(scanner.detectors.iter().map(|d| &*d.definition.id)).unwrap();
        (scanner, weights)
    };
}

/// Where a detector finds values in a text, with their confidence.
fn found(id: &str, text: &[u8]) -> Vec<(std::ops::Range<usize>, Confidence)> {
    SCANNER.with(|(scanner, weights)| {
        let of = fast(scanner, text, false).into_iter();
        let of = of.filter(|m| &*scanner.detectors.get(m.detector).definition.id == id);
        of.map(|m| (m.span, weights.score(m.detector, m.evidence).1)).collect()
    })
}

/// 12 digits of the 19th century, which nobody living bears.
fn iin() -> impl Strategy<Value = String> {
    let day = (0u32..100, 1u32..=12, 1u32..=31, 1u32..=2, 0u32..10_000);
    day.prop_filter_map("no such day, or no check digit", |(year, month, day, century, serial)| {
        if day > truth::days_of(month, 1800 + year) {
            return None;
        }
        with_check(format!("{year:02}{month:02}{day:02}{century}{serial:04}"))
    })
}

fn bin() -> impl Strategy<Value = String> {
    (0u32..100, 1u32..=12, 4u32..=6, 0u32..=4, 0u32..100_000)
        .prop_filter_map("no check digit", |(y, m, t, a, n)| with_check(format!("{y:02}{m:02}{t}{a}{n:05}")))
}

fn with_check(eleven: String) -> Option<String> {
    truth::twelfth(&eleven).map(|last| format!("{eleven}{last}"))
}

fn card() -> impl Strategy<Value = String> {
    (select(vec!["4400", "5169", "5354", "2204", "2221"]), 0u64..100_000_000_000).prop_map(|(issuer, rest)| {
        let body = format!("{issuer}{rest:011}");
        format!("{body}{}", truth::luhn_last(&body))
    })
}

/// What may stand before and after a number by the rules of `detect::boundary`.
fn before() -> impl Strategy<Value = Vec<u8>> {
    select(vec![
        "",
        " ",
        "\n",
        "\t",
        "=",
        ":",
        ": ",
        "\"",
        "'",
        "(",
        "[",
        "{",
        "<",
        ">",
        ",",
        ";",
        "|",
        "/",
        "\\n",
        "_",
        "№",
        "a-",
        "ИИН",
        "IIN",
        "слово ",
        "x=",
        "\\\"",
        "&a=",
        "[\"",
        "//IDN/",
        "$",
        "~",
        "тел.",
        "\u{A0}",
        "«",
        "\0",
    ])
    .prop_map(|s: &str| s.as_bytes().to_vec())
}

fn after() -> impl Strategy<Value = Vec<u8>> {
    select(vec![
        "",
        " ",
        "\n",
        "\r\n",
        "\t",
        "\"",
        "'",
        ")",
        "]",
        "}",
        "<",
        ">",
        ",",
        ";",
        "|",
        "/",
        ".",
        ". ",
        ".0",
        "!",
        "?",
        "\\n",
        "_",
        " - ",
        " слово",
        "&b=1",
        "\\\"",
        "»",
        "\u{A0}",
        "-",
        ":",
        "\0",
        "=",
    ])
    .prop_map(|s: &str| s.as_bytes().to_vec())
}

/// Text around that holds no digits of its own.
fn words() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(select(" abcАЯqя,.;:()\n\t\"'<>/=".chars().collect::<Vec<_>>()), 0..80)
        .prop_map(|chars| chars.into_iter().collect::<String>().into_bytes())
}

/// Whether the value that stands between is found there and only there.
fn is_found(id: &str, around: &[Vec<u8>; 4], value: &str) -> bool {
    let [words, before, after, more] = around;
    let text = [words, before, value.as_bytes(), after, more].concat();
    let start = words.len() + before.len();
    let spans: Vec<_> = found(id, &text).into_iter().map(|(span, _)| span).collect();
    matches!(&spans[..], [span] if *span == (start..start + value.len()))
}

fn around() -> impl Strategy<Value = [Vec<u8>; 4]> {
    (words(), before(), after(), words())
        .prop_map(|(a, b, c, d)| [[a, b" ".to_vec()].concat(), b, c, [b" ".to_vec(), d].concat()])
}

fn with_digit(number: &str, at: usize, step: u8) -> String {
    let mut digits = number.as_bytes().to_vec();
    digits[at] = b'0' + (digits[at] - b'0' + step) % 10;
    String::from_utf8(digits).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_valid_number_is_found_wherever_it_may_stand(iin in iin(), bin in bin(), card in card(), around in around()) {
        prop_assert!(is_found("kz-iin", &around, &iin), "{around:?} {iin}");
        prop_assert!(is_found("kz-bin", &around, &bin), "{around:?} {bin}");
        prop_assert!(is_found("payment-card", &around, &card), "{around:?} {card}");
    }

    #[test]
    fn a_valid_account_is_found_wherever_it_may_stand(around in around(), rest in "[0-9A-Z]{13}", groups: bool) {
        // A letter before is a part of the account's country to the finder, that of an escape too.
        prop_assume!(!around[1].ends_with(b"IIN") && !around[1].ends_with(b"\\n"));
        let mut iban = format!("KZ{}000{rest}", truth::iban_check("KZ", &format!("000{rest}")));
        if groups {
            iban = (0..5).map(|i| &iban[4 * i..4 * i + 4]).collect::<Vec<_>>().join(" ");
        }
        prop_assert!(is_found("iban", &around, &iban), "{around:?} {iban}");
    }

    #[test]
    fn a_wrong_digit_that_the_check_digit_can_catch_is_no_value(iin in iin(), bin in bin(), card in card(), at in 0usize..16, step in 1u8..10) {
        for (id, number) in [("kz-iin", &iin), ("kz-bin", &bin)] {
            let wrong = with_digit(number, at % 12, step);
            let holds = truth::twelfth(&wrong[..11]).map(|last| last.to_string()) == Some(wrong[11..].to_owned());
            // The eleventh digit weighs 11, so that hardly any error in it shows: those that do not are left out.
            if !holds {
                prop_assert_eq!(found(id, wrong.as_bytes()), [], "{}", wrong);
            }
        }
        let wrong = with_digit(&card, at, step);
        prop_assert_eq!(found("payment-card", wrong.as_bytes()), [], "{}", wrong);
    }

    #[test]
    fn every_wrong_check_digit_is_caught(iin in iin(), bin in bin(), step in 1u8..10) {
        prop_assert_eq!(found("kz-iin", with_digit(&iin, 11, step).as_bytes()), []);
        prop_assert_eq!(found("kz-bin", with_digit(&bin, 11, step).as_bytes()), []);
    }

    /// What libphonenumber calls a number of Kazakhstan is one to us, in every way to write it.
    #[test]
    fn telephone_numbers_of_kazakhstan_are_those_of_libphonenumber(code in 600u32..800, rest in 0u32..10_000_000, notation in 0usize..9) {
        let national = format!("{code}{rest:07}");
        let parsed = phonenumber::parse(Some(phonenumber::country::Id::KZ), format!("+7{national}")).unwrap();
        let (a, b, c, d) = (&national[..3], &national[3..6], &national[6..8], &national[8..]);
        let text = match notation {
            0 => format!("+7{national}"),
            1 => format!("+7 {a} {b} {c} {d}"),
            2 => format!("+7 ({a}) {b}-{c}-{d}"),
            3 => format!("8 ({a}) {b}-{c}-{d}"),
            4 => format!("8-{a}-{b}-{c}-{d}"),
            5 => format!("+7({a}){b}{c}{d}"),
            6 => format!("8 {a} {b}{c}{d}"),
            7 => format!("+7-{a}-{b}-{c}-{d}"),
            _ => format!("7 {a} {b} {c} {d}"),
        };
        let found = found("kz-phone", text.as_bytes());
        let whole = found.len() == 1 && found[0].0 == (0..text.len());
        let repeated = national[1..].bytes().all(|b| b == national.as_bytes()[1]);
        if phonenumber::is_valid(&parsed) && !repeated {
            prop_assert!(whole && found[0].1 >= Confidence::Medium, "{text}: {found:?}");
        } else if found.iter().any(|f| f.1 >= Confidence::Medium) {
            // Where we go further: 6xx is allotted and has no ranges yet; of codes that are in use libphonenumber knows
            // fewer ranges than there are placeholders in documents.
            let in_use = code < 700 || (710..730).contains(&code) || code == 751 || phonenumber_knows(code);
            prop_assert!(in_use, "{text}: {found:?}");
        }
    }
}

/// Whether any number with this code is valid to libphonenumber.
fn phonenumber_knows(code: u32) -> bool {
    (0..10).any(|digit| {
        let number = phonenumber::parse(Some(phonenumber::country::Id::KZ), format!("+7{code}{digit}123456"));
        number.is_ok_and(|number| phonenumber::is_valid(&number))
    })
}

#[test]
fn numbers_that_libphonenumber_gives_to_others_are_not_of_kazakhstan() {
    for code in (300..600).chain(800..1000) {
        let text = format!("+7 {code} 234-56-19");
        assert_eq!(found("kz-phone", text.as_bytes()), [], "{text}");
    }
}

/// Accounts that are surely nobody's: letters A and digits 0, one place counted up until the checks of `truth` differ.
#[test]
fn the_iban_of_every_country_is_found_and_its_twin_is_not() {
    assert!(truth::COUNTRIES.len() > 80);
    for truth::Country { code, classes } in truth::COUNTRIES.iter() {
        let account: String = classes.chars().map(|class| if class == 'n' { '0' } else { 'A' }).collect();
        let right = truth::iban_check(code, &account);
        for check in (2..99).map(|check| format!("{check:02}")) {
            let iban = format!("{code}{check}{account}");
            let fours: Vec<&str> = (0..iban.len()).step_by(4).map(|at| &iban[at..iban.len().min(at + 4)]).collect();
            for text in [iban.clone(), iban.to_lowercase(), fours.join(" ")] {
                let found = found("iban", text.as_bytes());
                if check == right {
                    assert_eq!(found.len(), 1, "{text}");
                    assert_eq!(found[0].0, 0..text.len(), "{text}");
                } else {
                    assert_eq!(found, [], "{text}");
                }
            }
        }
    }
}

/// Numbers of the registry, as the data file has them.
#[test]
fn the_registry_names_each_country_once_and_with_its_length() {
    let table: toml::Table = toml::from_str(include_str!("../patterns/iban.toml")).unwrap();
    for truth::Country { code, classes } in truth::COUNTRIES.iter() {
        assert_eq!(table[code]["length"].as_integer(), Some(classes.len() as i64 + 4), "{code}");
    }
}
