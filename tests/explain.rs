//! What is explained is what is done: the values that an explanation keeps are those that a scan finds, and refusals
//! name what is wrong.

mod common;

use common::{fast, scanner};
use derbes::detect::Scanner;
use derbes::detect::explain::{Fate, explain};
use derbes::detect::finder::Engine;
use derbes::finding::Refusal;

fn fates(scanner: &Scanner, text: &str, id: &str) -> Vec<Fate> {
    let candidates = explain(scanner, text.as_bytes(), &(0..text.len()), false);
    let of = |detector| scanner.detectors.get(detector).definition.id.clone();
    candidates.into_iter().filter(|c| *of(c.detector) == *id).map(|c| c.fate).collect()
}

#[test]
fn a_refusal_names_what_is_wrong() {
    let scanner = scanner(Engine::best());
    for (id, text, why) in [
        ("kz-iin", "ИИН 900517132729", Refusal::CheckDigit),
        ("kz-iin", "ИИН 901317132728", Refusal::Parts),
        ("kz-iin", "ИИН 908517132728", Refusal::Parts),
        ("kz-iin", "f900517132728", Refusal::Boundary),
        ("kz-iin", "1900517132728", Refusal::Boundary),
        ("kz-bin", "БИН 701140001239", Refusal::CheckDigit),
        ("kz-rnn", "620001000005", Refusal::Context),
        ("kz-id-card", "заказ 000000019", Refusal::Context),
        ("kz-phone", "+7 900 000 00 19", Refusal::Parts),
        ("kz-phone", "x+77000000019", Refusal::Boundary),
        ("kz-phone", "+7 (700) 000-00-190", Refusal::Form),
        ("ru-phone", "+7 700 000 00 19", Refusal::Parts),
        ("email", "git@github.com", Refusal::Nobody),
        ("email", "a@romashka.nosuch", Refusal::Parts),
        ("email", "https://user@romashka-demo.kz/", Refusal::Surroundings),
        ("iban", "KZ780000000000000001", Refusal::CheckDigit),
        ("iban", "XX780000000000000001", Refusal::Parts),
        ("payment-card", "4400000000123454", Refusal::CheckDigit),
        ("ipv4", "192.168.0.1", Refusal::Nobody),
        ("ipv4", "v1.2.3.4", Refusal::Boundary),
        ("ipv4", "version 2.55.1.3", Refusal::Surroundings),
        ("coordinate-pair", "12.3456 23.4567 L", Refusal::Surroundings),
        ("birth-date", "дата рождения 31.02.1990", Refusal::Parts),
        ("birth-date", "born 2026-03-01 10:11:12", Refusal::Surroundings),
        ("password", "password=changeme", Refusal::Nobody),
        ("coordinate", "lat=0.0000", Refusal::Nobody),
        ("coordinate", "lat=181.0000", Refusal::Parts),
        ("imei", "imei=490154203237519", Refusal::CheckDigit),
        ("social-account", "https://t.me/share", Refusal::Nobody),
    ] {
        assert_eq!(fates(&scanner, text, id).first(), Some(&Fate::Refused(why)), "{id}: {text}");
    }
}

#[test]
fn what_gives_way_names_the_winner() {
    let scanner = scanner(Engine::best());
    let fates = fates(&scanner, "водительское удостоверение 7000000019", "kz-phone");
    let [Fate::Lost(_, winner)] = fates[..] else { panic!("{fates:?}") };
    assert_eq!(&*scanner.detectors.get(winner).definition.id, "kz-driver-licence");
}

#[test]
fn what_is_kept_is_what_a_scan_finds() {
    let scanner = scanner(Engine::best());
    let mut kept_at_all = 0;
    for detector in scanner.detectors.clone().iter() {
        let definition = &detector.definition;
        for text in definition.examples.iter().chain(&definition.counterexamples) {
            let candidates = explain(&scanner, text.as_bytes(), &(0..text.len()), false);
            let kept: Vec<_> = candidates
                .into_iter()
                .filter_map(|c| if let Fate::Kept(found) = c.fate { Some(found) } else { None })
                .collect();
            assert_eq!(kept, fast(&scanner, text.as_bytes(), false), "{text}");
            kept_at_all += kept.len();
        }
    }
    assert!(kept_at_all > 100);
}
