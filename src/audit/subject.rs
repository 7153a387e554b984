//! Looking a person up: takes a value, gives every place where it stands in what was audited, what the policies say of
//! it, what else stands there, and by when they promise to act.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::{Date, Weekday};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::events::Verdicts;
use super::runs::{Promise, runs};
use super::segments::{self, Entry};
use super::store::Store;
use crate::error::{Error, Result};
use crate::finding::{Field, Finding, Verdict};
use crate::subject::read;

/// What is told of a person.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub places: Vec<Lying>,
    pub promises: Vec<Due>,
    /// What was to be examined in the last runs, and was not.
    pub unexamined: u64,
    /// Audits whose last run did not end: what it has not got to nobody knows.
    pub unended: u64,
}

/// Where a person's data lies: in one text, under one field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lying {
    pub path: String,
    pub category: String,
    pub detector: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    pub hits: u64,
    /// The first place; 0 for what is not known.
    pub line: u64,
    pub row: u64,
    /// Of a document, instead of a row.
    #[serde(skip_serializing_if = "is_unknown")]
    pub page: u64,
    pub offset: u64,
    /// Whether it is in a finding of the report.
    pub reported: bool,
    pub verdicts: Vec<Verdict>,
    /// Categories of what else stands in the same row, or on the same lines.
    pub beside: Vec<String>,
    /// Of what is not there any more, the last run that saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

fn is_unknown(number: &u64) -> bool {
    *number == 0
}

/// A promise, with the day by which it is to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    #[serde(flatten)]
    pub promise: Promise,
    /// None of a promise that is counted from another event than the request.
    pub due: Option<String>,
}

/// What entries of one text and field come to.
#[derive(Default)]
struct Group {
    hits: u64,
    first: Option<crate::subject::Spot>,
    beside: BTreeSet<String>,
    cell: bool,
}

/// By content, member, category, detector and field.
type Groups = BTreeMap<(i64, String, String, String, Option<Field>), Group>;

/// Looks a value up. `all_runs` tells also of what is not there any more.
///
/// # Errors
/// What is no value that can be looked up; a store without runs; those of the store.
pub fn look_up(store: &Store, value: &str, received: Date, all_runs: bool) -> Result<Answer> {
    let forms = read(value);
    if forms.is_empty() {
        let help = "write an ИИН, a telephone number, an e-mail address or an IBAN";
        return Err(Error::new("this is no value that can be looked up").help(help));
    }
    let look = || {
        let mut groups = Groups::new();
        for (kind, form) in &forms {
            for entry in segments::find(&store.db, store.key.token(kind.category(), form.as_bytes()))? {
                add(&store.db, &mut groups, entry)?;
            }
        }
        answer(&store.db, groups, received, all_runs)
    };
    if runs(store)?.is_empty() {
        return Err(Error::new("there is no run yet in which somebody could be found"));
    }
    look().map_err(store.failed())
}

fn add(db: &Connection, groups: &mut Groups, entry: Entry) -> rusqlite::Result<()> {
    let Entry { standing, hits, spot } = entry;
    let field = match standing.cell {
        Some(cell) => Some(column(db, (standing.content, &standing.member), cell)?),
        None => standing.key.map(|key| Field::Key { key }),
    };
    let key = (standing.content, standing.member, standing.category, standing.detector, field);
    let group = groups.entry(key).or_default();
    group.hits += hits;
    group.cell |= standing.cell.is_some();
    group.first = Some(group.first.map_or(spot, |first| if spot.offset < first.offset { spot } else { first }));
    group.beside.extend(standing.beside.split_whitespace().map(str::to_owned));
    Ok(())
}

/// What a column is called.
fn column(db: &Connection, (content, member): (i64, &str), (first, number): (i64, i64)) -> rusqlite::Result<Field> {
    let select =
        "SELECT \"table\", field FROM columns WHERE content = ?1 AND member = ?2 AND first = ?3 AND number = ?4";
    let mut select = db.prepare_cached(select)?;
    let named = select.query_row(params![content, member, first, number], |row| {
        Ok(Field::Column { table: row.get(0)?, column: row.get(1)? })
    });
    let unnamed = || Field::Column { table: "unnamed".to_owned(), column: (number + 1).to_string() };
    Ok(named.optional()?.unwrap_or_else(unnamed))
}

fn answer(db: &Connection, groups: Groups, received: Date, all_runs: bool) -> rusqlite::Result<Answer> {
    let mut places = Vec::new();
    let mut series = BTreeSet::new();
    let mut verdicts = Verdicts::default();
    let current = if all_runs { "" } else { "AND until IS NULL" };
    // What never was in a run has ended where it began.
    let select = format!(
        "SELECT objects.id, series, path, until FROM objects JOIN contents ON contents.id = content \
         WHERE content = ?1 {current} AND (until IS NULL OR until > since) ORDER BY path"
    );
    let mut objects = db.prepare(&select)?;
    for ((content, member, category, detector, field), group) in groups {
        let mut rows = objects.query([content])?;
        while let Some(row) = rows.next()? {
            let (object, path): (i64, String) = (row.get(0)?, row.get(2)?);
            let until: Option<i64> = row.get(3)?;
            series.insert(row.get::<_, i64>(1)?);
            let run = until.map_or(i64::MAX, |until| until - 1);
            let found = verdicts.findings(db, (object, run), content, &path)?;
            let text = format!("{path}{member}");
            let found: Vec<&Finding> = found.iter().map(|(_, f)| f).filter(|f| f.path.as_str() == text).collect();
            let own = found.iter().find(|f| *f.detector == *detector && f.field == field);
            let own = own.or_else(|| found.iter().find(|f| *f.category == *category && f.field == field));
            let spot = group.first.unwrap_or_default();
            let mut beside = group.beside.clone();
            if group.cell {
                beside.extend(in_the_row(&found, field.as_ref()));
            }
            places.push(Lying {
                path: text,
                category: category.clone(),
                detector: detector.clone(),
                field: field.clone(),
                hits: group.hits,
                line: spot.line,
                row: spot.row,
                page: spot.page,
                offset: spot.offset,
                reported: own.is_some(),
                verdicts: own.map(|finding| finding.verdicts.clone()).unwrap_or_default(),
                beside: beside.into_iter().collect(),
                until: until.map(|until| until - 1),
            });
        }
    }
    places.sort_by(|a, b| (&a.path, a.offset, &a.detector).cmp(&(&b.path, b.offset, &b.detector)));
    let promises = promises(db, &series, received)?;
    Ok(Answer { places, promises, unexamined: unexamined(db)?, unended: unended(db)? })
}

/// The categories of the other columns of a table.
fn in_the_row(found: &[&Finding], own: Option<&Field>) -> Vec<String> {
    let Some(Field::Column { table: of, column: own }) = own else { return Vec::new() };
    let beside = found.iter().filter(
        |finding| matches!(&finding.field, Some(Field::Column { table, column }) if table == of && column != own),
    );
    beside.map(|finding| finding.category.to_string()).collect()
}

/// What the policies of the last runs promise.
fn promises(db: &Connection, series: &BTreeSet<i64>, received: Date) -> rusqlite::Result<Vec<Due>> {
    let mut all: Vec<Due> = Vec::new();
    let mut select = db.prepare("SELECT promises FROM runs WHERE series = ?1 ORDER BY id DESC LIMIT 1")?;
    for series in series {
        let promises: Option<String> = select.query_row([series], |row| row.get(0))?;
        let promises: Vec<Promise> = promises.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        for promise in promises {
            let due = promise.after.is_none().then(|| due(received, promise.days, promise.working)).flatten();
            let due = Due { promise, due: due.map(|day| day.to_string()) };
            if !all.contains(&due) {
                all.push(due);
            }
        }
    }
    Ok(all)
}

/// The last of so many days after a request. Of holidays nothing is known: the true day may be later.
fn due(received: Date, days: u16, working: bool) -> Option<Date> {
    let later = |day: Date| day.checked_add(Span::new().days(1)).ok();
    let works = |day: &Date| !working || !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let counted = std::iter::successors(later(received), |day| later(*day)).filter(works);
    if days == 0 { Some(received) } else { counted.take(days.into()).last() }
}

/// What was to be examined in the last runs, and was not.
fn unexamined(db: &Connection) -> rusqlite::Result<u64> {
    let select = "SELECT count(*) FROM objects JOIN remarks ON remarks.content = objects.content \
        WHERE until IS NULL AND incomplete";
    Ok(db.query_row(select, [], |row| row.get::<_, i64>(0))? as u64)
}

fn unended(db: &Connection) -> rusqlite::Result<u64> {
    let select = "SELECT count(*) FROM runs WHERE finished IS NULL";
    Ok(db.query_row(select, [], |row| row.get::<_, i64>(0))? as u64)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn working_days_are_without_week_ends() {
        // A Friday.
        let received = date(2026, 11, 20);
        assert_eq!(due(received, 0, true), Some(received));
        assert_eq!(due(received, 1, true), Some(date(2026, 11, 23)));
        assert_eq!(due(received, 7, true), Some(date(2026, 12, 1)));
        assert_eq!(due(received, 7, false), Some(date(2026, 11, 27)));
    }
}
