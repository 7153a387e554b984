//! A column of a group of rows: takes its chunk page by page, gives its values one by one, with the levels that tell what
//! they belong to.

use std::io;
use std::rc::Rc;

use super::super::cells::Text;
use super::super::whole::Whole;
use super::codec::unpack;
use super::footer::{Chunk, Leaf};
use super::levels::Hybrid;
use super::show::show;
use super::thrift::{TRUE, Thrift};
use super::values::{Dictionary, Values};
use crate::decode::{Held, Meter, corrupt, truncated};

/// Bytes of a page's header, which may hold statistics, and those that are read at first.
const LONGEST: usize = 16 << 20;
const SHORT: usize = 512;

pub struct Column<'c, 'w> {
    pub leaf: &'c Leaf,
    whole: &'c Whole<'w>,
    meter: &'c Rc<Meter>,
    codec: i64,
    /// Where the next page begins, and how many values are left.
    at: u64,
    left: u64,
    dictionary: Option<Dictionary>,
    page: Option<Page>,
    /// The levels of the next value, where they were looked at.
    ahead: Option<Levels>,
    own: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
pub struct Levels {
    pub repetition: u64,
    /// Whether there is a value.
    pub is_there: bool,
}

struct Page {
    bytes: Vec<u8>,
    repetitions: Option<Hybrid>,
    definitions: Option<Hybrid>,
    values: Values,
    left: u64,
    _held: Held,
}

/// What a page says of itself.
#[derive(Debug, Default)]
struct Header {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
    /// How its levels are stored in the older of two forms, and how long they are in the newer.
    levels: [i64; 2],
    lengths: [i64; 2],
    is_stored: bool,
}

impl<'c, 'w> Column<'c, 'w> {
    /// # Errors
    /// What is encrypted.
    pub fn new(leaf: &'c Leaf, chunk: &Chunk, whole: &'c Whole<'w>, meter: &'c Rc<Meter>) -> io::Result<Self> {
        if chunk.is_encrypted {
            return Err(corrupt("encrypted"));
        }
        let (codec, at, left) = (chunk.codec, chunk.start, chunk.values);
        Ok(Self { leaf, whole, meter, codec, at, left, dictionary: None, page: None, ahead: None, own: Vec::new() })
    }

    /// The levels of the next value; none at the end of the chunk.
    pub fn look(&mut self) -> io::Result<Option<Levels>> {
        if self.ahead.is_none() {
            while self.page.as_ref().is_none_or(|page| page.left == 0) {
                self.page = None;
                if self.left == 0 {
                    return Ok(None);
                }
                self.next_page()?;
            }
            let Some(page) = &mut self.page else { return Ok(None) };
            page.left -= 1;
            self.left = self.left.saturating_sub(1);
            let level =
                |levels: &mut Option<Hybrid>| levels.as_mut().map(|levels| levels.next(&page.bytes)).transpose();
            let repetition = level(&mut page.repetitions)?.unwrap_or(0);
            let definition = level(&mut page.definitions)?;
            let is_there = definition.is_none_or(|definition| definition == u64::from(self.leaf.definition));
            self.ahead = Some(Levels { repetition, is_there });
        }
        Ok(self.ahead)
    }

    /// Goes on from the value that was looked at, which is written where there is one.
    pub fn take(&mut self, text: &mut Text) -> io::Result<()> {
        let (Some(levels), Some(page)) = (self.ahead.take(), &mut self.page) else { return Ok(()) };
        if levels.is_there {
            let physical = self.leaf.physical;
            let value = page.values.next(&page.bytes, self.dictionary.as_ref(), physical, &mut self.own)?;
            show(value, self.leaf, text);
        }
        Ok(())
    }

    fn next_page(&mut self) -> io::Result<()> {
        let header = self.header()?;
        let size = |size: i64| u64::try_from(size).map_err(|_| corrupt("a page of no length"));
        let (packed, unpacked) = (size(header.packed)?, size(header.unpacked)?);
        if packed > self.whole.length().saturating_sub(self.at) {
            return Err(truncated());
        }
        let at = self.at;
        self.at += packed;
        if !matches!(header.kind, 0 | 2 | 3) {
            return Ok(());
        }
        // Where it is uncompressed, and where a value of it is written.
        let held = self.meter.hold(2 * unpacked)?;
        let _packed = self.meter.hold(packed)?;
        let mut bytes = vec![0; packed as usize];
        if self.whole.read_at(at, &mut bytes)? < bytes.len() {
            return Err(truncated());
        }
        match header.kind {
            2 => {
                let (bytes, count) = (unpack(self.codec, &bytes, unpacked as usize)?, size(header.values)?);
                let hold = |bytes| self.meter.hold(bytes);
                self.dictionary = Some(Dictionary::new(bytes, count, self.leaf.physical, vec![held], hold)?);
            }
            0 => self.page = Some(self.older(&header, unpack(self.codec, &bytes, unpacked as usize)?, held)?),
            _ => self.page = Some(self.newer(&header, bytes, unpacked as usize, held)?),
        }
        Ok(())
    }

    /// A page whose levels are compressed like its values.
    fn older(&self, header: &Header, bytes: Vec<u8>, _held: Held) -> io::Result<Page> {
        let mut at = 0;
        let mut levels = |most: u32, encoding: i64| {
            if most == 0 {
                return Ok(None);
            }
            if encoding != 3 {
                return Err(corrupt(&format!("levels of the unknown encoding {encoding}")));
            }
            let length = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or_else(truncated)?;
            let start = at + 4;
            at = start.saturating_add(u32::from_le_bytes(*length) as usize);
            Hybrid::new(&bytes, start..at, width(most)).map(Some)
        };
        let repetitions = levels(self.leaf.repetition, header.levels[0])?;
        let definitions = levels(self.leaf.definition, header.levels[1])?;
        let values = Values::new(header.encoding, &bytes, at, self.leaf.physical)?;
        Ok(Page { repetitions, definitions, values, left: header.values.max(0) as u64, bytes, _held })
    }

    /// A page whose levels stand before what is compressed.
    fn newer(&self, header: &Header, mut bytes: Vec<u8>, unpacked: usize, _held: Held) -> io::Result<Page> {
        let [first, second] = header.lengths.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        let at = first.saturating_add(second);
        if at > bytes.len().min(unpacked) {
            return Err(truncated());
        }
        if !header.is_stored {
            let values = unpack(self.codec, &bytes[at..], unpacked - at)?;
            bytes.truncate(at);
            bytes.extend(values);
        }
        let levels =
            |most: u32, range| if most > 0 { Hybrid::new(&bytes, range, width(most)).map(Some) } else { Ok(None) };
        let repetitions = levels(self.leaf.repetition, 0..first)?;
        let definitions = levels(self.leaf.definition, first..at)?;
        let values = Values::new(header.encoding, &bytes, at, self.leaf.physical)?;
        Ok(Page { repetitions, definitions, values, left: header.values.max(0) as u64, bytes, _held })
    }

    /// Reads the header of the next page, and goes on to what follows it.
    fn header(&mut self) -> io::Result<Header> {
        let mut bytes = vec![0; SHORT];
        loop {
            let read = self.whole.read_at(self.at, &mut bytes)?;
            let mut thrift = Thrift::new(&bytes[..read]);
            match Header::read(&mut thrift) {
                Ok(header) => {
                    self.at += thrift.at() as u64;
                    return Ok(header);
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && read == bytes.len() && read < LONGEST => {
                    bytes.resize(read * 8, 0);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Bits of a level.
fn width(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

impl Header {
    fn read(thrift: &mut Thrift) -> io::Result<Self> {
        let mut header = Self::default();
        thrift.fields(&mut |thrift, id, _| {
            match id {
                1 => header.kind = thrift.number()?,
                2 => header.unpacked = thrift.number()?,
                3 => header.packed = thrift.number()?,
                5 => thrift.fields(&mut |thrift, id, _| {
                    match id {
                        1 => header.values = thrift.number()?,
                        2 => header.encoding = thrift.number()?,
                        3 => header.levels[1] = thrift.number()?,
                        4 => header.levels[0] = thrift.number()?,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?,
                7 => thrift.fields(&mut |thrift, id, _| {
                    if id == 1 {
                        header.values = thrift.number()?;
                    }
                    Ok(id == 1)
                })?,
                8 => thrift.fields(&mut |thrift, id, kind| {
                    match id {
                        1 => header.values = thrift.number()?,
                        4 => header.encoding = thrift.number()?,
                        5 => header.lengths[1] = thrift.number()?,
                        6 => header.lengths[0] = thrift.number()?,
                        7 => header.is_stored = kind != TRUE,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(header)
    }
}
