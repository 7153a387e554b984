//! The figures of a run: takes its findings, gives them counted by verdict, by category and by policy.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grade::{Grade, badge};
use super::markup::{bar, cell, clause, escaped, foreign, number, spoken};
use super::row::category;
use super::words::Words;
use crate::finding::{Finding, Stale};
use crate::report::Options;

/// Findings and their hits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    findings: u64,
    hits: u64,
}

impl Count {
    fn add(&mut self, hits: u64) {
        self.findings += 1;
        self.hits += hits;
    }
}

type Grades = [Count; Grade::NAMES.len()];

#[derive(Debug, Default)]
pub struct Figures {
    grades: Grades,
    categories: BTreeMap<Arc<str>, Category>,
    policies: BTreeMap<Arc<str>, Grades>,
    stale: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

#[derive(Debug, Default)]
struct Category {
    all: Count,
    grades: Grades,
    /// The gravest verdict under each policy.
    verdicts: BTreeMap<Arc<str>, Verdict>,
}

#[derive(Debug)]
struct Verdict {
    grade: Grade,
    clause: Option<String>,
    hits: u64,
}

impl Figures {
    pub fn add(&mut self, finding: &Finding, options: &Options) {
        let grade = Grade::of(finding, options).index();
        self.grades[grade].add(finding.hits);
        let category = self.categories.entry(finding.category.clone()).or_default();
        category.all.add(finding.hits);
        category.grades[grade].add(finding.hits);
        for verdict in &finding.verdicts {
            let (grade, hits) = (Grade::from(verdict.outcome), verdict.count.unwrap_or(finding.hits));
            self.policies.entry(verdict.policy.clone()).or_default()[grade.index()].add(hits);
            category.judge(&verdict.policy, Verdict { grade, clause: verdict.clause.clone(), hits });
        }
    }

    pub fn add_stale(&mut self, stale: &Stale) {
        self.policies.entry(stale.policy.clone()).or_default();
        self.stale.entry(stale.policy.clone()).or_default().push(stale.category.clone());
    }

    /// The findings by their gravest verdicts, these first.
    pub fn outcomes(&self) -> String {
        let all = self.grades.iter().map(|count| count.findings).sum();
        let graver = |grade: &Grade| grade.is_breach() || self.grades[grade.index()].findings > 0;
        let row = |grade: Grade| {
            let Count { findings, hits } = self.grades[grade.index()];
            let name = grade.name();
            format!(
                "<tr><th scope=\"row\"><a href=\"#findings\" data-grade=\"{name}\">{}</a>\
                 <span class=\"id\" data-t=\"means-{name}\"></span></th>{}{}<td class=\"bars\">{}</td></tr>\n",
                badge(grade),
                cell(findings),
                cell(hits),
                bar(&[(name, findings)], all),
            )
        };
        let rows: String = Grade::all().filter(graver).map(row).collect();
        let heads = head("outcome", "")
            + &["findings-count", "hits"].map(|key| head(key, "number")).concat()
            + &head("chart-findings", "bars");
        format!(
            "<h3 id=\"by-outcome\" data-t=\"by-outcome\"></h3>{}<p class=\"quiet\" data-t=\"by-gravest\"></p>",
            table("by-outcome", &heads, &rows)
        )
    }

    /// The map of the data: categories, then policies.
    pub fn map(&self, words: &Words) -> String {
        if self.categories.is_empty() {
            return "<p data-t=\"nothing-found\"></p>".to_owned() + &self.stale(words);
        }
        self.by_category(words) + &self.by_policy() + &self.stale(words)
    }

    fn by_category(&self, words: &Words) -> String {
        let most = self.categories.values().map(|category| category.all.hits).max().unwrap_or_default();
        let policies: String =
            self.policies.keys().map(|policy| format!("<th scope=\"col\">{}</th>", foreign(policy))).collect();
        let mut order: Vec<_> = self.categories.iter().collect();
        order.sort_by_key(|(_, category)| std::cmp::Reverse((category.gravest(), category.all.hits)));
        let row = |(id, found): (&Arc<str>, &Category)| {
            let verdicts = self.policies.keys().map(|policy| found.verdicts.get(policy).map(Verdict::html));
            let verdicts: String = verdicts.map(|cell| format!("<td>{}</td>", cell.unwrap_or_default())).collect();
            let (findings, hits) = (cell(found.all.findings), cell(found.all.hits));
            let (title, bar) = (category(id, words), parts(&found.grades, most, |count| count.hits));
            format!("<tr><th scope=\"row\">{title}</th>{findings}{hits}<td class=\"bars\">{bar}</td>{verdicts}</tr>\n")
        };
        let rows: String = order.into_iter().map(row).collect();
        let heads = head("category", "")
            + &["findings-count", "hits"].map(|key| head(key, "number")).concat()
            + &head("chart", "bars")
            + &policies;
        format!(
            "<h3 id=\"by-category\" data-t=\"by-category\"></h3>{}<p class=\"quiet\" data-t=\"bars-note\"></p>",
            table("by-category", &heads, &rows)
        )
    }

    fn by_policy(&self) -> String {
        let used: Vec<_> = Grade::all().filter(|grade| self.judged(*grade)).collect();
        if used.is_empty() {
            return String::new();
        }
        let sum = |grades: &Grades| grades.iter().map(|count| count.findings).sum::<u64>();
        let most = self.policies.values().map(sum).max().unwrap_or_default();
        let row = |(policy, grades): (&Arc<str>, &Grades)| {
            let cells: String = used.iter().map(|grade| cell(grades[grade.index()].findings)).collect();
            let bar = parts(grades, most, |count| count.findings);
            format!("<tr><th scope=\"row\">{}</th><td class=\"bars\">{bar}</td>{cells}</tr>\n", foreign(policy))
        };
        let rows: String = self.policies.iter().map(row).collect();
        let grades: String =
            used.iter().map(|grade| format!("<th scope=\"col\" class=\"number\">{}</th>", badge(*grade))).collect();
        let heads = head("policy", "") + &head("chart-findings", "bars") + &grades;
        format!("<h3 id=\"by-policy\" data-t=\"by-policy\"></h3>{}", table("by-policy", &heads, &rows))
    }

    fn judged(&self, grade: Grade) -> bool {
        self.policies.values().any(|grades| grades[grade.index()].findings > 0)
    }

    fn stale(&self, words: &Words) -> String {
        let one = |(policy, categories): (&Arc<str>, &Vec<Arc<str>>)| {
            let titles: Vec<_> = categories.iter().map(|id| category(id, words)).collect();
            format!("<div><dt>{}</dt><dd>{}</dd></div>\n", foreign(policy), titles.join(", "))
        };
        match self.stale.is_empty() {
            true => String::new(),
            false => format!("<h3 data-t=\"stale\"></h3><dl>{}</dl>", self.stale.iter().map(one).collect::<String>()),
        }
    }
}

impl Category {
    fn judge(&mut self, policy: &Arc<str>, verdict: Verdict) {
        match self.verdicts.get_mut(policy) {
            Some(known) if known.grade == verdict.grade => known.hits += verdict.hits,
            Some(known) if known.grade > verdict.grade => {}
            _ => drop(self.verdicts.insert(policy.clone(), verdict)),
        }
    }

    fn gravest(&self) -> Option<usize> {
        self.grades.iter().rposition(|count| count.findings > 0)
    }
}

impl Verdict {
    fn html(&self) -> String {
        let clause = self.clause.as_deref().map(|text| clause(text) + ", ").unwrap_or_default();
        format!("{}<span class=\"id\">{clause}{} {}</span>", badge(self.grade), number(self.hits), spoken("hits-unit"))
    }
}

/// A bar of grades, the gravest first.
fn parts(grades: &Grades, whole: u64, of: impl Fn(&Count) -> u64) -> String {
    let parts: Vec<_> = Grade::all().map(|grade| (grade.name(), of(&grades[grade.index()]))).collect();
    bar(&parts, whole)
}

/// The head of a column.
pub fn head(key: &str, class: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<th scope=\"col\"{class} data-t=\"{}\"></th>", escaped(key))
}

/// A table under the heading of this id, which scrolls by itself where it is too wide.
pub fn table(heading: &str, heads: &str, rows: &str) -> String {
    format!(
        "<div class=\"wide\" role=\"region\" aria-labelledby=\"{heading}\" tabindex=\"0\">\
         <table aria-labelledby=\"{heading}\"><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}
