//! The baseline: takes and gives a file of known hits, and tells of a hit whether it is known.
//!
//! ```text
//! derbes-baseline 1 000102030405060708090a0b0c0d0e0f
//! src/clients.py<TAB>kz-iin<TAB>a7<TAB>2
//! ```
//!
//! After the version and the [`Key`] stands one entry a line, sorted: path below the root, detector,
//! [`Fingerprint`] of the value, hits. No line numbers, so that an entry holds when lines move. Hits are counted: of
//! three hits where two are known, the last is new. Two branches that each add entries merge as lines do; entries that
//! stand twice count once, so `merge=union` in `.gitattributes` serves well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use super::{Fingerprint, Key};
use crate::error::{Error, Result};

const NAME: &str = "derbes-baseline";
const VERSION: &str = "1";

/// Known hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub key: Key,
    entries: Vec<Entry>,
}

/// Hits of one detector in one file, of values that share a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    path: Arc<str>,
    detector: Arc<str>,
    fingerprint: Fingerprint,
    hits: u64,
}

/// What the baseline has of one file, while its hits are counted off.
#[derive(Clone, Debug)]
pub struct Known {
    /// Index of the first entry.
    first: usize,
    left: Vec<Entry>,
}

impl Known {
    /// Counts off hits, so many of `hits` as are known. Gives the index of the entry that knows them, and how many.
    pub fn take(&mut self, detector: &str, fingerprint: Fingerprint, hits: u64) -> Option<(usize, u64)> {
        let found = self.left.binary_search_by(|e| (&*e.detector, e.fingerprint).cmp(&(detector, fingerprint)));
        let index = found.ok().filter(|index| self.left[*index].hits > 0)?;
        let taken = hits.min(self.left[index].hits);
        self.left[index].hits -= taken;
        Some((self.first + index, taken))
    }
}

impl Baseline {
    pub fn new(key: Key) -> Self {
        Self { key, entries: Vec::new() }
    }

    /// Reads the text of `file`.
    ///
    /// # Errors
    /// Another version, a line that is no entry.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let head = lines.next().unwrap_or_default();
        let key = match *head.split(' ').collect::<Vec<_>>() {
            [NAME, VERSION, key] => Key::parse(key),
            [NAME, version, ..] if version.len() <= 3 => {
                let help = "write it anew with --write-baseline, or use the derbes that wrote it";
                let message = format!("this baseline is of version {version}, and this derbes reads {VERSION}");
                return Err(Error::new(message).at(format!("{file}:1")).help(help));
            }
            _ => None,
        };
        let key = key.ok_or_else(|| Error::new("this is no baseline").at(format!("{file}:1")))?;
        let mut baseline = Self::new(key);
        let mut entries = Vec::new();
        for (number, line) in (2..).zip(lines).filter(|(_, line)| !line.is_empty()) {
            let entry = Entry::parse(line)
                .ok_or_else(|| Error::new("this is no entry of a baseline").at(format!("{file}:{number}")))?;
            entries.push((entry.path, entry.detector, entry.fingerprint, entry.hits));
        }
        baseline.record(entries);
        Ok(baseline)
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let mut text = format!("{NAME} {VERSION} {}\n", self.key);
        for Entry { path, detector, fingerprint, hits } in &self.entries {
            let _ = writeln!(text, "{}\t{detector}\t{fingerprint}\t{hits}", escape(path));
        }
        text
    }

    /// What it has of a file, if anything.
    pub fn known(&self, path: &str) -> Option<Known> {
        let first = self.entries.partition_point(|entry| &*entry.path < path);
        let left: Vec<_> = self.entries[first..].iter().take_while(|entry| &*entry.path == path).cloned().collect();
        (!left.is_empty()).then_some(Known { first, left })
    }

    /// Adds hits by path, detector and fingerprint. Of those that it has already, the greater number holds.
    pub fn record(&mut self, hits: impl IntoIterator<Item = (Arc<str>, Arc<str>, Fingerprint, u64)>) {
        let entry = |(path, detector, fingerprint, hits)| Entry { path, detector, fingerprint, hits };
        self.entries.extend(hits.into_iter().map(entry));
        self.entries.sort();
        self.entries.reverse();
        self.entries.dedup_by(|less, more| less.key() == more.key());
        self.entries.reverse();
    }

    /// Drops the entries of all files but those that are to be kept.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.entries.retain(|entry| keep(&entry.path));
    }

    /// The hits that were not found any more, as (line in the file if it is sorted, path, detector, how many), given
    /// how many were found for each entry. Only files that `examined` says were examined whole count.
    pub fn stale(
        &self,
        found: &BTreeMap<usize, u64>,
        examined: impl Fn(&str) -> bool,
    ) -> Vec<(u64, Arc<str>, Arc<str>, u64)> {
        let missing = |index: usize, entry: &Entry| entry.hits.saturating_sub(found.get(&index).copied().unwrap_or(0));
        let entries = self.entries.iter().enumerate().filter(|(_, entry)| examined(&entry.path));
        let stale = entries.map(|(index, e)| (index as u64 + 2, e.path.clone(), e.detector.clone(), missing(index, e)));
        stale.filter(|(_, _, _, missing)| *missing > 0).collect()
    }

    /// Without the hits that were not found any more.
    #[must_use]
    pub fn pruned(&self, found: &BTreeMap<usize, u64>, examined: impl Fn(&str) -> bool) -> Self {
        let mut entries = self.entries.clone();
        for (index, entry) in entries.iter_mut().enumerate().filter(|(_, entry)| examined(&entry.path)) {
            entry.hits = entry.hits.min(found.get(&index).copied().unwrap_or(0));
        }
        entries.retain(|entry| entry.hits > 0);
        Self { key: self.key, entries }
    }

    /// All hits.
    pub fn hits(&self) -> u64 {
        self.entries.iter().map(|entry| entry.hits).sum()
    }

    /// The files that it has entries of.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.entries.iter().map(|entry| &*entry.path).collect()
    }
}

impl Entry {
    fn key(&self) -> (&str, &str, Fingerprint) {
        (&self.path, &self.detector, self.fingerprint)
    }

    fn parse(line: &str) -> Option<Self> {
        let [path, detector, fingerprint, hits] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        let fingerprint = Fingerprint::parse(fingerprint)?;
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !detector.bytes().all(is_id) {
            return None;
        }
        Some(Self { path: unescape(path)?.into(), detector: detector.into(), fingerprint, hits: hits.parse().ok()? })
    }
}

/// A path on one line, without tabs: control characters as `\xNN`, `\` doubled.
fn escape(path: &str) -> String {
    path.chars().fold(String::new(), |mut text, c| {
        let _ = match c {
            '\\' => write!(text, "\\\\"),
            c if c.is_ascii_control() => write!(text, "\\x{:02X}", u32::from(c)),
            c => write!(text, "{c}"),
        };
        text
    })
}

fn unescape(text: &str) -> Option<String> {
    let mut path = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        path += &rest[..at];
        let code = &rest[at + 1..];
        if let Some(after) = code.strip_prefix('\\') {
            path.push('\\');
            rest = after;
        } else {
            path.push(u8::from_str_radix(code.strip_prefix('x')?.get(..2)?, 16).ok()?.into());
            rest = &code[3..];
        }
    }
    Some(path + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "derbes-baseline 1 000102030405060708090a0b0c0d0e0f\n";

    #[test]
    fn a_baseline_is_read_as_it_is_written_and_sorted() {
        let sorted = format!("{HEAD}a\\x0Ab\\\\c\tkz-iin\t0a\t2\nb\temail\tff\t1\nb\tkz-iin\t00\t1\n");
        let mixed =
            format!("{HEAD}b\tkz-iin\t00\t1\nb\temail\tff\t1\n\na\\x0Ab\\\\c\tkz-iin\t0a\t2\nb\temail\tff\t1\n");
        let baseline = Baseline::parse("f", &mixed).unwrap();
        assert_eq!(baseline.text(), sorted);
        assert_eq!(baseline.paths(), BTreeSet::from(["a\nb\\c", "b"]));
        assert_eq!(baseline.hits(), 4);
    }

    #[test]
    fn a_hit_is_known_as_often_as_it_was_recorded() {
        let baseline = Baseline::parse("f", &format!("{HEAD}a\tkz-iin\t0a\t2\nb\tkz-iin\t0b\t1\n")).unwrap();
        let [a, b] = ["0a", "0b"].map(|text| Fingerprint::parse(text).unwrap());
        let mut known = baseline.known("a").unwrap();
        assert_eq!(known.take("kz-iin", b, 1), None);
        assert_eq!(known.take("email", a, 1), None);
        assert_eq!([1, 3, 1].map(|hits| known.take("kz-iin", a, hits)), [Some((0, 1)), Some((0, 1)), None]);
        assert_eq!(baseline.known("b").unwrap().take("kz-iin", b, 1), Some((1, 1)));
        assert!(baseline.known("c").is_none());
    }

    #[test]
    fn what_is_gone_is_stale_and_pruned() {
        let baseline = Baseline::parse("f", &format!("{HEAD}a\tkz-iin\t0a\t2\nb\tkz-iin\t0b\t1\n")).unwrap();
        let found = BTreeMap::from([(0, 1)]);
        let stale = baseline.stale(&found, |_| true);
        assert_eq!(stale, [(2, "a".into(), "kz-iin".into(), 1), (3, "b".into(), "kz-iin".into(), 1)]);
        assert_eq!(baseline.stale(&found, |path| path == "b").len(), 1);
        assert_eq!(baseline.pruned(&found, |_| true).text(), format!("{HEAD}a\tkz-iin\t0a\t1\n"));
        assert_eq!(baseline.pruned(&found, |_| false), baseline);
    }

    #[test]
    fn another_version_and_a_broken_line_are_told() {
        for (text, place, message) in [
            ("derbes-baseline 2 xyz\n", "f:1", "this baseline is of version 2"),
            ("{}", "f:1", "this is no baseline"),
            ("", "f:1", "this is no baseline"),
            ("derbes-baseline 1 0\n", "f:1", "this is no baseline"),
            (&format!("{HEAD}<<<<<<< ours\n"), "f:2", "this is no entry"),
            (&format!("{HEAD}a\tkz-iin\t0a\t1\na\tkz-iin\t0ab\t1\n"), "f:3", "this is no entry"),
            (&format!("{HEAD}\\q\tkz-iin\t0a\t1\n"), "f:2", "this is no entry"),
        ] {
            let error = Baseline::parse("f", text).unwrap_err();
            assert_eq!(error.place.as_deref(), Some(place));
            assert!(error.message.starts_with(message), "{error}");
        }
    }
}
