//! How old data is at least: takes the name of a file, the ends of its text and the day it was last modified, gives the
//! best [`Dated`] there is. The date is the latest that the data can have been collected on, as far as these tell.

use jiff::civil::Date;
use serde::Deserialize;

use crate::data::embedded;
use crate::error::Result;
use crate::finding::{DateSource, Dated, Posture};

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

/// The words by which data tells its age.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    dump: Vec<String>,
    months: [Vec<String>; 12],
}

impl Dates {
    /// Those embedded at build time.
    pub fn builtin() -> Result<Self> {
        embedded!("patterns/dates").read()
    }

    /// The best date of a file that `posture` tells what it is. Source code and test data have none: they do not age. What
    /// its name tells nothing of has one only if it says itself that it is a dump.
    pub fn of(&self, traces: &Traces, posture: Option<Posture>, today: Date) -> Option<Dated> {
        if matches!(posture, Some(Posture::Code | Posture::TestData)) {
            return None;
        }
        let known = |date: &Date| (OLDEST..=today).contains(date);
        let dump = || stamp::of_dump(self, traces.head).chain(stamp::of_dump(self, traces.tail)).filter(known).max();
        let data = || stamp::last_time(self, traces.tail, known).filter(|_| posture == Some(Posture::Logs));
        let name = || name::date(traces.path, today).filter(known);
        let file = || traces.modified.filter(known);
        let dated = |source, date: Option<Date>| date.map(|date| Dated { date, source });
        let best = dated(DateSource::Dump, dump());
        if posture.is_none() {
            return best;
        }
        best.or_else(|| dated(DateSource::Data, data()))
            .or_else(|| dated(DateSource::Name, name()))
            .or_else(|| dated(DateSource::File, file()))
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
