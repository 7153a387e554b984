//! Headers of messages and parts: takes their lines, gives what they say, words in other charsets decoded (RFC 2047, RFC 2231).

use encoding_rs::Encoding;

use super::transfer::Base64;
use crate::decode::to_utf8;

/// What a header says of what follows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `text/plain`, in lower case; empty where nothing is said.
    pub kind: String,
    pub charset: Option<String>,
    /// Of a multipart, what stands between its parts.
    pub border: Option<String>,
    pub transfer: String,
    pub file: Option<String>,
    pub is_attached: bool,
}

impl Header {
    /// Reads whole lines, with those that go on with them.
    pub fn new(lines: &[u8]) -> Self {
        let mut header = Self::default();
        for (name, value) in fields(lines) {
            // Some programs encode a whole value.
            let value = if value.trim_start().starts_with("=?") { words(value.as_bytes()) } else { value };
            match &*name {
                "content-type" => {
                    header.kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                    header.charset = parameter(&value, "charset");
                    header.border = parameter(&value, "boundary").filter(|border| !border.is_empty());
                    header.file = header.file.take().or_else(|| parameter(&value, "name"));
                }
                "content-transfer-encoding" => header.transfer = value.trim().to_owned(),
                "content-disposition" => {
                    header.is_attached = value.trim_start().to_ascii_lowercase().starts_with("attachment");
                    header.file = parameter(&value, "filename").or(header.file.take());
                }
                _ => {}
            }
        }
        header
    }

    pub fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/") && self.border.is_some()
    }

    /// Whether what follows is text of the message itself.
    pub fn is_text(&self) -> bool {
        let is_text = self.kind.is_empty() || self.kind.starts_with("text/") || self.kind.starts_with("multipart/");
        is_text && !self.is_attached && self.file.is_none()
    }

    /// The charset of the text, where it is none that is told by itself.
    pub fn encoding(&self) -> Option<&'static Encoding> {
        let encoding = Encoding::for_label(self.charset.as_ref()?.trim().as_bytes())?;
        (encoding != encoding_rs::UTF_8).then_some(encoding)
    }
}

/// The names, in lower case, and values of fields, each on one line.
fn fields(lines: &[u8]) -> impl Iterator<Item = (String, String)> {
    let mut fields: Vec<Vec<u8>> = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        match (line.first(), fields.last_mut()) {
            (Some(b' ' | b'\t'), Some(last)) => last.extend(line),
            _ => fields.push(line.to_vec()),
        }
    }
    fields.into_iter().filter_map(|field| {
        let colon = field.iter().position(|byte| *byte == b':')?;
        let name = to_utf8(&field[..colon]).trim().to_ascii_lowercase();
        Some((name, to_utf8(&field[colon + 1..]).replace('\r', "")))
    })
}

/// A parameter of a field: `name="a b.pdf"`, `name*=utf-8''%D0%98`, `name*0="a"; name*1="b"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    let mut found: Option<String> = None;
    let mut charset = None;
    for (own, text) in parameters(value) {
        let lower = own.to_ascii_lowercase();
        let Some(rest) = lower.strip_prefix(name).filter(|rest| rest.is_empty() || rest.starts_with('*')) else {
            continue;
        };
        if rest.is_empty() {
            found.get_or_insert_with(|| words(text.as_bytes()));
            continue;
        }
        let mut part = text;
        if rest.ends_with('*') {
            if charset.is_none()
                && let [label, _, rest] = part.splitn(3, '\'').collect::<Vec<_>>()[..]
            {
                charset = Encoding::for_label(label.as_bytes());
                part = rest.to_owned();
            }
            part = decoded(charset, &percent(part.as_bytes()));
        }
        // The first of several parts, or the only one.
        match rest {
            "*" | "*0" | "*0*" => found = Some(part),
            _ => found.get_or_insert_default().push_str(&part),
        }
    }
    found
}

/// The names and values that follow semicolons.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = value.find(';').map_or("", |at| &value[at + 1..]);
    while let Some(equals) = rest.find('=') {
        let name = rest[..equals].rsplit(';').next().unwrap_or_default().trim().to_owned();
        rest = rest[equals + 1..].trim_start();
        let mut text = String::new();
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, char)) = chars.next() {
                match char {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => text.extend(chars.next().map(|(_, char)| char)),
                    char => text.push(char),
                }
            }
            rest = &quoted[end..];
        } else {
            let end = rest.find(';').unwrap_or(rest.len());
            text = rest[..end].trim().to_owned();
            rest = &rest[end..];
        }
        parameters.push((name, text));
    }
    parameters
}

fn percent(text: &[u8]) -> Vec<u8> {
    escaped(text, b'%')
}

/// Replaces two hexadecimal digits after a mark.
fn escaped(text: &[u8], mark: u8) -> Vec<u8> {
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        let digits = text.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == mark) {
            Some(value) => {
                bytes.push(value);
                at += 3;
            }
            None => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
    bytes
}

fn decoded(charset: Option<&'static Encoding>, bytes: &[u8]) -> String {
    charset.map_or_else(|| to_utf8(bytes), |charset| charset.decode_without_bom_handling(bytes).0).into_owned()
}

/// Text with its words in other charsets: `=?utf-8?B?0JjQmNCd?=`.
pub fn words(text: &[u8]) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let Some((word, length)) = word(&rest[at..]) else {
            shown += &to_utf8(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        // Blanks between two words are none.
        let between = &rest[..at];
        if rest.len() == text.len() || !between.iter().all(u8::is_ascii_whitespace) {
            shown += &to_utf8(between);
        }
        shown += &word;
        rest = &rest[at + length..];
    }
    shown + &to_utf8(rest)
}

/// The word that a text begins with, and how long it is as written.
fn word(text: &[u8]) -> Option<(String, usize)> {
    let mut marks = memchr::memchr_iter(b'?', text).skip(1);
    let (charset, kind) = (marks.next()?, marks.next()?);
    let end = kind + 1 + memchr::memmem::find(text.get(kind + 1..)?, b"?=")?;
    // One that goes on for ever is none.
    if kind != charset + 2 || end > 1000 {
        return None;
    }
    let content = &text[kind + 1..end];
    let bytes = match text[charset + 1] {
        b'B' | b'b' => {
            let mut bytes = Vec::new();
            // Reading from memory does not fail.
            let _ = std::io::Read::read_to_end(&mut Base64::new(content), &mut bytes);
            bytes
        }
        b'Q' | b'q' => {
            let spaced: Vec<u8> = content.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            escaped(&spaced, b'=')
        }
        _ => return None,
    };
    // A language may follow the charset.
    let label = text[2..charset].split(|byte| *byte == b'*').next().unwrap_or_default();
    Some((decoded(Encoding::for_label(label), &bytes), end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_other_charsets_are_decoded() {
        for (written, expected) in [
            ("Re: =?utf-8?B?0JjQmNCd?= 5", "Re: ИИН 5"),
            ("=?UTF-8?Q?=D0=98_=3D?= \r\n =?windows-1251?b?yMjN?=", "И =ИИН"),
            ("=?koi8-r*ru?q?=E9?=", "И"),
            ("=?x?=? =?", "=?x?=? =?"),
            ("=?utf-8?Z?a?=", "=?utf-8?Z?a?="),
        ] {
            assert_eq!(words(written.as_bytes()), expected, "{written}");
        }
    }

    #[test]
    fn a_header_tells_what_follows() {
        let header = Header::new(
            b"Content-Type: Text/Plain; charset=windows-1251;\r\n name=\"=?utf-8?B?0JjQmNCd?=.txt\"\r\n\
              Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename*=utf-8''%D0%98%20b.csv\r\n",
        );
        assert_eq!((&*header.kind, &*header.transfer, header.is_attached), ("text/plain", "base64", true));
        assert_eq!((header.file.as_deref(), header.encoding()), (Some("И b.csv"), Some(encoding_rs::WINDOWS_1251)));
        let header = Header::new(b"Content-Type: multipart/mixed; boundary=\"a;b\\\"c\"; x=y\n");
        assert_eq!((header.border.as_deref(), header.is_multipart(), header.is_text()), (Some("a;b\"c"), true, true));
        let header = Header::new(b"Content-Disposition: inline;\n filename*0*=utf-8''%D0%98;\n filename*1=\"b.zip\"\n");
        assert_eq!((header.file.as_deref(), header.is_text()), (Some("Иb.zip"), false));
        assert_eq!(Header::new(b"\n:;=\nContent-Type\nContent-Type: ;;=;boundary=").border, None);
    }
}
