//! How old data is at least: takes the name of a file, the ends of its text and the day it was last modified, gives the
//! best [`Dated`] there is. The date is the latest that the data can have been collected on, as far as these tell.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::data::embedded;
use crate::error::Result;
use crate::finding::{DateSource, Dated, Days, Posture};
use crate::lexicon::{Folded, fold, fold_str};

mod name;
mod read;
mod stamp;

/// What is known of a file besides its values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traces<'t> {
    /// With `/` between folders and `!` before a container's member.
    pub path: &'t str,
    /// The first bytes of the text.
    pub head: &'t [u8],
    /// The last bytes of the text; empty where its end was not read.
    pub tail: &'t [u8],
    pub modified: Option<Date>,
}

/// The dates that a file has besides its name's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamps {
    /// What the rows of its tables tell, by the names of these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, Days>,
    /// What the program that wrote a dump says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dump: Option<Date>,
    /// The last times in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Date>,
}

/// The words by which data tells its age.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    dump: Vec<String>,
    rows: Rows,
    months: [Vec<String>; 12],
}

/// What columns are called that tell when a row was made, changed or last used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    /// Ends of names.
    endings: Vec<String>,
    /// Whole names.
    names: Vec<String>,
}

impl Rows {
    /// Whether a name is one of these, as it is folded.
    fn tell(&self, name: &str) -> bool {
        let is = |folded: &Folded| {
            let ends = |words: &String| folded.bytes().ends_with(fold_str(words).bytes());
            self.endings.iter().any(ends) || self.names.iter().any(|words| fold_str(words).bytes() == folded.bytes())
        };
        fold(name.as_bytes()).iter().any(is)
    }
}

impl Dates {
    /// Those embedded at build time.
    pub fn builtin() -> Result<Self> {
        embedded!("patterns/dates").read()
    }

    /// The best date of a file that `posture` tells what it is. Source code and test data have none: they do not age. What
    /// its name tells nothing of has one only if it says itself that it is a dump.
    pub fn of(&self, traces: &Traces, posture: Option<Posture>, today: Date) -> Option<Dated> {
        self.best(&self.stamps(traces, posture, today), traces.path, posture, today)
    }

    /// The dates that a file that `posture` tells what it is has besides its name's.
    pub fn stamps(&self, traces: &Traces, posture: Option<Posture>, today: Date) -> Stamps {
        if matches!(posture, Some(Posture::Code | Posture::TestData)) {
            return Stamps::default();
        }
        let known = |date: &Date| (OLDEST..=today).contains(date);
        let dump = stamp::of_dump(self, traces.head).chain(stamp::of_dump(self, traces.tail)).filter(known).max();
        let data = || stamp::last_time(self, traces.tail, known).filter(|_| posture == Some(Posture::Logs));
        Stamps {
            dump,
            data: if dump.is_none() { data() } else { None },
            modified: traces.modified,
            ..Stamps::default()
        }
    }

    /// Which of the columns of these names tell when a row was made, from 0.
    pub fn of_rows(&self, names: &[String]) -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| self.rows.tell(name)).map(|(at, _)| at).collect()
    }

    /// The date of a table with rows of these days, in a file that `posture` tells what it is.
    pub fn by_rows(rows: &Days, posture: Option<Posture>, today: Date) -> Option<Dated> {
        let ages = !matches!(posture, Some(Posture::Code | Posture::TestData));
        let date = Some(rows.newest).filter(|date| ages && (OLDEST..=today).contains(date))?;
        Some(Dated { date, source: DateSource::Rows })
    }

    /// The best of the dates that a file has, with that of its name.
    pub fn best(&self, stamps: &Stamps, path: &str, posture: Option<Posture>, today: Date) -> Option<Dated> {
        if matches!(posture, Some(Posture::Code | Posture::TestData)) {
            return None;
        }
        let known = |date: &Date| (OLDEST..=today).contains(date);
        let dated = |source, date: Option<Date>| date.map(|date| Dated { date, source });
        let best = dated(DateSource::Dump, stamps.dump);
        if posture.is_none() {
            return best;
        }
        best.or_else(|| dated(DateSource::Data, stamps.data))
            .or_else(|| dated(DateSource::Name, name::date(path, today).filter(known)))
            .or_else(|| dated(DateSource::File, stamps.modified.filter(known)))
    }

    /// The month that a name begins like.
    fn month(&self, name: &str) -> Option<i8> {
        let begins = |names: &Vec<String>| names.iter().any(|beginning| name.starts_with(beginning.as_str()));
        self.months.iter().position(begins).and_then(|month| i8::try_from(month + 1).ok())
    }
}

/// Before this, files and names bear no dates of data: archives that are to be the same each time they are made set their
/// members to 1970 or 1980.
const OLDEST: Date = jiff::civil::date(1990, 1, 1);

#[cfg(test)]
mod tests;
