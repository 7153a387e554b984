//! One page for a browser, which needs no network: takes events, gives HTML that holds its style, its script and its data.
//!
//! What was found is written as it comes, as data that the script of the page searches and sorts. What stands on the page
//! is written after the last event: it is whole without the script, but for lists that are cut to the gravest entries, and
//! so are the languages. The style and the script are allowed by their digests, and nothing else is.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::tally::Tally;
use super::{Options, Report};
use crate::finding::{Event, Finding, Summary};

mod figures;
mod grade;
mod history;
mod markup;
mod row;
mod words;

use figures::{Figures, head, table};
use grade::Grade;
pub use history::{Change, Folder, History, Movement, Past};
use markup::{bar, cell, counted, embedded, escaped, foreign, number, percent, size, time};
use row::{Found, Remark};
pub use words::Language;
use words::Words;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Findings, and skips and problems, that are listed without the script.
const LISTED: usize = 300;

/// Reasons that are told apart.
const REASONS: usize = 200;

/// Why bytes were not examined that no event counts.
const UNREAD: &str = "could not be read to the end";

pub(super) struct Html<W> {
    out: W,
    options: Options,
    words: Words,
    begun: bool,
    tally: Tally,
    figures: Figures,
    /// Bytes and entries that were skipped, by the reason.
    reasons: BTreeMap<String, (u64, u64)>,
    /// The gravest findings, then as they came.
    gravest: BTreeMap<(Reverse<Grade>, u64), Found>,
    /// Problems first.
    remarks: BTreeMap<(bool, u64), Remark>,
    found: u64,
    remarked: u64,
}

/// What the script knows beside the rows.
#[derive(Serialize)]
struct Known<'w> {
    language: &'static str,
    grades: [&'static str; Grade::NAMES.len()],
    words: &'w Words,
}

impl<W: Write> Report for Html<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.add(event);
        if let Some(remark) = Remark::new(event, &self.words) {
            self.remark(remark)?;
        }
        match event {
            Event::Finding(finding) => self.finding(finding),
            Event::Skipped(skipped) => {
                let known = self.reasons.len() < REASONS || self.reasons.contains_key(&skipped.reason);
                let (bytes, entries) =
                    self.reasons.entry(if known { &*skipped.reason } else { "…" }.to_owned()).or_default();
                (*bytes, *entries) = (*bytes + skipped.bytes, *entries + 1);
                Ok(())
            }
            Event::Stale(stale) => {
                self.figures.add_stale(stale);
                Ok(())
            }
            Event::Summary(summary) => self.page(summary),
            Event::Problem(_) | Event::Unused(_) => Ok(()),
        }
    }
}

impl<W: Write> Html<W> {
    pub fn new(out: W, options: Options) -> Self {
        let words = Words::new(options.categories.as_deref());
        let (tally, figures, reasons, gravest, remarks) = Default::default();
        Self { out, options, words, begun: false, tally, figures, reasons, gravest, remarks, found: 0, remarked: 0 }
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.figures.add(finding, &self.options);
        let found = Found::new(finding, &self.options, &self.words);
        self.row(&found.json())?;
        self.found += 1;
        keep(&mut self.gravest, (Reverse(found.grade), self.found), found);
        Ok(())
    }

    fn remark(&mut self, remark: Remark) -> io::Result<()> {
        self.row(&remark.json())?;
        self.remarked += 1;
        keep(&mut self.remarks, (!remark.is_problem(), self.remarked), remark);
        Ok(())
    }

    /// Writes a row of the data.
    fn row(&mut self, row: &str) -> io::Result<()> {
        if self.begun {
            self.out.write_all(b",\n")?;
        } else {
            self.begin()?;
        }
        self.out.write_all(row.as_bytes())
    }

    fn begin(&mut self) -> io::Result<()> {
        self.begun = true;
        let (head, _) = PAGE.split_once("<!--rows-->").unwrap_or_default();
        let head = put(head, |slot| match slot {
            "language" => self.options.language.code().to_owned(),
            "security" => security(),
            "style" => STYLE.to_owned(),
            _ => String::new(),
        });
        self.out.write_all(self.words.fill(&head, self.options.language).as_bytes())
    }

    /// Writes all that is not data.
    fn page(&mut self, summary: &Summary) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        let (_, body) = PAGE.split_once("<!--rows-->").unwrap_or_default();
        let (language, grades) = (self.options.language, Grade::NAMES);
        for (index, part) in body.split("<!--").enumerate() {
            let (slot, text) = if index == 0 { ("", part) } else { part.split_once("-->").unwrap_or_default() };
            match slot {
                "words" => {
                    let known = Known { language: language.code(), grades, words: &self.words };
                    self.out.write_all(embedded(&known).as_bytes())?;
                }
                "script" => self.out.write_all(SCRIPT.as_bytes())?,
                slot => self.out.write_all(self.words.fill(&self.part(slot, summary), language).as_bytes())?,
            }
            self.out.write_all(self.words.fill(text, language).as_bytes())?;
        }
        self.out.flush()
    }

    fn part(&self, slot: &str, summary: &Summary) -> String {
        let history = self.options.history.as_deref();
        match slot {
            "about" => self.about(summary, history),
            "result" => self.result(summary),
            "coverage" => self.coverage(summary, history),
            "map" => self.figures.map(&self.words),
            "grades" => Grade::all().map(option).collect(),
            "found" => self.gravest.values().map(|found| found.html(&self.words)).collect(),
            "found-count" => shown(self.gravest.len(), self.found),
            "remarks" => self.remarks.values().map(Remark::html).collect(),
            "remarks-count" => shown(self.remarks.len(), self.remarked),
            "history" => {
                history.map_or("<p data-t=\"no-history\"></p>".to_owned(), |history| history.html(&self.words))
            }
            _ => String::new(),
        }
    }

    fn about(&self, summary: &Summary, history: Option<&History>) -> String {
        let started = self.options.started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let version = foreign(summary.version);
        format!(
            "{}<div><dt data-t=\"started\"></dt><dd>{}</dd></div>\n<div><dt data-t=\"version\"></dt><dd>{version}</dd></div>",
            history.map(History::about).unwrap_or_default(),
            time(&started),
        )
    }

    fn result(&self, summary: &Summary) -> String {
        let missed = summary.bytes_seen.saturating_sub(summary.bytes_examined);
        let complete = self.tally.is_complete(summary);
        let (class, title, note) = match (complete, summary.exit, missed + self.remarked) {
            (false, 2, _) if !summary.incomplete => ("", "incomplete", "missing-note"),
            (false, ..) => ("", "incomplete", "incomplete-note"),
            (true, _, 0) => (" good", "complete", ""),
            (true, ..) => (" good", "complete", "left-out-note"),
        };
        let note = if note.is_empty() { String::new() } else { format!("<span data-t=\"{note}\"></span>") };
        let fact = |key: &str, figure: String, more: String| {
            format!(
                "<div><dt data-t=\"{key}\"></dt><dd><span class=\"figure\">{figure}</span><small>{more}</small></dd></div>\n"
            )
        };
        let bytes = |n: u64| format!("{} <span data-t=\"bytes\"></span>", number(n));
        let facts = fact("seen", size(summary.bytes_seen), bytes(summary.bytes_seen))
            + &fact("examined", percent(summary.bytes_examined, summary.bytes_seen), bytes(summary.bytes_examined))
            + &fact("not-examined", size(missed), bytes(missed))
            + &fact("files", number(summary.files), String::new())
            + &fact("findings-count", number(summary.findings), String::new())
            + &fact("hits", number(summary.hits), String::new());
        format!(
            "<p class=\"notice{class}\"><strong data-t=\"{title}\"></strong>{note}</p>\n<dl class=\"facts\">{facts}</dl>\n{}",
            self.figures.outcomes()
        )
    }

    fn coverage(&self, summary: &Summary, history: Option<&History>) -> String {
        let missed = summary.bytes_seen.saturating_sub(summary.bytes_examined);
        let bar = bar(&[("examined", summary.bytes_examined), ("missed", missed)], summary.bytes_seen);
        let legend = format!(
            "<div class=\"meter\">{bar}<p><span class=\"grade examined\" data-t=\"examined\"></span> {} ({})</p>\
             <p><span class=\"grade missed\" data-t=\"not-examined\"></span> {} ({})</p></div>",
            percent(summary.bytes_examined, summary.bytes_seen),
            size(summary.bytes_examined),
            percent(missed, summary.bytes_seen),
            size(missed),
        );
        let folders = history.map(History::by_folder).unwrap_or_default();
        legend + &self.by_reason(missed, history) + &folders
    }

    fn by_reason(&self, missed: u64, history: Option<&History>) -> String {
        let reasons = self.reasons(missed, history);
        let title = "<h3 id=\"by-reason\" data-t=\"by-reason\"></h3>";
        if reasons.is_empty() {
            return format!("{title}<p data-t=\"all-examined\"></p>");
        }
        let row = |(reason, (bytes, entries)): &(String, (u64, u64))| {
            let share = format!("<td class=\"number\">{}</td>", percent(*bytes, missed));
            let bar = bar(&[("missed", *bytes)], missed);
            let entries = if reason == UNREAD { "<td></td>".to_owned() } else { cell(*entries) };
            let reason = self.words.phrase(reason).html();
            format!(
                "<tr><th scope=\"row\">{reason}</th>{entries}{}{share}<td class=\"bars\">{bar}</td></tr>\n",
                cell(*bytes)
            )
        };
        let rows: String = reasons.iter().map(row).collect();
        let heads = head("reason", "")
            + &["entries", "bytes-missed", "percent"].map(|key| head(key, "number")).concat()
            + &head("chart-missed", "bars");
        format!("{title}{}", table("by-reason", &heads, &rows))
    }

    /// The reasons with their bytes and entries, those with most bytes first. The bytes sum up to those that were missed.
    fn reasons(&self, missed: u64, history: Option<&History>) -> Vec<(String, (u64, u64))> {
        let mut reasons = self.reasons.clone();
        match history.map(History::not_examined) {
            // What a store gives counts no byte twice.
            Some(bytes) => {
                reasons.values_mut().for_each(|(bytes, _)| *bytes = 0);
                bytes.into_iter().for_each(|(reason, bytes)| reasons.entry(reason).or_default().0 = bytes);
            }
            None => {
                let told: u64 = reasons.values().map(|(bytes, _)| bytes).sum();
                if missed > told {
                    reasons.entry(UNREAD.to_owned()).or_default().0 += missed - told;
                }
            }
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, amount)| Reverse(*amount));
        reasons
    }
}

/// Keeps the first entries by their keys.
fn keep<K: Ord, V>(kept: &mut BTreeMap<K, V>, key: K, value: V) {
    kept.insert(key, value);
    if kept.len() > LISTED {
        kept.pop_last();
    }
}

fn option(grade: Grade) -> String {
    let name = escaped(grade.name());
    format!("<option value=\"{name}\" data-t=\"outcome-{name}\"></option>\n")
}

/// How many entries of a list are shown.
fn shown(listed: usize, all: u64) -> String {
    let key = if (listed as u64) < all { "shown-cut" } else { "shown" };
    counted(key, &[listed as u64, all])
}

/// A template with something in the place of each of its comments.
fn put(template: &str, part: impl Fn(&str) -> String) -> String {
    let mut pieces = template.split("<!--");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |done, piece| {
        let (slot, text) = piece.split_once("-->").unwrap_or_default();
        done + &part(slot) + text
    })
}

/// What the page may do: run this script, show this style.
fn security() -> String {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        base64(&Sha256::digest(SCRIPT)),
        base64(&Sha256::digest(STYLE)),
    )
}

/// Bytes as base64 (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)));
        let digit = |at: usize| match at <= bytes.len() {
            true => char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    bytes.chunks(3).flat_map(group).collect()
}

#[cfg(test)]
mod tests;
