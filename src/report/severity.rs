//! How grave a finding is, in the five steps that every format for machines has under names of its own.

use super::Options;
use crate::finding::{Confidence, Finding, Outcome};

/// From what needs no action to what must not be there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// By the gravest verdict; where there is no policy, by the confidence that it is personal data.
    pub fn of(finding: &Finding, options: &Options) -> Self {
        if finding.verdicts.is_empty() && !options.is_personal(finding) {
            return Self::Info;
        }
        match (finding.verdicts.iter().map(|verdict| verdict.outcome).max(), finding.confidence) {
            (Some(Outcome::Forbidden | Outcome::Minor), _) => Self::Critical,
            (Some(Outcome::Undeclared | Outcome::Misplaced), _) => Self::High,
            (Some(Outcome::Expired), _) | (None, Confidence::High) => Self::Medium,
            (None, Confidence::Medium) => Self::Low,
            (Some(Outcome::Declared | Outcome::Implied | Outcome::NotPersonal), _) | (None, Confidence::Low) => {
                Self::Info
            }
        }
    }

    /// The three levels of annotations: error, warning, note.
    pub fn level(self) -> Level {
        match self {
            Self::Critical | Self::High => Level::Error,
            Self::Medium | Self::Low => Level::Warning,
            Self::Info => Level::Note,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sample::{finding, verdict};
    use super::*;
    use crate::category::Categories;

    fn level(outcomes: &[Outcome], confidence: Confidence) -> Level {
        let verdicts = outcomes.iter().map(|outcome| verdict("p", *outcome, None, None)).collect();
        Severity::of(&Finding { verdicts, confidence, ..finding("a", None) }, &Options::default()).level()
    }

    #[test]
    fn the_gravest_verdict_decides_and_without_one_the_confidence() {
        for outcome in [Outcome::Forbidden, Outcome::Minor, Outcome::Undeclared, Outcome::Misplaced] {
            assert_eq!(level(&[Outcome::Declared, outcome], Confidence::Low), Level::Error);
        }
        assert_eq!(level(&[Outcome::Expired], Confidence::High), Level::Warning);
        assert_eq!(level(&[Outcome::Declared, Outcome::NotPersonal], Confidence::High), Level::Note);
        assert_eq!(level(&[], Confidence::High), Level::Warning);
        assert_eq!(level(&[], Confidence::Medium), Level::Warning);
        assert_eq!(level(&[], Confidence::Low), Level::Note);
    }

    #[test]
    fn what_is_about_no_person_needs_no_action() {
        let options = Options { categories: Some(Arc::new(Categories::builtin().unwrap())), ..Options::default() };
        let company = Finding { category: "bin".into(), ..finding("a", None) };
        assert_eq!(Severity::of(&company, &options), Severity::Info);
        assert_eq!(Severity::of(&finding("a", None), &options), Severity::Medium);
    }
}
