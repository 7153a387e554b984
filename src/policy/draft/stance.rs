//! What is declared: takes passages, gives [`Statement`]s. A mention of a category says nothing by itself. What
//! counts is the verb that governs it, the list that it is an element of, and the heading that it stands under.

use std::sync::Arc;

use super::language::{Found, Head, Language, Mention, Role, tokens};
use super::outline::Passage;
use super::read::Kind;
use super::sentence::{Sentence, sentences};
use crate::lexicon::fold_str;

/// What a passage says of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Said, but not in a way that can be relied on.
    Unsure(Doubt),
    Declares(Strength),
    Forbids,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Used, and nowhere said to be collected.
    Used,
    /// Denied, with exceptions.
    Excepted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Asked for in a form or request, or passed on.
    Asked,
    /// Said in passing.
    Said,
    /// An element of a list of what is collected.
    Listed,
}

/// A claim with its place in the document.
#[derive(Clone, Debug)]
pub struct Statement {
    pub category: Arc<str>,
    pub claim: Claim,
    pub clause: String,
    pub place: u32,
    pub quote: String,
    /// The data is of persons other than the user.
    pub relation: bool,
    /// The operator's systems record it.
    pub automatic: bool,
}

/// How the words near a mention take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stance {
    Collects,
    Denies,
    Asks,
    Passes,
    Uses,
    Purposes,
}

/// The paragraph that a list hangs on.
struct Lead {
    stance: Stance,
    number: Vec<u16>,
    relation: bool,
}

pub fn statements(passages: &[Passage], language: &Language) -> Vec<Statement> {
    let mut reader = Reader {
        language,
        section: None,
        section_number: Vec::new(),
        lead: None,
        last: String::new(),
        statements: Vec::new(),
    };
    passages.iter().for_each(|passage| reader.read(passage));
    reader.statements
}

struct Reader<'l> {
    language: &'l Language,
    section: Option<Head>,
    section_number: Vec<u16>,
    lead: Option<Lead>,
    /// The text of the passage before.
    last: String,
    statements: Vec<Statement>,
}

impl Reader<'_> {
    fn read(&mut self, passage: &Passage) {
        if passage.kind == Kind::Heading {
            self.enter(passage);
        } else if !matches!(self.section, Some(Head::Contacts | Head::Definitions | Head::Others)) {
            self.passage(passage);
        }
        passage.text.clone_into(&mut self.last);
    }

    fn enter(&mut self, passage: &Passage) {
        self.lead = None;
        let folded = fold_str(&passage.text);
        let head = self.language.head(&folded);
        let deeper =
            passage.number.len() > self.section_number.len() && passage.number.starts_with(&self.section_number);
        let of_data = ["данн", "сведени", "информаци", "дерек", "ақпарат", "data", "information"];
        let of_data = of_data.iter().any(|word| {
            let word = fold_str(word);
            tokens(&folded).iter().any(|(token, _)| token.starts_with(word.bytes().trim_ascii()))
        });
        let introduces = passage.text.ends_with(':') || self.last.ends_with(':');
        let inherits = self.section == Some(Head::Collects)
            && (deeper && !self.section_number.is_empty() || of_data || introduces);
        // «When you use the service:» opens one more list, not a new subject.
        let occasion =
            head == Some(Head::Purposes) && passage.text.ends_with(':') && passage.number == self.section_number;
        if inherits && (head.is_none() || occasion) {
            return;
        }
        // A heading may say itself that the data is collected.
        let announces = of_data && has(&self.language.roles(&folded), Role::Collects);
        let head = head.or(announces.then_some(Head::Collects));
        self.section = head;
        self.section_number.clone_from(&passage.number);
    }

    fn passage(&mut self, passage: &Passage) {
        let numbered_anew = passage.number.len() <= self.section_number.len() && passage.number != self.section_number;
        if numbered_anew && !self.section_number.is_empty() && self.section.is_some() {
            (self.section, self.section_number) = (None, Vec::new());
        }
        if !self.goes_on(passage) {
            self.lead = None;
        }
        let all = sentences(&passage.text);
        for sentence in &all {
            self.sentence(passage, sentence);
        }
        if let Some(sentence) = all.last().filter(|sentence| sentence.text.ends_with(':')) {
            self.open(passage, sentence);
        }
    }

    /// Whether the passage is an element of the open list.
    fn goes_on(&self, passage: &Passage) -> bool {
        let Some(lead) = &self.lead else { return false };
        let text = &passage.text;
        let below = passage.number.len() > lead.number.len() && passage.number.starts_with(&lead.number);
        let small = text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase);
        let within = self.last.ends_with([':', ';', ',']) && passage.number == lead.number;
        let short = text.chars().count() < 100 && !text.ends_with('.') && passage.number == lead.number;
        passage.kind == Kind::Item || passage.point || below || small || within || text.ends_with(';') || short
    }

    fn open(&mut self, passage: &Passage, sentence: &Sentence) {
        let roles = self.language.roles(&sentence.folded);
        let end = sentence.folded.bytes().len();
        let markers: Vec<_> =
            markers(sentence, &roles).into_iter().filter(|(_, at)| !sentence.aside(at.start, end)).collect();
        let collects = markers.iter().rev().find(|(stance, _)| matches!(stance, Stance::Collects | Stance::Denies));
        // What a list begins with after the purposes is the data again.
        let purposes = markers.iter().rev().find(|(stance, _)| *stance == Stance::Purposes).map(|(_, at)| at.end);
        let resumed = |found: &Found<Role>| {
            found.what == Role::Lists && purposes < Some(found.at.start) && !sentence.aside(found.at.start, end)
        };
        let last = if sentence.is_kazakh() || roles.iter().any(resumed) {
            collects.or(markers.last())
        } else {
            markers.last()
        };
        let stance = match last {
            Some((stance, _)) => *stance,
            None if self.section == Some(Head::Collects) => Stance::Collects,
            None => match &self.lead {
                // A list within an element of a list.
                Some(_) => return,
                None => return,
            },
        };
        let stance = if third_party(&roles, sentence.folded.bytes().len()) { Stance::Purposes } else { stance };
        self.lead = Some(Lead { stance, number: passage.number.clone(), relation: has(&roles, Role::Relations) });
    }

    fn sentence(&mut self, passage: &Passage, sentence: &Sentence) {
        let roles = self.language.roles(&sentence.folded);
        let collects = has(&roles, Role::Collects);
        if has(&roles, Role::Others) || has(&roles, Role::Defines) && !collects {
            return;
        }
        if let Some(appeal) = roles.iter().find(|found| found.what == Role::Appeals) {
            let claim = Claim::Declares(Strength::Asked);
            self.state("message-content".into(), claim, passage, sentence, appeal.at.start, &roles);
        }
        let mentions = self.language.mentions(&sentence.folded);
        let excepted = excepted(sentence, &roles, &mentions);
        let context = Context {
            sentence,
            roles: &roles,
            markers: markers(sentence, &roles),
            lead: self.lead.as_ref(),
            listed: self.section == Some(Head::Collects) && passage.kind == Kind::Item,
            collecting: self.section == Some(Head::Collects) || is_labelled(sentence, &roles),
        };
        let mut claims = Vec::new();
        for (mention, excepted) in mentions.iter().zip(excepted) {
            let Some(category) = &mention.category else { continue };
            if let Some(claim) = context.claim(mention, excepted) {
                claims.push((category.clone(), claim, mention.at.start));
            }
        }
        for (category, claim, at) in claims {
            self.state(category, claim, passage, sentence, at, &roles);
        }
    }

    fn state(
        &mut self,
        category: Arc<str>,
        claim: Claim,
        passage: &Passage,
        sentence: &Sentence,
        at: usize,
        roles: &[Found<Role>],
    ) {
        let automatic = sentence.text.contains("автоматич")
            || sentence.text.contains("автоматты")
            || sentence.text.contains("automatic");
        self.statements.push(Statement {
            automatic: automatic || AUTOMATIC.contains(&&*category),
            category,
            claim,
            clause: passage.clause.clone(),
            place: passage.place(sentence.offset(at)),
            quote: sentence.quote(at).to_owned(),
            relation: has(roles, Role::Relations) || self.lead.as_ref().is_some_and(|lead| lead.relation),
        });
    }
}

/// Whether the sentence is a row with the head «personal data».
fn is_labelled(sentence: &Sentence, roles: &[Found<Role>]) -> bool {
    let head = sentence.fragment(1);
    let named =
        |found: &Found<Role>| found.what == Role::Policies && found.at.start <= 1 && found.at.end + 1 >= head.end;
    sentence.colon(0..head.end) && roles.iter().any(named)
}

/// What nobody types in.
const AUTOMATIC: &[&str] = &["ip-address", "cookie", "device", "visit-history", "search-history", "geolocation"];

fn has(roles: &[Found<Role>], role: Role) -> bool {
    roles.iter().any(|found| found.what == role)
}

type Marker = (Stance, std::ops::Range<usize>);

/// The words that govern, in the order of the sentence. What is denied outweighs what is said inside it.
fn markers(sentence: &Sentence, roles: &[Found<Role>]) -> Vec<Marker> {
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
    let hidden = |marker: &Marker| {
        all.iter()
            .any(|other| other.1.start < marker.1.end && marker.1.start < other.1.end && rank(other.0) < rank(marker.0))
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
fn third_party(roles: &[Found<Role>], at: usize) -> bool {
    let before = |role| roles.iter().any(|found| found.what == role && found.at.start < at);
    before(Role::Strangers) && !before(Role::Operator)
}

/// Which mentions an exception takes out.
fn excepted(sentence: &Sentence, roles: &[Found<Role>], mentions: &[Mention]) -> Vec<bool> {
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
                if fragment.start > reach.end {
                    break;
                }
                (excepted[i], reach) = (true, fragment);
            }
        }
    }
    excepted
}

/// A sentence, ready to be asked of its mentions.
struct Context<'c> {
    sentence: &'c Sentence<'c>,
    roles: &'c [Found<Role>],
    markers: Vec<Marker>,
    lead: Option<&'c Lead>,
    /// An element of a list under a heading that announces what is collected.
    listed: bool,
    /// Anywhere under such a heading.
    collecting: bool,
}

impl Context<'_> {
    fn claim(&self, mention: &Mention, excepted: bool) -> Option<Claim> {
        let category = mention.category.as_deref()?;
        let channel = |found: &Found<Role>| {
            found.what == Role::Channels && found.at.start < mention.at.end && mention.at.start < found.at.end
        };
        let reachable = matches!(category, "email" | "phone" | "address" | "iban" | "social-account");
        if self.roles.iter().any(channel) || reachable && self.sentence.is_contact(mention.at.start) {
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
