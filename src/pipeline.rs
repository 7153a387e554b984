//! The one place where the stages meet: takes a [`Plan`], feeds [`Event`]s to a sink.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::category::Categories;
use crate::error::Error;
use crate::finding::{Confidence, Event, Summary};
use crate::limits::Limits;
use crate::policy::Policy;

/// All that a run needs.
pub struct Plan {
    pub paths: Vec<PathBuf>,
    pub ignore: bool,
    pub follow: bool,
    pub skip_binary: bool,
    pub categories: Arc<Categories>,
    pub policies: Vec<Policy>,
    pub min_confidence: Confidence,
    pub limits: Limits,
    pub threads: usize,
    pub today: jiff::civil::Date,
    pub fail_on: FailOn,
    pub fail_on_incomplete: bool,
}

/// The findings that end a run with exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Any,
    Undeclared,
    Forbidden,
    Never,
}

/// How far a run is, to be read while it goes on.
#[derive(Debug, Default)]
pub struct Progress {
    pub files: AtomicU64,
    pub bytes: AtomicU64,
}

pub fn run(plan: &Plan, progress: &Progress, sink: &mut dyn FnMut(Event) -> io::Result<()>) -> Result<Summary, Error> {
    let _ = (plan, progress, sink);
    unimplemented!("replaced at the merge")
}
