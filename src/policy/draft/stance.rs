//! What is declared: takes passages, gives [`Statement`]s. A mention of a category says nothing by itself. What
//! counts is the verb that governs it, the list that it is an element of, and the heading that it stands under.

use std::sync::Arc;

use super::govern::{Context, Lead, Stance, excepted, has, is_labelled, markers, third_party};
use super::language::{Found, Head, Language, Role, tokens};
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
    /// Only a part of what the category covers is named.
    Partial,
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
    /// The category that the sentence names as its occasion.
    pub occasion: Option<Arc<str>>,
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
        let said = Said {
            passage,
            sentence,
            relation: has(&roles, Role::Relations) || self.lead.as_ref().is_some_and(|lead| lead.relation),
            occasion: context.occasion(&mentions),
        };
        let appeal = roles
            .iter()
            .find(|found| found.what == Role::Appeals)
            .map(|appeal| said.statement("message-content".into(), Claim::Declares(Strength::Asked), appeal.at.start));
        let claims = mentions.iter().zip(excepted).filter_map(|(mention, excepted)| {
            let claim = context.claim(mention, excepted)?;
            Some(said.statement(mention.category.clone()?, claim, mention.at.start))
        });
        let statements: Vec<Statement> = appeal.into_iter().chain(claims).collect();
        self.statements.extend(statements);
    }
}

/// What all statements of a sentence share.
struct Said<'s> {
    passage: &'s Passage,
    sentence: &'s Sentence<'s>,
    relation: bool,
    occasion: Option<Arc<str>>,
}

impl Said<'_> {
    fn statement(&self, category: Arc<str>, claim: Claim, at: usize) -> Statement {
        let text = self.sentence.text;
        let automatic = ["автоматич", "автоматты", "automatic"].iter().any(|word| text.contains(word));
        Statement {
            automatic: automatic || AUTOMATIC.contains(&&*category),
            category,
            claim,
            clause: self.passage.clause.clone(),
            place: self.passage.place(self.sentence.offset(at)),
            quote: self.sentence.quote(at).to_owned(),
            relation: self.relation,
            occasion: self.occasion.clone(),
        }
    }
}

/// What nobody types in.
const AUTOMATIC: &[&str] = &["ip-address", "cookie", "device", "visit-history", "search-history", "geolocation"];
