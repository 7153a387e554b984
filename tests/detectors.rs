//! Every detector file finds what it says it finds, and does not what it says it does not, by the fast path and by the
//! reference run alike.

mod common;

use common::{fast, scanner};
use derbes::classify::Weights;
use derbes::detect::finder::Engine;
use derbes::detect::{Definition, Scanner, reference};
use derbes::finding::Confidence;

/// The levels at which a detector finds something in a text.
fn levels(scanner: &Scanner, id: &str, text: &str) -> Vec<Confidence> {
    let weights = Weights::builtin(scanner.detectors.iter().map(|d| &*d.definition.id)).unwrap();
    let found = fast(scanner, text.as_bytes(), false);
    assert_eq!(found, reference::scan(scanner, text.as_bytes(), false), "{text}");
    let of_detector = found.iter().filter(|m| &*scanner.detectors.get(m.detector).definition.id == id);
    of_detector.map(|m| weights.score(m.detector, m.evidence).1).collect()
}

#[test]
fn examples_are_found_and_counterexamples_are_not() {
    let mut wrong = Vec::new();
    for engine in Engine::all() {
        let scanner = scanner(engine);
        for detector in scanner.detectors.clone().iter() {
            let definition = &detector.definition;
            let Definition { id, title, references, anchor, check, weights, .. } = definition;
            assert!(!references.is_empty() && !title.ru.is_empty(), "{id}");
            assert!(anchor.is_some() && check.is_some() && weights.is_empty(), "{id}");
            for example in &definition.examples {
                let levels = levels(&scanner, &definition.id, example);
                if levels.len() != 1 || levels[0] < Confidence::Medium {
                    wrong.push(format!("{engine:?} {}: {example:?} {levels:?}", definition.id));
                }
            }
            for counterexample in &definition.counterexamples {
                let levels = levels(&scanner, &definition.id, counterexample);
                if levels.iter().any(|l| *l > Confidence::Low) {
                    wrong.push(format!("{engine:?} {}: not {counterexample:?}", definition.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
