//! Published vectors: values that other projects call valid or invalid. The file is no part of this repository, since it
//! holds numbers of real organisations; `DERBES_VECTORS` names it. All that is valid there must be found, whole, and
//! nothing of what is invalid, save for the exceptions that are argued here.

mod common;

use std::collections::BTreeMap;

use common::{fast, scanner};
use derbes::classify::Weights;
use derbes::detect::finder::Engine;
use derbes::finding::{Confidence, Evidence};
use serde::Deserialize;

#[derive(Deserialize)]
struct Set {
    valid: Vec<Vector>,
    invalid: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    value: String,
}

/// How the tables call a detector, the word that names its values, and the detector.
const SETS: [(&str, &str, &[&str]); 7] = [
    ("iin", "ИИН", &["kz-iin"]),
    ("iin_synthetic", "ИИН", &["kz-iin"]),
    ("bin", "БИН", &["kz-bin"]),
    ("rnn", "РНН", &["kz-rnn"]),
    ("phone", "тел.", &["kz-phone", "ru-phone"]),
    ("iban", "IBAN", &["iban"]),
    ("email", "e-mail", &["email"]),
];

/// Valid by the letter, and yet not found, on purpose: set, part of the value, reason.
const NOT_FOUND: &[(&str, &str, &str)] = &[
    ("iin", "00990000000", "month 99: made so that no person can bear it"),
    ("iin", "00990003000", "month 99"),
    ("iin_synthetic", "990228513742", "a birth in 2099: not issued yet"),
    ("iin_synthetic", "960229675641", "a birth in 2096"),
    ("iin_synthetic", "880808555577", "a birth in 2088"),
    ("iin_synthetic", "770707691184", "a birth in 2077"),
    ("iban", "NO", "groups of the national account number; ISO 13616 prints fours, as we read them"),
    ("iban", "ES10 0075 0080 11", "groups of the national account number"),
    ("iban", "ME 25", "a space within the first four characters"),
    ("iban", "MU17 BOMM0", "one space only"),
    ("iban", "MK072 5012", "groups of five"),
    ("iban", "BI41123456789012", "a length that the registry gave up"),
    ("email", "\"", "a quoted local part: RFC 5322 has them, no person's mailbox does"),
    ("email", "[IPv6:", "a host without a name"),
    ("email", "!#$%", "signs that no provider gives"),
    ("email", "/department=", "a gateway's address"),
    ("email", "\u{FF20}", "a full-width sign"),
    ("email", "\u{6211}\u{8CB7}@", "no such top-level domain"),
    ("email", "xn--jxalpdlp", "no such top-level domain any more"),
    ("email", "iana.co-uk", "no such top-level domain"),
    ("email", "fghiklm@abcdefghijklmnopqrstuvwxyz", "no such top-level domain"),
];

/// Invalid by the letter, and yet found with medium confidence or more, on purpose.
const FOUND: &[(&str, &str, &str)] = &[
    (
        "iban",
        "ES8350210036679521296135",
        "the check digits hold; those within Spain's account number are not looked at",
    ),
    ("email", "test@iana.org", "an address with something around it, which running text always has"),
    ("email", "(comment)test@iana.org", "the same"),
    ("email", "trailingdot.com.", "a sentence may end after an address"),
    ("email", "\"foo\"bar@gmail.com", "an address after a quote"),
    ("email", "@invalid.co", "the address ends at the space, and the domain exists"),
    ("email", "nbsp_test@test.co", "the same"),
    ("email", "@中1", "too long only once it is written in ASCII"),
    ("email", "@λ1", "the same"),
];

fn exception<'a>(exceptions: &'a [(&str, &str, &str)], set: &str, value: &str) -> Option<&'a str> {
    exceptions.iter().find(|(s, part, _)| *s == set && value.contains(part)).map(|(_, _, reason)| *reason)
}

#[test]
fn all_that_is_valid_is_found_and_nothing_that_is_invalid() {
    let Some(file) = std::env::var_os("DERBES_VECTORS") else {
        println!("skipped: DERBES_VECTORS names no file");
        return;
    };
    let sets: BTreeMap<String, Set> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let scanner = scanner(Engine::best());
    let weights = Weights::builtin(scanner.detectors.iter().map(|d| &*d.definition.id)).unwrap();
    let found = |text: &str, detectors: &[&str]| {
        let all = fast(&scanner, text.as_bytes(), false);
        let of = all.into_iter().filter(|m| detectors.contains(&&*scanner.detectors.get(m.detector).definition.id));
        of.map(|m| (weights.score(m.detector, m.evidence).1, m.evidence)).max_by_key(|found| found.0)
    };
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::new());
    for (set, word, detectors) in SETS {
        let vectors = &sets[set];
        for Vector { value } in &vectors.valid {
            let level = found(&format!("{word} {value}"), detectors);
            // A published example is recognised as such, which keeps its confidence low.
            let good = level
                .is_some_and(|(level, evidence)| level >= Confidence::Medium || evidence.contains(Evidence::TestValue));
            let excused = exception(NOT_FOUND, set, value);
            *counts.entry((set, "valid", good, excused.is_some())).or_insert(0) += 1;
            if !good && excused.is_none() {
                wrong.push(format!("{set} valid {value:?}: {level:?}"));
            }
        }
        for Vector { value } in &vectors.invalid {
            let level = found(value, detectors).map(|(level, _)| level).filter(|level| *level >= Confidence::Medium);
            let excused = exception(FOUND, set, value);
            *counts.entry((set, "invalid", level.is_none(), excused.is_some())).or_insert(0) += 1;
            if level.is_some() && excused.is_none() {
                wrong.push(format!("{set} invalid {value:?}: {level:?}"));
            }
        }
    }
    for ((set, kind, as_expected, excused), count) in counts {
        println!(
            "{set} {kind}: {count} {}{}",
            if as_expected { "right" } else { "not" },
            if excused { ", argued" } else { "" }
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
