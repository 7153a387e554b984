//! The table in `docs/quality.md`: renders it, and holds figures against it.

use std::collections::BTreeMap;

use derbes::finding::Confidence;

use super::measure::Score;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/quality.md");
const BEGIN: &str = "<!-- table of tests/quality -->\n";
const END: &str = "<!-- end of table -->\n";

/// Precision and recall at a level, rounded down, so that the table never says more than is reached.
fn figures(score: &Score) -> [String; 6] {
    let down = |figure: f64| format!("{:.4}", (figure * 10_000.0).floor() / 10_000.0);
    let at = |level| [down(score.precision(level)), down(score.recall(level))];
    let [[a, b], [c, d], [e, f]] = [at(Confidence::Medium), at(Confidence::High), at(Confidence::Low)];
    [a, b, c, d, e, f]
}

pub fn render(scores: &BTreeMap<String, Score>) -> String {
    let mut table = "| detector | values | near misses | precision | recall | precision, high | recall, high | \
        precision, low | recall, low |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (detector, score) in scores {
        let figures = figures(score).join(" | ");
        table += &format!("| {detector} | {} | {} | {figures} |\n", score.labelled, score.misses);
    }
    table
}

/// The rows of a table: detector, then its figures.
fn read(table: &str) -> BTreeMap<String, Vec<f64>> {
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let detector = cells.next()?.to_owned();
        Some((detector, cells.skip(2).map(|cell| cell.parse().unwrap()).collect()))
    };
    table.lines().skip(2).filter_map(row).collect()
}

/// Fails where a figure is below the table's, or a detector is missing there.
pub fn hold(scores: &BTreeMap<String, Score>) {
    let document = std::fs::read_to_string(FILE).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    if std::env::var("DERBES_QUALITY").is_ok_and(|mode| mode == "overwrite") {
        std::fs::write(FILE, format!("{before}{BEGIN}{}{END}{after}", render(scores))).unwrap();
        return;
    }
    let declared = read(table);
    let reached = read(&render(scores));
    assert_eq!(declared.keys().collect::<Vec<_>>(), reached.keys().collect::<Vec<_>>());
    for (detector, declared) in declared {
        let reached = &reached[&detector];
        let holds = declared.iter().zip(reached).all(|(declared, reached)| reached >= declared);
        assert!(holds, "{detector}: docs/quality.md says {declared:?}, reached is {reached:?}");
    }
}
