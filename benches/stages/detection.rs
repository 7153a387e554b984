//! The finder alone, and the finder with checks and words.

use std::sync::Arc;

use criterion::Criterion;
use derbes::category::Categories;
use derbes::detect::finder::{Candidates, Dated, Engine, Narrow, Whole, Width, Worded};
use derbes::detect::{Detectors, Own, Registry, Scanner, Scratch};
use derbes::lexicon::Lexicon;

use super::{by_bytes, group, text_of};

pub fn find(criterion: &mut Criterion) {
    let mut group = group(criterion, "find");
    for name in ["plain.log", "support.log"] {
        let text = text_of(name);
        let best = Engine::best();
        let widths: [(&str, Find); 5] = [
            ("narrow", |text| found::<Narrow>(Engine::best(), text)),
            ("dated", |text| found::<Dated>(Engine::best(), text)),
            ("worded", |text| found::<Worded>(Engine::best(), text)),
            ("wide", |text| found::<Whole>(Engine::best(), text)),
            ("portable", |text| found::<Narrow>(Engine::Portable, text)),
        ];
        for (width, find) in widths {
            by_bytes(&mut group, &format!("{width}/{name} ({best:?})"), text.len(), || find(&text));
        }
    }
}

type Find = fn(&[u8]) -> usize;

fn found<W: Width>(engine: Engine, text: &[u8]) -> usize {
    let mut candidates = Candidates::default();
    let (mut at, mut found) = (0, 0);
    while at < text.len() {
        at = engine.find::<W>(text, at..text.len(), &mut candidates, &mut |anchors, _| anchors);
        found += candidates.iter().count();
        candidates.clear();
    }
    found
}

pub fn scan(criterion: &mut Criterion) {
    let scanner = scanner();
    let mut group = group(criterion, "scan");
    let mut measure = |name: &str, text: &[u8]| {
        let (mut scratch, mut matches) = (Scratch::default(), Vec::new());
        by_bytes(&mut group, name, text.len(), || {
            matches.clear();
            scanner.scan(text, 0..text.len(), false, &mut scratch, &mut matches);
            matches.len()
        });
    };
    for name in ["plain.log", "app.log", "access.log", "events.jsonl", "dense.log", "support.log"] {
        measure(name, &text_of(name));
    }
    let text = text_of("support.log");
    let text = std::str::from_utf8(&text).expect("the corpus is UTF-8");
    measure("support.log in Windows-1251", &encoding_rs::WINDOWS_1251.encode(text).0);
}

/// A scanner with the detectors of a default run.
fn scanner() -> Scanner {
    let categories = Categories::builtin().expect("the data is built in");
    let detectors = Detectors::with(&Own::default(), &categories, false).expect("the data is built in");
    let lexicon = Lexicon::with(|_| true, &[]).expect("the data is built in");
    let registry = Registry::builtin(jiff::civil::date(2026, 11, 22)).expect("the data is built in");
    Scanner::new(Arc::new(detectors), registry, lexicon, Engine::best())
}
