//! The matrix as one JSON object: `{"type":"matrix","policies":[...],"categories":{ID:{"findings","hits","verdicts":
//! {POLICY:{"outcome","clause"?,"hits"}}}},"problems":N,"skipped":N,"summary":{...}}`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;

use super::{Matrix, Row};
use crate::finding::Summary;
use crate::report::json::write;

#[derive(Serialize)]
struct Object<'m> {
    r#type: &'static str,
    policies: &'m [Arc<str>],
    categories: &'m BTreeMap<Arc<str>, Row>,
    /// What failed while it was read: where there is any, the matrix is not whole.
    problems: u64,
    skipped: u64,
    summary: &'m Summary,
}

impl<W: Write> Matrix<W> {
    pub(super) fn json(&mut self, summary: &Summary) -> io::Result<()> {
        let object = Object {
            r#type: "matrix",
            policies: &self.policies,
            categories: &self.rows,
            problems: self.notes.problems.count(),
            skipped: self.notes.skipped.count(),
            summary,
        };
        write(&mut self.out, &object)?;
        self.out.write_all(b"\n")
    }
}
