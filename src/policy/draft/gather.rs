//! Gathering: takes what single sentences say, gives one entry for each category and term, with all its clauses, the
//! clause that says it most clearly first.

use std::sync::Arc;

use super::identity::Identity;
use super::read::Unit;
use super::stance::{Claim, Doubt, Statement, Strength};
use super::terms::{Act, Kept, Promise, Term, Terms};
use crate::policy::{Medium, Period};

/// Clauses named for one entry.
const CLAUSES: usize = 6;

pub struct Draft {
    pub file: String,
    pub unit: Unit,
    pub sha256: String,
    pub identity: Identity,
    pub categories: Vec<Category>,
    pub terms: Gathered,
}

/// Where something is said.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub place: u32,
    pub quote: String,
    pub clauses: Vec<String>,
}

impl Evidence {
    /// The first of several, with the clauses of all.
    pub fn of_all(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut first = all.next()?;
        first.clauses.extend(all.flat_map(|evidence| evidence.clauses));
        distinct(&mut first.clauses);
        Some(first)
    }
}

/// What the document says of a category.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: Arc<str>,
    pub declared: Option<(Strength, Evidence)>,
    pub forbidden: Option<Evidence>,
    pub doubted: Option<(Doubt, Evidence)>,
    /// Where it is asked of other persons.
    pub relation: Option<Evidence>,
    pub automatic: bool,
    /// The only occasion on which it is asked for.
    pub occasion: Option<Arc<str>>,
}

impl Category {
    pub fn is_sure(&self) -> bool {
        self.declared.is_some() || self.forbidden.is_some()
    }
}

/// One entry a category, in the order of the document.
pub fn categories(statements: Vec<Statement>) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    let mut order: Vec<Arc<str>> = Vec::new();
    for statement in &statements {
        if !order.contains(&statement.category) {
            order.push(statement.category.clone());
        }
    }
    for id in order {
        let of_category: Vec<_> = statements.iter().filter(|statement| statement.category == id).collect();
        let strength = |statement: &Statement| match statement.claim {
            Claim::Declares(strength) => Some(strength),
            _ => None,
        };
        let strongest = of_category.iter().filter_map(|statement| strength(statement)).max();
        let declared = |least: bool| {
            evidence(of_category.iter().copied().filter(|s| {
                if least { strength(s).is_some() } else { strength(s) == strongest && strongest.is_some() }
            }))
        };
        let declared = declared(false).map(|mut first| {
            let all = declared(true).map(|all| all.clauses).unwrap_or_default();
            first.clauses.extend(all);
            distinct(&mut first.clauses);
            first
        });
        let forbidden = evidence(of_category.iter().copied().filter(|statement| statement.claim == Claim::Forbids));
        let doubt = |statement: &Statement| matches!(statement.claim, Claim::Unsure(_));
        let doubted = of_category.iter().copied().find(|statement| doubt(statement)).and_then(|statement| {
            match statement.claim {
                Claim::Unsure(doubt) => Some((doubt, evidence(std::iter::once(statement))?)),
                _ => None,
            }
        });
        categories.push(Category {
            declared: strongest.zip(declared),
            forbidden,
            doubted,
            relation: evidence(of_category.iter().copied().filter(|s| s.relation && strength(s).is_some())),
            automatic: of_category.iter().any(|statement| statement.automatic && strength(statement) == strongest),
            occasion: occasion(of_category.iter().filter(|s| strength(s) == strongest).map(|s| &s.occasion)),
            id,
        });
    }
    categories
}

fn occasion<'s>(mut occasions: impl Iterator<Item = &'s Option<Arc<str>>>) -> Option<Arc<str>> {
    let first = occasions.next()?.as_ref()?;
    occasions.all(|other| other.as_ref() == Some(first)).then(|| first.clone())
}

fn evidence<'s>(statements: impl Iterator<Item = &'s Statement>) -> Option<Evidence> {
    let mut statements = statements.peekable();
    let first = *statements.peek()?;
    let mut clauses: Vec<String> = statements.map(|statement| statement.clause.clone()).collect();
    distinct(&mut clauses);
    Some(Evidence { place: first.place, quote: first.quote.clone(), clauses })
}

fn distinct(clauses: &mut Vec<String>) {
    let mut kept: Vec<String> = Vec::new();
    for clause in clauses.drain(..) {
        if !clause.is_empty() && !kept.contains(&clause) && kept.len() < CLAUSES {
            kept.push(clause);
        }
    }
    *clauses = kept;
}

/// Terms, each with its evidence.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    pub retention: Vec<(Kept, Evidence)>,
    pub min_age: Option<(u8, Evidence)>,
    pub minors: Option<Evidence>,
    pub countries: Vec<String>,
    pub media: Vec<Medium>,
    pub cross_border: Option<bool>,
    pub storage: Option<Evidence>,
    pub promises: Vec<(Promise, Evidence)>,
    /// Deadlines that another one of the same act outlasts.
    pub shorter: Vec<(Promise, Evidence)>,
    pub tls: Option<(String, Evidence)>,
}

pub fn terms(terms: Terms, categories: &[Category]) -> Gathered {
    let (promises, shorter) = promises(&terms.promises);
    Gathered {
        retention: retention(&terms.kept, categories),
        min_age: terms.ages.first().map(|term| (term.value, of(&terms.ages))),
        minors: terms.minors.first().map(|_| of(&terms.minors)),
        countries: values(&terms.countries),
        media: values(&terms.media),
        cross_border: terms.crosses.first().map(|term| term.value),
        storage: storage(&terms),
        promises,
        shorter,
        tls: terms.tls.first().map(|term| (term.value.clone(), of(&terms.tls))),
    }
}

fn of<T>(terms: &[Term<T>]) -> Evidence {
    let mut clauses: Vec<String> = terms.iter().map(|term| term.clause.clone()).collect();
    distinct(&mut clauses);
    let first = terms.first();
    Evidence {
        place: first.map_or(1, |term| term.place),
        quote: first.map_or(String::new(), |term| term.quote.clone()),
        clauses,
    }
}

fn values<T: Clone + PartialEq>(terms: &[Term<T>]) -> Vec<T> {
    let mut values = Vec::new();
    for term in terms {
        if !values.contains(&term.value) {
            values.push(term.value.clone());
        }
    }
    values
}

fn storage(terms: &Terms) -> Option<Evidence> {
    let countries = (!terms.countries.is_empty()).then(|| of(&terms.countries));
    let media = (!terms.media.is_empty()).then(|| of(&terms.media));
    let crosses = (!terms.crosses.is_empty()).then(|| of(&terms.crosses));
    Evidence::of_all([countries, media, crosses].into_iter().flatten())
}

/// One entry for each period, event and set of categories; what is said of keeping before what is said of consent.
fn retention(kept: &[Term<Kept>], categories: &[Category]) -> Vec<(Kept, Evidence)> {
    let mut gathered: Vec<(Kept, Vec<&Term<Kept>>)> = Vec::new();
    for term in kept {
        let same = |(other, _): &&mut (Kept, Vec<&Term<Kept>>)| {
            let counted = !matches!(other.period, Period::Unlimited | Period::UntilPurpose | Period::UntilWithdrawal);
            let event = !counted || other.after.is_some() == term.value.after.is_some();
            other.period == term.value.period
                && event
                && (&other.categories, &other.purpose) == (&term.value.categories, &term.value.purpose)
        };
        match gathered.iter_mut().find(same) {
            Some((_, terms)) => terms.push(term),
            None => gathered.push((term.value.clone(), vec![term])),
        }
    }
    let entries = gathered.into_iter().map(|(mut kept, mut terms)| {
        if let Some(purpose) = &kept.purpose {
            // What is asked for on this occasion alone serves no other purpose.
            let serves = |category: &&Category| category.id == *purpose || category.occasion.as_ref() == Some(purpose);
            kept.categories = categories.iter().filter(serves).map(|category| category.id.clone()).collect();
        }
        terms.sort_by_key(|term| !term.value.strong);
        let evidence = of(&terms.into_iter().cloned().collect::<Vec<_>>());
        (kept, evidence)
    });
    entries.collect()
}

type Promises = Vec<(Promise, Evidence)>;

/// The longest deadline of each act: what is later than that is late by any reading.
fn promises(terms: &[Term<Promise>]) -> (Promises, Promises) {
    let (mut longest, mut shorter) = (Vec::new(), Vec::new());
    for act in [Act::Answer, Act::Correct, Act::Block, Act::Destroy] {
        let mut of_act: Vec<_> = terms.iter().filter(|term| term.value.act == act).collect();
        of_act.sort_by_key(|term| std::cmp::Reverse(term.value.days));
        let mut entries = of_act.into_iter().map(|term| (term.value, of(std::slice::from_ref(term))));
        let Some(first) = entries.next() else { continue };
        shorter.extend(entries.filter(|(promise, _)| promise.days != first.0.days || promise.unit != first.0.unit));
        longest.push(first);
    }
    (longest, shorter)
}
