//! How the content of a part is written in a message: takes it so, gives it as it was (RFC 2045, 6.7 and 6.8).

use std::io::{self, BufRead, BufReader, Read};

const BUFFER: usize = 8 << 10;

/// Reads a part that is written so.
pub fn open<'r>(encoding: &str, source: impl Read + 'r) -> Box<dyn Read + 'r> {
    let source = BufReader::with_capacity(BUFFER, source);
    match &*encoding.trim().to_ascii_lowercase() {
        "base64" => Box::new(Base64 { source, bits: 0, count: 0 }),
        "quoted-printable" => Box::new(Quoted { source, open: Vec::new(), ready: Vec::new(), read: 0 }),
        _ => Box::new(source),
    }
}

/// Base64; what is none of its letters is passed over.
pub struct Base64<R> {
    source: R,
    bits: u32,
    /// Letters in `bits`.
    count: u8,
}

impl<R: BufRead> Base64<R> {
    pub fn new(source: R) -> Self {
        Self { source, bits: 0, count: 0 }
    }
}

fn letter(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}

impl<R: BufRead> Read for Base64<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buf.len() {
            let bytes = self.source.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            let mut taken = 0;
            while taken < bytes.len() && length < buf.len() {
                let byte = bytes[taken];
                taken += 1;
                // What pads the end of one stream lets another begin.
                if byte == b'=' {
                    (self.bits, self.count) = (0, 0);
                }
                let Some(value) = letter(byte) else { continue };
                self.bits = self.bits << 6 | value;
                self.count = (self.count + 1) % 4;
                if self.count != 1 {
                    buf[length] = (self.bits >> [0, 0, 4, 2][usize::from(self.count)]) as u8;
                    length += 1;
                }
            }
            self.source.consume(taken);
        }
        Ok(length)
    }
}

/// Quoted-printable.
struct Quoted<R> {
    source: R,
    /// What may yet be an escape.
    open: Vec<u8>,
    ready: Vec<u8>,
    read: usize,
}

impl<R: BufRead> Quoted<R> {
    fn push(&mut self, byte: u8) {
        if self.open.is_empty() && byte != b'=' {
            self.ready.push(byte);
            return;
        }
        self.open.push(byte);
        let hex = |byte: u8| char::from(byte).to_digit(16);
        match self.open[..] {
            [b'='] | [b'=', b'\r'] => {}
            // A line end that is none of the text.
            [b'=', b'\n'] | [b'=', b'\r', b'\n'] => self.open.clear(),
            [b'=', first] if hex(first).is_some() => {}
            [b'=', first, second] if hex(first).is_some() && hex(second).is_some() => {
                let value = hex(first).unwrap_or(0) << 4 | hex(second).unwrap_or(0);
                self.ready.push(value as u8);
                self.open.clear();
            }
            _ => self.ready.append(&mut self.open),
        }
    }
}

impl<R: BufRead> Read for Quoted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.ready.len() {
            self.ready.clear();
            self.read = 0;
            let bytes = self.source.fill_buf()?.to_vec();
            if bytes.is_empty() {
                self.ready.append(&mut self.open);
                if self.ready.is_empty() {
                    return Ok(0);
                }
                break;
            }
            self.source.consume(bytes.len());
            bytes.into_iter().for_each(|byte| self.push(byte));
        }
        let length = buf.len().min(self.ready.len() - self.read);
        buf[..length].copy_from_slice(&self.ready[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_they_were() {
        for (encoding, written, expected) in [
            ("base64", "0JjQmNCdIDkw\r\nMDUx NzEzMjcyOA==\r\n", "ИИН 900517132728"),
            ("BASE64", "YQ==YmM=ZGVm", "abcdef"),
            ("quoted-printable", "=D0=98=d0=98 =3D 1=\r\n2=\n3\r\n=ZZ =", "ИИ = 123\r\n=ZZ ="),
            ("7bit", "a=20b", "a=20b"),
            ("", "=", "="),
        ] {
            for at_a_time in [1, 2, 100] {
                let source = BufReader::with_capacity(at_a_time, written.as_bytes());
                let mut read = String::new();
                open(encoding, source).read_to_string(&mut read).unwrap();
                assert_eq!(read, expected, "{encoding}");
            }
        }
    }
}
