//! Reports: takes the events of a run in their order, gives them in one of the formats. Every format is fed the same
//! events and is complete and flushed after the summary.

use std::io::{self, Write};
use std::sync::Arc;

use crate::category::Categories;
use crate::finding::Event;
use crate::limits::Places;

mod fingerprint;
mod human;
mod json;
mod severity;
mod tally;
mod text;
mod wording;

pub use text::{Escaped, escape, size};

/// Writes a run in one format.
pub trait Report {
    /// [`Event::Summary`] is the last one: the report is complete and flushed after it.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person, on a terminal or in a file.
    Human,
    /// One JSON object a line.
    Jsonl,
    /// One JSON array.
    Json,
}

/// What only the human format heeds.
#[derive(Clone, Debug)]
pub struct Options {
    pub color: bool,
    /// Places shown for a finding, of those that it lists.
    pub places: Places,
    /// Where titles are looked up; without them a category shows as its id.
    pub categories: Option<Arc<Categories>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, places: Places::First(3), categories: None }
    }
}

/// A report of this format, written to `out`.
pub fn new<'a>(format: Format, out: Box<dyn Write + 'a>, options: Options) -> Box<dyn Report + 'a> {
    match format {
        Format::Human => Box::new(human::Human::new(out, options)),
        Format::Jsonl => Box::new(json::Jsonl(out)),
        Format::Json => Box::new(json::Json::new(out)),
    }
}

#[cfg(test)]
mod sample;
