//! What several tests need: a scanner as a run makes it.

use std::path::PathBuf;
use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::finder::Engine;
use derbes::detect::{Detectors, Match, Own, Registry, Scanner, Scratch};
use derbes::lexicon::Lexicon;

pub fn scanner(engine: Engine) -> Scanner {
    scanner_with(engine, &[])
}

/// With users' own detectors from these folders.
pub fn scanner_with(engine: Engine, folders: &[PathBuf]) -> Scanner {
    let mut categories = Categories::builtin().unwrap();
    let own = Own::read(folders, &mut categories).unwrap();
    let detectors = Arc::new(Detectors::with(&own, &categories, true).unwrap());
    let wanted = |category: &str| detectors.iter().any(|d| &*d.definition.category == category);
    let lexicon = Lexicon::with(wanted, &own.words).unwrap();
    Scanner::new(detectors, Registry::builtin(jiff::civil::date(2026, 11, 22)).unwrap(), lexicon, engine)
}

/// The matches of a whole text by the fast path.
pub fn fast(scanner: &Scanner, text: &[u8], binary: bool) -> Vec<Match> {
    let mut found = Vec::new();
    scanner.scan(text, 0..text.len(), binary, &mut Scratch::default(), &mut found);
    found
}
