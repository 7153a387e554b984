//! Columns by their values: takes what passed one detector, gives what the column comes to.

use super::{Columns, Subject, is_other};
use crate::classify::tables::{Column, Counter};
use crate::detect::Context;
use crate::finding::explanation::Share;
use crate::finding::{Evidence, EvidenceSet, Finding};
use crate::layout::table::Kind;

/// What one detector's values in a column come to.
pub(super) struct ByValues {
    pub share: Share,
    /// Whether the column's name names the category.
    pub named: bool,
    /// What they would be found as.
    pub finding: Finding,
    /// What those of them are found as that something else than the column tells of.
    pub told: Option<Finding>,
}

impl ByValues {
    pub fn finding(self) -> Option<Finding> {
        let counts = self.finding.hits > 0 && (self.share != Share::Chance || self.named);
        match self.told {
            Some(told) if !counts || self.finding.confidence < told.confidence => Some(told),
            _ => counts.then_some(self.finding),
        }
    }
}

impl Columns {
    /// What a column comes to whose values pass a detector.
    pub(super) fn by_values(&self, subject: &Subject, detector: u16, counter: &Counter) -> ByValues {
        let definition = &self.detectors.get(detector).definition;
        let Subject { name, column, said, .. } = subject;
        let values = subject.values().max(counter.cells);
        let sketch = column.sketch.as_deref().copied().unwrap_or_default();
        let counts = [counter.cells, self.family(column, &definition.id), values];
        let may_tell =
            !self.needs_name(detector) && self.chances.may_be_of_people(&definition.id, &counter.facts().ages);
        let share = match may_tell {
            false => Share::Chance,
            true => self.chances.share(&definition.id, counts, &sketch),
        };
        let named = self.lexicon.category(&definition.category).is_some_and(|meaning| said.contains_key(&meaning));
        let form = counter.evidence();
        // No name makes orders of so many values that have a check digit or are written as numbers of people are.
        let sure = form.contains(Evidence::CheckDigit) || form.contains(Evidence::Formatted);
        let other = (form.contains(Evidence::OtherMeaning) || is_other(said)) && !(sure && share == Share::Many);
        let shortened = counter.forms.iter().any(|(form, _)| form.contains(Evidence::LeadingZeros));
        let evidence = form
            .without(Evidence::OtherMeaning)
            .with_if(shortened, Evidence::LeadingZeros)
            .with_if(named, Evidence::ColumnName)
            .with_if(!named && other, Evidence::OtherMeaning)
            .with_if(fits(name.kind, &definition.category), Evidence::ColumnType)
            .with_if(share == Share::Many, Evidence::Share)
            .with_if(share == Share::Low || share == Share::Chance && counter.cells * 2 < values, Evidence::LowShare);
        let finding = self.counted(subject, detector, counter, values, evidence);
        let told = column.told.iter().find(|(id, _)| *id == detector);
        let told = told.and_then(|(_, told)| self.told(subject, detector, told));
        ByValues { share, named, finding, told }
    }

    /// Whether a user's own detector asks for a word: its pattern alone says nothing.
    fn needs_name(&self, detector: u16) -> bool {
        let detector = self.detectors.get(detector);
        detector.own.is_some() && detector.definition.context == Context::Required
    }

    /// A finding of those values in a column that something else than the column tells of.
    fn told(&self, subject: &Subject, detector: u16, counter: &Counter) -> Option<Finding> {
        let named = |form: &EvidenceSet| form.contains(Evidence::KeyName) || form.contains(Evidence::ContextWord);
        let forms = counter.forms.iter().map(|(form, _)| *form);
        let forms = forms.map(|form| form.with_if(is_other(&subject.said) && !named(&form), Evidence::OtherMeaning));
        let evidence = forms.max_by_key(|form| (self.weights.score(detector, *form), *form))?;
        let values = subject.values().max(counter.cells);
        Some(self.counted(subject, detector, counter, values, evidence))
    }

    fn counted(
        &self,
        subject: &Subject,
        detector: u16,
        counter: &Counter,
        values: u64,
        evidence: EvidenceSet,
    ) -> Finding {
        let definition = &self.detectors.get(detector).definition;
        Finding {
            detector: definition.id.clone(),
            hits: counter.hits,
            share: Some(counter.cells as f64 / values as f64),
            places: counter.places.clone(),
            facts: counter.facts(),
            ..self.finding(subject, &definition.category, detector, evidence)
        }
    }

    /// Cells that pass this detector or another of its family, no cell counted for more than the column has.
    fn family(&self, column: &Column, detector: &str) -> u64 {
        let ids: Vec<&str> = self.chances.family(detector).collect();
        let of_family = |id: &u16| ids.contains(&&*self.detectors.get(*id).definition.id);
        column.counters.iter().filter(|(id, _)| of_family(id)).map(|(_, counter)| counter.cells).sum()
    }
}

/// Whether a type is made for values of a category.
pub(super) fn fits(kind: Kind, category: &str) -> bool {
    match category {
        "iin" | "bin" | "rnn" => kind == Kind::Text(12),
        "iban" => matches!(kind, Kind::Text(20 | 34)),
        "birth-date" => kind == Kind::Date,
        _ => false,
    }
}
