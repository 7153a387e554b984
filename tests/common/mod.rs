//! What several tests need: a scanner as a run makes it.

use std::sync::Arc;

use derbes::category::Categories;
use derbes::detect::finder::Engine;
use derbes::detect::{Detectors, Match, Registry, Scanner, Scratch};
use derbes::lexicon::Lexicon;

pub fn scanner(engine: Engine) -> Scanner {
    let categories = Categories::builtin().unwrap();
    let detectors = Arc::new(Detectors::builtin(&categories, true).unwrap());
    let lexicon = Lexicon::builtin(|c| detectors.iter().any(|d| &*d.definition.category == c)).unwrap();
    Scanner::new(detectors, Registry::builtin(jiff::civil::date(2026, 11, 22)).unwrap(), lexicon, engine)
}

/// The matches of a whole text by the fast path.
pub fn fast(scanner: &Scanner, text: &[u8], binary: bool) -> Vec<Match> {
    let mut found = Vec::new();
    scanner.scan(text, 0..text.len(), binary, &mut Scratch::default(), &mut found);
    found
}
