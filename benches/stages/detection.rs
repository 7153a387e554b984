//! The finder alone, and the finder with checks and words.

use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::finder::{Candidates, Dated, Engine, Narrow, Wide, Width, Worded};
use derbes::detect::{Detectors, Own, Registry, Scanner, Scratch};
use derbes::lexicon::Lexicon;
use divan::Bencher;
use divan::counter::BytesCount;

use super::text_of;

#[divan::bench(types = [Narrow, Dated, Worded, Wide], args = ["plain.log", "support.log"])]
fn find<W: Width>(bencher: Bencher, name: &str) {
    find_with::<W>(bencher, Engine::best(), name);
}

#[divan::bench(args = ["plain.log", "support.log"])]
fn find_portable(bencher: Bencher, name: &str) {
    find_with::<Narrow>(bencher, Engine::Portable, name);
}

fn find_with<W: Width>(bencher: Bencher, engine: Engine, name: &str) {
    let (text, mut candidates) = (text_of(name), Candidates::default());
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| {
        let (mut at, mut found) = (0, 0);
        while at < text.len() {
            at = engine.find::<W>(&text, at..text.len(), &mut candidates);
            found += candidates.iter().count();
            candidates.clear();
        }
        found
    });
}

#[divan::bench(args = ["plain.log", "app.log", "access.log", "events.jsonl", "dense.log", "support.log"])]
fn scan(bencher: Bencher, name: &str) {
    scan_text(bencher, &scanner(), &text_of(name));
}

#[divan::bench]
fn scan_windows_1251(bencher: Bencher) {
    let text = text_of("support.log");
    let text = std::str::from_utf8(&text).expect("the corpus is UTF-8");
    scan_text(bencher, &scanner(), &encoding_rs::WINDOWS_1251.encode(text).0);
}

fn scan_text(bencher: Bencher, scanner: &Scanner, text: &[u8]) {
    let (mut scratch, mut matches) = (Scratch::default(), Vec::new());
    bencher.counter(BytesCount::of_slice(text)).bench_local(|| {
        matches.clear();
        scanner.scan(text, 0..text.len(), false, &mut scratch, &mut matches);
        matches.len()
    });
}

/// A scanner with the detectors of a default run.
fn scanner() -> Scanner {
    let categories = Categories::builtin().expect("the data is built in");
    let detectors = Detectors::with(&Own::default(), &categories, false).expect("the data is built in");
    let lexicon = Lexicon::with(|_| true, &[]).expect("the data is built in");
    let registry = Registry::builtin(jiff::civil::date(2026, 11, 22)).expect("the data is built in");
    Scanner::new(Arc::new(detectors), registry, lexicon, Engine::best())
}
