//! `derbes subject`: takes a value, tells where the person's data lies, gives the exit code.

use std::io::Read;

use derbes::audit::{self, Answer, Due, Lying, Store};
use derbes::error::{Error, Result};
use derbes::report::escape;

use super::args::Subject;
use super::audit::{show, shown};
use super::scan::INCOMPLETE;

/// Longest value that is read.
const LONGEST: u64 = 4096;

pub fn run(typed: &Subject) -> Result<u8> {
    let value = match typed.value.as_str() {
        "-" => input()?,
        value => value.to_owned(),
    };
    let store = Store::read(&typed.store)?;
    let received = typed.received.unwrap_or_else(|| jiff::Zoned::now().date());
    let answer = audit::look_up(&store, &value, received, typed.all_runs)?;
    shown(typed.format, || text(&answer), &answer)?;
    Ok(match answer.places.is_empty() {
        false => 1,
        true if answer.unexamined + answer.unended > 0 => INCOMPLETE,
        true => 0,
    })
}

fn input() -> Result<String> {
    let mut value = String::new();
    let read = std::io::stdin().lock().take(LONGEST).read_to_string(&mut value);
    read.map(|_| value).map_err(|e| Error::new(format!("cannot be read: {e}")).at("standard input"))
}

fn text(answer: &Answer) -> String {
    let mut text = match answer.places.len() {
        0 => "found nowhere\n".to_owned(),
        1 => "found in 1 place\n".to_owned(),
        count => format!("found in {count} places\n"),
    };
    let mut path = "";
    for place in &answer.places {
        if place.path != path {
            text += &format!("\n{}\n", escape(&place.path));
            path = &place.path;
        }
        text += &lying(place);
    }
    if !answer.promises.is_empty() {
        text += "\npromised\n";
        answer.promises.iter().for_each(|promise| text += &due(promise));
    }
    if answer.unended > 0 {
        text += "\nINCOMPLETE: an audit has not ended, see derbes audit runs\n";
    }
    if answer.unexamined > 0 {
        text += &format!("\nINCOMPLETE: {} more could not be examined\n", answer.unexamined);
    }
    text
}

fn lying(place: &Lying) -> String {
    let under = show::field(place.field.as_ref());
    let first = match (place.row, place.line) {
        _ if place.page > 0 => format!("page {}", place.page),
        (0, line) => format!("line {line}"),
        (row, 0) => format!("row {row}"),
        (row, line) => format!("row {row}, line {line}"),
    };
    let hits = if place.hits == 1 { first } else { format!("{} hits, the first in {first}", place.hits) };
    let until = place.until.map(|run| format!("; not there any more, last seen in run {run}")).unwrap_or_default();
    let unreported = if place.reported { "" } else { "; too unsure to be reported" };
    let verdicts = show::verdicts(&place.verdicts);
    let mut text = format!("  {}{under}: {hits}{verdicts}{unreported}{until}\n", place.category);
    if !place.beside.is_empty() {
        text += &format!("    beside it: {}\n", place.beside.join(", "));
    }
    text
}

fn due(due: &Due) -> String {
    let promise = &due.promise;
    let days = match (promise.days, promise.working) {
        (0, _) => "at once".to_owned(),
        (days, true) => format!("within {days} working days"),
        (days, false) => format!("within {days} days"),
    };
    let after = promise.after.as_ref().map(|after| format!(" after {after}")).unwrap_or_default();
    let by = due.due.as_ref().map(|day| format!(", by {day}")).unwrap_or_default();
    format!("  {} ({} {}): {days}{after}{by}\n", promise.act, promise.policy, promise.clause)
}
