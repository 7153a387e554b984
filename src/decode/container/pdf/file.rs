//! Where the objects of a PDF are: takes the file, goes over it from front to back, gives any object by its number. What the
//! file says itself of where they are is not needed, so that a damaged or cut one gives what it has.

use std::collections::HashMap;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;

use super::cipher::Cipher;
use super::filter;
use super::object::{Dictionary, Lexer, Object, Stream, is_space};
use super::packed::Packed;
use crate::decode::container::whole::Whole;
use crate::decode::{Held, Meter};

/// Bytes that are looked at together.
const WINDOW: usize = 64 << 10;

/// Bytes that an object is looked for in at first, and at most.
const SHORT: usize = 4 << 10;
const LONGEST: usize = 8 << 20;

/// Bytes of the longest head of an object, such as `4294967295 65535 obj`, with white space.
const HEAD: usize = 32;

/// Objects that the memory for knowing where they are is taken for at a time, and how much that is.
const OBJECTS: usize = 16 << 10;
const BYTES: u64 = 1 << 20;

/// Streams of objects that are kept unpacked.
const KEPT: usize = 8;

/// References that lead to one another.
const CHAIN: usize = 16;

/// Where an object is: at a place in the file, or in the stream of objects there, as the how manieth.
#[derive(Clone, Copy)]
enum Where {
    File(u64),
    Packed(u64, u32),
}

impl Where {
    fn at(self) -> u64 {
        match self {
            Self::File(at) | Self::Packed(at, _) => at,
        }
    }
}

/// An object with its head.
pub struct Indirect {
    pub number: u32,
    pub object: Object,
    /// Where it ends.
    end: u64,
}

pub struct File<'w> {
    whole: Rc<Whole<'w>>,
    pub meter: Rc<Meter>,
    window: Vec<u8>,
    window_at: u64,
    latest: HashMap<u32, Where>,
    /// All objects of the file, older ones with the same numbers too, where they begin.
    pub placed: Vec<u64>,
    /// What stands between objects.
    pub outside: Vec<Range<u64>>,
    held: Vec<Held>,
    pub trailer: Dictionary,
    pub cipher: Option<Cipher>,
    kept: Vec<(u64, Rc<Packed>)>,
    /// Whether the file ends as a PDF does.
    pub is_whole: bool,
    /// Whether an object has more in it than was read, or there are more objects than the memory is for.
    pub is_short: bool,
}

impl<'w> File<'w> {
    /// Looks where the objects are, but for those in streams.
    ///
    /// # Errors
    /// Those of the file.
    pub fn new(whole: Whole<'w>, meter: &Rc<Meter>) -> io::Result<Self> {
        let mut file = Self {
            whole: Rc::new(whole),
            meter: meter.clone(),
            window: Vec::new(),
            window_at: 0,
            latest: HashMap::new(),
            placed: Vec::new(),
            outside: Vec::new(),
            held: Vec::new(),
            trailer: Dictionary::default(),
            cipher: None,
            kept: Vec::new(),
            is_whole: false,
            is_short: false,
        };
        file.index()?;
        Ok(file)
    }

    fn index(&mut self) -> io::Result<()> {
        let (mut gap, mut at) = (0, 0);
        loop {
            let bytes = self.bytes(at, WINDOW)?;
            let (found, length) = (head(bytes), bytes.len());
            let Some(begins) = found else {
                if length < WINDOW {
                    return self.between(gap..at + length as u64);
                }
                at += (length - HEAD) as u64;
                continue;
            };
            let begins = at + begins as u64;
            let Some(indirect) = self.indirect(begins)? else {
                at = begins + HEAD as u64 / 2;
                continue;
            };
            self.between(gap..begins)?;
            if !self.know(begins, &indirect) {
                self.is_short = true;
                return self.between(begins..self.whole.length());
            }
            self.is_whole = false;
            at = indirect.end.max(begins + 1);
            gap = at;
        }
    }

    /// Notes where an object is. Not where there is no more memory for it.
    fn know(&mut self, at: u64, indirect: &Indirect) -> bool {
        if self.placed.len() >= self.held.len() * OBJECTS {
            let Ok(held) = self.meter.hold(BYTES) else { return false };
            self.held.push(held);
        }
        self.placed.push(at);
        self.latest.insert(indirect.number, Where::File(at));
        if let Object::Stream(stream) = &indirect.object
            && stream.dictionary.is("Type", "XRef")
        {
            self.trail(&stream.dictionary.clone());
            self.is_whole |= !stream.is_cut;
        }
        true
    }

    /// Takes what a trailer says; later ones say it anew.
    fn trail(&mut self, trailer: &Dictionary) {
        for (key, value) in &trailer.0 {
            if matches!(&key[..], b"Root" | b"Encrypt" | b"ID" | b"Info") {
                self.trailer.0.retain(|(known, _)| known != key);
                self.trailer.0.push((key.clone(), value.clone()));
            }
        }
    }

    /// Goes over what stands between objects.
    fn between(&mut self, gap: Range<u64>) -> io::Result<()> {
        let mut at = gap.start;
        let mut is_blank = true;
        while at < gap.end {
            let length = WINDOW.min((gap.end - at) as usize);
            let bytes = self.bytes(at, length)?;
            if bytes.is_empty() {
                break;
            }
            is_blank &= bytes.iter().all(|byte| is_space(*byte));
            let is_end = memchr::memmem::find(bytes, b"startxref").is_some();
            let trailers: Vec<_> = memchr::memmem::find_iter(bytes, b"trailer").map(|from| from + 7).collect();
            let taken = bytes.len();
            self.is_whole |= is_end;
            for trailer in trailers.into_iter().take(OBJECTS) {
                let bytes = self.bytes(at + trailer as u64, WINDOW)?;
                if let Some(Object::Dictionary(dictionary)) = Lexer::new(bytes, 0).next() {
                    self.trail(&dictionary);
                }
            }
            // What stands across the border of two is seen again.
            at += if taken == WINDOW { taken - HEAD } else { taken } as u64;
        }
        let end = gap.end.min(self.whole.length());
        if !is_blank && gap.start < end && self.outside.len() < OBJECTS {
            self.outside.push(gap.start..end);
        }
        Ok(())
    }

    /// The bytes from a place on, so many or as far as there are.
    fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        let within = at.checked_sub(self.window_at).and_then(|from| usize::try_from(from).ok());
        let from = within.filter(|from| from + length <= self.window.len());
        let from = match from {
            Some(from) => from,
            None => {
                self.window.resize(length.max(WINDOW), 0);
                let filled = self.whole.read_at(at, &mut self.window)?;
                self.window.truncate(filled);
                self.window_at = at;
                0
            }
        };
        Ok(&self.window[from..self.window.len().min(from + length)])
    }

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
            let is_short = lexer.is_short;
            let begins = begin(&lexer).map(|begins| at + begins as u64);
            let mut end = at + lexer.at.max(after) as u64;
            self.is_short |= is_short;
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

    /// Looks which objects are in streams of objects; the cipher has to be known.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn unpack(&mut self) -> io::Result<()> {
        for place in 0..self.placed.len() {
            let at = self.placed[place];
            let Some(Indirect { object: Object::Stream(stream), .. }) = self.indirect(at)? else { continue };
            if !stream.dictionary.is("Type", "ObjStm") {
                continue;
            }
            let packed = self.packed(at)?;
            for (index, (number, _)) in packed.objects.iter().enumerate() {
                if self.latest.len() >= self.held.len() * OBJECTS {
                    let Ok(held) = self.meter.hold(BYTES) else {
                        self.is_short = true;
                        return Ok(());
                    };
                    self.held.push(held);
                }
                let known = self.latest.entry(*number).or_insert(Where::Packed(at, index as u32));
                if known.at() <= at {
                    *known = Where::Packed(at, index as u32);
                }
            }
        }
        Ok(())
    }

    /// The stream of objects at a place.
    fn packed(&mut self, at: u64) -> io::Result<Rc<Packed>> {
        if let Some(kept) = self.kept.iter().position(|(kept, _)| *kept == at) {
            self.kept[kept..].rotate_left(1);
            return Ok(self.kept[self.kept.len() - 1].1.clone());
        }
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        let packed = match self.indirect(at)? {
            Some(Indirect { object: Object::Stream(stream), .. }) => {
                let mut unpacked = Packed::read(self, &stream);
                if unpacked.is_err() {
                    // What is kept may take the memory.
                    self.kept.clear();
                    unpacked = Packed::read(self, &stream);
                }
                unpacked?
            }
            _ => Packed::default(),
        };
        self.is_short |= packed.is_short;
        self.kept.push((at, Rc::new(packed)));
        Ok(self.kept[self.kept.len() - 1].1.clone())
    }

    /// The numbers of all objects, the latest of each number, in rising order.
    pub fn numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.latest.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// The latest object of a number; null where there is none.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn get(&mut self, mut number: u32) -> io::Result<Object> {
        for _ in 0..CHAIN {
            let object = match self.latest.get(&number).copied() {
                None => return Ok(Object::Null),
                Some(Where::File(at)) => {
                    let found = self.indirect(at)?;
                    found.map_or(Object::Null, |found| self.decipher(found.object, number))
                }
                Some(Where::Packed(at, index)) => self.packed(at)?.get(index as usize),
            };
            match object {
                Object::Reference(next) => number = next,
                object => return Ok(object),
            }
        }
        Ok(Object::Null)
    }

    fn decipher(&self, mut object: Object, number: u32) -> Object {
        if let Some(cipher) = &self.cipher {
            let generation = if let Object::Stream(stream) = &object { stream.generation } else { 0 };
            cipher.texts(&mut object, number, generation);
        }
        object
    }

    /// What an object is, or refers to.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn resolve(&mut self, object: &Object) -> io::Result<Object> {
        match object {
            Object::Reference(number) => self.get(*number),
            object => Ok(object.clone()),
        }
    }

    /// The value of a key, or what it refers to.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn value(&mut self, dictionary: &Dictionary, key: &str) -> io::Result<Object> {
        self.resolve(dictionary.get(key))
    }

    /// Reads what a stream holds: images and what else is no text as it is stored.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn open(&mut self, stream: &Stream) -> io::Result<Box<dyn Read + 'w>> {
        let steps = filter::steps(self, &stream.dictionary)?;
        let stored = Box::new(self.section(stream.at..stream.at + stream.length));
        Ok(filter::open(
            match &self.cipher {
                Some(cipher) => cipher.open(stream, stored),
                None => stored,
            },
            &steps,
            &self.meter,
        ))
    }

    /// Reads bytes as they are stored.
    pub fn section(&self, range: Range<u64>) -> impl Read + use<'w> {
        Section { whole: self.whole.clone(), range }
    }
}

struct Section<'w> {
    whole: Rc<Whole<'w>>,
    range: Range<u64>,
}

impl Read for Section<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most =
            buf.len().min(usize::try_from(self.range.end.saturating_sub(self.range.start)).unwrap_or(usize::MAX));
        let length = self.whole.read_at(self.range.start, &mut buf[..most])?;
        self.range.start += length as u64;
        Ok(length)
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

/// Where the head of an object begins: two numbers and `obj`.
fn head(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"obj").find_map(|at| {
        let mut begins = at;
        for _ in 0..2 {
            let space = bytes[..begins].iter().rev().take_while(|byte| is_space(**byte)).count();
            let digits = bytes[..begins - space].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 || digits > 10 || space > 4 || space == 0 && begins != at {
                return None;
            }
            begins -= space + digits;
        }
        Some(begins)
    })
}
