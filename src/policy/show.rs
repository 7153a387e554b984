//! Policies as plain text for a reader: a table of several, and one whole.

use std::fmt::Write;

use super::model::{Deadline, Declaration, Document, Medium, Policy, Retention, Source, Storage, Subjects, Unit};
use crate::category::Categories;

const LABEL: usize = 11;
const WIDTH: usize = 100;

/// A table of policies, one a line under a head.
pub fn list<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> String {
    let head = ["ID", "OPERATOR", "UPDATED", "DECLARES", "FORBIDS"].map(str::to_owned);
    let rows = policies.into_iter().map(|policy| {
        let forbids: Vec<_> = policy.forbids.iter().map(|prohibition| &*prohibition.category).collect();
        [
            policy.id.to_string(),
            policy.operator.name.clone(),
            policy.updated.map_or("undated".to_owned(), |day| day.to_string()),
            policy.declares.len().to_string(),
            if forbids.is_empty() { "-".to_owned() } else { forbids.join(", ") },
        ]
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn table(rows: &[[String; 5]]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| readable(cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut table = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        table += cells.join("  ").trim_end();
        table.push('\n');
    }
    table
}

/// A policy whole, as a page that needs no knowledge of its file.
pub fn show(policy: &Policy, categories: &Categories) -> String {
    let mut page = Page::default();
    head(&mut page, policy);
    page.section(&format!("Declares ({})", policy.declares.len()));
    for declaration in &policy.declares {
        declared(&mut page, declaration, categories);
    }
    page.section(if policy.forbids.is_empty() { "Forbids nothing" } else { "Forbids" });
    for prohibition in &policy.forbids {
        page.entry(&prohibition.category, &named(&prohibition.category, categories, &prohibition.clause));
        page.detail("note", prohibition.note.as_deref());
    }
    page.section("Terms");
    terms(&mut page, policy);
    if !policy.notes.is_empty() {
        page.section("Notes");
    }
    for note in &policy.notes {
        page.paragraph("  - ", &format!("{} ({})", note.text, clause(&note.clauses)));
    }
    page.0
}

fn head(page: &mut Page, policy: &Policy) {
    page.paragraph("", &policy.id);
    page.0.push('\n');
    let operator = &policy.operator;
    let bin = operator.bin.as_ref().map(|bin| format!("BIN {bin}"));
    let parts = [Some(operator.name.clone()), bin, operator.site.clone()].into_iter().flatten();
    page.line("Operator", &parts.chain(operator.contacts.iter().cloned()).collect::<Vec<_>>().join(", "));
    if let Some(document) = &policy.document {
        page.line("Document", &document_line(document));
        if let Some(review) = &document.reviewed {
            page.line("Reviewed", review);
        }
    }
    page.line("Languages", &policy.languages.join(", "));
    page.line("Updated", &policy.updated.map_or("undated".to_owned(), |day| day.to_string()));
    if !policy.law.is_empty() {
        page.line("Law", &policy.law.join("; "));
    }
}

fn document_line(document: &Document) -> String {
    let date = document.date.map(|day| format!("of {day}"));
    let languages = Some(document.languages.join(", ")).filter(|languages| !languages.is_empty());
    let sha256 = document.sha256.as_ref().map(|digest| format!("SHA-256 {digest}"));
    let parts = [document.title.clone(), date, languages, document.address.clone(), sha256];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn named(category: &str, categories: &Categories, place: &super::Clause) -> String {
    let title = categories.get(category).map_or(category, |category| &category.title.en);
    format!("{title} ({})", clause(place))
}

fn clause(place: &super::Clause) -> String {
    format!("{} {place}", if place.all().len() == 1 { "clause" } else { "clauses" })
}

fn declared(page: &mut Page, declaration: &Declaration, categories: &Categories) {
    page.entry(&declaration.category, &named(&declaration.category, categories, &declaration.clause));
    let source = declaration.source.map(|source| match source {
        Source::Subject => "the person",
        Source::Automatic => "recorded automatically",
        Source::ThirdParty => "third parties",
    });
    let retention = declaration.retention.map(|period| period.to_string());
    page.detail("condition", declaration.condition.as_deref());
    page.detail("from", source);
    page.detail("for", joined(&declaration.purposes).as_deref());
    page.detail("given to", joined(&declaration.recipients).as_deref());
    page.detail("kept", retention.as_deref());
}

fn joined(words: &[String]) -> Option<String> {
    Some(words.join(", ")).filter(|words| !words.is_empty())
}

fn terms(page: &mut Page, policy: &Policy) {
    match &policy.subjects {
        Some(subjects) => page.line("Subjects", &subjects_line(subjects)),
        None => page.line("Subjects", "no age is named"),
    }
    match &policy.storage {
        Some(storage) => page.line("Storage", &storage_line(storage)),
        None => page.line("Storage", "no place is named"),
    }
    if policy.retention.is_empty() {
        page.line("Retention", "no period is named");
    }
    for retention in &policy.retention {
        page.line("Retention", &retention_line(retention));
    }
    let deadlines = &policy.deadlines;
    let named = [
        ("Answer", &deadlines.answer),
        ("Correct", &deadlines.correct),
        ("Block", &deadlines.block),
        ("Destroy", &deadlines.destroy),
    ];
    for (act, deadline) in named {
        page.line(act, &deadline.as_ref().map_or("no deadline is named".to_owned(), deadline_line));
    }
    if let Some(security) = &policy.security {
        let parts = [
            security.tls.as_ref().map(|version| format!("TLS {version}")),
            security.encryption.as_ref().map(|what| format!("encrypted: {what}")),
            security.hashing.as_ref().map(|what| format!("hashed: {what}")),
            security.access.as_ref().map(|who| format!("access: {who}")),
            security.clause.as_ref().map(clause),
        ];
        page.line("Security", &parts.into_iter().flatten().collect::<Vec<_>>().join("; "));
    }
}

fn subjects_line(subjects: &Subjects) -> String {
    let minors = subjects.minors.map(|minors| if minors { "minors expected" } else { "no minors" }.to_owned());
    let third_persons = Some(subjects.third_persons.join(", ")).filter(|categories| !categories.is_empty());
    let parts = [
        subjects.min_age.map(|age| format!("aged {age} or more")),
        minors,
        third_persons.map(|categories| format!("also of persons that users name: {categories}")),
        Some(clause(&subjects.clause)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn storage_line(storage: &Storage) -> String {
    let media: Vec<_> = storage
        .media
        .iter()
        .map(|medium| match medium {
            Medium::Electronic => "electronic media",
            Medium::Material => "paper and other tangible media",
        })
        .collect();
    let abroad = storage.cross_border.map(|allowed| if allowed { "may be sent abroad" } else { "is not sent abroad" });
    let parts = [
        Some(if storage.countries.is_empty() {
            "no country is named".to_owned()
        } else {
            storage.countries.join(", ")
        }),
        Some(media.join(", ")).filter(|media| !media.is_empty()),
        abroad.map(str::to_owned),
        Some(clause(&storage.clause)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn retention_line(retention: &Retention) -> String {
    let after = retention.after.as_ref().map(|event| format!(" after {event}")).unwrap_or_default();
    let categories = match &*retention.categories {
        [] => String::new(),
        categories => format!(" for {}", categories.join(", ")),
    };
    format!("{}{after}{categories}; {}", retention.period, clause(&retention.clause))
}

fn deadline_line(deadline: &Deadline) -> String {
    let unit = match deadline.unit {
        Unit::Working => "working",
        Unit::Calendar => "calendar",
    };
    let days = match deadline.days {
        0 => "at once".to_owned(),
        1 => format!("1 {unit} day"),
        days => format!("{days} {unit} days"),
    };
    let after = deadline.after.as_ref().map(|event| format!(" after {event}")).unwrap_or_default();
    format!("{days}{after}; {}", clause(&deadline.clause))
}

/// What a terminal would obey is shown escaped: a policy file may come from anywhere.
fn readable(text: &str) -> String {
    let mut readable = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { readable.extend(c.escape_debug()) } else { readable.push(c) }
    }
    readable
}

/// Text in lines of at most [`WIDTH`] characters, words permitting.
#[derive(Default)]
struct Page(String);

impl Page {
    fn section(&mut self, title: &str) {
        let _ = writeln!(self.0, "\n{title}");
    }

    fn line(&mut self, label: &str, text: &str) {
        self.paragraph(&format!("{label:LABEL$}"), text);
    }

    fn entry(&mut self, category: &str, text: &str) {
        self.paragraph(&format!("  {category:16}"), text);
    }

    fn detail(&mut self, label: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.paragraph(&format!("{:18}{label}: ", ""), text);
        }
    }

    fn paragraph(&mut self, lead: &str, text: &str) {
        let indent = lead.chars().count();
        self.0.push_str(lead);
        let mut column = indent;
        for word in readable(text).split(' ').filter(|word| !word.is_empty()) {
            let length = word.chars().count();
            if column > indent && column + 1 + length > WIDTH {
                let _ = write!(self.0, "\n{:indent$}", "");
                column = indent;
            }
            if column > indent {
                self.0.push(' ');
                column += 1;
            }
            self.0.push_str(word);
            column += length;
        }
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        id = "kiosk"
        languages = ["ru", "kk"]
        updated = 2025-02-01
        law = ["94-V"]
        operator = { name = "Дүкен", bin = "700140000000", contacts = ["info@kiosk.example"] }
        document = { title = "Policy", date = 2025-02-01 }
        [[declares]]
        category = "iin"
        clause = ["2.1", "4"]
        condition = "of the payer"
        purposes = ["payment"]
        recipients = ["bank"]
        retention = "3y"
        source = "subject"
        [[forbids]]
        category = "payment-card"
        clause = "2.2"
        note = "the bank keeps it"
        [subjects]
        min-age = 18
        third-persons = ["phone"]
        clause = "1"
        [storage]
        countries = ["KZ"]
        media = ["electronic"]
        cross-border = false
        clause = "5"
        [[retention]]
        period = "3y"
        after = "the last order"
        categories = ["iin"]
        clause = "6"
        [deadlines]
        block = { days = 0, unit = "calendar", clause = "7" }
        correct = { days = 7, unit = "working", after = "the request", clause = "8" }
        [security]
        tls = "1.2"
        [[note]]
        text = "two\u001b[31m BINs"
        clauses = ["1", "9"]
    "#;

    const PAGE: &str = r#"kiosk

Operator   Дүкен, BIN 700140000000, info@kiosk.example
Document   Policy, of 2025-02-01
Languages  ru, kk
Updated    2025-02-01
Law        94-V

Declares (1)
  iin             Individual identification number (clauses 2.1, 4)
                  condition: of the payer
                  from: the person
                  for: payment
                  given to: bank
                  kept: 3y

Forbids
  payment-card    Payment card (clause 2.2)
                  note: the bank keeps it

Terms
Subjects   aged 18 or more; also of persons that users name: phone; clause 1
Storage    KZ; electronic media; is not sent abroad; clause 5
Retention  3y after the last order for iin; clause 6
Answer     no deadline is named
Correct    7 working days after the request; clause 8
Block      at once; clause 7
Destroy    no deadline is named
Security   TLS 1.2

Notes
  - two\u{1b}[31m BINs (clauses 1, 9)
"#;

    fn kiosk() -> Policy {
        Policy::parse("kiosk.toml", TEXT, &Categories::builtin().unwrap()).unwrap()
    }

    #[test]
    fn a_page_shows_all_that_a_policy_says() {
        assert_eq!(show(&kiosk(), &Categories::builtin().unwrap()), PAGE);
    }

    #[test]
    fn a_table_has_aligned_columns() {
        let expected = "ID     OPERATOR  UPDATED     DECLARES  FORBIDS\n\
                        kiosk  Дүкен     2025-02-01  1         payment-card\n";
        assert_eq!(list([&kiosk()]), expected);
    }

    #[test]
    fn long_text_is_wrapped_at_words() {
        let mut page = Page::default();
        page.line("Law", &"word ".repeat(40));
        assert!(page.0.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(page.0.lines().skip(1).all(|line| line.starts_with("           word")));
        assert_eq!(page.0.matches("word").count(), 40);
    }
}
