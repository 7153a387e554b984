//! What came of scanning some bytes: takes the events of a scan, writes them to the store without the path of the object,
//! and gives them again for an object at any path. Findings come without verdicts.

use jiff::civil::Date;
use rusqlite::{Connection, Row, params};

use crate::finding::{
    Confidence, Event, Evidence, EvidenceSet, Facts, Field, Finding, Place, Problem, Skipped, Unused,
};
use crate::input::Origin;
use crate::pipeline::Scanned;
use crate::policy::Stamps;
use crate::subject::Token;

/// What a content is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Of its bytes.
    pub digest: Token,
    /// Of what else its scan depends on: the detectors and settings, and what its path is.
    pub setting: Token,
}

/// Bytes and hits of a content, and how much came of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    pub is_file: bool,
    pub seen: u64,
    pub examined: u64,
    pub inline: u64,
    pub rules: u64,
    pub baseline: u64,
    pub findings: u64,
    pub remarks: u64,
}

/// Writes what came of the object at `path` as the content of this number. It was scanned `today`.
pub fn write(
    db: &Connection,
    number: i64,
    identity: Identity,
    neighbours: Option<Token>,
    path: &Origin,
    scanned: &Scanned,
    today: Date,
) -> rusqlite::Result<()> {
    let findings = scanned.events.iter().filter(|event| matches!(event, Event::Finding(_))).count();
    let mut insert =
        db.prepare_cached("INSERT INTO contents VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")?;
    insert.execute(params![
        number,
        identity.digest.0,
        identity.setting.0,
        neighbours.map(|token| token.0),
        today.to_string(),
        ages(scanned),
        scanned.is_file,
        scanned.seen as i64,
        scanned.examined as i64,
        scanned.suppressed.inline as i64,
        scanned.suppressed.rules as i64,
        scanned.suppressed.baseline as i64,
        findings as i64,
        (scanned.events.len() - findings) as i64,
    ])?;
    for (at, event) in scanned.events.iter().enumerate() {
        write_event(db, (number, at as i64), path, event)?;
    }
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO texts VALUES (?1, ?2, ?3)")?;
    for (text, stamps) in scanned.record.texts.iter().filter(|(_, stamps)| *stamps != Stamps::default()) {
        insert.execute(params![number, member(text, path), json(stamps)])?;
    }
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO columns VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (text, first, column, field) in &scanned.record.columns {
        if let Field::Column { table, column: name } = field {
            insert.execute(params![number, member(text, path), *first as i64, *column as i64, table, name])?;
        }
    }
    Ok(())
}

/// A bit for each age that a value tells, up to 62.
fn ages(scanned: &Scanned) -> i64 {
    let findings = scanned.events.iter().filter_map(|event| match event {
        Event::Finding(finding) => Some(finding),
        _ => None,
    });
    let ages = findings.flat_map(|finding| finding.facts.ages.keys());
    ages.filter(|age| **age < 63).fold(0, |bits, age| bits | 1 << age)
}

/// Whether a scan on this day would tell the same of who is younger than each of some ages, as one on the day `scanned`
/// that told these `ages`.
pub fn is_fresh(ages: i64, scanned: Date, today: Date, thresholds: &[u8]) -> bool {
    let crosses = |threshold: &u8| {
        let oldest = (0..(*threshold).min(63)).rev().find(|age| ages >> age & 1 != 0)?;
        // The next birthday may be tomorrow.
        let span = jiff::Span::new().years(threshold - 1 - oldest);
        scanned.checked_add(span).ok()
    };
    today == scanned || ages == 0 || today > scanned && thresholds.iter().filter_map(crosses).all(|day| today <= day)
}

fn write_event(db: &Connection, at: (i64, i64), path: &Origin, event: &Event) -> rusqlite::Result<()> {
    let mut remark = db.prepare_cached("INSERT INTO remarks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let (content, number) = at;
    let mut remark = |of: &Origin, kind, message: &str, amount: u64, incomplete: bool| {
        remark.execute(params![content, number, member(of, path), kind, message, amount as i64, incomplete])
    };
    match event {
        Event::Finding(finding) => write_finding(db, at, path, finding)?,
        Event::Skipped(Skipped { path, reason, bytes, incomplete }) => {
            remark(path, "skipped", reason, *bytes, *incomplete)?;
        }
        Event::Problem(Problem { path, message, examined, incomplete }) => {
            remark(path, "problem", message, *examined, *incomplete)?;
        }
        Event::Unused(Unused { path, line, message }) => {
            remark(path, "unused", message, *line, false)?;
        }
        Event::Stale(_) | Event::Summary(_) => {}
    }
    Ok(())
}

fn write_finding(
    db: &Connection,
    (content, number): (i64, i64),
    path: &Origin,
    finding: &Finding,
) -> rusqlite::Result<()> {
    let (table, field) = match &finding.field {
        None => (None, None),
        Some(Field::Key { key }) => (None, Some(key)),
        Some(Field::Column { table, column }) => (Some(table), Some(column)),
    };
    let places: Vec<u8> = finding.places.iter().flat_map(|place| place.to_bytes()).collect();
    let evidence: Vec<&str> = finding.evidence.iter().map(Evidence::name).collect();
    let facts = (finding.facts != Facts::default()).then(|| json(&finding.facts));
    let mut insert = db.prepare_cached(
        "INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    insert.execute(params![
        content,
        number,
        member(&finding.path, path),
        finding.category,
        finding.detector,
        finding.confidence.name(),
        finding.score,
        table,
        field,
        finding.hits as i64,
        finding.rows.map(|rows| rows as i64),
        finding.share,
        places,
        evidence.join(" "),
        facts,
    ])?;
    Ok(())
}

/// What follows the path of the object in that of one of its texts.
fn member<'o>(text: &'o Origin, path: &Origin) -> &'o str {
    text.as_str().strip_prefix(path.as_str()).unwrap_or_default()
}

/// The findings of a content in the object at `path`, with their numbers.
pub fn findings(db: &Connection, content: i64, path: &str) -> rusqlite::Result<Vec<(i64, Finding)>> {
    // Columns are read by their places in this list: a report reads millions.
    let select = "SELECT number, member, category, detector, confidence, score, \"table\", field, hits, \"rows\", share, \
        places, evidence, facts FROM findings WHERE content = ?1 ORDER BY number";
    let mut select = db.prepare_cached(select)?;
    select.query_map([content], |row| Ok((row.get(0)?, finding(row, path)?)))?.collect()
}

fn finding(row: &Row, path: &str) -> rusqlite::Result<Finding> {
    let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
    let (table, field): (Option<String>, Option<String>) = (row.get(6)?, row.get(7)?);
    let field = match (table, field) {
        (Some(table), Some(column)) => Some(Field::Column { table, column }),
        (None, Some(key)) => Some(Field::Key { key }),
        (_, None) => None,
    };
    let evidence = text(12)?.split(' ').filter_map(Evidence::named);
    let facts = row.get_ref(13)?.as_str_or_null()?.and_then(|facts| serde_json::from_str(facts).ok());
    Ok(Finding {
        path: Origin::shown(&[path, text(1)?].concat()),
        category: text(2)?.into(),
        detector: text(3)?.into(),
        confidence: match text(4)? {
            "high" => Confidence::High,
            "medium" => Confidence::Medium,
            _ => Confidence::Low,
        },
        score: row.get(5)?,
        field,
        hits: row.get::<_, i64>(8)? as u64,
        rows: row.get::<_, Option<i64>>(9)?.map(|rows| rows as u64),
        share: row.get(10)?,
        places: row.get_ref(11)?.as_blob()?.as_chunks().0.iter().map(Place::from_bytes).collect(),
        evidence: evidence.fold(EvidenceSet::new(), EvidenceSet::with),
        verdicts: Vec::new(),
        stood: None,
        facts: facts.unwrap_or_default(),
    })
}

/// What else than findings came of a content, in the object at `path`, with their numbers.
pub fn remarks(db: &Connection, content: i64, path: &str) -> rusqlite::Result<Vec<(i64, Event)>> {
    let select =
        "SELECT number, member, kind, message, amount, incomplete FROM remarks WHERE content = ?1 ORDER BY number";
    let mut select = db.prepare_cached(select)?;
    let remark = |row: &Row| {
        let (message, amount): (String, i64) = (row.get(3)?, row.get(4)?);
        let (amount, incomplete) = (amount as u64, row.get(5)?);
        let path = Origin::shown(&[path, row.get_ref(1)?.as_str()?].concat());
        let event = match row.get_ref(2)?.as_str()? {
            "skipped" => Event::Skipped(Skipped { path, reason: message, bytes: amount, incomplete }),
            "problem" => Event::Problem(Problem { path, message, examined: amount, incomplete }),
            _ => Event::Unused(Unused { path, line: amount, message }),
        };
        Ok((row.get(0)?, event))
    };
    select.query_map([content], remark)?.collect()
}

/// What dates the texts of a content, by what follows the path of the object.
pub fn stamps(db: &Connection, content: i64) -> rusqlite::Result<Vec<(String, Stamps)>> {
    let mut select = db.prepare_cached("SELECT member, stamps FROM texts WHERE content = ?1")?;
    let stamps = |row: &Row| {
        let stamps = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        Ok((row.get(0)?, stamps))
    };
    select.query_map([content], stamps)?.collect()
}

/// The columns of [`totals`].
pub const TOTALS: &str = "is_file, seen, examined, inline, rules, baseline, findings, remarks";

/// The totals in a row, whose columns are those of [`TOTALS`] from the one with this number on.
pub fn totals(row: &Row, from: usize) -> rusqlite::Result<Totals> {
    let number = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, i64>(from + at)? as u64);
    Ok(Totals {
        is_file: row.get(from)?,
        seen: number(1)?,
        examined: number(2)?,
        inline: number(3)?,
        rules: number(4)?,
        baseline: number(5)?,
        findings: number(6)?,
        remarks: number(7)?,
    })
}

/// A value of ours as JSON.
pub fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn who_may_have_come_of_age_is_scanned_again() {
        let scanned = date(2026, 11, 22);
        let fresh = |ages: &[u8], today| {
            let bits = ages.iter().fold(0, |bits, age| bits | 1 << age);
            is_fresh(bits, scanned, today, &[18])
        };
        assert!(fresh(&[], date(2040, 1, 1)));
        assert!(fresh(&[18, 30, 62], date(2040, 1, 1)));
        assert!(fresh(&[17], scanned));
        assert!(!fresh(&[17], date(2026, 11, 23)));
        assert!(fresh(&[3, 16, 40], date(2027, 11, 22)));
        assert!(!fresh(&[3, 16, 40], date(2027, 11, 23)));
        assert!(!fresh(&[3], date(2026, 11, 21)));
        assert!(is_fresh(1 << 17, scanned, date(2040, 1, 1), &[]));
    }
}
