//! Values of a page: takes its bytes and the dictionary of its column, gives values one by one, each where it stands.

use std::io;

use super::footer::Physical;
use super::levels::{Delta, Hybrid};
use crate::decode::{Held, corrupt, truncated};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'v> {
    Truth(bool),
    Number(i64),
    /// As they are stored.
    Bytes(&'v [u8]),
}

/// The values that pages refer to by numbers.
#[derive(Debug)]
pub struct Dictionary {
    bytes: Vec<u8>,
    /// Where each begins, where they are of different lengths.
    starts: Vec<u32>,
    _held: Vec<Held>,
}

impl Dictionary {
    pub fn new(
        bytes: Vec<u8>,
        count: u64,
        physical: Physical,
        mut held: Vec<Held>,
        hold: impl Fn(u64) -> io::Result<Held>,
    ) -> io::Result<Self> {
        let mut starts = Vec::new();
        if physical == Physical::Bytes {
            if count > bytes.len() as u64 / 4 {
                return Err(corrupt("a dictionary of fewer values than told"));
            }
            held.push(hold(count * 4)?);
            let mut at = 0;
            for _ in 0..count {
                starts.push(at as u32);
                at += 4 + prefixed(&bytes, at)?.len();
            }
        }
        Ok(Self { bytes, starts, _held: held })
    }

    fn get(&self, index: u64, physical: Physical) -> io::Result<Value<'_>> {
        let wrong = || corrupt("a value that is not in the dictionary");
        let index = usize::try_from(index).map_err(|_| wrong())?;
        match width(physical) {
            Some(width) => fixed(&self.bytes, index.checked_mul(width).ok_or_else(wrong)?, width).map_err(|_| wrong()),
            None => prefixed(&self.bytes, *self.starts.get(index).ok_or_else(wrong)? as usize).map(Value::Bytes),
        }
    }
}

/// Bytes of each value; none where they have different lengths, or none at all.
pub fn width(physical: Physical) -> Option<usize> {
    Some(match physical {
        Physical::Int32 | Physical::Float => 4,
        Physical::Int64 | Physical::Double => 8,
        Physical::Int96 => 12,
        Physical::Fixed(width) => width,
        Physical::Bytes | Physical::Boolean => return None,
    })
}

fn fixed(bytes: &[u8], at: usize, width: usize) -> io::Result<Value<'_>> {
    bytes.get(at..).and_then(|rest| rest.get(..width)).map(Value::Bytes).ok_or_else(truncated)
}

/// What stands after how long it is.
fn prefixed(bytes: &[u8], at: usize) -> io::Result<&[u8]> {
    let rest = bytes.get(at..).unwrap_or_default();
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(truncated)?;
    rest.get(..u32::from_le_bytes(*length) as usize).ok_or_else(truncated)
}

/// How values stand in a page, and where the next one does.
#[derive(Debug)]
pub enum Values {
    Plain(usize),
    /// Bits, from this one on.
    Truths(usize),
    Runs(Hybrid),
    Indexed(Hybrid),
    Delta(Delta),
    /// Lengths, and the text of all.
    Lengths(Delta, usize),
    /// What each has in common with the one before, how much is new, the new text of all, and the last value.
    Prefixes(Delta, Delta, usize, Vec<u8>),
    /// First bytes of all, then second ones: where they begin, the next and how many there are.
    Split(usize, usize, usize),
}

impl Values {
    /// Those that begin at a place, in this encoding.
    pub fn new(encoding: i64, bytes: &[u8], at: usize, physical: Physical) -> io::Result<Self> {
        let rest = bytes.get(at..).ok_or_else(truncated)?;
        let numbers = matches!(physical, Physical::Int32 | Physical::Int64);
        let texts = matches!(physical, Physical::Bytes | Physical::Fixed(_));
        Ok(match encoding {
            0 if physical == Physical::Boolean => Self::Truths(at * 8),
            0 => Self::Plain(at),
            2 | 8 => {
                // A page without values has no width.
                let width = rest.first().copied().unwrap_or(0);
                Self::Indexed(Hybrid::new(bytes, (at + 1).min(bytes.len())..bytes.len(), width.into())?)
            }
            3 if physical == Physical::Boolean => {
                let length = prefixed(bytes, at)?.len();
                Self::Runs(Hybrid::new(bytes, at + 4..at + 4 + length, 1)?)
            }
            5 if numbers => Self::Delta(Delta::new(bytes, at)?),
            6 if physical == Physical::Bytes => {
                let lengths = Delta::new(bytes, at)?;
                let at = lengths.end(bytes)?;
                Self::Lengths(lengths, at)
            }
            7 if texts => {
                let prefixes = Delta::new(bytes, at)?;
                let suffixes = Delta::new(bytes, prefixes.end(bytes)?)?;
                let at = suffixes.end(bytes)?;
                Self::Prefixes(prefixes, suffixes, at, Vec::new())
            }
            9 => match width(physical) {
                Some(width) => Self::Split(at, 0, rest.len() / width),
                None => return Err(corrupt("a page of the wrong encoding 9")),
            },
            encoding => return Err(corrupt(&format!("a page of the unknown encoding {encoding}"))),
        })
    }

    /// The next value; `own` is to hold one that stands nowhere.
    pub fn next<'v>(
        &'v mut self,
        bytes: &'v [u8],
        dictionary: Option<&'v Dictionary>,
        physical: Physical,
        own: &'v mut Vec<u8>,
    ) -> io::Result<Value<'v>> {
        match self {
            Self::Plain(at) => {
                let start = *at;
                match width(physical) {
                    Some(width) => {
                        *at += width;
                        fixed(bytes, start, width)
                    }
                    None => {
                        let value = prefixed(bytes, start)?;
                        *at += 4 + value.len();
                        Ok(Value::Bytes(value))
                    }
                }
            }
            Self::Truths(bit) => {
                let byte = *bytes.get(*bit / 8).ok_or_else(truncated)?;
                *bit += 1;
                Ok(Value::Truth(byte >> ((*bit - 1) % 8) & 1 == 1))
            }
            Self::Runs(runs) => Ok(Value::Truth(runs.next(bytes)? == 1)),
            Self::Indexed(indexes) => {
                let index = indexes.next(bytes)?;
                dictionary.ok_or_else(|| corrupt("a page without its dictionary"))?.get(index, physical)
            }
            Self::Delta(numbers) => {
                let number = numbers.next(bytes)?;
                // What is wider than the column has no meaning in it.
                Ok(Value::Number(if physical == Physical::Int32 { number as i32 as i64 } else { number }))
            }
            Self::Lengths(lengths, at) => {
                let length = usize::try_from(lengths.next(bytes)?).map_err(|_| truncated())?;
                let start = *at;
                *at = at.saturating_add(length);
                fixed(bytes, start, length)
            }
            Self::Prefixes(prefixes, suffixes, at, last) => {
                let kept = usize::try_from(prefixes.next(bytes)?).ok().filter(|kept| *kept <= last.len());
                let more = usize::try_from(suffixes.next(bytes)?).map_err(|_| truncated())?;
                let suffix = bytes.get(*at..).and_then(|rest| rest.get(..more)).ok_or_else(truncated)?;
                *at += more;
                last.truncate(kept.ok_or_else(|| corrupt("a value that begins as no other does"))?);
                last.extend_from_slice(suffix);
                Ok(Value::Bytes(last))
            }
            Self::Split(start, next, count) => {
                if *next >= *count {
                    return Err(truncated());
                }
                own.clear();
                own.extend((0..width(physical).unwrap_or(0)).map(|part| bytes[*start + part * *count + *next]));
                *next += 1;
                Ok(Value::Bytes(own))
            }
        }
    }
}
