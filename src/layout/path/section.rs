//! Sections of TOML and ini files: the last line in brackets above a value.

use std::ops::Range;

use super::{Look, Notation, Step, Trail};

impl Look<'_> {
    /// The path of a value whose key begins its line.
    pub(super) fn section(&self, key: &Range<usize>) -> Option<Trail> {
        let mut at = self.line_start(key.start)?;
        loop {
            let open = match memchr::memmem::rfind(&self.text[self.from..at], b"\n[") {
                Some(end) => self.from + end + 1,
                None if self.begins && self.text[self.from..at].starts_with(b"[") => self.from,
                None => return None,
            };
            let end = memchr::memchr(b'\n', &self.text[open..at]).map_or(at, |end| open + end);
            if let Some((name, each)) = self.header(open..end) {
                let mut trail = Trail::new(Notation::Dotted);
                trail.push(Step::Name(key.clone()));
                if each {
                    trail.push(Step::Each);
                }
                trail.push(Step::Name(name));
                trail.rooted = true;
                return Some(trail);
            }
            if open == self.from {
                return None;
            }
            at = open;
        }
    }

    /// The name in the brackets of a line, and whether there are two of them.
    fn header(&self, line: Range<usize>) -> Option<(Range<usize>, bool)> {
        const LONGEST: usize = 64;
        let text = self.text[line.clone()].trim_ascii_end();
        let each = text.starts_with(b"[[") && text.ends_with(b"]]");
        let brackets = 1 + usize::from(each);
        let name = text.strip_suffix(b"]")?.get(brackets..text.len() - brackets)?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-. ".contains(byte) || *byte >= 0x80;
        let is_header = name.trim_ascii() == name && (1..=LONGEST).contains(&name.len()) && name.iter().all(is_name);
        is_header.then(|| (line.start + brackets..line.start + brackets + name.len(), each))
    }
}
