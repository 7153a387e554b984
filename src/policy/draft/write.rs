//! Writing: takes a draft, gives the text of a policy file, each entry with its evidence in a comment.

use std::fmt::Write;

use super::gather::{Category, Draft, Evidence};
use super::read::Unit as PlaceUnit;
use super::stance::{Doubt, Strength};
use super::terms::Act;
use crate::category::Categories;
use crate::policy::judge::MAJORITY;
use crate::policy::{Medium, Unit};

/// Characters of a quotation.
const QUOTE: usize = 90;

pub fn write(draft: &Draft, categories: &Categories) -> String {
    let mut file = File { text: String::new(), unit: draft.unit };
    file.head(draft);
    let declared = |category: &&Category| category.declared.is_some() && !outweighed(category);
    for category in draft.categories.iter().filter(declared) {
        file.declares(category);
    }
    for category in draft.categories.iter().filter(|category| category.forbidden.is_some()) {
        file.forbids(category);
    }
    for category in draft.categories.iter().filter(|category| !category.is_sure()) {
        file.doubts(category, categories);
    }
    file.terms(draft);
    file.text
}

/// What is asked for in passing and forbidden elsewhere is forbidden.
fn outweighed(category: &Category) -> bool {
    category.forbidden.is_some() && matches!(category.declared, Some((Strength::Asked, _)))
}

struct File {
    text: String,
    unit: PlaceUnit,
}

impl File {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn head(&mut self, draft: &Draft) {
        let identity = &draft.identity;
        self.line(format!(
            "# Drafted from {}, to be reviewed. Comments tell where each entry comes from.",
            comment(&draft.file)
        ));
        self.line("# high: in a list of what is collected; medium: said to be collected; low: asked for in a form or request.");
        self.line("");
        self.line(format!("id = {}", quoted(&id(&draft.file))));
        self.line(format!("languages = {}", list(&identity.languages)));
        if let Some(date) = identity.date {
            self.line(format!("updated = {date}"));
        }
        if !identity.law.is_empty() {
            self.line(format!("law = {}", list(&identity.law)));
        }
        let mut operator = match &identity.operator {
            Some(name) => format!("name = {}", quoted(name)),
            None => {
                self.line("# The document names no operator in a form that is known: write the name.");
                "name = \"?\"".to_owned()
            }
        };
        for (key, value) in [("bin", &identity.bin), ("site", &identity.site)] {
            if let Some(value) = value {
                let _ = write!(operator, ", {key} = {}", quoted(value));
            }
        }
        if !identity.contacts.is_empty() {
            let _ = write!(operator, ", contacts = {}", list(&identity.contacts));
        }
        self.line(format!("operator = {{ {operator} }}\n\n[document]"));
        if let Some(title) = &identity.title {
            self.line(format!("title = {}", quoted(title)));
        }
        if let Some(date) = identity.date {
            self.line(format!("date = {date}"));
        }
        self.line(format!("languages = {}\nsha256 = {}", list(&identity.languages), quoted(&draft.sha256)));
    }

    fn declares(&mut self, category: &Category) {
        let Some((strength, evidence)) = &category.declared else { return };
        let confidence = match strength {
            Strength::Listed => "high",
            Strength::Said => "medium",
            Strength::Asked => "low",
        };
        let comment = self.comment(confidence, evidence);
        self.line(format!("\n[[declares]]\ncategory = {}   # {comment}", quoted(&category.id)));
        let clause = self.clause(evidence);
        self.line(format!("clause = {clause}"));
        self.line(format!("source = {}", if category.automatic { "\"automatic\"" } else { "\"subject\"" }));
    }

    fn forbids(&mut self, category: &Category) {
        let Some(evidence) = &category.forbidden else { return };
        let comment = self.comment("high", evidence);
        let clause = self.clause(evidence);
        if category.declared.is_some() && !outweighed(category) {
            let id = quoted(&category.id);
            self.line(format!("\n# unsure: declared above and denied here; keep what the document means. {comment}"));
            self.line(format!("# [[forbids]]\n# category = {id}\n# clause = {clause}"));
        } else {
            self.line(format!("\n[[forbids]]\ncategory = {}   # {comment}\nclause = {clause}", quoted(&category.id)));
        }
    }

    fn doubts(&mut self, category: &Category, categories: &Categories) {
        let Some((doubt, evidence)) = &category.doubted else { return };
        let title = categories.get(&category.id).map_or(&*category.id, |category| &category.title.en);
        let (table, reason) = match doubt {
            Doubt::Used => ("declares", "it is said to be used, and nowhere to be collected"),
            Doubt::Excepted => ("forbids", "it is denied, with exceptions"),
            Doubt::Partial => ("declares", "only a part of it is named"),
        };
        let comment = self.comment("unsure", evidence);
        let clause = self.clause(evidence);
        self.line(format!("\n# {title}: {reason}. {comment}"));
        self.line(format!("# [[{table}]]\n# category = {}\n# clause = {clause}", quoted(&category.id)));
    }

    fn terms(&mut self, draft: &Draft) {
        let terms = &draft.terms;
        self.subjects(draft);
        self.storage(draft);
        self.retention(draft);
        self.deadlines(draft);
        if let Some((tls, evidence)) = &terms.tls {
            let comment = self.comment("found", evidence);
            let clause = self.clause(evidence);
            self.line(format!("\n[security]   # {comment}\ntls = {}\nclause = {clause}", quoted(tls)));
        }
    }

    fn subjects(&mut self, draft: &Draft) {
        let terms = &draft.terms;
        let third: Vec<_> = draft
            .categories
            .iter()
            .filter(|c| c.relation.is_some() && c.declared.is_some() && !outweighed(c))
            .collect();
        let age = terms.min_age.as_ref().map(|(_, evidence)| evidence).or(terms.minors.as_ref());
        let all = age.into_iter().chain(third.iter().filter_map(|category| category.relation.as_ref()));
        let Some(evidence) = Evidence::of_all(all.cloned()) else { return };
        let comment = self.comment("found", &evidence);
        self.line(format!("\n[subjects]   # {comment}"));
        match &terms.min_age {
            Some((age, _)) => {
                self.line(format!("min-age = {age}"));
                if *age >= MAJORITY {
                    self.line("minors = false");
                }
            }
            None if terms.minors.is_some() => self.line("minors = true"),
            None => {}
        }
        if !third.is_empty() {
            let third: Vec<_> = third.iter().map(|category| category.id.to_string()).collect();
            self.line(format!("third-persons = {}", list(&third)));
        }
        let clause = self.clause(&evidence);
        self.line(format!("clause = {clause}"));
    }

    fn storage(&mut self, draft: &Draft) {
        let terms = &draft.terms;
        let Some(evidence) = &terms.storage else { return };
        let comment = self.comment("found", evidence);
        self.line(format!("\n[storage]   # {comment}"));
        if !terms.countries.is_empty() {
            self.line(format!("countries = {}", list(&terms.countries)));
        }
        let media = terms.media.iter().map(|medium| match medium {
            Medium::Electronic => "electronic".to_owned(),
            Medium::Material => "material".to_owned(),
        });
        let media: Vec<_> = media.collect();
        if !media.is_empty() {
            self.line(format!("media = {}", list(&media)));
        }
        if let Some(crosses) = terms.cross_border {
            self.line(format!("cross-border = {crosses}"));
        }
        let clause = self.clause(evidence);
        self.line(format!("clause = {clause}"));
    }

    fn retention(&mut self, draft: &Draft) {
        let declared =
            |id: &str| draft.categories.iter().any(|c| &*c.id == id && c.declared.is_some() && !outweighed(c));
        for (kept, evidence) in &draft.terms.retention {
            let comment = self.comment("found", evidence);
            self.line(format!("\n[[retention]]   # {comment}\nperiod = \"{}\"", kept.period));
            if let Some(event) = &kept.after {
                self.line(format!("after = {}", quoted(event)));
            }
            let categories: Vec<_> =
                kept.categories.iter().filter(|id| declared(id)).map(ToString::to_string).collect();
            if !categories.is_empty() {
                self.line(format!("categories = {}", list(&categories)));
            }
            let clause = self.clause(evidence);
            self.line(format!("clause = {clause}"));
        }
    }

    fn deadlines(&mut self, draft: &Draft) {
        let terms = &draft.terms;
        if terms.promises.is_empty() {
            return;
        }
        self.line("\n[deadlines]");
        for (promise, evidence) in &terms.promises {
            let comment = self.comment("found", evidence);
            let clause = self.clause(evidence);
            let (act, unit) = (act(promise.act), unit(promise.unit));
            self.line(format!(
                "{act} = {{ days = {}, unit = \"{unit}\", clause = {clause} }}   # {comment}",
                promise.days
            ));
        }
        for (promise, evidence) in &terms.shorter {
            let comment = self.comment("also", evidence);
            self.line(format!("# {} in {} {} days: {comment}", act(promise.act), promise.days, unit(promise.unit)));
        }
    }

    /// `high, line 37: «имя и фамилию»`
    fn comment(&self, confidence: &str, evidence: &Evidence) -> String {
        format!("{confidence}, {} {}: «{}»", self.unit, evidence.place, comment(&evidence.quote))
    }

    fn clause(&self, evidence: &Evidence) -> String {
        match &*evidence.clauses {
            [] => quoted(&format!("{} {}", self.unit, evidence.place)),
            [clause] => quoted(clause),
            clauses => list(clauses),
        }
    }
}

fn act(act: Act) -> &'static str {
    match act {
        Act::Answer => "answer",
        Act::Correct => "correct",
        Act::Block => "block",
        Act::Destroy => "destroy",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Working => "working",
        Unit::Calendar => "calendar",
    }
}

/// Text that may stand in a comment: of one line, and short.
fn comment(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() <= QUOTE {
        return plain;
    }
    let cut: String = plain.chars().take(QUOTE).collect();
    format!("{}…", cut.trim_end())
}

fn quoted(text: &str) -> String {
    let readable: String = text.chars().filter(|c| !c.is_control()).collect();
    toml::Value::String(readable).to_string()
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// The name of the file in the letters that an id may have.
fn id(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let letters = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: Vec<String> =
        letters.collect::<String>().split('-').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { "policy".to_owned() } else { words.join("-") }
}
