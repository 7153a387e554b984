//! Whether chance explains a column: takes how many of its values pass a detector, and how many would by chance, gives
//! what that says.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::sketch::{Look, Sketch};
use crate::data::embedded;
use crate::error::Result;
use crate::finding::explanation::Share;

/// Chance explains no more than one such column in a hundred.
const DOUBT: f64 = 4.605_170_185_988_091;

/// A share of the values that could pass below this is low, if chance could have made it.
const LOW: f64 = 0.05;

/// Values that could pass by chance as rarely as this do so in no table of a size that there is.
const NEVER: f64 = 1e-9;

/// `patterns/columns.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chances {
    chance: BTreeMap<Arc<str>, Chance>,
    #[serde(rename = "family")]
    families: Vec<Family>,
    ages: BTreeMap<Arc<str>, Ages>,
    /// How most values of a category look: one of these ways.
    pub looks: BTreeMap<Arc<str>, Vec<Look>>,
}

/// The ages of people whom a table is about: all but the youngest and the oldest tenth of them.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ages {
    /// In full years.
    youngest: u8,
    /// Years between the youngest and the oldest.
    apart: u8,
}

/// The share of values that pass though they are something else.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chance {
    random: f64,
    ordered: f64,
    among: Look,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    detectors: Vec<Arc<str>>,
}

impl Chances {
    /// Those embedded at build time.
    pub fn builtin() -> Result<Self> {
        embedded!("patterns/columns").read()
    }

    /// The detectors of the same family, itself among them.
    pub fn family<'a>(&'a self, detector: &'a str) -> impl Iterator<Item = &'a str> {
        let family = self.families.iter().find(|family| family.detectors.iter().any(|id| &**id == detector));
        let others = family.into_iter().flat_map(|family| family.detectors.iter().map(|id| &**id));
        std::iter::once(detector).chain(others.filter(move |id| *id != detector))
    }

    /// Whether values that tell these ages, in full years with how many tell each, may be of people whatever the column is
    /// called. Days of other events are of the last years, or of the same ones.
    pub fn may_be_of_people(&self, detector: &str, ages: &BTreeMap<u8, u64>) -> bool {
        let Some(Ages { youngest, apart }) = self.ages.get(detector) else { return true };
        let all: u64 = ages.values().sum();
        let age_of = |rank: u64| {
            let mut before = 0;
            let mut ages = ages.iter();
            ages.find_map(|(age, hits)| {
                before += hits;
                (before > rank).then_some(*age)
            })
        };
        let [first, last] = [all / 10, all.saturating_sub(1 + all / 10)].map(age_of);
        first.zip(last).is_some_and(|(first, last)| first >= *youngest && last - first >= *apart)
    }

    /// What it says that `cells` of `values` pass a detector, and `family` of them it or another of its family. The sketch
    /// is of the same column.
    pub fn share(&self, detector: &str, [cells, family, values]: [u64; 3], sketch: &Sketch) -> Share {
        let rare = Chance { random: NEVER, ordered: 0.1, among: Look::Any };
        let chance = self.chance.get(detector).copied().unwrap_or(rare);
        // Only values that look so could pass by chance: so many of them there are.
        let (seen, look) = (f64::from(sketch.values()), f64::from(sketch.count(chance.among)));
        let most = values as f64 * (look + 1.0) / (seen + 1.0);
        let able = |cells: u64| most.max(cells as f64);
        if !exceeds(cells, able(cells), chance.random) {
            return Share::Chance;
        }
        if exceeds(family, able(family), chance.ordered) && family * 4 > values {
            return Share::Many;
        }
        let doubtful = chance.random > 1e-4;
        let low = (cells as f64) < LOW * values as f64 * look / seen.max(1.0);
        if doubtful && low { Share::Low } else { Share::Some }
    }
}

/// Whether `k` of `n` is more than chance makes of it where each has the probability `p`: Chernoff's bound on the tail of
/// the binomial distribution, exp(-n D(k/n || p)), which holds for every n.
fn exceeds(k: u64, n: f64, p: f64) -> bool {
    let k = k as f64;
    if n == 0.0 || k <= n * p {
        return false;
    }
    let missing = if k < n { (n - k) * ((n - k) / n / (1.0 - p)).ln() } else { 0.0 };
    k * (k / n / p).ln() + missing >= DOUBT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(detector: &str, cells: u64, values: u64, value: &[u8]) -> Share {
        let mut sketch = Sketch::default();
        (0..50).for_each(|_| sketch.add(value));
        Chances::builtin().unwrap().share(detector, [cells, cells, values], &sketch)
    }

    #[test]
    fn chance_explains_order_numbers_and_no_others() {
        let number = b"809486302519";
        for (detector, cells, values, value, expected) in [
            ("kz-iin", 2_600, 1_000_000, &number[..], Share::Chance),
            ("kz-iin", 1, 400, number, Share::Chance),
            ("kz-iin", 3, 1_000, number, Share::Chance),
            // Numbers that begin with a day: one in ten has the check digit, and none is an IIN.
            ("kz-iin", 4_000, 1_000_000, number, Share::Low),
            ("kz-iin", 100_000, 1_000_000, number, Share::Some),
            ("kz-iin", 900_000, 1_000_000, number, Share::Many),
            ("kz-iin", 9, 10, number, Share::Many),
            ("kz-iin", 1, 1, number, Share::Some),
            ("kz-iin", 1, 12, number, Share::Chance),
            ("kz-iin", 1, 12, b"Astana", Share::Some),
            // A few in free text are no chance: nothing else there has twelve digits.
            ("kz-iin", 500, 1_000_000, b"call him back tomorrow", Share::Some),
            ("kz-iin", 40, 1_000_000, b"call him back tomorrow", Share::Chance),
            ("email", 1, 1_000_000, b"call him back tomorrow", Share::Some),
            ("kz-phone", 40_000, 1_000_000, number, Share::Chance),
            ("kz-phone", 990_000, 1_000_000, b"+7 (701) 000-00-19", Share::Many),
        ] {
            assert_eq!(share(detector, cells, values, value), expected, "{detector} {cells} of {values}");
        }
    }

    #[test]
    fn days_of_the_last_years_are_no_births() {
        let chances = Chances::builtin().unwrap();
        for (detector, ages, expected) in [
            ("birth-date", (18..=70).collect::<Vec<u8>>(), true),
            ("birth-date", (0..=70).collect(), false),
            ("birth-date", vec![0, 20, 25, 30, 35, 40, 45, 50, 55, 60], true),
            ("birth-date", (0..=5).collect(), false),
            ("birth-date", (16..=26).collect(), false),
            ("birth-date", vec![40], false),
            ("birth-date", vec![], false),
            ("kz-iin", vec![], true),
        ] {
            let ages = ages.into_iter().map(|age| (age, 1)).collect();
            assert_eq!(chances.may_be_of_people(detector, &ages), expected, "{detector} {ages:?}");
        }
    }

    #[test]
    fn the_bound_is_that_of_chernoff() {
        assert!(exceeds(10, 10.0, 0.5) && !exceeds(6, 6.0, 0.5));
        assert!(!exceeds(0, 10.0, 0.5) && !exceeds(5, 10.0, 0.5) && !exceeds(0, 0.0, 0.5));
    }
}
