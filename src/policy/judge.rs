//! [`Judge`]: takes a policy, a finding and the setting it was made in, gives the verdict. A pure function of these, the
//! day of the scan and the categories.
//!
//! Each question has a ruling of its own: is the category covered, are the persons old enough, is the data too old, does
//! it lie where it may. The gravest ruling is the verdict.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::expiry::expired;
use super::model::{Basis, Declaration, Medium, Policy, Prohibition};
use crate::category::{Categories, Standing};
use crate::finding::{Finding, Ground, Outcome, Posture, Rule, Setting, Stale, Verdict};

/// The age of majority: Civil Code of Kazakhstan, art. 17.
pub const MAJORITY: u8 = 18;

/// Holds findings against policies.
#[derive(Clone, Debug)]
pub struct Judge {
    pub categories: Arc<Categories>,
    /// The day that ages and retention are judged by.
    pub today: Date,
    /// Whether what is only implied by a document counts as undeclared.
    pub strict: bool,
}

/// The answer to one question.
struct Ruling<'p> {
    outcome: Outcome,
    basis: Option<Basis<'p>>,
    hits: u64,
    ground: Option<Ground>,
}

impl Judge {
    pub fn verdict(&self, policy: &Policy, finding: &Finding, setting: &Setting) -> Verdict {
        let ruling = match self.personal(finding, setting.posture) {
            0 => about_nobody(finding, setting.posture),
            hits => self.gravest(policy, finding, setting, hits),
        };
        verdict(&policy.id, &policy.file, finding, ruling)
    }

    /// The gravest answer for the `hits` that are about persons.
    fn gravest<'p>(&self, policy: &'p Policy, finding: &Finding, setting: &Setting, hits: u64) -> Ruling<'p> {
        let declarations = self.declarations(policy, &finding.category);
        let cover = self.cover(policy, finding, &declarations, hits);
        let others = [
            self.too_old(policy, &declarations, setting, hits),
            self.misplaced(policy, finding, setting, hits),
            too_young(policy, finding, hits),
        ];
        let graver = |one: Ruling<'p>, other: Ruling<'p>| if other.outcome > one.outcome { other } else { one };
        others.into_iter().flatten().fold(cover, graver)
    }

    /// What a posture alone makes of a finding, where no policy is bound: `file` binds it, on `line`. None where the
    /// posture has no say.
    pub fn verdict_of_posture(
        &self,
        file: &Arc<str>,
        line: u64,
        finding: &Finding,
        posture: Posture,
    ) -> Option<Verdict> {
        let ground = Some(Ground::Posture { posture });
        let (outcome, hits) = match self.personal(finding, Some(posture)) {
            0 => (Outcome::NotPersonal, finding.hits),
            _ if self.may_stand(posture, &finding.category) => return None,
            personal => (Outcome::Misplaced, personal),
        };
        let verdict = verdict(file, file, finding, Ruling { outcome, basis: None, hits, ground });
        let rule = Some(Rule { file: file.clone(), line });
        Some(Verdict { clause: Some(format!("line {line}")), rule, ..verdict })
    }

    /// Hits about natural persons. In test data, a value that is made up is about nobody.
    fn personal(&self, finding: &Finding, posture: Option<Posture>) -> u64 {
        if self.categories.get(&finding.category).is_some_and(|c| c.standing == Standing::NotPersonal) {
            return 0;
        }
        let made_up = if posture == Some(Posture::TestData) { finding.facts.made_up } else { 0 };
        finding.hits.saturating_sub(finding.facts.impersonal + made_up)
    }

    /// The declarations that cover a category: that of its own name, or else those of documents that carry it.
    fn declarations<'p>(&self, policy: &'p Policy, category: &str) -> Vec<&'p Declaration> {
        if let Some(declaration) = policy.declaration(category) {
            return vec![declaration];
        }
        let category = self.categories.get(category).filter(|category| !self.strict && !category.carried_by.is_empty());
        let Some(category) = category else { return Vec::new() };
        policy.declares.iter().filter(|document| category.carried_by.contains(&document.category)).collect()
    }

    /// What the policy says of the category, whosever the data is.
    fn cover<'p>(
        &self,
        policy: &'p Policy,
        finding: &Finding,
        declarations: &[&'p Declaration],
        hits: u64,
    ) -> Ruling<'p> {
        let ruling = |outcome, basis, ground| Ruling { outcome, basis, hits, ground };
        if let Some(Prohibition { clause, line, .. }) = policy.prohibition(&finding.category) {
            return ruling(Outcome::Forbidden, Some(Basis { clause, line: *line }), None);
        }
        let Some(first) = declarations.first() else { return ruling(Outcome::Undeclared, None, None) };
        let named = first.category == finding.category;
        let outcome = if named { Outcome::Declared } else { Outcome::Implied };
        ruling(outcome, Some(first.basis()), pupils(policy, finding))
    }

    /// Whether the periods of all declarations that cover the data have run out; the clause of the first is named.
    fn too_old<'p>(
        &self,
        policy: &'p Policy,
        declarations: &[&'p Declaration],
        setting: &Setting,
        hits: u64,
    ) -> Option<Ruling<'p>> {
        let dated = setting.dated?;
        let bases = declarations.iter().map(|declaration| expired(policy, declaration, dated.date, self.today));
        let bases: Vec<Basis> = bases.collect::<Option<_>>()?;
        let ground = Some(Ground::Date { date: dated.date, date_source: dated.source });
        bases.first().map(|basis| Ruling { outcome: Outcome::Expired, basis: Some(*basis), hits, ground })
    }

    /// Where the data lies and may not: by the policy's words on storage, or by the posture of the path.
    fn misplaced<'p>(&self, policy: &'p Policy, finding: &Finding, setting: &Setting, hits: u64) -> Option<Ruling<'p>> {
        let ruling = |basis, ground| Ruling { outcome: Outcome::Misplaced, basis, hits, ground: Some(ground) };
        if let Some((basis, ground)) = outside_storage(policy, setting) {
            return Some(ruling(Some(basis), ground));
        }
        let posture = setting.posture.filter(|posture| !self.may_stand(*posture, &finding.category))?;
        Some(ruling(None, Ground::Posture { posture }))
    }

    /// Whether data of persons of this category may stand at a path of this posture, if it is declared.
    fn may_stand(&self, posture: Posture, category: &str) -> bool {
        match posture {
            Posture::Code | Posture::TestData => false,
            Posture::Logs => self.categories.get(category).is_some_and(|category| category.technical),
            Posture::Data => true,
        }
    }
}

/// What is declared and in none of the `seen_categories`: by policy, then in the order of the policy file.
pub fn stale<'p>(policies: impl IntoIterator<Item = &'p Policy>, seen_categories: &BTreeSet<Arc<str>>) -> Vec<Stale> {
    let declarations = policies.into_iter().flat_map(|policy| policy.declares.iter().map(move |d| (policy, d)));
    declarations
        .filter(|(_, declaration)| !seen_categories.contains(&declaration.category))
        .map(|(policy, declaration)| Stale {
            policy: policy.id.clone(),
            category: declaration.category.clone(),
            clause: Some(declaration.clause.main().to_owned()),
        })
        .collect()
}

fn about_nobody(finding: &Finding, posture: Option<Posture>) -> Ruling<'static> {
    let made_up = posture.filter(|posture| *posture == Posture::TestData && finding.facts.made_up > 0);
    let ground = made_up.map(|posture| Ground::Posture { posture });
    Ruling { outcome: Outcome::NotPersonal, basis: None, hits: finding.hits, ground }
}

fn verdict(policy: &Arc<str>, file: &Arc<str>, finding: &Finding, ruling: Ruling) -> Verdict {
    Verdict {
        policy: policy.clone(),
        outcome: ruling.outcome,
        clause: ruling.basis.map(|basis| basis.clause.main().to_owned()),
        rule: ruling.basis.map(|basis| Rule { file: file.clone(), line: basis.line as u64 }),
        count: (ruling.hits != finding.hits).then_some(ruling.hits),
        ground: ruling.ground,
    }
}

/// The hits that are of persons under the age that the policy is for.
fn too_young<'p>(policy: &'p Policy, finding: &Finding, personal: u64) -> Option<Ruling<'p>> {
    let subjects = policy.subjects.as_ref()?;
    let hits = younger(finding, subjects.min_age?).min(personal);
    let basis = Some(Basis { clause: &subjects.clause, line: subjects.line });
    let ruling = Ruling { outcome: Outcome::Minor, basis, hits, ground: None };
    (hits > 0).then_some(ruling)
}

/// Of a policy that expects minors, that it does where there are any.
fn pupils(policy: &Policy, finding: &Finding) -> Option<Ground> {
    let expected = policy.subjects.as_ref().is_some_and(|subjects| subjects.minors == Some(true));
    (expected && younger(finding, MAJORITY) > 0).then(|| Ground::Note { note: "declares data of pupils".to_owned() })
}

fn younger(finding: &Finding, age: u8) -> u64 {
    finding.facts.ages.range(..age).map(|(_, hits)| hits).sum()
}

/// The words on storage that what was found is against, and why: all that a scan sees is electronic, and where a country
/// is known, it must be one of those named unless data may be sent abroad.
fn outside_storage<'p>(policy: &'p Policy, setting: &Setting) -> Option<(Basis<'p>, Ground)> {
    let storage = policy.storage.as_ref()?;
    let basis = Basis { clause: &storage.clause, line: storage.line };
    if !storage.media.is_empty() && !storage.media.contains(&Medium::Electronic) {
        return Some((basis, Ground::Note { note: "to be kept on material media only".to_owned() }));
    }
    let country = setting.country.as_ref()?;
    let named = storage.countries.is_empty() || storage.countries.iter().any(|named| **named == **country);
    let abroad = !named && storage.cross_border != Some(true);
    abroad.then(|| (basis, Ground::Country { country: country.clone() }))
}

#[cfg(test)]
mod tests;
