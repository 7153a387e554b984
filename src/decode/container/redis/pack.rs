//! Small values as Redis packs them into one string: takes that string, gives its entries one by one. By ziplist.c,
//! listpack.c, zipmap.c and intset.c of Redis.

use std::io;

use super::strings::Strings;
use crate::decode::corrupt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ziplist,
    Listpack,
    /// Whether the next entry is a value.
    Zipmap(bool),
    /// With numbers of so many bytes, and how many of them are left.
    Intset(u32, u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Number(i64),
    /// A text of so many bytes, which stands here, and what comes after it before the next entry.
    Text(u64, u64),
}

impl Kind {
    /// Reads the head.
    pub fn begin(&mut self, strings: &mut Strings) -> io::Result<()> {
        match self {
            Self::Ziplist => strings.skip(10),
            Self::Listpack => strings.skip(6),
            Self::Zipmap(_) => strings.skip(1),
            Self::Intset(width, left) => {
                *width = u32::from_le_bytes(strings.array()?);
                *left = u32::from_le_bytes(strings.array()?);
                Ok(())
            }
        }
    }

    /// The next entry; its text is to be taken before the one after it.
    pub fn next(&mut self, strings: &mut Strings) -> io::Result<Option<Entry>> {
        match self {
            Self::Ziplist => ziplist(strings),
            Self::Listpack => listpack(strings),
            Self::Zipmap(is_value) => {
                let length = match strings.array()? {
                    [255] => return Ok(None),
                    [254] => u32::from_le_bytes(strings.array()?),
                    [length] => u32::from(length),
                };
                let spare = if *is_value { strings.array::<1>()?[0] } else { 0 };
                *is_value = !*is_value;
                Ok(Some(Entry::Text(length.into(), spare.into())))
            }
            Self::Intset(_, 0) => Ok(None),
            Self::Intset(width, left) => {
                *left -= 1;
                let number = match width {
                    2 => i16::from_le_bytes(strings.array()?).into(),
                    4 => i32::from_le_bytes(strings.array()?).into(),
                    8 => i64::from_le_bytes(strings.array()?),
                    width => return Err(corrupt(&format!("a set of numbers of {width} bytes"))),
                };
                Ok(Some(Entry::Number(number)))
            }
        }
    }
}

/// A number of three bytes.
fn of_24_bits([a, b, c]: [u8; 3]) -> i64 {
    i64::from(i32::from_le_bytes([0, a, b, c]) >> 8)
}

fn ziplist(strings: &mut Strings) -> io::Result<Option<Entry>> {
    // How long the entry before it is.
    match strings.array()? {
        [255] => return Ok(None),
        [254] => strings.skip(4)?,
        [_] => {}
    }
    let [first] = strings.array()?;
    Ok(Some(match first {
        0..=0x3F => Entry::Text(first.into(), 0),
        0x40..=0x7F => Entry::Text(u16::from_be_bytes([first & 0x3F, strings.array::<1>()?[0]]).into(), 0),
        0x80 => Entry::Text(u32::from_be_bytes(strings.array()?).into(), 0),
        0xC0 => Entry::Number(i16::from_le_bytes(strings.array()?).into()),
        0xD0 => Entry::Number(i32::from_le_bytes(strings.array()?).into()),
        0xE0 => Entry::Number(i64::from_le_bytes(strings.array()?)),
        0xF0 => Entry::Number(of_24_bits(strings.array()?)),
        0xFE => Entry::Number(i8::from_le_bytes(strings.array()?).into()),
        0xF1..=0xFD => Entry::Number(i64::from(first & 0xF) - 1),
        _ => return Err(corrupt(&format!("an entry of a ziplist of the unknown kind {first}"))),
    }))
}

fn listpack(strings: &mut Strings) -> io::Result<Option<Entry>> {
    let [first] = strings.array()?;
    let text = |head: u64, length: u64| Entry::Text(length, back(head + length));
    let (number, length) = match first {
        0..=0x7F => (i64::from(first), 1),
        0x80..=0xBF => return Ok(Some(text(1, u64::from(first & 0x3F)))),
        0xC0..=0xDF => {
            let bits = i16::from_be_bytes([first, strings.array::<1>()?[0]]);
            (i64::from(bits << 3 >> 3), 2)
        }
        0xE0..=0xEF => {
            let length = u16::from_be_bytes([first & 0xF, strings.array::<1>()?[0]]);
            return Ok(Some(text(2, length.into())));
        }
        0xF0 => return Ok(Some(text(5, u32::from_le_bytes(strings.array()?).into()))),
        0xF1 => (i16::from_le_bytes(strings.array()?).into(), 3),
        0xF2 => (of_24_bits(strings.array()?), 4),
        0xF3 => (i32::from_le_bytes(strings.array()?).into(), 5),
        0xF4 => (i64::from_le_bytes(strings.array()?), 9),
        0xFF => return Ok(None),
        _ => return Err(corrupt(&format!("an entry of a listpack of the unknown kind {first}"))),
    };
    strings.skip(back(length))?;
    Ok(Some(Entry::Number(number)))
}

/// Bytes that tell, after an entry of a listpack, how long it is: seven bits each.
fn back(length: u64) -> u64 {
    match length {
        0..=127 => 1,
        128..=16_382 => 2,
        16_383..=2_097_150 => 3,
        2_097_151..=268_435_454 => 4,
        _ => 5,
    }
}
