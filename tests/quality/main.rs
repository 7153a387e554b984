//! Measured quality: precision and recall of every detector on a corpus that is generated from a seed, with the exact span
//! of every value known. The table in `docs/quality.md` is held: a figure below it fails. `DERBES_QUALITY=overwrite` writes
//! the table anew, `DERBES_QUALITY=show` prints what was missed or wrong.
//!
//! Values that could be somebody's exist only while this runs.

mod addresses;
mod corpus;
mod fillers;
mod kind;
mod measure;
mod money;
mod network;
mod numbers;
mod papers;
mod people;
mod phones;
mod places;
mod random;
mod table;
mod truth;

use std::collections::BTreeMap;
use std::path::PathBuf;

use derbes::finding::Confidence;
use measure::Score;

const SEED: u64 = 20_261_122;

/// What a scan looks for without being told to, with the least precision and recall that are good enough.
const CORE: [&str; 7] = ["kz-iin", "kz-bin", "kz-phone", "ru-phone", "email", "iban", "payment-card"];
const CORE_FLOOR: (f64, f64) = (0.995, 0.995);
const FLOOR: (f64, f64) = (0.95, 0.90);
/// What is known only by words.
const WORDS: [&str; 4] = ["person-name", "person-name-latin", "postal-address", "postal-address-latin"];
const WORDS_FLOOR: (f64, f64) = (0.90, 0.85);

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn show(scores: &BTreeMap<String, Score>) {
    let show = std::env::var("DERBES_QUALITY").is_ok_and(|mode| mode == "show");
    for (detector, score) in scores.iter().filter(|_| show) {
        for example in &score.examples {
            println!("{detector} {example}");
        }
    }
}

#[test]
fn no_figure_is_below_the_table() {
    let documents = corpus::documents(SEED, &CORE);
    let mut scores = measure::run(&documents, &folder("quality-all"), true);
    let core = measure::run(&documents, &folder("quality-core"), false);
    show(&scores);
    println!("{}", table::render(&scores));
    for detector in CORE {
        // A scan without further detectors must do as well.
        let (all, alone) = (&scores[detector], &core[detector]);
        assert!(
            alone.recall(Confidence::Medium) >= all.recall(Confidence::Medium),
            "{detector} alone: {:?}",
            alone.examples
        );
        assert!(alone.precision(Confidence::Medium) >= CORE_FLOOR.0, "{detector} alone: {:?}", alone.examples);
    }
    for (detector, score) in &mut scores {
        score.examples.truncate(20);
        let floor = match &**detector {
            core if CORE.contains(&core) => CORE_FLOOR,
            words if WORDS.contains(&words) => WORDS_FLOOR,
            _ => FLOOR,
        };
        let reached = (score.precision(Confidence::Medium), score.recall(Confidence::Medium));
        assert!(reached.0 >= floor.0 && reached.1 >= floor.1, "{detector}: {reached:?}, {:#?}", score.examples);
    }
    table::hold(&scores);
}

#[test]
fn every_detector_stands_in_the_corpus_with_as_many_near_misses() {
    let documents = corpus::documents(SEED, &[]);
    let categories = derbes::category::Categories::builtin().unwrap();
    for detector in derbes::detect::Detectors::builtin(&categories, true).unwrap().iter() {
        let id = &*detector.definition.id;
        let labels = documents.iter().flat_map(|d| &d.labels).filter(|l| l.detector == id).count();
        let misses: usize = documents.iter().filter_map(|d| d.misses.get(id)).sum();
        assert!(labels > 0 && misses >= labels, "{id}: {labels} values, {misses} near misses");
    }
    for kind in corpus::kinds() {
        let notations = kind.notations.iter().map(|n| n.name);
        let mut names: Vec<_> = notations.chain(kind.misses.iter().map(|m| m.name)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{}: a name stands twice", kind.detector);
    }
}

#[test]
fn the_same_seed_gives_the_same_corpus() {
    let stored = || corpus::documents(7, &[]).into_iter().map(|d| d.stored).collect::<Vec<_>>();
    assert!(stored() == stored());
    assert!(stored() != corpus::documents(8, &[]).into_iter().map(|d| d.stored).collect::<Vec<_>>());
}
