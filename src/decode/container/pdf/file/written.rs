//! Objects as they are written in the file (ISO 32000-1, 7.3.10): takes where the head of one is, gives it. How long a stream is
//! need not be as it says.

use std::io;

use super::{File, HEAD, Indirect, WINDOW, Where};
use crate::decode::container::pdf::object::{Dictionary, Lexer, Object, Stream};

/// Bytes that an object is looked for in at first, and at most.
const SHORT: usize = 4 << 10;
const LONGEST: usize = 8 << 20;

impl File<'_> {
    /// The object whose head is at a place, as it is written.
    pub fn indirect(&mut self, at: u64) -> io::Result<Option<Indirect>> {
        let mut length = SHORT;
        loop {
            let bytes = self.bytes(at, length)?;
            let is_end = bytes.len() < length;
            let mut lexer = Lexer::new(bytes, 0);
            let (number, generation) = (lexer.next(), lexer.next());
            let numbers = number.as_ref().and_then(Object::count).zip(generation.as_ref().and_then(Object::count));
            let Some((number, generation)) = numbers.filter(|_| lexer.next() == Some(Object::Word(b"obj".to_vec())))
            else {
                return Ok(None);
            };
            let mut object = lexer.next().unwrap_or_default();
            let after = lexer.at;
            if matches!(object, Object::Number(_)) {
                object = alone(object, &mut lexer);
            }
            lexer.skip_space();
            // A stream may begin beyond these bytes.
            if (lexer.ran_out || lexer.rest().len() < HEAD) && !is_end && length < LONGEST {
                length *= 4;
                continue;
            }
            let (number, generation) = (number as u32, generation as u16);
            let gone_over = lexer.at;
            let is_short = lexer.is_short;
            let begins = begin(&lexer).map(|begins| at + begins as u64);
            let mut end = at + lexer.at.max(after) as u64;
            self.is_short |= is_short;
            self.spend(gone_over)?;
            if let (Object::Dictionary(dictionary), Some(begins)) = (&mut object, begins) {
                let dictionary = std::mem::take(dictionary);
                let (length, next) = self.extent(begins, &dictionary)?;
                let is_cut = next.is_none();
                end = next.unwrap_or(begins + length);
                object = Object::Stream(Stream { dictionary, at: begins, length, number, generation, is_cut });
            }
            return Ok(Some(Indirect { number, object, end }));
        }
    }

    /// How long a stream is, and where what follows it begins; nowhere where it is cut.
    fn extent(&mut self, at: u64, dictionary: &Dictionary) -> io::Result<(u64, Option<u64>)> {
        let length = dictionary.get("Length");
        let claimed = match length {
            Object::Reference(number) => self.written(*number)?,
            length => length.count(),
        };
        if let Some(length) = claimed
            && let Some(end) = self.ends(at + length)?
        {
            return Ok((length, Some(end)));
        }
        let Some(found) = self.find(at, b"endstream")? else {
            return Ok((self.whole.length().saturating_sub(at), None));
        };
        if let Object::Reference(number) = length
            && let Some(length) = self.follows(found + 9, *number)?
            && let Some(end) = self.ends(at + length)?
        {
            return Ok((length, Some(end)));
        }
        Ok((found - at, Some(found + 9)))
    }

    /// The number that an object is, where that is known already.
    fn written(&mut self, number: u32) -> io::Result<Option<u64>> {
        let Some(Where::File(at)) = self.latest.get(&number).copied() else { return Ok(None) };
        let mut lexer = Lexer::new(self.bytes(at, 4 * HEAD)?, 0);
        Ok((0..4).filter_map(|_| lexer.next()).last().and_then(|length| length.count()))
    }

    /// The same, where it follows a stream that ends here.
    fn follows(&mut self, at: u64, number: u32) -> io::Result<Option<u64>> {
        let mut lexer = Lexer::new(self.bytes(at, 8 * HEAD)?, 0);
        let parts: Vec<_> = (0..5).filter_map(|_| lexer.next()).collect();
        let [_, is, _, _, length] = &parts[..] else { return Ok(None) };
        Ok(length.count().filter(|_| is.count() == Some(number.into())))
    }

    /// Where `endstream` ends, if it is what follows here.
    fn ends(&mut self, at: u64) -> io::Result<Option<u64>> {
        if at >= self.whole.length() {
            return Ok(None);
        }
        let mut lexer = Lexer::new(self.bytes(at, HEAD)?, 0);
        let is_end = lexer.next() == Some(Object::Word(b"endstream".to_vec()));
        let length = lexer.at as u64;
        Ok(is_end.then_some(at + length))
    }

    fn find(&mut self, mut at: u64, word: &[u8]) -> io::Result<Option<u64>> {
        loop {
            let bytes = self.bytes(at, WINDOW)?;
            if let Some(found) = memchr::memmem::find(bytes, word) {
                return Ok(Some(at + found as u64));
            }
            if bytes.len() < WINDOW {
                return Ok(None);
            }
            at += (WINDOW - HEAD) as u64;
        }
    }
}

/// A number that is an object by itself, or refers to one.
fn alone(number: Object, lexer: &mut Lexer) -> Object {
    let before = lexer.at;
    let (generation, word) = (lexer.next(), lexer.next());
    match (generation, word) {
        (Some(Object::Number(_)), Some(Object::Word(word))) if word == b"R" => {
            number.count().map_or(Object::Null, |number| Object::Reference(number as u32))
        }
        _ => {
            lexer.at = before;
            number
        }
    }
}

/// Where the bytes of a stream begin, if the word for it follows.
fn begin(lexer: &Lexer) -> Option<usize> {
    let after = lexer.rest().strip_prefix(b"stream")?;
    let line_end = match after {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [b' ', b'\r', b'\n', ..] => 3,
        [b' ', b'\n', ..] => 2,
        _ => 0,
    };
    Some(lexer.at + 6 + line_end)
}
