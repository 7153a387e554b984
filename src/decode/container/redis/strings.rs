//! Strings of a dump: takes the place where one begins, gives its bytes as a stream, uncompressed, however long it is.

use std::io::{self, BufRead};

use super::super::Input;
use crate::decode::{corrupt, truncated};

/// How far back LZF refers.
const WINDOW: usize = 8 << 10;

/// Uncompressed bytes that are made at a time.
const ENOUGH: usize = 16 << 10;

/// A dump, and the string of it that is read.
pub struct Strings<'s, 'i> {
    pub input: &'s mut Input<'i>,
    /// Bytes that the string still gives.
    left: u64,
    form: Form,
    /// What of it was made from what is stored, and how much of that was taken.
    made: Vec<u8>,
    at: usize,
}

enum Form {
    Plain,
    Number,
    /// With so many compressed bytes left.
    Lzf(u64),
}

impl<'s, 'i> Strings<'s, 'i> {
    pub fn new(input: &'s mut Input<'i>) -> Self {
        Self { input, left: 0, form: Form::Plain, made: Vec::new(), at: 0 }
    }

    /// A length, or the number of an encoding.
    fn prefix(&mut self) -> io::Result<Result<u64, u8>> {
        let [first] = self.input.array()?;
        Ok(match first >> 6 {
            0 => Ok(u64::from(first)),
            1 => Ok(u64::from(u16::from_be_bytes([first & 0x3F, self.input.array::<1>()?[0]]))),
            2 if first == 0x80 => Ok(u64::from(u32::from_be_bytes(self.input.array()?))),
            2 if first == 0x81 => Ok(u64::from_be_bytes(self.input.array()?)),
            2 => return Err(corrupt("a length that is none")),
            _ => Err(first & 0x3F),
        })
    }

    /// A number that says how many there are of something.
    pub fn length(&mut self) -> io::Result<u64> {
        self.prefix()?.map_err(|_| corrupt("a length that is none"))
    }

    /// Begins the string that stands here. Gives its length.
    pub fn open(&mut self) -> io::Result<u64> {
        let number = match self.prefix()? {
            Ok(length) => {
                (self.left, self.form) = (length, Form::Plain);
                return Ok(length);
            }
            Err(0) => i32::from(i8::from_le_bytes(self.input.array()?)),
            Err(1) => i32::from(i16::from_le_bytes(self.input.array()?)),
            Err(2) => i32::from_le_bytes(self.input.array()?),
            Err(3) => {
                let stored = self.length()?;
                (self.left, self.form, self.at) = (self.length()?, Form::Lzf(stored), 0);
                self.made.clear();
                return Ok(self.left);
            }
            Err(encoding) => return Err(corrupt(&format!("a string of the unknown encoding {encoding}"))),
        };
        self.made = number.to_string().into_bytes();
        (self.left, self.form, self.at) = (self.made.len() as u64, Form::Number, 0);
        Ok(self.left)
    }

    /// The next bytes of the string; none at its end.
    pub fn fill(&mut self) -> io::Result<&[u8]> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        if most == 0 {
            return Ok(&[]);
        }
        if let Form::Plain = self.form {
            let bytes = self.input.fill_buf()?;
            return if bytes.is_empty() { Err(truncated()) } else { Ok(&bytes[..bytes.len().min(most)]) };
        }
        if self.at == self.made.len() {
            self.unpack()?;
        }
        let bytes = &self.made[self.at..];
        Ok(&bytes[..bytes.len().min(most)])
    }

    pub fn consume(&mut self, bytes: usize) {
        self.left -= bytes as u64;
        match self.form {
            Form::Plain => self.input.consume(bytes),
            Form::Number | Form::Lzf(_) => self.at += bytes,
        }
    }

    /// So many bytes of the string.
    pub fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut array = [0; N];
        let mut length = 0;
        while length < N {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Err(corrupt("a packed value that ends early"));
            }
            let more = bytes.len().min(N - length);
            array[length..length + more].copy_from_slice(&bytes[..more]);
            self.consume(more);
            length += more;
        }
        Ok(array)
    }

    /// Goes over bytes of the string.
    pub fn skip(&mut self, mut bytes: u64) -> io::Result<()> {
        while bytes > 0 {
            let length = self.fill()?.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
            if length == 0 {
                return Err(corrupt("a packed value that ends early"));
            }
            self.consume(length);
            bytes -= length as u64;
        }
        Ok(())
    }

    /// Goes over what is left of the string.
    pub fn close(&mut self) -> io::Result<()> {
        match self.form {
            Form::Plain => self.input.skip(self.left)?,
            Form::Number => {}
            Form::Lzf(stored) => self.input.skip(stored)?,
        }
        (self.left, self.form) = (0, Form::Plain);
        Ok(())
    }

    /// The next compressed byte.
    fn stored(&mut self) -> io::Result<u8> {
        match &mut self.form {
            Form::Lzf(stored) if *stored > 0 => *stored -= 1,
            _ => return Err(corrupt("a compressed string that ends early")),
        }
        let byte = *self.input.fill_buf()?.first().ok_or_else(truncated)?;
        self.input.consume(1);
        Ok(byte)
    }

    /// Makes more of a string that is compressed with LZF: runs of bytes, and references to what stands before.
    fn unpack(&mut self) -> io::Result<()> {
        self.made.drain(..self.made.len().saturating_sub(WINDOW));
        self.at = self.made.len();
        let enough = self.at + usize::try_from(self.left).unwrap_or(usize::MAX).min(ENOUGH);
        while self.made.len() < enough {
            let control = self.stored()?;
            if control < 32 {
                for _ in 0..=control {
                    let byte = self.stored()?;
                    self.made.push(byte);
                }
                continue;
            }
            let length = match control >> 5 {
                7 => 9 + usize::from(self.stored()?),
                length => 2 + usize::from(length),
            };
            let distance = 1 + usize::from(u16::from_be_bytes([control & 0x1F, self.stored()?]));
            let from = self.made.len().checked_sub(distance);
            let from = from.ok_or_else(|| corrupt("a compressed string that refers to what is not there"))?;
            for at in from..from + length {
                self.made.push(self.made[at]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::rc::Rc;

    use super::*;

    /// All of the string that these bytes are, taken so many bytes at a time.
    fn read(stored: &[u8], most: usize) -> Result<Vec<u8>, String> {
        let meter = Rc::default();
        let mut source = Cursor::new(stored);
        let mut input = Input::new(&mut source, None, &meter);
        let mut strings = Strings::new(&mut input);
        let mut all = Vec::new();
        strings.open().map_err(|error| error.to_string())?;
        loop {
            let bytes = strings.fill().map_err(|error| error.to_string())?;
            let length = bytes.len().min(most);
            if length == 0 {
                return Ok(all);
            }
            all.extend_from_slice(&bytes[..length]);
            strings.consume(length);
        }
    }

    #[test]
    fn strings_are_read_in_each_encoding() {
        let long = [&[0x41, 0x00][..], &[b'x'; 256]].concat();
        for (stored, expected) in [
            (&b"\x03abc"[..], Ok(&b"abc"[..])),
            (b"\0", Ok(b"")),
            (&long, Ok(&[b'x'; 256])),
            (b"\x80\0\0\0\x01a", Ok(b"a")),
            (b"\x81\0\0\0\0\0\0\0\x01a", Ok(b"a")),
            (b"\xC0\xFF", Ok(b"-1")),
            (b"\xC1\x39\x30", Ok(b"12345")),
            (b"\xC2\xFF\xFF\xFF\x7F", Ok(b"2147483647")),
            // Two bytes, then nine that repeat them.
            (b"\xC3\x06\x0B\x01ab\xE0\x00\x01", Ok(b"abababababa")),
            (b"\xC3\x05\x0B\x01ab\xE0\x00\x01", Err("a compressed string that ends early")),
            (b"\xC3\x05\x05\x00a\x40\x05\x01", Err("a compressed string that refers to what is not there")),
            (b"\xC4", Err("a string of the unknown encoding 4")),
            (b"\x82\0\0\0\0", Err("a length that is none")),
            (b"\x03ab", Err("unexpected end of file")),
        ] {
            for most in [1, 4, 1000] {
                assert_eq!(read(stored, most), expected.map(<[u8]>::to_vec).map_err(str::to_owned), "{stored:?}");
            }
        }
    }

    #[test]
    fn a_long_compressed_string_is_made_piece_by_piece() {
        // Eight KiB of noise, then the same again and again, from as far back as LZF refers.
        let mut state = 7u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let base: Vec<u8> = (0..WINDOW).map(|_| noise()).collect();
        let mut stored: Vec<u8> = base.chunks(32).flat_map(|run| [&[31], run].concat()).collect();
        let mut expected = base.clone();
        for _ in 0..1000 {
            stored.extend([0xFF, 0xFF, 0xFF]);
            for _ in 0..264 {
                expected.push(expected[expected.len() - WINDOW]);
            }
        }
        let head = [&[0xC3, 0x80][..], &(stored.len() as u32).to_be_bytes(), &[0x80]].concat();
        let stored = [&head[..], &(expected.len() as u32).to_be_bytes(), &stored].concat();
        assert!(read(&stored, 777).unwrap() == expected);
    }
}
