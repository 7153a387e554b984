//! XML as a stream: takes bytes, gives tags and text in bounded memory, whatever their length. Entities that a document
//! declares itself are not expanded, and nothing is taken for an error: damaged XML gives what can be told of it.

use std::borrow::Cow;
use std::io::{self, BufRead};

/// Bytes of a tag that are kept, and of text that are given at a time.
const LONGEST_TAG: usize = 64 << 10;
const CHUNK: usize = 8 << 10;

/// Bytes of the longest entity, `&#x10FFFF;`.
const ENTITY: usize = 10;

pub enum Event<'x> {
    Open(Tag<'x>),
    /// The name without its prefix.
    Close(&'x [u8]),
    /// Text, or a part of it.
    Text(&'x [u8]),
}

/// A tag that opens an element.
#[derive(Clone, Copy)]
pub struct Tag<'x>(&'x [u8]);

pub struct Xml<R> {
    source: R,
    /// Of the last tag, what stands between its brackets.
    tag: Vec<u8>,
    text: Vec<u8>,
    /// Whether the last tag has opened an element that it also closes.
    closes: bool,
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    let end = name.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(name.len());
    let name = &name[..end];
    &name[name.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1)..]
}

impl<'x> Tag<'x> {
    /// Its name without the prefix.
    pub fn name(self) -> &'x [u8] {
        local(self.0)
    }

    /// The value of the attribute that has this name without its prefix.
    pub fn attribute(self, name: &str) -> Option<String> {
        let mut rest = &self.0[self.0.iter().position(u8::is_ascii_whitespace)?..];
        loop {
            rest = rest.trim_ascii_start();
            let equals = rest.iter().position(|byte| *byte == b'=')?;
            let own = local(rest[..equals].trim_ascii());
            rest = rest[equals + 1..].trim_ascii_start();
            let quote = *rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
            let end = rest[1..].iter().position(|byte| *byte == quote)? + 1;
            if own == name.as_bytes() {
                return Some(String::from_utf8_lossy(&unescaped(&rest[1..end])).into_owned());
            }
            rest = &rest[end + 1..];
        }
    }
}

impl<R: BufRead> Xml<R> {
    pub fn new(source: R) -> Self {
        Self { source, tag: Vec::new(), text: Vec::new(), closes: false }
    }

    /// What follows the last event, as it is.
    pub fn rest(&mut self) -> &mut R {
        &mut self.source
    }

    /// The next event; none at the end.
    ///
    /// # Errors
    /// Those of the source.
    pub fn next(&mut self) -> io::Result<Option<Event<'_>>> {
        if std::mem::take(&mut self.closes) {
            return Ok(Some(Event::Close(local(&self.tag))));
        }
        loop {
            match self.source.fill_buf()?.first() {
                None => return Ok(None),
                Some(b'<') => {
                    self.source.consume(1);
                    if self.markup()? {
                        break;
                    }
                    if !self.text.is_empty() {
                        return Ok(Some(Event::Text(&self.text)));
                    }
                }
                Some(_) => {
                    self.text()?;
                    return Ok(Some(Event::Text(&self.text)));
                }
            }
        }
        if let Some(name) = self.tag.strip_prefix(b"/") {
            return Ok(Some(Event::Close(local(name))));
        }
        self.closes = self.tag.ends_with(b"/");
        Ok(Some(Event::Open(Tag(&self.tag))))
    }

    /// Reads what follows a `<`. Whether it is a tag; else `text` holds what of it is text.
    fn markup(&mut self) -> io::Result<bool> {
        self.tag.clear();
        self.text.clear();
        let mut quote = None;
        loop {
            let Some(byte) = self.source.fill_buf()?.first().copied() else { return Ok(true) };
            match (quote, byte) {
                (None, b'>') => {
                    self.source.consume(1);
                    return Ok(!matches!(self.tag.first(), Some(b'!' | b'?')));
                }
                (None, b'"' | b'\'') if !matches!(self.tag.first(), Some(b'!' | b'?')) => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            self.source.consume(1);
            if self.tag.len() < LONGEST_TAG {
                self.tag.push(byte);
            }
            match &*self.tag {
                b"!--" => return self.until(b"-->", false).map(|()| false),
                b"![CDATA[" => return self.until(b"]]>", true).map(|()| false),
                _ => {}
            }
        }
    }

    /// Goes on to what ends a comment or a section of text, which is kept up to a bound.
    fn until(&mut self, end: &[u8], keep: bool) -> io::Result<()> {
        let mut seen = Vec::new();
        while let Some(byte) = self.source.fill_buf()?.first().copied() {
            self.source.consume(1);
            seen.push(byte);
            if seen.ends_with(end) {
                if keep {
                    self.text.extend(&seen[..seen.len() - end.len()]);
                }
                return Ok(());
            }
            if !keep && seen.len() > CHUNK {
                seen.drain(..CHUNK);
            } else if seen.len() > LONGEST_TAG {
                // A section this long goes on as if it were plain text.
                self.text.extend(&seen);
                return Ok(());
            }
        }
        if keep {
            self.text.extend(&seen);
        }
        Ok(())
    }

    /// Reads text up to the next tag, or as much of it as is given at a time.
    fn text(&mut self) -> io::Result<()> {
        self.text.clear();
        loop {
            let bytes = self.source.fill_buf()?;
            let end = memchr::memchr(b'<', bytes).unwrap_or(bytes.len());
            // An entity is not cut.
            let last = &self.text[self.text.len().saturating_sub(ENTITY)..];
            let is_open = memchr::memrchr(b'&', last).is_some_and(|at| !last[at..].contains(&b';'));
            let room = CHUNK.saturating_sub(self.text.len()).max(usize::from(is_open));
            let length = end.min(room);
            if length == 0 {
                break;
            }
            self.text.extend(&bytes[..length]);
            self.source.consume(length);
        }
        if let Cow::Owned(text) = unescaped(&self.text) {
            self.text = text;
        }
        Ok(())
    }
}

/// A text with its entities replaced.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'&', text).is_none() {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest) {
        out.extend(&rest[..at]);
        rest = &rest[at..];
        let end = rest.iter().take(ENTITY).position(|byte| *byte == b';');
        let char = end.and_then(|end| entity(&rest[1..end]));
        match (end, char) {
            (Some(end), Some(char)) => {
                out.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[end + 1..];
            }
            _ => {
                out.push(b'&');
                rest = &rest[1..];
            }
        }
    }
    out.extend(rest);
    out.into()
}

fn entity(name: &[u8]) -> Option<char> {
    Some(match name {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => {
            char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)?
        }
        [b'#', digits @ ..] => char::from_u32(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(xml: &str, at_a_time: usize) -> String {
        let mut xml = Xml::new(io::BufReader::with_capacity(at_a_time, xml.as_bytes()));
        let (mut shown, mut text) = (String::new(), Vec::new());
        loop {
            let event = xml.next().unwrap();
            if let Some(Event::Text(more)) = event {
                text.extend(more);
                continue;
            }
            shown += &String::from_utf8(std::mem::take(&mut text)).unwrap();
            let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            match event {
                None => return shown,
                Some(Event::Open(tag)) => {
                    shown += &format!("<{}{}>", name(tag.name()), tag.attribute("v").unwrap_or_default());
                }
                Some(Event::Close(tag)) => shown += &format!("</{}>", name(tag)),
                Some(Event::Text(_)) => {}
            }
        }
    }

    #[test]
    fn xml_is_read_the_same_however_it_comes() {
        let xml = "<?xml version='1.0'?><!DOCTYPE x><a:b v=\"1 &gt; &#1090;\" w='>'>ИИН &amp; &#x416;&none; <c x:v='2'/><!-- <d> -->\
                   <![CDATA[<e>&amp;]]> f</a:b>";
        for at_a_time in [1, 3, 1000] {
            assert_eq!(shown(xml, at_a_time), "<b1 > т>ИИН & Ж&none; <c2></c><e>&amp; f</b>");
        }
        for broken in ["<a", "<a v='", "a<", "<a v>x</", "&", "&#xFFFFFFFF;", "<!--", "<![CDATA[x", "<>"] {
            shown(broken, 2);
        }
    }

    #[test]
    fn long_text_comes_in_parts_and_keeps_its_entities() {
        let text = "a&amp;".repeat(10_000);
        assert_eq!(shown(&format!("<t>{text}</t>"), 777), format!("<t>{}</t>", "a&".repeat(10_000)));
    }
}
