//! Filters of streams (ISO 32000-1, 7.4): takes stored bytes, gives what they stand for, as a stream. Images stay as they are.

use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use super::file::File;
use super::object::{Dictionary, Object, is_space};
use crate::decode::inflate::Inflate;
use crate::decode::{Meter, Metered};

/// Filters of one stream.
const STEPS: usize = 8;

/// Bytes of a row that a predictor goes by.
const ROW: usize = 1 << 20;

const BUFFER: usize = 16 << 10;

pub enum Step {
    Flate,
    Lzw { early: bool },
    Hexadecimal,
    Base85,
    RunLength,
    Predictor { png: bool, row: usize, pixel: usize },
}

/// What the filters of a stream do, up to the first that is for images.
///
/// # Errors
/// Those of the file; a budget that is spent.
pub fn steps(file: &mut File, stream: &Dictionary) -> io::Result<Vec<Step>> {
    let either = |long: &str, short: &str| {
        let value = stream.get(long);
        if *value == Object::Null { stream.get(short).clone() } else { value.clone() }
    };
    let list = |object: Object| match object {
        Object::Array(array) => array,
        Object::Null => Vec::new(),
        object => vec![object],
    };
    let filters = list(file.resolve(&either("Filter", "F"))?);
    let parameters = list(file.resolve(&either("DecodeParms", "DP"))?);
    let mut steps = Vec::new();
    for (index, filter) in filters.iter().enumerate().take(STEPS) {
        let filter = file.resolve(filter)?;
        let parameters = file.resolve(parameters.get(index).unwrap_or(&Object::Null))?;
        let parameters = parameters.dictionary().cloned().unwrap_or_default();
        match filter.name().unwrap_or_default() {
            b"FlateDecode" | b"Fl" => steps.push(Step::Flate),
            b"LZWDecode" | b"LZW" => {
                let early = file.value(&parameters, "EarlyChange")?.count() != Some(0);
                steps.push(Step::Lzw { early });
            }
            b"ASCIIHexDecode" | b"AHx" => steps.push(Step::Hexadecimal),
            b"ASCII85Decode" | b"A85" => steps.push(Step::Base85),
            b"RunLengthDecode" | b"RL" => steps.push(Step::RunLength),
            b"Crypt" => {}
            _ => break,
        }
        steps.extend(predictor(file, &parameters)?);
    }
    Ok(steps)
}

fn predictor(file: &mut File, parameters: &Dictionary) -> io::Result<Option<Step>> {
    let mut number = |key: &str, usual: u64| -> io::Result<usize> {
        Ok(file.value(parameters, key)?.count().unwrap_or(usual).min(ROW as u64) as usize)
    };
    let kind = number("Predictor", 1)?;
    let (colors, bits) = (number("Colors", 1)?, number("BitsPerComponent", 8)?);
    let row = (colors * bits).saturating_mul(number("Columns", 1)?).div_ceil(8);
    let is_known = kind >= 10 || kind == 2 && bits == 8;
    let pixel = (colors * bits).div_ceil(8).max(1);
    Ok((is_known && (1..=ROW).contains(&row) && pixel <= row).then_some(Step::Predictor {
        png: kind >= 10,
        row,
        pixel,
    }))
}

/// Opens a stream by what its filters do.
pub fn open<'s>(stored: Box<dyn Read + 's>, steps: &[Step], meter: &Rc<Meter>) -> Box<dyn Read + 's> {
    let mut text = stored;
    for step in steps {
        let source = BufReader::with_capacity(BUFFER, text);
        let next: Box<dyn Read + 's> = match *step {
            Step::Flate => Box::new(Inflate::zlib(source)),
            Step::Lzw { early } => Box::new(Made::new(source, Lzw::new(early))),
            Step::Hexadecimal => Box::new(Made::new(source, Hexadecimal)),
            Step::Base85 => Box::new(Made::new(source, Base85)),
            Step::RunLength => Box::new(Made::new(source, RunLength)),
            Step::Predictor { png, row, pixel } => {
                Box::new(Made::new(source, Predictor { png, pixel, row: vec![0; row], above: vec![0; row] }))
            }
        };
        text = Box::new(Metered::layer(next, meter));
    }
    text
}

/// Makes more text from a source.
trait Make {
    /// Adds some. Gives whether there may be more.
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool>;
}

/// Reads as what is made.
struct Made<S, M> {
    source: S,
    make: M,
    text: Vec<u8>,
    read: usize,
    ended: bool,
}

impl<S: BufRead, M: Make> Made<S, M> {
    fn new(source: S, make: M) -> Self {
        Self { source, make, text: Vec::new(), read: 0, ended: false }
    }
}

impl<S: BufRead, M: Make> Read for Made<S, M> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.text.len() && !self.ended {
            self.text.clear();
            self.read = 0;
            self.ended = !self.make.more(&mut self.source, &mut self.text)?;
        }
        let text = &self.text[self.read..];
        let length = text.len().min(buf.len());
        buf[..length].copy_from_slice(&text[..length]);
        self.read += length;
        Ok(length)
    }
}

fn byte(source: &mut dyn BufRead) -> io::Result<Option<u8>> {
    let first = source.fill_buf()?.first().copied();
    if first.is_some() {
        source.consume(1);
    }
    Ok(first)
}

struct Hexadecimal;

impl Make for Hexadecimal {
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
        let mut high = None;
        while text.len() < BUFFER {
            match byte(source)? {
                None | Some(b'>') => {
                    text.extend(high.map(|high| high << 4));
                    return Ok(false);
                }
                Some(byte) => {
                    let Some(digit) = char::from(byte).to_digit(16) else { continue };
                    match high.take() {
                        Some(high) => text.push(high << 4 | digit as u8),
                        None => high = Some(digit as u8),
                    }
                }
            }
        }
        Ok(true)
    }
}

struct Base85;

impl Make for Base85 {
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
        while text.len() < BUFFER {
            let (mut group, mut count) = (0_u32, 0);
            while count < 5 {
                match byte(source)? {
                    Some(b'z') if count == 0 => {
                        text.extend([0; 4]);
                        continue;
                    }
                    Some(digit @ b'!'..=b'u') => {
                        group = group.wrapping_mul(85).wrapping_add(u32::from(digit - b'!'));
                        count += 1;
                    }
                    None | Some(b'~') => {
                        if count > 1 {
                            let filled = (count..5).fold(group, |group, _| group.wrapping_mul(85).wrapping_add(84));
                            text.extend(&filled.to_be_bytes()[..count - 1]);
                        }
                        return Ok(false);
                    }
                    Some(other) if is_space(other) => {}
                    Some(_) => return Err(crate::decode::corrupt("corrupt base-85 stream")),
                }
            }
            text.extend(group.to_be_bytes());
        }
        Ok(true)
    }
}

struct RunLength;

impl Make for RunLength {
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
        while text.len() < BUFFER {
            match byte(source)? {
                None | Some(128) => return Ok(false),
                Some(length @ 0..=127) => {
                    source.take(u64::from(length) + 1).read_to_end(text)?;
                }
                Some(length) => {
                    let Some(repeated) = byte(source)? else { return Ok(false) };
                    text.extend(std::iter::repeat_n(repeated, 257 - usize::from(length)));
                }
            }
        }
        Ok(true)
    }
}

/// LZW of variable length, 9 to 12 bits.
struct Lzw {
    early: bool,
    /// What each code stands for: another code, and a byte after it.
    table: Vec<(u16, u8)>,
    last: Option<u16>,
    bits: u32,
    count: u32,
}

const CLEAR: u16 = 256;
const END: u16 = 257;

impl Lzw {
    fn new(early: bool) -> Self {
        Self { early, table: Vec::new(), last: None, bits: 0, count: 0 }
    }

    fn code(&mut self, source: &mut dyn BufRead) -> io::Result<Option<u16>> {
        let next = 258 + self.table.len() + usize::from(self.early);
        let width = (usize::BITS - next.leading_zeros()).clamp(9, 12);
        while self.count < width {
            let Some(byte) = byte(source)? else { return Ok(None) };
            self.bits = self.bits << 8 | u32::from(byte);
            self.count += 8;
        }
        self.count -= width;
        let code = self.bits >> self.count & ((1 << width) - 1);
        Ok(Some(code as u16))
    }

    /// Adds what a code stands for. Gives its first byte.
    fn spell(&self, mut code: u16, text: &mut Vec<u8>) -> Option<u8> {
        let from = text.len();
        while code > END {
            let (before, byte) = *self.table.get(usize::from(code) - 258)?;
            text.push(byte);
            code = before;
        }
        let first = u8::try_from(code).ok()?;
        text.push(first);
        text[from..].reverse();
        Some(first)
    }
}

impl Make for Lzw {
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
        while text.len() < BUFFER {
            let Some(code) = self.code(source)? else { return Ok(false) };
            match (code, self.last) {
                (CLEAR, _) => {
                    self.table.clear();
                    self.last = None;
                    continue;
                }
                (END, _) => return Ok(false),
                (code, None) if code < CLEAR => text.push(code as u8),
                (code, Some(last)) if usize::from(code) < 258 + self.table.len() => {
                    let first = self.spell(code, text).ok_or_else(damaged)?;
                    self.learn(last, first);
                }
                (code, Some(last)) if usize::from(code) == 258 + self.table.len() => {
                    let first = self.spell(last, text).ok_or_else(damaged)?;
                    text.push(first);
                    self.learn(last, first);
                }
                _ => return Err(damaged()),
            }
            self.last = Some(code);
        }
        Ok(true)
    }
}

impl Lzw {
    fn learn(&mut self, last: u16, first: u8) {
        if self.table.len() < 4096 - 258 {
            self.table.push((last, first));
        }
    }
}

fn damaged() -> io::Error {
    crate::decode::corrupt("corrupt LZW stream")
}

/// Rows as differences from their neighbours: those of PNG, or those of TIFF.
struct Predictor {
    png: bool,
    pixel: usize,
    row: Vec<u8>,
    above: Vec<u8>,
}

impl Make for Predictor {
    fn more(&mut self, source: &mut dyn BufRead, text: &mut Vec<u8>) -> io::Result<bool> {
        while text.len() < BUFFER {
            let kind = if self.png { byte(source)? } else { Some(1) };
            let Some(kind) = kind else { return Ok(false) };
            let mut length = 0;
            while length < self.row.len() {
                match source.read(&mut self.row[length..])? {
                    0 => break,
                    more => length += more,
                }
            }
            for at in 0..length {
                let left = at.checked_sub(self.pixel).map_or(0, |at| self.row[at]);
                let corner = at.checked_sub(self.pixel).map_or(0, |at| self.above[at]);
                let above = self.above[at];
                let guess = match kind {
                    1 => left,
                    2 => above,
                    3 => ((u16::from(left) + u16::from(above)) / 2) as u8,
                    4 => paeth(left, above, corner),
                    _ => 0,
                };
                self.row[at] = self.row[at].wrapping_add(guess);
            }
            text.extend(&self.row[..length]);
            if length < self.row.len() {
                return Ok(false);
            }
            std::mem::swap(&mut self.row, &mut self.above);
        }
        Ok(true)
    }
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i16::from);
    let guess = a + b - c;
    let [from_left, from_above, from_corner] = [a, b, c].map(|other| (guess - other).abs());
    if from_left <= from_above && from_left <= from_corner {
        left
    } else if from_above <= from_corner {
        above
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(stored: &[u8], step: Step) -> Vec<u8> {
        let mut text = Vec::new();
        open(Box::new(stored), &[step], &Meter::generous()).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn each_filter_is_undone() {
        assert_eq!(opened(b"48 65\n6C 6c 6F>rest", Step::Hexadecimal), b"Hello");
        assert_eq!(opened(b"87cUR\nD]i,\"Ebo80~>", Step::Base85), b"Hello World!");
        assert_eq!(opened(b"z87cUR~>", Step::Base85), b"\0\0\0\0Hell");
        assert_eq!(opened(&[1, b'a', b'b', 254, b'c', 128, 9], Step::RunLength), b"abccc");
        // The example of the standard, 7.4.4.2.
        let lzw = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(opened(&lzw, Step::Lzw { early: true }), [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
        let png = [2, 1, 2, 3, 2, 1, 1, 1, 1, 5, 1, 1];
        assert_eq!(opened(&png, Step::Predictor { png: true, row: 3, pixel: 1 }), [1, 2, 3, 2, 3, 4, 5, 6, 7]);
        assert_eq!(opened(&[1, 1, 1, 7], Step::Predictor { png: false, row: 2, pixel: 1 }), [1, 2, 1, 8]);
    }

    #[test]
    fn hostile_codes_end() {
        for bytes in [[0xFF; 64], [0x80; 64], [0x55; 64]] {
            for early in [true, false] {
                let _ = Made::new(&bytes[..], Lzw::new(early)).read_to_end(&mut Vec::new());
            }
            let _ = Made::new(&bytes[..], Base85).read_to_end(&mut Vec::new());
        }
    }
}
