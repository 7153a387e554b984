//! Elements of XML that are open before a value.

use std::ops::Range;

use super::{Look, Notation, Step, Trail};

/// How far back from an attribute its tag begins.
const TAG: usize = 512;

/// Elements of HTML that have no end tag.
const VOID: [&[u8]; 9] = [b"area", b"base", b"br", b"col", b"hr", b"img", b"input", b"link", b"meta"];

/// What markup is no markup in, by how it ends and begins.
const OPAQUE: [(&[u8], &[u8]); 2] = [(b"-->", b"<!--"), (b"]]>", b"<![CDATA[")];

impl Look<'_> {
    /// The path of the text of an element, by the name in its tag.
    pub(super) fn element(&self, name: &Range<usize>) -> Option<Trail> {
        let mut trail = Trail::new(Notation::Markup);
        trail.push(Step::Name(name.clone()));
        trail.rooted = self.elements(name.start - 1, &mut trail);
        Some(trail)
    }

    /// The path of an attribute.
    pub(super) fn attribute(&self, name: &Range<usize>) -> Option<Trail> {
        let from = name.start.saturating_sub(TAG).max(self.from);
        let open = from + memchr::memrchr2(b'<', b'>', &self.text[from..name.start])?;
        let element = (self.text[open] == b'<').then(|| self.tag_name(open)).flatten()?;
        let mut trail = Trail::new(Notation::Markup);
        trail.push(Step::Attribute(name.clone()));
        trail.push(Step::Name(element));
        trail.rooted = self.elements(open, &mut trail);
        Some(trail)
    }

    /// Adds the elements that are open before the tag at `at`. Whether that goes up to the root.
    fn elements(&self, mut at: usize, trail: &mut Trail) -> bool {
        let mut closed = 0_usize;
        loop {
            let before = self.skip_blanks(at);
            // What begins after text is no element of a record, but written into it, or into a line of a log.
            if closed == 0 && self.previous(before).is_some_and(|byte| byte != b'>') {
                return false;
            }
            let Some(tag) = memchr::memrchr(b'<', &self.text[self.from..at]) else { return self.begins && closed == 0 };
            let tag = self.from + tag;
            let end = memchr::memchr(b'>', &self.text[tag..at]).map(|end| tag + end);
            if let Some(begin) = self.opaque_before(end.unwrap_or(tag), at) {
                at = begin;
                continue;
            }
            match (self.text.get(tag + 1), end) {
                (Some(b'/'), Some(_)) => closed += 1,
                (Some(b'?'), _) if self.text[tag..].starts_with(b"<?xml") => return closed == 0,
                (_, Some(end)) if self.text[end - 1] != b'/' => match self.tag_name(tag) {
                    Some(name) if VOID.contains(&&self.text[name.clone()]) => {}
                    Some(_) if closed > 0 => closed -= 1,
                    Some(name) => {
                        if !trail.push(Step::Name(name)) {
                            return false;
                        }
                    }
                    None => {}
                },
                _ => {}
            }
            at = tag;
        }
    }

    /// Where a comment begins that ends between a tag and what follows it.
    fn opaque_before(&self, tag_end: usize, at: usize) -> Option<usize> {
        let between = &self.text[tag_end.saturating_sub(2)..at];
        OPAQUE.into_iter().find_map(|(end, begin)| {
            memchr::memmem::rfind(between, end)?;
            Some(memchr::memmem::rfind(&self.text[self.from..at], begin).map_or(self.from, |at| self.from + at))
        })
    }

    /// Where the name of the start tag at `open` stands.
    fn tag_name(&self, open: usize) -> Option<Range<usize>> {
        const LONGEST: usize = 64;
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte) || **byte >= 0x80;
        let length = self.text[open + 1..].iter().take(LONGEST + 1).take_while(is_name).count();
        let begins =
            self.text.get(open + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || *byte == b'_');
        (begins && length <= LONGEST).then_some(open + 1..open + 1 + length)
    }
}
