//! What governs a mention: takes a sentence with its roles, gives the stance that its words take to each category in
//! it. In Russian and English the verb stands before, in Kazakh after; a list takes the stance of what it hangs on.

use std::ops::Range;
use std::sync::Arc;

use super::language::{Found, Mention, Role, tokens};
use super::sentence::Sentence;
use super::stance::{Claim, Doubt, Strength};
use crate::lexicon::fold_str;

/// How the words near a mention take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    Collects,
    Denies,
    Asks,
    Passes,
    Uses,
    Purposes,
}

/// The paragraph that a list hangs on.
pub struct Lead {
    pub stance: Stance,
    pub number: Vec<u16>,
    pub relation: bool,
}

pub fn has(roles: &[Found<Role>], role: Role) -> bool {
    roles.iter().any(|found| found.what == role)
}

/// Whether the sentence is a row with the head «personal data».
pub fn is_labelled(sentence: &Sentence, roles: &[Found<Role>]) -> bool {
    let head = sentence.fragment(1);
    let named =
        |found: &Found<Role>| found.what == Role::Policies && found.at.start <= 1 && found.at.end + 1 >= head.end;
    sentence.colon(0..head.end) && roles.iter().any(named)
}

pub type Marker = (Stance, Range<usize>);

/// The words that govern, in the order of the sentence. What is denied outweighs what is said inside it.
pub fn markers(sentence: &Sentence, roles: &[Found<Role>]) -> Vec<Marker> {
    let stance = |found: &Found<Role>| match found.what {
        Role::Collects if is_negated(sentence, found.at.start) => Some(Stance::Denies),
        Role::Collects => Some(Stance::Collects),
        Role::Denies => Some(Stance::Denies),
        Role::Asks => Some(Stance::Asks),
        Role::Passes => Some(Stance::Passes),
        Role::Uses if is_negated(sentence, found.at.start) => None,
        Role::Uses => Some(Stance::Uses),
        Role::Purposes => Some(Stance::Purposes),
        _ => None,
    };
    let all: Vec<Marker> = roles.iter().filter_map(|found| Some((stance(found)?, found.at.clone()))).collect();
    let rank = |stance| match stance {
        Stance::Denies => 0,
        Stance::Collects => 1,
        _ => 2,
    };
    // «Данные в целях (включая …)»: what begins before a bracket does not govern by a word inside it.
    let torn = |marker: &Marker| sentence.aside(marker.1.end - 1, marker.1.start);
    let hidden = |marker: &Marker| {
        all.iter().any(|other| {
            let overlap = other.1.start < marker.1.end && marker.1.start < other.1.end;
            overlap && rank(other.0) < rank(marker.0) && !torn(other)
        })
    };
    all.iter().filter(|marker| !hidden(marker)).cloned().collect()
}

/// Whether «не» stands before a place, or one word away.
fn is_negated(sentence: &Sentence, at: usize) -> bool {
    let not = [fold_str("не"), fold_str("not"), fold_str("никогда"), fold_str("never")];
    let tokens = tokens(&sentence.folded);
    let before: Vec<_> = tokens.iter().filter(|(_, range)| range.end <= at).rev().take(1).collect();
    before.iter().any(|(token, _)| not.iter().any(|not| not.bytes().trim_ascii() == *token))
}

/// Whether the last who is named before a place is somebody else, and the operator is not named at all.
pub fn third_party(roles: &[Found<Role>], at: usize) -> bool {
    let before = |role| roles.iter().any(|found| found.what == role && found.at.start < at);
    before(Role::Strangers) && !before(Role::Operator)
}

/// Which mentions an exception takes out.
pub fn excepted(sentence: &Sentence, roles: &[Found<Role>], mentions: &[Mention]) -> Vec<bool> {
    let exempts = |at: usize| roles.iter().any(|found| found.what == Role::Exempts && found.at.contains(&at));
    let mut excepted = vec![false; mentions.len()];
    for except in roles.iter().filter(|found| found.what == Role::Excepts && !exempts(found.at.start)) {
        if sentence.is_kazakh() {
            let mut reach = sentence.fragment(except.at.start);
            for (i, mention) in mentions.iter().enumerate().rev().filter(|(_, m)| m.at.end <= except.at.start) {
                let fragment = sentence.fragment(mention.at.start);
                if fragment.end < reach.start {
                    break;
                }
                (excepted[i], reach) = (true, fragment);
            }
        } else {
            let mut reach = sentence.fragment(except.at.start);
            for (i, mention) in mentions.iter().enumerate().filter(|(_, m)| m.at.start >= except.at.end) {
                let fragment = sentence.fragment(mention.at.start);
                if fragment.start > reach.end || sentence.colon(except.at.end..mention.at.start) {
                    break;
                }
                (excepted[i], reach) = (true, fragment);
            }
        }
    }
    excepted
}

/// A sentence, ready to be asked of its mentions.
pub struct Context<'c> {
    pub sentence: &'c Sentence<'c>,
    pub roles: &'c [Found<Role>],
    pub markers: Vec<Marker>,
    pub lead: Option<&'c Lead>,
    /// An element of a list under a heading that announces what is collected.
    pub listed: bool,
    /// Anywhere under such a heading.
    pub collecting: bool,
}

impl Context<'_> {
    /// What the sentence says of the mention; a word for a part of a category leaves open whether the whole is meant.
    pub fn claim(&self, mention: &Mention, excepted: bool) -> Option<Claim> {
        match self.claim_of_whole(mention, excepted)? {
            Claim::Declares(_) if self.is_within(mention, Role::Parts) => Some(Claim::Unsure(Doubt::Partial)),
            claim => Some(claim),
        }
    }

    /// The category that the sentence names as its occasion: «При оплате мы запрашиваем …», «Төлем кезінде …».
    pub fn occasion(&self, mentions: &[Mention]) -> Option<Arc<str>> {
        let word = self.roles.iter().find(|found| found.what == Role::Occasions)?;
        let governed = self.markers.iter().map(|(_, at)| at.start).find(|start| *start >= word.at.end);
        let reach = match self.sentence.is_kazakh() {
            true => 1..word.at.start,
            false if word.at.start <= 1 => word.at.end..governed.unwrap_or(self.sentence.fragment(1).end),
            false => return None,
        };
        mentions.iter().find(|mention| reach.contains(&mention.at.start))?.category.clone()
    }

    /// Whether a phrase of this role overlaps the mention.
    fn is_within(&self, mention: &Mention, role: Role) -> bool {
        let overlaps = |at: &Range<usize>| at.start < mention.at.end && mention.at.start < at.end;
        self.roles.iter().any(|found| found.what == role && overlaps(&found.at))
    }

    fn claim_of_whole(&self, mention: &Mention, excepted: bool) -> Option<Claim> {
        let category = mention.category.as_deref()?;
        let reachable = matches!(category, "email" | "phone" | "address" | "iban" | "social-account");
        let named = [Role::Channels, Role::Revokes, Role::Withdrawal];
        if named.iter().any(|role| self.is_within(mention, *role))
            || reachable && self.sentence.is_contact(mention.at.start)
        {
            return None;
        }
        let used = self.lead.is_some_and(|lead| lead.stance == Stance::Uses);
        if category == "cookie" && (self.sets() || used) {
            return Some(Claim::Declares(Strength::Said));
        }
        let (stance, listed) = self.stance(mention)?;
        let common = mention.common && !self.leads(mention);
        match stance {
            Stance::Collects if excepted => Some(Claim::Forbids),
            Stance::Denies if excepted => Some(Claim::Declares(Strength::Said)),
            Stance::Collects if mention.common && (common || !listed) => None,
            Stance::Collects if listed => Some(Claim::Declares(Strength::Listed)),
            Stance::Collects => Some(Claim::Declares(Strength::Said)),
            Stance::Denies if common => None,
            Stance::Denies if has(self.roles, Role::Exempts) => Some(Claim::Unsure(Doubt::Excepted)),
            Stance::Denies => Some(Claim::Forbids),
            Stance::Asks if has(self.roles, Role::Publishes) => None,
            Stance::Asks | Stance::Passes if common || mention.common && self.lead.is_none() => None,
            Stance::Asks | Stance::Passes => Some(Claim::Declares(Strength::Asked)),
            Stance::Uses if mention.common => None,
            Stance::Uses => Some(Claim::Unsure(Doubt::Used)),
            Stance::Purposes => None,
        }
    }

    /// What governs the mention, and whether the mention is an element of a list.
    fn stance(&self, mention: &Mention) -> Option<(Stance, bool)> {
        let aside = |marker: &&Marker| !self.sentence.aside(marker.1.start, mention.at.start);
        let before = self.markers.iter().rev().filter(aside).find(|(_, at)| at.end <= mention.at.start);
        let strong = |marker: &&Marker| matches!(marker.0, Stance::Collects | Stance::Denies);
        let after = self.markers.iter().filter(strong).find(|(_, at)| at.start >= mention.at.start);
        let marker = if self.sentence.is_kazakh() {
            after.or(self.markers.iter().rev().filter(strong).find(|(_, at)| at.end <= mention.at.start)).or(before)
        } else {
            before.or(after)
        };
        let element = self.lead.map(|lead| lead.stance);
        let (stance, at) = match (marker, element) {
            (Some((Stance::Denies, at)), _) => (Stance::Denies, at.start),
            // What an element says it is for does not take it out of the list.
            (_, Some(Stance::Collects)) => return Some((Stance::Collects, true)),
            (Some((Stance::Uses | Stance::Purposes, _)) | None, _) if self.listed => {
                return Some((Stance::Collects, true));
            }
            (Some((stance, at)), _) => (*stance, at.start),
            (None, Some(stance)) => return Some((stance, true)),
            // A bare enumeration under a heading that announces it.
            (None, None) if self.collecting => return Some((Stance::Collects, true)),
            (None, None) => return None,
        };
        if matches!(stance, Stance::Collects | Stance::Denies) && self.is_strangers(stance, at) {
            return has(self.roles, Role::Passes).then_some((Stance::Passes, false));
        }
        let lists = |found: &Found<Role>| found.what == Role::Lists && found.at.start <= mention.at.start;
        let listed =
            self.roles.iter().any(lists) || self.sentence.colon(0..mention.at.start) || self.listed || self.collecting;
        Some((stance, listed))
    }

    /// Whether somebody else collects, or does not.
    fn is_strangers(&self, stance: Stance, at: usize) -> bool {
        let subject =
            |found: &&Found<Role>| matches!(found.what, Role::Operator | Role::Strangers) && found.at.start < at;
        let last = self.roles.iter().rev().find(subject).map(|found| found.what);
        match stance {
            Stance::Denies => last == Some(Role::Strangers),
            _ => third_party(self.roles, at),
        }
    }

    /// Whether cookies are set or used, by these words.
    fn sets(&self) -> bool {
        let sets = |found: &Found<Role>| found.what == Role::Sets && !is_negated(self.sentence, found.at.start);
        let denied = |found: &Found<Role>| found.what == Role::Sets && is_negated(self.sentence, found.at.start);
        self.roles.iter().any(sets) && !self.roles.iter().any(denied)
    }

    /// Whether the mention stands at the head of its fragment.
    fn leads(&self, mention: &Mention) -> bool {
        let fragment = self.sentence.fragment(mention.at.start);
        let before = tokens(&self.sentence.folded);
        before.iter().filter(|(_, at)| at.start >= fragment.start && at.end <= mention.at.start).count() <= 3
    }
}
