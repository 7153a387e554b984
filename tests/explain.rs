//! What is explained is what is done: the values that an explanation keeps are those that a scan finds, and refusals
//! name what is wrong.

mod common;

use common::{fast, scanner};
use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::Scanner;
use derbes::detect::explain::{Fate, explain};
use derbes::detect::finder::Engine;
use derbes::finding::explanation::{Fate as Told, Share, Unreported};
use derbes::finding::{Event, Field, Finding, Refusal};
use derbes::input::{Origin, Target};
use derbes::layout::table::Grid;
use derbes::pipeline::{self, Plan, Progress, Spot};

fn fates(scanner: &Scanner, text: &str, id: &str) -> Vec<Fate> {
    let candidates = explain(scanner, text.as_bytes(), &Grid::default(), &(0..text.len()), false);
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
            let candidates = explain(&scanner, text.as_bytes(), &Grid::default(), &(0..text.len()), false);
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

fn plan(path: &str) -> Plan {
    let categories = Arc::new(Categories::builtin().unwrap());
    Plan {
        policies: vec![derbes::policy::load("anysoft", &categories).unwrap()],
        ..Plan::new(vec![path.into()], categories, jiff::civil::date(2026, 11, 22))
    }
}

fn spot(path: &str, line: u64, column: Option<u64>) -> Spot {
    Spot { target: Target { origin: Origin::file(path.as_ref()), ..Target::file(path.into()) }, line, column }
}

/// What a scan finds in columns that have places.
fn columns(plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut sink = |event: Event| {
        if let Event::Finding(finding) = event {
            found.push(finding);
        }
        Ok(())
    };
    pipeline::run(plan, &Progress::default(), &mut sink).unwrap();
    found.retain(|finding| matches!(finding.field, Some(Field::Column { .. })) && !finding.places.is_empty());
    found
}

#[test]
fn a_column_is_explained_as_it_is_reported() {
    let mut explained = 0;
    for path in ["fixtures/demo/dumps/shop.sql", "fixtures/demo/clients.csv", "fixtures/tables/suppliers.sql"] {
        let plan = plan(path);
        for finding in columns(&plan) {
            let place = &finding.places[0];
            let explanation = pipeline::explain(&plan, &spot(path, place.line(), Some(place.column()))).unwrap();
            let [column] = &explanation.columns[..] else { panic!("{path}: {:?}", explanation.columns) };
            assert_eq!((Some(&column.field), Some(column.rows)), (finding.field.as_ref(), finding.rows));
            let count = column.counts.iter().find(|count| count.detector == finding.detector).unwrap();
            assert_eq!((count.hits, Some(count.share)), (finding.hits, finding.share));
            let Told::Reported(weighed) = &count.fate else { panic!("{path}: {count:?}") };
            assert_eq!((weighed.score, weighed.confidence), (finding.score, finding.confidence));
            assert_eq!(weighed.verdicts, finding.verdicts);
            let counted = |detector: &str| {
                let told = explanation.candidates.iter().find(|c| &*c.detector == detector);
                matches!(told.map(|told| &told.fate), Some(Told::Counted { field }) if *field == column.field)
            };
            assert!(counted(&finding.detector), "{path}: {:?}", explanation.candidates);
            explained += 1;
        }
    }
    assert!(explained > 10);
}

/// One of many order numbers passes for an IIN, in a table that is cut into many blocks.
#[test]
fn chance_is_told_where_it_explains_a_column() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("explained-orders.csv");
    let number = |row: u64| if row == 700 { 900_517_132_728 } else { 990_000_000_000 + row };
    let rows: String = (0..2000).map(|row| format!("{row};{};new\n", number(row))).collect();
    std::fs::write(&file, format!("id;number;state\n{rows}")).unwrap();
    let path = file.to_str().unwrap();
    let mut plan = plan(path);
    for block in [64, 4096, 1 << 16] {
        plan.limits.block = block;
        assert_eq!(columns(&plan), []);
        let explanation = pipeline::explain(&plan, &spot(path, 702, Some(5))).unwrap();
        let [column] = &explanation.columns[..] else { panic!("{:?}", explanation.columns) };
        assert_eq!((column.rows, column.values), (2000, 2000));
        let count = column.counts.iter().find(|count| &*count.detector == "kz-iin").unwrap();
        assert_eq!((count.cells, count.chance), (Some(1), Some(Share::Chance)));
        assert!(matches!(count.fate, Told::Unreported { reason: Unreported::Chance, .. }), "{count:?}");
        let line = pipeline::explain(&plan, &spot(path, 702, None)).unwrap();
        let fields: Vec<String> = line.columns.iter().map(|column| column.field.to_string()).collect();
        assert_eq!(fields, ["id", "number", "state"].map(|column| format!("explained-orders.{column}")));
    }
}
