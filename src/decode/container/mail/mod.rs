//! Mail: takes a message or an mbox of many, gives headers and text as lines, decoded, with the borders of parts between them, and
//! what is attached as members. All of it is a stream, whatever the length.

use std::io::{self, BufRead, Read};

use super::{Container, Input, Member, Visitor};

mod header;
mod lines;
mod transfer;

use header::{Header, words};
use lines::{Body, Lines, Stop};

pub const CONTAINER: Container = Container { name: "mail", begins, open };

/// Bytes of a header; what is longer goes on as text.
const LONGEST_HEADER: usize = 256 << 10;

/// Multiparts inside one another; the parts of deeper ones are text.
const DEPTH: usize = 32;

const BUFFER: usize = 8 << 10;

/// Whether a head begins with the fields of a message, after the line that an mbox has before each.
fn begins(head: &[u8]) -> bool {
    let first = head.strip_prefix(b"From ").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let is_mbox = first.is_some_and(|first| first.contains(&b':'));
    let skipped = first.filter(|_| is_mbox).map_or(0, |first| 5 + first.len() + 1);
    let mut lines = head.get(skipped..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n');
    let (mut known, mut sent, mut carried, mut ended) = (0, false, false, is_mbox);
    for line in lines.by_ref().take_while(|line| line.ends_with(b"\n")) {
        if line.trim_ascii().is_empty() {
            ended = true;
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            continue;
        }
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
        if colon == 0 || colon > 64 || !line[..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
            return false;
        }
        let name = line[..colon].to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|known| known.as_bytes() == name);
        // Settings may have the other names, but end with no empty line.
        ended |= is(&["received", "return-path", "delivered-to", "message-id", "mime-version", "dkim-signature"]);
        sent |= is(&["from", "received", "return-path", "delivered-to"]);
        carried |= is(&["date", "message-id", "received", "mime-version", "subject"]);
        let others = ["to", "cc", "reply-to", "sender", "content-type", "dkim-signature"];
        let all = ["from", "received", "return-path", "delivered-to", "date", "message-id", "mime-version", "subject"];
        known += usize::from(is(&all) || is(&others));
    }
    ended && sent && carried && (known >= 3 || is_mbox && known >= 2)
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let is_mbox = input.peek(5)?.starts_with(b"From ");
    let mut mail = Mail { lines: Lines::new(input, is_mbox), visitor, messages: 0, parts: 0, is_cut: false };
    loop {
        mail.entity()?;
        if mail.lines.stop.take() != Some(Stop::Message) {
            break;
        }
        mail.lines.borders.clear();
        mail.stopper()?;
        (mail.messages, mail.parts) = (mail.messages + 1, 0);
    }
    if mail.is_cut {
        mail.visitor.problem("a message ends before the last of its parts does");
    }
    Ok(())
}

struct Mail<'m, R> {
    lines: Lines<R>,
    visitor: &'m mut dyn Visitor,
    /// Messages of an mbox that have begun, and attached parts of the message so far.
    messages: u64,
    parts: u64,
    /// Whether a message has ended within a part.
    is_cut: bool,
}

impl<R: BufRead> Mail<'_, R> {
    /// Gives a message or a part: its header, and what follows up to its border.
    fn entity(&mut self) -> io::Result<()> {
        let header = self.header()?;
        if self.lines.stop.is_some() {
            return Ok(());
        }
        match header.border.as_ref().filter(|_| header.is_multipart() && self.lines.borders.len() < DEPTH) {
            Some(border) => self.parts(border.trim_end().as_bytes().to_vec()),
            None => self.content(&header),
        }
    }

    fn header(&mut self) -> io::Result<Header> {
        let mut header = Vec::new();
        while header.len() < LONGEST_HEADER
            && let Some(line) = self.lines.next()?
        {
            header.extend(line);
            if line == b"\n" || line == b"\r\n" {
                break;
            }
        }
        if !header.is_empty() && !header.ends_with(b"\n") {
            header.push(b'\n');
        }
        self.visitor.text(&mut words(&header).as_bytes())?;
        Ok(Header::new(&header))
    }

    /// Gives the parts between borders, and what stands around them.
    fn parts(&mut self, border: Vec<u8>) -> io::Result<()> {
        let level = self.lines.borders.len();
        self.lines.borders.push(border);
        let around = Header::default();
        self.content(&around)?;
        while let Some(Stop::Border(at, last)) = self.lines.stop
            && at == level
        {
            self.stopper()?;
            self.lines.stop = None;
            if last {
                self.lines.borders.truncate(level);
                return self.content(&around);
            }
            self.entity()?;
        }
        self.is_cut |= matches!(self.lines.stop, Some(Stop::End | Stop::Message));
        self.lines.borders.truncate(level);
        Ok(())
    }

    /// Gives the line that has stopped a part.
    fn stopper(&mut self) -> io::Result<()> {
        let line = self.lines.stopper().trim_ascii_end().to_vec();
        self.visitor.text(&mut line.chain(&b"\n"[..]))
    }

    /// Gives what follows a header.
    fn content(&mut self, header: &Header) -> io::Result<()> {
        let name = (!header.is_text()).then(|| self.name(header));
        self.given(name, header)?;
        while self.lines.next()?.is_some() {}
        Ok(())
    }

    /// Gives what follows a header as a member of this name, or as text.
    fn given(&mut self, name: Option<String>, header: &Header) -> io::Result<()> {
        let mut content = transfer::open(&header.transfer, Body::new(&mut self.lines));
        match (name, header.encoding()) {
            (Some(name), _) => self.visitor.member(&Member::new(name), &mut content),
            (None, None) => self.visitor.text(&mut Whole { source: content, open: false }),
            (None, Some(encoding)) => {
                let decoder = encoding.new_decoder_with_bom_removal();
                let text = Transcoded { source: content, decoder, text: String::new(), read: 0, ended: false };
                self.visitor.text(&mut Whole { source: text, open: false })
            }
        }
    }

    /// What a part is called that is attached.
    fn name(&mut self, header: &Header) -> String {
        self.parts += 1;
        let ending = if header.kind == "message/rfc822" { ".eml" } else { "" };
        let name = header.file.clone().unwrap_or_else(|| format!("part {}{ending}", self.parts));
        if self.lines.is_mbox { format!("{}/{name}", self.messages) } else { name }
    }
}

/// Reads text with an end to its last line, which a border has taken from it.
struct Whole<R> {
    source: R,
    /// Whether a line is open.
    open: bool,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        if let Some(last) = buf[..length].last() {
            self.open = *last != b'\n';
        } else if self.open && !buf.is_empty() {
            self.open = false;
            buf[0] = b'\n';
            return Ok(1);
        }
        Ok(length)
    }
}

/// Reads text of a charset as UTF-8.
struct Transcoded<R> {
    source: R,
    decoder: encoding_rs::Decoder,
    text: String,
    read: usize,
    ended: bool,
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.text.len() && !self.ended {
            let mut bytes = [0; BUFFER];
            let length = self.source.read(&mut bytes)?;
            self.ended = length == 0;
            self.text.clear();
            self.read = 0;
            // As much as so many bytes can come to.
            self.text.reserve(3 * length + 16);
            let _ = self.decoder.decode_to_string(&bytes[..length], &mut self.text, self.ended);
        }
        let text = &self.text.as_bytes()[self.read..];
        let length = text.len().min(buf.len());
        buf[..length].copy_from_slice(&text[..length]);
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
