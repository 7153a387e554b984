//! Policies side by side: takes policies, gives a page in Markdown of what each declares, forbids, keeps and promises.

use std::fmt::Write;

use super::model::{Deadline, Medium, Policy, Unit};
use crate::category::Categories;

/// The page, with one column a policy and one row for each category that any of them names.
pub fn table(policies: &[&Policy], categories: &Categories) -> String {
    let mut page = String::from(
        "# What the policies say\n\nWritten by `derbes policy table`; a number is the clause that decides. \
         An empty cell: the policy does not say.\n",
    );
    section(
        &mut page,
        "Who",
        policies,
        vec![
            row("operator", policies, |policy| policy.operator.name.clone()),
            row("edition", policies, |policy| policy.updated.map_or("undated".to_owned(), |day| day.to_string())),
            row("languages", policies, |policy| policy.languages.join(", ")),
            row("file reviewed", policies, |policy| {
                policy.document.as_ref().and_then(|document| document.reviewed.clone()).unwrap_or_default()
            }),
        ],
    );
    let declared =
        |id: &str| policies.iter().any(|policy| policy.declaration(id).is_some() || policy.prohibition(id).is_some());
    let rows = categories.iter().filter(|category| declared(&category.id)).map(|category| {
        row(&format!("{} (`{}`)", category.title.en, category.id), policies, |policy| {
            let forbidden = policy
                .prohibition(&category.id)
                .map(|prohibition| format!("**forbidden** {}", prohibition.clause.main()));
            let declared = policy.declaration(&category.id).map(|declaration| declaration.clause.main().to_owned());
            forbidden.or(declared).unwrap_or_default()
        })
    });
    section(&mut page, "Declares and forbids", policies, rows.collect());
    section(
        &mut page,
        "Keeps",
        policies,
        vec![
            row("period", policies, periods),
            row("countries", policies, |policy| {
                policy.storage.as_ref().map(|storage| storage.countries.join(", ")).unwrap_or_default()
            }),
            row("media", policies, media),
            row("sent abroad", policies, |policy| {
                match policy.storage.as_ref().and_then(|storage| storage.cross_border) {
                    None => String::new(),
                    Some(true) => "may be".to_owned(),
                    Some(false) => "no".to_owned(),
                }
            }),
        ],
    );
    section(
        &mut page,
        "Promises",
        policies,
        vec![
            row("minimum age", policies, age),
            row("minors", policies, |policy| match policy.subjects.as_ref().and_then(|subjects| subjects.minors) {
                None => String::new(),
                Some(true) => "expected".to_owned(),
                Some(false) => "none".to_owned(),
            }),
            row("answer", policies, |policy| deadline(policy.deadlines.answer.as_ref())),
            row("correct", policies, |policy| deadline(policy.deadlines.correct.as_ref())),
            row("block", policies, |policy| deadline(policy.deadlines.block.as_ref())),
            row("destroy", policies, |policy| deadline(policy.deadlines.destroy.as_ref())),
            row("TLS", policies, |policy| {
                policy.security.as_ref().and_then(|security| security.tls.clone()).unwrap_or_default()
            }),
        ],
    );
    notes(&mut page, policies);
    page
}

fn section(page: &mut String, title: &str, policies: &[&Policy], rows: Vec<String>) {
    let heads: Vec<_> = policies.iter().map(|policy| &*policy.id).collect();
    let rulers = vec!["---"; policies.len() + 1].join(" | ");
    let _ = write!(page, "\n## {title}\n\n|  | {} |\n| {rulers} |\n{}", heads.join(" | "), rows.concat());
}

fn row(head: &str, policies: &[&Policy], cell: impl Fn(&Policy) -> String) -> String {
    let cells: Vec<_> = policies.iter().map(|policy| plain(&cell(policy))).collect();
    format!("| {head} | {} |\n", cells.join(" | "))
}

/// Text of a policy file that may stand in a cell.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .replace('|', "\\|")
        .replace('<', "&lt;")
}

fn periods(policy: &Policy) -> String {
    let periods = policy.retention.iter().map(|retention| {
        let after = retention.after.as_ref().map(|event| format!(" after {event}")).unwrap_or_default();
        let of = if retention.categories.is_empty() {
            String::new()
        } else {
            format!(" for {}", retention.categories.join(", "))
        };
        format!("{}{after}{of} ({})", retention.period, retention.clause.main())
    });
    periods.collect::<Vec<_>>().join("; ")
}

fn media(policy: &Policy) -> String {
    let media = policy.storage.iter().flat_map(|storage| &storage.media).map(|medium| match medium {
        Medium::Electronic => "electronic",
        Medium::Material => "material",
    });
    media.collect::<Vec<_>>().join(", ")
}

fn age(policy: &Policy) -> String {
    let subjects = policy.subjects.as_ref();
    let age = subjects.and_then(|subjects| Some(format!("{} ({})", subjects.min_age?, subjects.clause.main())));
    age.unwrap_or_default()
}

fn deadline(deadline: Option<&Deadline>) -> String {
    deadline.map_or(String::new(), |deadline| {
        let unit = if deadline.unit == Unit::Working { "working " } else { "" };
        let days = if deadline.days == 0 { "at once".to_owned() } else { format!("{} {unit}days", deadline.days) };
        format!("{days} ({})", deadline.clause.main())
    })
}

fn notes(page: &mut String, policies: &[&Policy]) {
    let _ = write!(page, "\n## Read with care\n");
    for policy in policies.iter().filter(|policy| !policy.notes.is_empty()) {
        let _ = write!(page, "\n**{}**\n\n", policy.id);
        for note in &policy.notes {
            let _ = writeln!(page, "- {} ({})", plain(&note.text), note.clauses);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policies;

    /// Fails when `docs/policies.md` is stale: `derbes policy table > docs/policies.md` writes it anew.
    #[test]
    fn the_table_in_the_docs_is_that_of_the_policies() {
        let categories = Categories::builtin().unwrap();
        let policies = Policies::builtin(&categories).unwrap();
        let stored = include_str!("../../docs/policies.md").replace("\r\n", "\n");
        assert!(
            stored == table(&policies.iter().collect::<Vec<_>>(), &categories),
            "run: derbes policy table > docs/policies.md"
        );
    }

    #[test]
    fn a_cell_holds_no_mark_of_the_table() {
        assert_eq!(plain("a|b\n<c>"), "a\\|b &lt;c>");
    }
}
