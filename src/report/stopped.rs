//! What a developer reads when a commit is stopped: takes the findings, gives three ways out as commands to copy.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::text::escape;
use crate::finding::{Finding, Summary};

/// Files that the commands name; a longer list is named by its first.
const FILES: usize = 3;

/// The findings of what is staged.
#[derive(Debug, Default)]
pub(super) struct Stopped {
    paths: BTreeSet<String>,
    category: Option<Arc<str>>,
}

impl Stopped {
    pub fn add(&mut self, finding: &Finding) {
        self.category.get_or_insert_with(|| finding.category.clone());
        self.paths.insert(finding.path.as_str().to_owned());
    }

    /// The ways out; or, where nothing was looked at, that this is so.
    pub fn text(&self, summary: &Summary) -> Option<String> {
        let Some(category) = self.category.as_ref().filter(|_| summary.exit == 1) else {
            let nothing = summary.files == 0 && summary.exit == 0;
            return nothing.then(|| "Nothing is staged that adds a line: no file was looked at.\n".to_owned());
        };
        let files: Vec<_> = self.paths.iter().take(FILES).map(|path| quoted(path)).collect();
        let more = if self.paths.len() > FILES { "   # and so on for the other files" } else { "" };
        let files = files.join(" ");
        Some(format!(
            "The commit is stopped. Three ways out:\n  \
             remove    take the values out of the files, then\n            \
             git add -- {files}{more}\n  \
             allow     in a comment on the line or alone on the line before, then `git add` as above\n            \
             derbes:allow {} reason=why this may stand here\n  \
             baseline  keep what stands there now quiet, and stop only what is new\n            \
             derbes scan --write-baseline .derbes-baseline -- {files} && git add .derbes-baseline{more}\n",
            escape(category)
        ))
    }
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
        let mut stopped = Stopped::default();
        for path in ["b c.txt", "a.txt", "it's.txt", "z.txt"] {
            stopped.add(&sample::finding(path, None));
        }
        let text = stopped.text(&Summary { exit: 1, files: 4, ..Summary::default() }).unwrap();
        assert!(text.contains("git add -- a.txt 'b c.txt' 'it'\\''s.txt'   # and so on"), "{text}");
        assert!(text.contains("derbes:allow iin reason="), "{text}");
        assert!(text.contains("--write-baseline .derbes-baseline -- a.txt"), "{text}");
        assert_eq!(stopped.text(&Summary { exit: 0, files: 4, ..Summary::default() }), None);
    }

    #[test]
    fn a_run_that_looked_at_nothing_says_so() {
        let text = Stopped::default().text(&Summary::default()).unwrap();
        assert!(text.contains("no file was looked at"), "{text}");
        assert_eq!(Stopped::default().text(&Summary { files: 1, ..Summary::default() }), None);
    }

    #[test]
    fn a_hostile_path_stays_one_inert_word() {
        assert_eq!(quoted("a\n'b"), "$'a\\x0A\\'b'");
    }
}
