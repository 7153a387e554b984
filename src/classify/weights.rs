//! The weights of evidence: takes `patterns/confidence.toml`, turns a detector's evidence into a score and a level.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::data::{File, embedded};
use crate::detect::Detectors;
use crate::error::{Error, Result};
use crate::finding::{Confidence, Evidence, EvidenceSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    levels: Levels,
    evidence: BTreeMap<String, i16>,
    /// Of a user's own detector, where its file does not say otherwise.
    own: BTreeMap<String, i16>,
    detector: BTreeMap<String, BTreeMap<String, i16>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Levels {
    medium: i16,
    high: i16,
}

/// The weights of each detector of a run.
pub struct Weights {
    levels: Levels,
    detectors: Vec<Row>,
}

#[derive(Clone)]
struct Row {
    /// What the pattern itself is worth.
    pattern: i16,
    evidence: Vec<i16>,
}

impl Weights {
    /// The table embedded at build time, for detectors of these ids.
    pub fn builtin<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        Self::parse(embedded!("patterns/confidence"), ids)
    }

    /// The table embedded at build time, and what the files of users' own detectors say; last the rows of these `others`.
    pub fn of(detectors: &Detectors, others: &[&str]) -> Result<Self> {
        let rows = detectors.iter().map(|d| (&*d.definition.id, d.own.as_ref().map(|_| &d.definition.weights)));
        let rows = rows.chain(others.iter().map(|id| (*id, None)));
        Self::read(embedded!("patterns/confidence"), rows)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// An unknown name of evidence, evidence without a weight, a detector without a row.
    pub fn parse<'a>(file: File, ids: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        Self::read(file, ids.into_iter().map(|id| (id, None)))
    }

    /// Reads a file; a user's own detector comes with its weights.
    fn read<'a>(
        file: File,
        detectors: impl Iterator<Item = (&'a str, Option<&'a BTreeMap<String, i16>>)>,
    ) -> Result<Self> {
        let table: Table = file.read()?;
        let file = file.name;
        let mut common = vec![0; Evidence::ALL.len()];
        for evidence in Evidence::ALL {
            let weight = table.evidence.get(evidence.name());
            let weight = weight.ok_or_else(|| Error::new(format!("`{evidence}` has no weight")).at(file))?;
            common[*evidence as usize] = *weight;
        }
        if table.evidence.len() != Evidence::ALL.len() {
            let unknown = table.evidence.keys().find(|name| Evidence::named(name).is_none());
            return Err(Error::new(format!("`{}` is no evidence", unknown.map_or("", |s| s))).at(file));
        }
        let none = BTreeMap::new();
        let row = |(id, own): (&str, Option<&BTreeMap<String, i16>>)| {
            let without = || Error::new(format!("the detector `{id}` has no weights")).at(file);
            let rows = match own {
                Some(own) => table.own.iter().chain(own),
                None => table.detector.get(id).ok_or_else(without)?.iter().chain(&none),
            };
            let mut row = Row { pattern: 0, evidence: common.clone() };
            for (name, weight) in rows {
                match Evidence::named(name) {
                    Some(evidence) => row.evidence[evidence as usize] = *weight,
                    None if name == "pattern" => row.pattern = *weight,
                    None => return Err(Error::new(format!("`{name}` is no evidence")).at(file)),
                }
            }
            Ok(row)
        };
        let detectors = detectors.map(row).collect::<Result<_>>()?;
        Ok(Self { levels: table.levels, detectors })
    }

    /// The evidence without that which weighs nothing for the detector.
    pub fn weighing(&self, detector: u16, evidence: EvidenceSet) -> EvidenceSet {
        let row = &self.detectors[usize::from(detector)];
        let weighs = evidence.iter().filter(|e| row.evidence[*e as usize] != 0);
        weighs.fold(EvidenceSet::new(), EvidenceSet::with)
    }

    /// What the detector's pattern is worth by itself.
    pub fn pattern(&self, detector: u16) -> i16 {
        self.detectors[usize::from(detector)].pattern
    }

    /// What one piece of evidence is worth for the detector.
    pub fn weight(&self, detector: u16, evidence: Evidence) -> i16 {
        self.detectors[usize::from(detector)].evidence[evidence as usize]
    }

    /// The sum of the weights.
    pub fn sum(&self, detector: u16, evidence: EvidenceSet) -> i16 {
        let row = &self.detectors[usize::from(detector)];
        row.pattern + evidence.iter().map(|e| row.evidence[e as usize]).sum::<i16>()
    }

    /// The sum of the weights, 0 to 100, and the level it reaches.
    pub fn score(&self, detector: u16, evidence: EvidenceSet) -> (u8, Confidence) {
        let sum = self.sum(detector, evidence);
        let score = sum.clamp(0, 100);
        let confidence = match score {
            _ if score >= self.levels.high => Confidence::High,
            _ if score >= self.levels.medium => Confidence::Medium,
            _ => Confidence::Low,
        };
        (score as u8, confidence)
    }
}
