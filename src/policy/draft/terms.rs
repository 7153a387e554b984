//! The terms: takes passages, gives how long, where and of whom data is kept, and what is promised in time.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use super::language::{Found, Head, Language, Role, Span, tokens};
use super::outline::Passage;
use super::read::Kind;
use super::sentence::{Sentence, sentences};
use crate::lexicon::fold_str;
use crate::policy::{Medium, Period, Unit};

/// A value with its place in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<T> {
    pub value: T,
    pub clause: String,
    pub place: u32,
    pub quote: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub period: Period,
    pub after: Option<String>,
    pub categories: Vec<Arc<str>>,
    /// The category that the purpose is about, where it is said for what the data is kept so long.
    pub purpose: Option<Arc<str>>,
    /// Said of keeping itself, not only of consent.
    pub strong: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Answer,
    Correct,
    Block,
    Destroy,
}

/// A promise: what, in how many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    pub act: Act,
    pub days: u16,
    pub unit: Unit,
}

#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub kept: Vec<Term<Kept>>,
    pub ages: Vec<Term<u8>>,
    pub minors: Vec<Term<()>>,
    pub countries: Vec<Term<String>>,
    pub media: Vec<Term<Medium>>,
    pub crosses: Vec<Term<bool>>,
    pub promises: Vec<Term<Promise>>,
    pub tls: Vec<Term<String>>,
}

pub fn terms(passages: &[Passage], language: &Language) -> Terms {
    let mut reader =
        Reader { language, heading: Vec::new(), section: None, lead: Vec::new(), open: false, terms: Terms::default() };
    passages.iter().for_each(|passage| reader.read(passage));
    reader.terms
}

struct Reader<'l> {
    language: &'l Language,
    /// What the heading says, and what the paragraph that a list hangs on.
    heading: Vec<Role>,
    section: Option<Head>,
    lead: Vec<Role>,
    open: bool,
    terms: Terms,
}

/// A sentence with what it says.
struct Said<'s> {
    passage: &'s Passage,
    sentence: &'s Sentence<'s>,
    roles: Vec<Found<Role>>,
}

impl Said<'_> {
    fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|found| found.what == role)
    }

    fn at(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        self.roles.iter().filter(move |found| found.what == role).map(|found| found.at.start)
    }

    fn term<T>(&self, value: T, at: usize) -> Term<T> {
        Term {
            value,
            clause: self.passage.clause.clone(),
            place: self.passage.place(self.sentence.offset(at)),
            quote: self.sentence.quote(at).to_owned(),
        }
    }

    /// How many words stand between two places.
    fn distance(&self, a: usize, b: usize) -> usize {
        tokens(&self.sentence.folded).iter().filter(|(_, at)| at.start >= a.min(b) && at.start < a.max(b)).count()
    }
}

impl Reader<'_> {
    fn read(&mut self, passage: &Passage) {
        let roles = |text: &str| self.language.roles(&fold_str(text)).into_iter().map(|found| found.what).collect();
        if passage.kind == Kind::Heading {
            (self.heading, self.lead, self.open) = (roles(&passage.text), Vec::new(), false);
            self.section = self.language.head(&fold_str(&passage.text));
            return;
        }
        let element =
            passage.kind == Kind::Item || passage.point || passage.text.starts_with(char::is_lowercase) || self.open;
        if !element {
            self.lead.clear();
        }
        for sentence in &sentences(&passage.text) {
            self.sentence(&Said { passage, sentence, roles: self.language.roles(&sentence.folded) });
        }
        if passage.text.ends_with(':') {
            self.lead = roles(&passage.text);
        }
        self.open = passage.text.ends_with([':', ';']);
    }

    fn sentence(&mut self, said: &Said) {
        let periods = periods(self.language, said.sentence);
        self.age(said, &periods);
        if self.section == Some(Head::Contacts) || said.has(Role::Defines) && !said.has(Role::Collects) {
            return;
        }
        self.place(said);
        self.promise(said, &periods);
        self.keep(said, &periods);
        if let Some(version) = tls(said.sentence.text) {
            self.terms.tls.push(said.term(version, 1));
        }
    }

    fn age(&mut self, said: &Said, periods: &[Found<Counted>]) {
        let grown: Vec<_> = said.at(Role::Grown).collect();
        let age = periods.iter().find(|found| {
            found.what.span == Span::Years
                && (10..=25).contains(&found.what.count)
                && grown.iter().any(|at| said.distance(*at, found.at.start) <= 5)
        });
        let guarded = said.has(Role::Guardians);
        match age {
            Some(found) if !guarded => {
                self.terms.ages.push(said.term(u8::try_from(found.what.count).unwrap_or(18), found.at.start));
            }
            Some(found) => self.terms.minors.push(said.term((), found.at.start)),
            None if !guarded && said.has(Role::Adults) => {
                let at = said.at(Role::Adults).next().unwrap_or(1);
                self.terms.ages.push(said.term(18, at));
            }
            None => {
                let pupils = said.at(Role::Minors).next();
                if let Some(at) =
                    pupils.filter(|_| guarded || said.has(Role::Collects) || self.lead.contains(&Role::Collects))
                {
                    self.terms.minors.push(said.term((), at));
                }
            }
        }
    }

    fn place(&mut self, said: &Said) {
        let located: Vec<_> = said.at(Role::Located).collect();
        if said.has(Role::Places) {
            for country in self.language.countries(&said.sentence.folded) {
                if located.iter().any(|at| said.distance(*at, country.at.start) <= 6) {
                    let code = String::from_utf8_lossy(&country.what).into_owned();
                    self.terms.countries.push(said.term(code, country.at.start));
                }
            }
        }
        for (role, medium) in [(Role::Electronic, Medium::Electronic), (Role::Material, Medium::Material)] {
            if let Some(at) = said.at(role).next().filter(|_| said.has(Role::Stores)) {
                self.terms.media.push(said.term(medium, at));
            }
        }
        let stays = said.at(Role::Stays).next().map(|at| (at, false));
        if let Some((at, crosses)) = stays.or(said.at(Role::Crosses).next().map(|at| (at, true))) {
            self.terms.crosses.push(said.term(crosses, at));
        }
    }

    fn promise(&mut self, said: &Said, periods: &[Found<Counted>]) {
        let acts = [
            (Role::Answers, Act::Answer),
            (Role::Corrects, Act::Correct),
            (Role::Blocks, Act::Block),
            (Role::Destroys, Act::Destroy),
        ];
        if said.has(Role::Dated) && said.sentence.text.contains("сил") || said.has(Role::Stores) {
            return;
        }
        for period in periods.iter().filter(|found| found.what.span == Span::Days && found.what.count <= 180) {
            let nearest = acts.iter().filter_map(|(role, act)| {
                let at = said.at(*role).min_by_key(|at| said.distance(*at, period.at.start))?;
                Some((said.distance(at, period.at.start), *act))
            });
            if let Some((_, act)) = nearest.min() {
                let unit = if period.what.working { Unit::Working } else { Unit::Calendar };
                self.terms.promises.push(said.term(Promise { act, days: period.what.count, unit }, period.at.start));
            }
        }
        static AT_ONCE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)с момента|незамедлительн|немедленн|дереу|immediately|without delay")
                .expect("a pattern of ours")
        });
        let at_once = periods.is_empty() && AT_ONCE.is_match(said.sentence.text);
        if let Some(at) = said.at(Role::Blocks).next().filter(|_| at_once) {
            self.terms.promises.push(said.term(Promise { act: Act::Block, days: 0, unit: Unit::Calendar }, at));
        }
    }

    fn keep(&mut self, said: &Said, periods: &[Found<Counted>]) {
        let listed = self.lead.contains(&Role::Stores)
            || self.heading.contains(&Role::Stores) && said.passage.kind == Kind::Item;
        let strong = said.has(Role::Stores)
            || listed
            || said
                .roles
                .iter()
                .any(|found| found.what == Role::Keeps && said.distance(found.at.start, found.at.end) > 1);
        let keeps =
            said.has(Role::Keeps) || listed || self.lead.contains(&Role::Keeps) || self.lead.contains(&Role::Ends);
        let policy = fold_str("политик саясат policy");
        let of_policy = tokens(&said.sentence.folded)
            .first()
            .is_some_and(|(first, _)| tokens(&policy).iter().any(|(word, _)| first.starts_with(word)));
        if !keeps || of_policy {
            return;
        }
        let counted = self.counted(said, periods, listed, strong);
        let runs_on = counted.iter().any(|term| term.value.after.is_some());
        self.terms.kept.extend(counted);
        let open = [
            (Role::Unlimited, Period::Unlimited),
            (Role::Withdrawal, Period::UntilWithdrawal),
            (Role::Goal, Period::UntilPurpose),
        ];
        for (role, period) in open {
            // A period that begins when the purpose ends says when keeping ends.
            if let Some(at) = said.at(role).next().filter(|_| !(runs_on && role == Role::Goal)) {
                let kept = Kept { period, after: None, categories: Vec::new(), purpose: None, strong };
                self.terms.kept.push(said.term(kept, at));
            }
        }
    }

    fn counted(&self, said: &Said, periods: &[Found<Counted>], listed: bool, strong: bool) -> Vec<Term<Kept>> {
        let about_keeping = |found: &&Found<Counted>| match found.what.span {
            Span::Years => {
                let age = said.at(Role::Grown).any(|at| said.distance(at, found.at.start) <= 5);
                (said.has(Role::Within) || listed) && !age
            }
            _ => (said.has(Role::Stores) && said.has(Role::Within)) || listed,
        };
        let promised = |found: &&Found<Counted>| {
            let acts = [Role::Answers, Role::Corrects];
            !listed && found.what.span == Span::Days && acts.iter().any(|role| said.has(*role))
        };
        let categories: Vec<Arc<str>> = if listed {
            let mentions = self.language.mentions(&said.sentence.folded);
            mentions.into_iter().filter(|mention| !mention.common).filter_map(|mention| mention.category).collect()
        } else {
            Vec::new()
        };
        let purpose = self.lead.contains(&Role::Purposes).then(|| self.object(said)).flatten();
        let kept = periods.iter().filter(about_keeping).filter(|found| !promised(found)).map(|found| {
            let period = match found.what.span {
                Span::Years => Period::Years(found.what.count),
                Span::Months => Period::Months(found.what.count),
                _ => Period::Days(found.what.count),
            };
            let (categories, purpose) = (categories.clone(), purpose.clone());
            let kept = Kept { period, after: event(said.sentence), categories, purpose, strong };
            said.term(kept, found.at.start)
        });
        kept.collect()
    }

    /// The category that a purpose is about: the one that its first words name.
    fn object(&self, said: &Said) -> Option<Arc<str>> {
        let first = said.sentence.fragment(1);
        let channel = |at: usize| said.roles.iter().any(|found| found.what == Role::Channels && found.at.contains(&at));
        let leads = |at: usize| said.distance(first.start, at) <= 3 && !channel(at);
        let mentions = self.language.mentions(&said.sentence.folded);
        mentions.into_iter().find(|mention| first.contains(&mention.at.start) && leads(mention.at.start))?.category
    }
}

/// The event that a period is counted from.
fn event(sentence: &Sentence) -> Option<String> {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:с момента|с даты|со дня|после|from the date of|after)\s+([^.;,()–—]{3,90})")
            .expect("a pattern of ours")
    });
    static KAZAKH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)([^,;.()–—]{3,90}?)\s+(?:кейін|бастап)").expect("a pattern of ours"));
    let pattern = if sentence.is_kazakh() { &KAZAKH } else { &AFTER };
    let event = pattern.captures(sentence.text)?.get(1)?.as_str();
    Some(event.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn tls(text: &str) -> Option<String> {
    static TLS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bTLS\s*v?\.?\s*(1\.\d)").expect("a pattern of ours"));
    Some(TLS.captures(text)?.get(1)?.as_str().to_owned())
}

/// A number of days, months or years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    count: u16,
    span: Span,
    working: bool,
}

fn periods(language: &Language, sentence: &Sentence) -> Vec<Found<Counted>> {
    let folded = &sentence.folded;
    let (numbers, units, tokens) = (language.numbers(folded), language.units(folded), tokens(folded));
    let is_qualifier = |unit: &&Found<Span>| matches!(unit.what, Span::Working | Span::Calendar);
    let mut periods = Vec::new();
    for unit in units.iter().filter(|unit| !is_qualifier(unit)) {
        let Some(mut i) = tokens.iter().position(|(_, at)| at.start == unit.at.start) else { continue };
        let mut count = None;
        let mut working = false;
        while let Some((_, at)) = i.checked_sub(1).map(|before| &tokens[before]) {
            let number = numbers.iter().filter(|number| number.at.end == at.end).max_by_key(|number| number.at.len());
            let qualifier = units.iter().filter(is_qualifier).find(|unit| unit.at == *at);
            match (number, qualifier) {
                (Some(number), _) => count = Some(number.what),
                (None, Some(unit)) => working |= unit.what == Span::Working,
                (None, None) => break,
            }
            i -= 1;
        }
        if let Some(count) = count.filter(|count| *count > 0 && *count < 1000) {
            periods
                .push(Found { what: Counted { count, span: unit.what, working }, at: tokens[i].1.start..unit.at.end });
        }
    }
    periods
}
