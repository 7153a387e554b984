//! What tells of a value in a table without its column: takes a cell with a value in it, gives the evidence of the words there,
//! of the cell before it, and of how the value is written.

use std::ops::Range;

use super::check::Subject;
use super::conclusion::is_telling;
use super::context::Keys;
use super::scanner::Words;
use super::{Match, Scanner, context};
use crate::finding::{Evidence, EvidenceSet, Refusal};
use crate::layout;
use crate::layout::table::{Grid, Segment};
use crate::lexicon::{Beginnings, Meaning};

impl Scanner {
    /// What tells of a value in a table without its column: words in its cell, if there are any, and how it is written.
    pub(super) fn told_in_cell(
        &self,
        text: &[u8],
        found: &Match,
        tables: &Grid,
        rows: &Segment,
    ) -> Option<EvidenceSet> {
        let fills = tables.fills_cell(text, &found.span, rows);
        if !fills {
            return self.told_by_words(text, found);
        }
        self.told_of_whole(text, found.span.start, (found.detector, found.evidence), rows, true)
    }

    /// The same of a detector's value that begins at `start` and fills its cell; `follows_word` tells whether the cell before it
    /// may be a word.
    #[inline]
    pub(super) fn told_of_whole(
        &self,
        text: &[u8],
        start: usize,
        (detector, evidence): (u16, EvidenceSet),
        rows: &Segment,
        follows_word: bool,
    ) -> Option<EvidenceSet> {
        let before = || layout::table::cell_before(text, start, rows.separator);
        let named = follows_word && self.is_named_by(before(), text, detector);
        Some(evidence.with_if(named, Evidence::KeyName)).filter(|told| is_telling(*told))
    }

    /// Whether the cell before a value is the name of what it is, as in a table of keys and values.
    fn is_named_by(&self, cell: Option<Range<usize>>, text: &[u8], detector: u16) -> bool {
        let meaning = match &self.words[usize::from(detector)] {
            Words::Count(meaning) | Words::Required(meaning, _) => *meaning,
            Words::Ignored | Words::OfColumn => return false,
        };
        cell.is_some_and(|cell| context::is_key_of(&text[cell], &self.lexicon, meaning))
    }

    /// What the words around a value tell of it, and how it is written.
    pub(super) fn told_by_words(&self, text: &[u8], found: &Match) -> Option<EvidenceSet> {
        match &self.words[usize::from(found.detector)] {
            Words::OfColumn => None,
            Words::Required(meaning, beginnings) => {
                self.named(text, found.clone(), *meaning, Some(beginnings)).map(|named| named.evidence)
            }
            Words::Count(meaning) if found.evidence.contains(Evidence::Apart) => {
                self.named(text, found.clone(), *meaning, None).map(|named| named.evidence)
            }
            Words::Ignored | Words::Count(_) => {
                let mut told = found.clone();
                self.read_context(text, &mut Keys::default(), &mut told);
                Some(told.evidence)
            }
        }
    }

    /// The match whose digits stand apart, if its column may tell or a word does.
    #[cold]
    #[inline(never)]
    pub(super) fn apart(&self, subject: &Subject, found: Match, meaning: Meaning, in_table: bool) -> Option<Match> {
        if in_table {
            return Some(found);
        }
        let named = self.named(subject.text, found, meaning, None);
        if named.is_some() { named } else { subject.refuse(Refusal::Context) }
    }

    /// The match with its context, if that names the category; `beginnings` are those of the words that do.
    pub(super) fn named(
        &self,
        text: &[u8],
        mut found: Match,
        meaning: Meaning,
        beginnings: Option<&Beginnings>,
    ) -> Option<Match> {
        found.key = layout::key_before(text, found.span.start);
        if found.key.is_none() && beginnings.is_some_and(|words| !context::may_name(text, &found.span, words)) {
            return None;
        }
        let keys = &mut Keys::default();
        let said = context::evidence(text, &found.span, found.key.as_ref(), keys, &self.lexicon, meaning)?;
        found.evidence = found.evidence.with(said);
        matches!(said, Evidence::KeyName | Evidence::ContextWord).then_some(found)
    }
}
