//! What detectors need near their values: takes a text and where candidates stand in it, tells quickly that no word is near
//! that they count only beside. It never says so where there is one.

use std::cell::Cell;
use std::ops::Range;
use std::sync::OnceLock;

use super::check::Signs;
use super::finder::{Engine, Literal, Literals};
use super::scanner::Words;
use super::{Detectors, Registry};
use crate::lexicon::{Lexicon, Meaning};

/// How far from the place that the finder sees something may stand that counts: the key of a value and the words around it,
/// the words of an address, and all that lies between.
const REACH: usize = 512;
/// Bytes that are looked at together.
const STRETCH: usize = 12 << 10;
/// Most things that detectors need.
const MOST: usize = 32;

/// What the detectors of a run need.
#[derive(Default)]
pub struct Needs {
    needs: Vec<Need>,
    /// By detector.
    of: Vec<Option<u8>>,
}

struct Need {
    source: Source,
    /// Made when a text has the first candidate; none where nothing can be told.
    literals: OnceLock<Option<Literals>>,
}

/// Where it is said what stands near.
#[derive(Clone, Copy)]
enum Source {
    Words(Meaning),
    Signs(Signs),
}

impl Needs {
    /// Where `words` is what each detector makes of words.
    pub(super) fn new(detectors: &Detectors, words: &[Words]) -> Self {
        let mut all = Self::default();
        for (detector, words) in detectors.iter().zip(words) {
            let source = match words {
                Words::Required(meaning, _) => Some(Source::Words(*meaning)),
                Words::OfColumn => None,
                _ => detector.check.and_then(|check| check.signs).map(Source::Signs),
            };
            let need = source.and_then(|source| all.add(source));
            all.of.push(need);
        }
        all
    }

    fn add(&mut self, source: Source) -> Option<u8> {
        let index = self.needs.iter().position(|need| need.source.is(source)).unwrap_or(self.needs.len());
        if index == MOST {
            return None;
        }
        if index == self.needs.len() {
            self.needs.push(Need { source, literals: OnceLock::new() });
        }
        u8::try_from(index).ok()
    }

    /// What a detector needs, if anything.
    pub fn of(&self, detector: u16) -> Option<u8> {
        self.of[usize::from(detector)]
    }
}

impl Source {
    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Words(meaning), Self::Words(other)) => meaning == other,
            (Self::Signs(signs), Self::Signs(other)) => std::ptr::fn_addr_eq(signs.literals, other.literals),
            _ => false,
        }
    }

    fn literals(self, lexicon: &Lexicon, registry: &Registry) -> Option<Literals> {
        match self {
            Self::Signs(Signs { literals, beyond_ascii }) => Some(Literals::new(literals(registry), beyond_ascii)),
            Self::Words(meaning) => {
                let literal = |(text, whole): (&[u8], bool)| Literal { text: text.into(), begins: whole, ends: whole };
                let signs = lexicon.signs(meaning)?;
                Some(Literals::new(signs.into_iter().map(literal), true))
            }
        }
    }
}

/// What is known of the surroundings in one text.
pub struct Nearby<'s> {
    pub needs: &'s Needs,
    pub engine: Engine,
    pub lexicon: &'s Lexicon,
    pub registry: &'s Registry,
    pub text: &'s [u8],
    /// By need: the part of the text that was looked at last, and whether something stands near it.
    known: [Cell<(usize, usize, bool)>; MOST],
}

impl<'s> Nearby<'s> {
    pub fn new(
        needs: &'s Needs,
        engine: Engine,
        (lexicon, registry): (&'s Lexicon, &'s Registry),
        text: &'s [u8],
    ) -> Self {
        Self { needs, engine, lexicon, registry, text, known: [const { Cell::new((0, 0, false)) }; MOST] }
    }

    /// Whether what is needed may stand near a candidate in a range.
    #[inline]
    pub fn may_stand(&self, need: u8, range: Range<usize>) -> bool {
        let (start, end, stands) = self.known[usize::from(need)].get();
        if start <= range.start && range.end <= end { stands } else { self.look(need, range) }
    }

    /// Whether it is known already that nothing of what is needed stands near a place.
    #[inline]
    pub fn is_known_absent(&self, need: u8, at: usize) -> bool {
        let (start, end, stands) = self.known[usize::from(need)].get();
        start <= at && at < end && !stands
    }

    fn look(&self, need: u8, Range { start, end }: Range<usize>) -> bool {
        let end = end.max(start + STRETCH);
        let around = start.saturating_sub(REACH).min(self.text.len())..self.text.len().min(end + REACH);
        let Need { source, literals } = &self.needs.needs[usize::from(need)];
        let literals = literals.get_or_init(|| source.literals(self.lexicon, self.registry));
        let stands = literals.as_ref().is_none_or(|literals| self.engine.stand_in(literals, &self.text[around]));
        self.known[usize::from(need)].set((start, end, stands));
        stands
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Scanner, Scratch, reference};
    use super::*;
    use crate::category::Categories;

    #[test]
    fn what_is_needed_is_never_denied_where_candidates_are_frequent() {
        let detectors = Detectors::builtin(&Categories::builtin().unwrap(), true).unwrap();
        let registry = Registry::builtin(jiff::civil::date(2026, 11, 22)).unwrap();
        let lexicon = Lexicon::builtin(|_| true).unwrap();
        let scanner = Scanner::new(Arc::new(detectors), registry, lexicon, Engine::best());
        let mut seen = 0;
        for (index, detector) in (0..).zip(scanner.detectors.iter()) {
            let has_need = Needs::new(&scanner.detectors, &scanner.words).of(index).is_some();
            for example in detector.definition.examples.iter().filter(|_| has_need) {
                let text = [example.as_str(), "\n"].concat().repeat(12);
                let mut found = Vec::new();
                scanner.scan(text.as_bytes(), 0..text.len(), false, &mut Scratch::default(), &mut found);
                assert_eq!(found, reference::scan(&scanner, text.as_bytes(), false), "{example}");
                assert!(found.iter().filter(|found| found.detector == index).count() >= 12, "{example}");
                seen += 1;
            }
        }
        assert!(seen > 20, "few detectors need anything");
    }
}
