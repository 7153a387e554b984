//! What a developer reads when a commit is stopped: takes the findings, gives three ways out as commands to copy.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::text::escape;
use crate::finding::{Finding, Problem, Summary};

/// Files that the commands name; a longer list is named by its first.
const FILES: usize = 3;

/// The findings of what is staged.
#[derive(Debug)]
pub(super) struct Stopped {
    baseline: String,
    paths: BTreeSet<String>,
    category: Option<Arc<str>>,
    /// What could not be examined.
    broken: BTreeSet<String>,
}

impl Stopped {
    /// `baseline` is the file that is offered for the hits.
    pub fn new(baseline: String) -> Self {
        Self { baseline, paths: BTreeSet::new(), category: None, broken: BTreeSet::new() }
    }

    pub fn add(&mut self, finding: &Finding) {
        self.category.get_or_insert_with(|| finding.category.clone());
        self.paths.insert(finding.path.as_str().to_owned());
    }

    pub fn add_problem(&mut self, problem: &Problem) {
        self.broken.insert(problem.path.as_str().to_owned());
    }

    /// The ways out; or, where nothing was looked at, that this is so.
    pub fn text(&self, summary: &Summary) -> Option<String> {
        match (summary.exit, &self.category) {
            (1, Some(category)) => Some(self.found(category)),
            (3, _) => Some(self.unexamined()),
            (0, _) if summary.files == 0 => {
                Some("Nothing is staged that adds a line: no file was looked at.\n".to_owned())
            }
            _ => None,
        }
    }

    fn found(&self, category: &str) -> String {
        let (files, more) = named(&self.paths);
        let baseline = quoted(&self.baseline);
        format!(
            "The commit is stopped. Three ways out:\n  \
             remove    take the values out of the files, then\n            \
             git add -- {files}{more}\n  \
             allow     in a comment on the line or alone on the line before, then `git add` as above\n            \
             derbes:allow {} reason=why this may stand here\n  \
             baseline  keep what stands there now quiet, and stop only what is new\n            \
             derbes scan --staged --write-baseline {baseline} && git add {baseline}\n",
            escape(category)
        )
    }

    fn unexamined(&self) -> String {
        let (files, more) = named(&self.broken);
        format!(
            "The commit is stopped, since not all of it could be examined. Ways out:\n  \
             mend      what is told above, then\n            \
             git add -- {files}{more}\n  \
             ignore    name the files in .derbesignore, as in .gitignore, so that they are not scanned\n"
        )
    }
}

/// The first files as a shell reads them, and what to say of the others.
fn named(paths: &BTreeSet<String>) -> (String, &'static str) {
    let files: Vec<_> = paths.iter().take(FILES).map(|path| quoted(path)).collect();
    let more = if paths.len() > FILES { "   # and so on for the other files" } else { "" };
    (files.join(" "), more)
}

/// A path as a shell reads it. What would act on a terminal is escaped for `$'...'`.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | ',' | '@' | '%');
    if path.chars().all(plain) {
        return path.to_owned();
    }
    let shown = escape(path).to_string();
    if shown == path {
        format!("'{}'", path.replace('\'', "'\\''"))
    } else {
        format!("$'{}'", shown.replace('\'', "\\'"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn three_ways_out_as_commands() {
        let mut stopped = Stopped::new("../.derbes-baseline".to_owned());
        for path in ["b c.txt", "a.txt", "it's.txt", "z.txt"] {
            stopped.add(&sample::finding(path, None));
        }
        let text = stopped.text(&Summary { exit: 1, files: 4, ..Summary::default() }).unwrap();
        assert!(text.contains("git add -- a.txt 'b c.txt' 'it'\\''s.txt'   # and so on"), "{text}");
        assert!(text.contains("derbes:allow iin reason="), "{text}");
        assert!(text.contains("--write-baseline ../.derbes-baseline && git add ../.derbes-baseline\n"), "{text}");
        assert_eq!(stopped.text(&Summary { exit: 0, files: 4, ..Summary::default() }), None);
    }

    #[test]
    fn a_run_that_looked_at_nothing_says_so() {
        let stopped = Stopped::new(String::new());
        let text = stopped.text(&Summary::default()).unwrap();
        assert!(text.contains("no file was looked at"), "{text}");
        assert_eq!(stopped.text(&Summary { files: 1, ..Summary::default() }), None);
    }

    #[test]
    fn a_hostile_path_stays_one_inert_word() {
        assert_eq!(quoted("a\n'b"), "$'a\\x0A\\'b'");
    }
}
