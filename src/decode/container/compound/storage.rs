//! Compound files ([MS-CFB]): takes the bytes of one, gives the streams in it, and the sectors that belong to none.

use std::io::{self, Read};
use std::rc::Rc;

use super::super::whole::Whole;
use super::super::{corrupt, truncated};
use crate::decode::{Held, Meter};

pub const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Numbers of sectors from here on are marks.
const MARKS: u32 = 0xFFFF_FFFA;

const ENTRY: usize = 128;

/// Streams and folders that are read.
const ENTRIES: usize = 1 << 16;

pub struct Storage<'s> {
    source: Whole<'s>,
    /// Bytes of a sector, and of a small one.
    sector: usize,
    small: usize,
    /// Streams shorter than this stand in small sectors.
    cutoff: u64,
    /// By sector, and by small sector: the one that follows.
    next: Vec<u32>,
    next_small: Vec<u32>,
    /// The sectors that hold the small ones.
    base: Vec<u32>,
    pub entries: Vec<Entry>,
    /// By sector: whether it belongs to something.
    used: Vec<bool>,
    /// Whether it ends within what tells where its streams are.
    pub is_cut: bool,
    _held: Held,
}

#[derive(Clone)]
pub struct Entry {
    /// With the folders that it is in.
    pub name: String,
    first: u32,
    pub length: u64,
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

impl<'s> Storage<'s> {
    /// # Errors
    /// A damaged head or directory; those of the file; no memory for the table of sectors.
    pub fn new(source: Whole<'s>, meter: &Rc<Meter>) -> Result<Self, (io::Error, Whole<'s>)> {
        // The tables have four bytes for each sector and each small one.
        let held = match meter.hold(source.length() / 12 + 1) {
            Ok(held) => held,
            Err(error) => return Err((error, source)),
        };
        let mut storage = Self {
            source,
            sector: 512,
            small: 64,
            cutoff: 0,
            next: Vec::new(),
            next_small: Vec::new(),
            base: Vec::new(),
            entries: Vec::new(),
            used: Vec::new(),
            is_cut: false,
            _held: held,
        };
        match storage.read() {
            Ok(()) => Ok(storage),
            Err(error) => Err((error, storage.source)),
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let mut head = [0; 512];
        if self.source.read_at(0, &mut head)? < head.len() {
            return Err(truncated());
        }
        let (shift, small) = (head[30], head[32]);
        if !matches!(shift, 9 | 12) || small != 6 {
            return Err(corrupt("corrupt compound file: sectors of no known size"));
        }
        self.sector = 1 << shift;
        self.cutoff = u64::from(number(&head, 56)).min(4096);
        let sectors = self.source.length().saturating_sub(self.sector as u64).div_ceil(self.sector as u64) as usize;
        self.used = vec![false; sectors];
        let mut table: Vec<u32> = (0..109).map(|at| number(&head, 76 + 4 * at)).collect();
        let mut more = number(&head, 68);
        let mut sector = vec![0; self.sector];
        while more < MARKS && table.len() <= sectors + 109 && self.take(more) {
            self.sector_at(more, &mut sector)?;
            let last = self.sector - 4;
            table.extend((0..last / 4).map(|at| number(&sector, 4 * at)));
            more = number(&sector, last);
        }
        for place in table.into_iter().filter(|place| *place < MARKS) {
            if self.next.len() > sectors || !self.take(place) {
                continue;
            }
            self.sector_at(place, &mut sector)?;
            self.next.extend((0..self.sector / 4).map(|at| number(&sector, 4 * at)));
        }
        let small = self.chain(number(&head, 60));
        let most = self.source.length() as usize / self.small;
        for place in small {
            if self.next_small.len() > most {
                break;
            }
            self.sector_at(place, &mut sector)?;
            self.next_small.extend((0..self.sector / 4).map(|at| number(&sector, 4 * at)));
        }
        self.directory(number(&head, 48))
    }

    /// Notes that a sector is used. Whether there is one, that nothing else has.
    fn take(&mut self, sector: u32) -> bool {
        self.used.get_mut(sector as usize).is_some_and(|used| !std::mem::replace(used, true))
    }

    fn sector_at(&mut self, sector: u32, buf: &mut [u8]) -> io::Result<()> {
        let length = self.source.read_at((u64::from(sector) + 1) * self.sector as u64, buf)?;
        self.is_cut |= length < buf.len();
        buf[length..].fill(0);
        Ok(())
    }

    /// The sectors from a first one on, none that something else has.
    fn chain(&mut self, first: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut place = first;
        while place < MARKS && self.take(place) {
            chain.push(place);
            place = self.next.get(place as usize).copied().unwrap_or(u32::MAX);
        }
        chain
    }

    fn directory(&mut self, first: u32) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut sector = vec![0; self.sector];
        for place in self.chain(first).into_iter().take(ENTRIES * ENTRY / self.sector) {
            self.sector_at(place, &mut sector)?;
            bytes.extend(&sector);
        }
        if bytes.len() < ENTRY {
            return Err(corrupt("corrupt compound file: it has no directory"));
        }
        let length = number(&bytes, 120);
        self.base = self.chain(number(&bytes, 116));
        self.base.truncate((length as usize).div_ceil(self.sector));
        let mut seen = vec![false; bytes.len() / ENTRY];
        let mut open = vec![(number(&bytes, 76), String::new())];
        while let Some((id, folder)) = open.pop() {
            let Some(entry) = bytes.get(id as usize * ENTRY..).and_then(|rest| rest.get(..ENTRY)) else { continue };
            if std::mem::replace(&mut seen[id as usize], true) {
                continue;
            }
            let units = usize::from(entry[64]).clamp(2, 64) - 2;
            let name = encoding_rs::UTF_16LE.decode_without_bom_handling(&entry[..units]).0;
            // Some begin with a mark.
            let name = format!("{folder}{}", name.trim_start_matches(|char: char| char.is_control()));
            open.extend([(number(entry, 68), folder.clone()), (number(entry, 72), folder)]);
            match entry[66] {
                1 => open.push((number(entry, 76), format!("{name}/"))),
                2 => self.entries.push(Entry { name, first: number(entry, 116), length: number(entry, 120).into() }),
                _ => {}
            }
        }
        self.entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    /// Reads a stream, as far as its sectors are there and belong to nothing else.
    pub fn open(&mut self, entry: &Entry) -> Stream<'_, 's> {
        let is_small = entry.length < self.cutoff;
        let chain = if is_small {
            let most = entry.length.div_ceil(self.small as u64) as usize;
            let mut chain = Vec::new();
            let mut place = entry.first;
            while chain.len() < most && place < MARKS && (place as usize) < self.next_small.len() {
                chain.push(place);
                place = self.next_small[place as usize];
            }
            chain
        } else {
            self.chain(entry.first)
        };
        Stream { storage: self, chain, is_small, at: 0, length: entry.length }
    }

    /// Reads the sectors that belong to nothing.
    pub fn unused(&mut self) -> Stream<'_, 's> {
        let chain: Vec<u32> = (0..self.used.len() as u32).filter(|place| !self.used[*place as usize]).collect();
        let (sector, stored) = (self.sector as u64, self.source.length());
        // The last one may not be whole.
        let end = chain.last().map_or(0, |last| (u64::from(*last) + 2) * sector);
        let length = chain.len() as u64 * sector - end.saturating_sub(stored);
        Stream { storage: self, chain, is_small: false, at: 0, length }
    }
}

pub struct Stream<'t, 's> {
    storage: &'t Storage<'s>,
    chain: Vec<u32>,
    is_small: bool,
    at: u64,
    length: u64,
}

impl Read for Stream<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length {
            return Ok(0);
        }
        let Storage { source, sector, small, base, .. } = self.storage;
        let unit = if self.is_small { *small } else { *sector } as u64;
        let place = self.chain.get((self.at / unit) as usize).copied().map(u64::from);
        let within = self.at % unit;
        let sector = *sector as u64;
        let offset = match place {
            Some(place) if self.is_small => {
                let place = place * unit + within;
                base.get((place / sector) as usize).map(|base| (u64::from(*base) + 1) * sector + place % sector)
            }
            place => place.map(|place| (place + 1) * sector + within),
        };
        let Some(offset) = offset else { return Err(corrupt("corrupt compound file: a stream has lost its sectors")) };
        let most = (unit - within).min(self.length - self.at).min(buf.len() as u64) as usize;
        let length = source.read_at(offset, &mut buf[..most])?;
        if length == 0 && most > 0 {
            return Err(truncated());
        }
        self.at += length as u64;
        Ok(length)
    }
}
