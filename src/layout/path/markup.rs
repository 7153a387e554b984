//! Elements of XML that are open before a value.

use std::ops::Range;

use super::{Look, Notation, RECORDS, Step, Trail};

/// How far back from an attribute its tag begins.
const TAG: usize = 512;

/// Elements of HTML that have no end tag.
const VOID: [&[u8]; 9] = [b"area", b"base", b"br", b"col", b"hr", b"img", b"input", b"link", b"meta"];

/// What markup is no markup in, by how it ends and begins.
const OPAQUE: [(&[u8], &[u8]); 2] = [(b"-->", b"<!--"), (b"]]>", b"<![CDATA[")];

/// What an element stands in.
enum Parent {
    /// Where its tag begins, and its name.
    Element(usize, Range<usize>),
    Root,
    Unknown,
}

impl Look<'_> {
    /// The path of the text of an element, by the name in its tag.
    pub(super) fn element(&mut self, name: &Range<usize>) -> Option<Trail> {
        Some(self.inside(name.start - 1, name, name))
    }

    /// The path of the value of an element that an attribute names.
    pub(super) fn named(&mut self, name: &Range<usize>) -> Option<Trail> {
        let (open, element) = self.open_tag(name)?;
        Some(self.inside(open, &element, name))
    }

    /// The path of an attribute.
    pub(super) fn attribute(&mut self, name: &Range<usize>) -> Option<Trail> {
        let (open, element) = self.open_tag(name)?;
        let mut trail = Trail::new(Notation::Markup);
        trail.push(Step::Attribute(name.clone()));
        trail.go_on(self, open, None, |trail, look| look.upwards(open, element, trail));
        Some(trail)
    }

    /// The path of the `element` whose tag is at `tag`, and which is shown by this name.
    fn inside(&mut self, tag: usize, element: &Range<usize>, name: &Range<usize>) -> Trail {
        let mut trail = Trail::new(Notation::Markup);
        trail.push(Step::Name(name.clone()));
        match self.parent(tag, element) {
            Parent::Element(tag, parent) => {
                trail.go_on(self, tag, None, |trail, look| look.upwards(tag, parent, trail))
            }
            Parent::Root => trail.rooted = true,
            Parent::Unknown => {}
        }
        trail
    }

    /// Where the tag is that an attribute stands in, and the name of its element.
    fn open_tag(&self, attribute: &Range<usize>) -> Option<(usize, Range<usize>)> {
        let from = attribute.start.saturating_sub(TAG).max(self.from);
        let open = from + memchr::memrchr2(b'<', b'>', &self.text[from..attribute.start])?;
        let element = (self.text[open] == b'<').then(|| self.tag_name(open)).flatten()?;
        Some((open, element))
    }

    /// Adds the element whose tag is at `tag`, and what it stands in.
    fn upwards(&mut self, mut tag: usize, mut name: Range<usize>, trail: &mut Trail) {
        while trail.push(Step::Name(name.clone())) {
            (tag, name) = match self.parent(tag, &name) {
                Parent::Element(tag, name) => (tag, name),
                Parent::Root => {
                    trail.rooted = true;
                    return;
                }
                Parent::Unknown => return,
            };
        }
    }

    /// What the element of this name stands in whose tag is at `at`.
    fn parent(&mut self, mut at: usize, own: &Range<usize>) -> Parent {
        let (mut closed, mut least) = (0_usize, self.from);
        loop {
            let before = self.skip_blanks(at);
            // What begins after text is no element of a record, but written into it, or into a line of a log.
            if closed == 0 && self.previous(before).is_some_and(|byte| byte != b'>') {
                self.see(before - 1);
                return Parent::Unknown;
            }
            let Some(tag) = memchr::memrchr(b'<', &self.text[least.min(at)..at]) else {
                self.see(least.min(at));
                let is_root = least == self.from && self.begins && closed == 0;
                return if is_root { Parent::Root } else { Parent::Unknown };
            };
            let tag = least + tag;
            self.see(tag);
            let end = memchr::memchr(b'>', &self.text[tag..at]).map(|end| tag + end);
            if let Some(begin) = self.opaque_before(end.unwrap_or(tag), at) {
                at = begin;
                self.see(at);
                continue;
            }
            let name = self.tag_name(tag);
            match (self.text.get(tag + 1), end, name) {
                (Some(b'/'), Some(end), _) => {
                    let is_alike = closed == 0 && self.text[tag + 2..end].trim_ascii() == &self.text[own.clone()];
                    least = if is_alike { least.max(tag.saturating_sub(RECORDS)) } else { least };
                    closed += 1;
                }
                (Some(b'?'), ..) if self.text[tag..].starts_with(b"<?xml") => {
                    return if closed == 0 { Parent::Root } else { Parent::Unknown };
                }
                (_, Some(end), Some(name)) if self.text[end - 1] != b'/' && !self.is_void(&name) => match closed {
                    0 => return Parent::Element(tag, name),
                    _ => closed -= 1,
                },
                _ => {}
            }
            at = tag;
        }
    }

    fn is_void(&self, name: &Range<usize>) -> bool {
        VOID.contains(&&self.text[name.clone()])
    }

    /// Where a comment begins that ends between a tag and what follows it.
    fn opaque_before(&self, tag_end: usize, at: usize) -> Option<usize> {
        let between = &self.text[(tag_end + 1).min(at)..at];
        memchr::memchr(b'>', between)?;
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
