//! Detector files: takes the TOML of `patterns/detectors/`, gives [`Detectors`], checked and ready to run.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use super::automaton::{Automaton, Pattern};
use super::check::{self, Check, Checked, Subject};
use super::finder::Anchor;
use super::own::Own;
use crate::category::{Categories, Title};
use crate::data::{File, embedded};
use crate::error::{Error, Result};
use crate::finding::explanation::Unreported;
use crate::finding::{MaskRule, Posture};

/// A detector file as it stands in TOML. The schema is closed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Definition {
    pub id: Arc<str>,
    pub category: Arc<str>,
    /// Whether a scan runs it without being told to.
    #[serde(default = "yes")]
    pub default: bool,
    /// Whether a scan runs it in the rows of tables, if otherwise than elsewhere: there a column tells what its values are.
    pub in_tables: Option<bool>,
    /// Where a scan does not run it, by what a path is, unless it runs all detectors.
    #[serde(default)]
    pub not_in: Vec<Posture>,
    /// The category of values beside which a scan runs it, if nowhere else, under keys that name its own.
    pub beside: Option<Arc<str>>,
    #[serde(default)]
    pub title: Title,
    /// The plain definition, a regular expression over bytes. A value is a match of it that passes the check.
    pub pattern: String,
    /// How the fast path finds candidates. Without one the pattern runs in the [`Automaton`].
    pub anchor: Option<String>,
    /// The named check that looks closer. Without one a value is what the pattern matches.
    pub check: Option<String>,
    /// What the key of a value and the words around it are to it.
    #[serde(default)]
    pub context: Context,
    /// What stays readable, see [`MaskRule`].
    #[serde(default)]
    pub mask: String,
    /// Texts in which the detector finds a value.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts in which it finds none.
    #[serde(default)]
    pub counterexamples: Vec<String>,
    /// Where the definition comes from.
    #[serde(default)]
    pub references: Vec<String>,
    /// What the pattern and evidence are worth, of a user's own detector; those that are built in have a row in
    /// `patterns/confidence.toml`.
    #[serde(default)]
    pub weights: BTreeMap<String, i16>,
}

/// What the key of a value and the words around it are to a detector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// They raise or lower the confidence.
    #[default]
    Counts,
    /// One must name the category, else there is no match.
    Required,
    /// They are not read: the value tells by itself what it is.
    Ignored,
}

fn yes() -> bool {
    true
}

impl Definition {
    /// Why a scan does not run it somewhere without being told to, if it does not: in a path of this posture, in the rows of
    /// a table or elsewhere.
    pub fn off(&self, posture: Option<Posture>, in_rows: bool) -> Option<Unreported> {
        let kept_out = posture.filter(|posture| self.not_in.contains(posture));
        match (self.default, self.in_tables.unwrap_or(self.default), kept_out) {
            (false, false, None) if !in_rows && self.beside.is_some() => Some(Unreported::OffAlone),
            (false, false, _) => Some(Unreported::OffByDefault),
            (_, _, Some(posture)) => Some(Unreported::OffInPosture { posture }),
            (_, false, None) if in_rows => Some(Unreported::OffInTables),
            (false, _, None) if !in_rows => Some(Unreported::OffInText),
            _ => None,
        }
    }
}

/// A detector that can run.
#[derive(Clone)]
pub struct Detector {
    pub definition: Definition,
    pub anchors: &'static [Anchor],
    pub check: Option<&'static Check>,
    pub mask: MaskRule,
    /// Of a user's own detector: its pattern, which has its say whatever the check takes.
    pub own: Option<Pattern>,
    regex: OnceLock<Regex>,
}

impl Detector {
    /// Checks what the text of `file` was read as.
    pub(super) fn new(file: &str, text: &str, definition: Definition, categories: &Categories) -> Result<Self> {
        let Definition { category, anchor, check, mask, .. } = &definition;
        let wrong = |key, message| Error::key(file, text, key, message);
        if categories.get(category).is_none() {
            return Err(wrong("category", format!("unknown category `{category}`")));
        }
        let anchors = match anchor {
            Some(anchor) => {
                ANCHORS.iter().find(|(name, _)| name == anchor).map(|(_, anchors)| *anchors).ok_or_else(|| {
                    let known: Vec<_> = ANCHORS.iter().map(|(name, _)| *name).collect();
                    wrong("anchor", format!("unknown anchor `{anchor}`"))
                        .help(format!("known anchors: {}", known.join(", ")))
                })?
            }
            None => &[],
        };
        let named = |check: &String| {
            check::named(check).ok_or_else(|| {
                let known: Vec<_> = check::ALL.iter().map(|c| c.name).collect();
                wrong("check", format!("unknown check `{check}`")).help(format!("known checks: {}", known.join(", ")))
            })
        };
        let check = check.as_ref().map(named).transpose()?;
        let mask = mask.parse().map_err(|message| wrong("mask", message))?;
        Ok(Self { anchors, check, mask, own: None, regex: OnceLock::new(), definition })
    }

    /// The detector as a user's own, by its pattern.
    pub(super) fn with_pattern(self, pattern: Pattern) -> Self {
        Self { own: Some(pattern), ..self }
    }

    /// The compiled pattern; only the reference run pays for it.
    ///
    /// # Panics
    /// Where the pattern is no regular expression: a test compiles all that are built in.
    pub fn regex(&self) -> &Regex {
        let compile = || RegexBuilder::new(&self.definition.pattern).size_limit(32 << 20).build();
        self.regex.get_or_init(|| compile().expect("built-in patterns compile"))
    }
}

impl Detector {
    /// Where two values share bytes, the less rank wins; none takes no part in that.
    pub fn rank(&self) -> Option<u8> {
        self.check.and_then(|check| check.rank)
    }

    /// Where the pattern ends that begins to match at `start`, if it does.
    pub fn match_end(&self, text: &[u8], start: usize) -> Option<usize> {
        if let Some(pattern) = &self.own {
            return pattern.end(text, start);
        }
        // A pattern that is seen to match elsewhere first does not begin here.
        let found = self.regex().find_at(text, start)?;
        (found.start() == start).then(|| found.end())
    }

    /// The value of a user's own detector: what its pattern matches, or as much of it as its check takes.
    pub(super) fn own_value(&self, subject: &Subject) -> Option<Checked> {
        let end = self.match_end(subject.text, subject.start)?;
        match self.check {
            Some(check) => (check.run)(subject).filter(|checked| checked.end <= end),
            None => Some(Checked { end, ..Checked::default() }),
        }
    }
}

/// How a detector file names the candidates of the finder.
const ANCHORS: [(&str, &[Anchor]); 27] = [
    ("digits:12", &[Anchor::Digits12, Anchor::Groups, Anchor::Apart]),
    ("digits:12-any", &[Anchor::AnyDigits12, Anchor::Groups, Anchor::Apart]),
    ("digits:13+", &[Anchor::Digits13, Anchor::Groups]),
    ("digits:9-10", &[Anchor::Digits9]),
    ("phone", &[Anchor::Phone]),
    ("at", &[Anchor::At]),
    ("at-spelled", &[Anchor::At, Anchor::Bracketed, Anchor::Spelled]),
    ("iban", &[Anchor::Iban]),
    ("series", &[Anchor::Series]),
    ("series-or-digits:10", &[Anchor::Series, Anchor::Digits9]),
    ("plate", &[Anchor::Plate, Anchor::PlateBeyond]),
    ("alphanumeric:17", &[Anchor::Alphanumeric17]),
    ("filler", &[Anchor::Filler]),
    ("certificate", &[Anchor::Digits12, Anchor::Certificate]),
    ("plus", &[Anchor::Plus]),
    ("dotted", &[Anchor::Dotted]),
    ("decimal", &[Anchor::Decimal]),
    ("hex", &[Anchor::Hex, Anchor::Hardware]),
    ("hex:2", &[Anchor::Hardware]),
    ("hex:4", &[Anchor::Hex]),
    ("profile", &[Anchor::Profile]),
    ("date", &[Anchor::Date, Anchor::Year]),
    ("key", &[Anchor::Key]),
    ("capital", &[Anchor::Capital]),
    ("capital-latin", &[Anchor::LatinCapital]),
    ("house", &[Anchor::House]),
    ("house-latin", &[Anchor::LatinHouse]),
];

/// The detector files that are embedded at build time.
pub const BUILTIN: &[File] = &[
    embedded!("patterns/detectors/common/birth-date"),
    embedded!("patterns/detectors/common/cookie"),
    embedded!("patterns/detectors/common/coordinate"),
    embedded!("patterns/detectors/common/coordinate-pair"),
    embedded!("patterns/detectors/common/email"),
    embedded!("patterns/detectors/common/email-spelled"),
    embedded!("patterns/detectors/common/iban"),
    embedded!("patterns/detectors/common/imei"),
    embedded!("patterns/detectors/common/international-phone"),
    embedded!("patterns/detectors/common/ipv4"),
    embedded!("patterns/detectors/common/ipv6"),
    embedded!("patterns/detectors/common/mac-address"),
    embedded!("patterns/detectors/common/mrz"),
    embedded!("patterns/detectors/common/password"),
    embedded!("patterns/detectors/common/password-in-url"),
    embedded!("patterns/detectors/common/payment-card"),
    embedded!("patterns/detectors/common/person-name"),
    embedded!("patterns/detectors/common/person-name-latin"),
    embedded!("patterns/detectors/common/postal-address"),
    embedded!("patterns/detectors/common/postal-address-latin"),
    embedded!("patterns/detectors/common/social-account"),
    embedded!("patterns/detectors/common/vin"),
    embedded!("patterns/detectors/kz/eds-certificate"),
    embedded!("patterns/detectors/kz/kz-bin"),
    embedded!("patterns/detectors/kz/kz-driver-licence"),
    embedded!("patterns/detectors/kz/kz-id-card"),
    embedded!("patterns/detectors/kz/kz-iin"),
    embedded!("patterns/detectors/kz/kz-passport"),
    embedded!("patterns/detectors/kz/kz-phone"),
    embedded!("patterns/detectors/kz/kz-plate"),
    embedded!("patterns/detectors/kz/kz-rnn"),
    embedded!("patterns/detectors/ru/ru-phone"),
];

/// All detectors of a run, in the order of their files, those that are built in first.
pub struct Detectors {
    all: Vec<Detector>,
    /// Whether each runs wherever there is text, whatever its definition says.
    pub everywhere: bool,
    /// The patterns without an anchor.
    pub automaton: Option<Automaton>,
}

impl Detectors {
    /// Those embedded at build time: all and everywhere, or the ones that a scan runs without being told to.
    pub fn builtin(categories: &Categories, all: bool) -> Result<Self> {
        let mut detectors = Self::parse(BUILTIN, categories)?;
        detectors.choose(all);
        Ok(detectors)
    }

    /// Keeps all and lets them run everywhere, or those that a scan runs without being told to.
    fn choose(&mut self, all: bool) {
        self.everywhere = all;
        self.all.retain(|Detector { definition, .. }| {
            all || definition.default || definition.in_tables == Some(true) || definition.beside.is_some()
        });
    }

    /// The same, and a user's own.
    ///
    /// # Errors
    /// Patterns that are too many for one automaton.
    pub fn with(own: &Own, categories: &Categories, all: bool) -> Result<Self> {
        let mut detectors = Self::builtin(categories, all)?;
        detectors.all.extend(own.detectors.iter().cloned());
        detectors.choose(all);
        detectors.automaton = Automaton::new(&detectors.all)?;
        Ok(detectors)
    }

    /// Reads detector files.
    ///
    /// # Errors
    /// An unknown key, category, anchor or check, a mask that keeps too much, an id given twice.
    pub fn parse(files: &[File], categories: &Categories) -> Result<Self> {
        let mut detectors: Vec<Detector> = Vec::new();
        for file in files {
            let definition: Definition = file.read()?;
            if detectors.iter().any(|d| d.definition.id == definition.id) {
                return Err(
                    Error::new(format!("the id `{}` stands in another file already", definition.id)).at(file.name)
                );
            }
            detectors.push(Detector::new(file.name, file.text, definition, categories)?);
        }
        Ok(Self { all: detectors, everywhere: true, automaton: None })
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Detector> {
        self.all.iter()
    }

    pub fn get(&self, index: u16) -> &Detector {
        &self.all[usize::from(index)]
    }

    pub fn find(&self, id: &str) -> Option<&Detector> {
        self.all.iter().find(|d| &*d.definition.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_anchor_is_told_of_beside_the_detectors() {
        let told = include_str!("../../patterns/README.md");
        for (anchor, _) in ANCHORS {
            assert!(told.contains(&format!("`{anchor}`")), "{anchor}");
        }
    }
}
