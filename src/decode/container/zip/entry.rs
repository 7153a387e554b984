//! Headers of members: takes the bytes before a member and after it, gives what they say (APPNOTE 4.3.7 to 4.3.9).

use std::io;

use super::super::Input;
use crate::decode::to_utf8;

/// What a member's header says.
#[derive(Debug)]
pub struct Entry {
    pub name: String,
    pub method: u16,
    /// Bit 1 of an LZMA member: the content ends with a mark.
    #[cfg(feature = "xz")]
    pub end_mark: bool,
    pub encrypted: bool,
    /// Bytes in the archive and of the content, where they are known beforehand.
    pub stored: Option<u64>,
    pub length: Option<u64>,
    pub crc: Option<u32>,
    pub modified: Option<i64>,
    /// Whether its sum and lengths stand after it.
    pub after: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

impl Entry {
    pub fn read(input: &mut Input) -> io::Result<Self> {
        let header = input.array::<30>()?;
        let (flags, mut method) = (u16_at(&header, 6), u16_at(&header, 8));
        let name = input.header(u64::from(u16_at(&header, 26)), u64::MAX, "a name")?;
        let extra = input.header(u64::from(u16_at(&header, 28)), u64::MAX, "a header")?;
        let (stored, length) = (u32_at(&header, 18), u32_at(&header, 22));
        let mut numbers = wide(&extra, length, stored);
        // A length of zero before a member that has its length after it tells nothing.
        let after = flags & 8 != 0;
        if after && numbers.1 == 0 {
            numbers = (0, 0);
        }
        let known = !after || numbers.1 > 0;
        if method == 99 {
            // AES: what it is compressed by stands elsewhere.
            method = field(&extra, 0x9901).and_then(|data| Some(u16_at(data.get(5..7)?, 0))).unwrap_or(0);
        }
        let dos = (u16_at(&header, 12), u16_at(&header, 10));
        Ok(Self {
            method,
            #[cfg(feature = "xz")]
            end_mark: flags & 2 != 0,
            encrypted: flags & 1 != 0,
            stored: known.then_some(numbers.1),
            length: known.then_some(numbers.0),
            crc: (!after).then(|| u32_at(&header, 14)),
            modified: modified(&extra).or_else(|| seconds(dos)),
            after,
            name: decoded(&name, flags & 0x800 != 0, &extra),
        })
    }

    /// Whether it is the name of a folder alone; deflate needs two bytes for nothing.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\']) && self.length == Some(0) && self.stored.is_some_and(|stored| stored <= 2)
    }
}

/// The data of an extra field.
pub fn field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let data = extra.get(4..4 + length)?;
        if id == wanted {
            return Some(data);
        }
        extra = &extra[4 + length..];
    }
    None
}

/// The numbers of a header, those that do not fit into 32 bits from the extra field, in its order.
pub fn wide(extra: &[u8], length: u32, stored: u32) -> (u64, u64) {
    let mut data = field(extra, 1).unwrap_or_default();
    let mut number = |narrow: u32| {
        if narrow == u32::MAX && data.len() >= 8 {
            let wide = u64_at(data, 0);
            data = &data[8..];
            wide
        } else {
            u64::from(narrow)
        }
    };
    let length = number(length);
    (length, number(stored))
}

/// A name in UTF-8, where a flag or an extra field says so or it reads as such, or else as DOS wrote Cyrillic.
fn decoded(name: &[u8], is_utf8: bool, extra: &[u8]) -> String {
    let unicode = field(extra, 0x7075).and_then(|data| {
        let (head, text) = data.split_first_chunk::<5>()?;
        (head[0] == 1 && u32_at(head, 1) == crc32fast::hash(name)).then(|| to_utf8(text).into_owned())
    });
    match std::str::from_utf8(name) {
        _ if unicode.is_some() => unicode.unwrap_or_default(),
        Ok(text) => text.to_owned(),
        Err(_) if is_utf8 => String::from_utf8_lossy(name).into_owned(),
        Err(_) => encoding_rs::IBM866.decode_without_bom_handling(name).0.into_owned(),
    }
}

/// The time that Unix writes, in seconds since 1970.
fn modified(extra: &[u8]) -> Option<i64> {
    let data = field(extra, 0x5455).filter(|data| data.first().is_some_and(|flags| flags & 1 != 0))?;
    data.get(1..5).map(|bytes| i64::from(u32_at(bytes, 0).cast_signed()))
}

/// A date and time of DOS, as if it were that of UTC.
fn seconds((date, time): (u16, u16)) -> Option<i64> {
    let field = |bits: u16| i8::try_from(bits).ok();
    let date =
        jiff::civil::Date::new(1980 + i16::try_from(date >> 9).ok()?, field((date >> 5) & 15)?, field(date & 31)?);
    let hour = jiff::civil::Time::new(field(time >> 11)?, 0, 0, 0).ok()?;
    date.ok()?.to_datetime(hour).to_zoned(jiff::tz::TimeZone::UTC).ok().map(|moment| moment.timestamp().as_second())
}

/// Reads what stands after a member that has its length there: its sum and length. None where it is of another member.
/// The mark before it may be missing, and the lengths may be of 32 or of 64 bits.
pub fn descriptor(input: &mut Input, stored: u64) -> io::Result<Option<(u32, u64)>> {
    let bytes = input.peek(24)?;
    let marked = if bytes.starts_with(b"PK\x07\x08") { 4 } else { 0 };
    let rest = &bytes[marked..];
    // Lengths of 32 bits of an empty content read as one of 64; the next header follows them.
    let is_narrow = rest.len() < 20 || matches!(rest[12..16], [b'P', b'K', 1, 2] | [b'P', b'K', 3, 4]);
    let (taken, told) = if !is_narrow && u64_at(rest, 4) == stored {
        (20, Some((u32_at(rest, 0), u64_at(rest, 12))))
    } else if rest.len() >= 12 && u64::from(u32_at(rest, 4)) == stored & u64::from(u32::MAX) {
        (12, Some((u32_at(rest, 0), u64::from(u32_at(rest, 8)))))
    } else {
        return Ok(None);
    };
    input.skip((marked + taken) as u64)?;
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_what_they_are_written_in() {
        let (cp866, _, _) = encoding_rs::IBM866.encode("Отчёты/клиенты.csv");
        assert_eq!(decoded(&cp866, false, b""), "Отчёты/клиенты.csv");
        assert_eq!(decoded("Отчёты".as_bytes(), true, b""), "Отчёты");
        assert_eq!(decoded("Отчёты".as_bytes(), false, b""), "Отчёты");
        let unicode = "Жеке құжат".as_bytes();
        let mut extra = vec![0x55, 0x54, 1, 0, 0, 0x75, 0x70, 5 + unicode.len() as u8, 0, 1];
        extra.extend(crc32fast::hash(&cp866).to_le_bytes());
        extra.extend(unicode);
        assert_eq!(decoded(&cp866, false, &extra), "Жеке құжат");
        assert_eq!(decoded(b"other", false, &extra), "other");
    }

    #[test]
    fn lengths_that_do_not_fit_stand_in_the_extra_field() {
        let extra = [&[1, 0, 16, 0][..], &(5u64 << 32).to_le_bytes(), &7u64.to_le_bytes()].concat();
        assert_eq!(wide(&extra, u32::MAX, u32::MAX), (5 << 32, 7));
        assert_eq!(wide(&extra, 3, u32::MAX), (3, 5 << 32));
        assert_eq!(wide(b"", u32::MAX, 3), (u64::from(u32::MAX), 3));
    }

    #[test]
    fn what_stands_after_a_member_has_lengths_of_32_or_of_64_bits() {
        let wide = [&7u32.to_le_bytes()[..], &2u64.to_le_bytes(), &0u64.to_le_bytes(), b"PK\x03\x04"].concat();
        let narrow =
            [&7u32.to_le_bytes()[..], &2u32.to_le_bytes(), &0u32.to_le_bytes(), b"PK\x03\x04\x14\0\0\0"].concat();
        for (bytes, taken) in [(wide, 20), (narrow, 12)] {
            for marked in [vec![], b"PK\x07\x08".to_vec()] {
                let (bytes, meter) = ([&marked[..], &bytes].concat(), std::rc::Rc::default());
                let mut source = &bytes[..];
                let mut input = Input::new(&mut source, None, &meter);
                assert_eq!(descriptor(&mut input, 2).unwrap(), Some((7, 0)));
                assert_eq!(input.at(), taken + marked.len() as u64);
                assert_eq!(descriptor(&mut input, 2).unwrap(), None);
            }
        }
    }

    #[test]
    fn times_are_those_of_unix_or_of_dos() {
        assert_eq!(modified(&[0x55, 0x54, 5, 0, 1, 0x10, 0, 0, 0]), Some(16));
        // 2024-01-03, five o'clock.
        assert_eq!(seconds(((44 << 9) | (1 << 5) | 3, 5 << 11)), Some(1_704_258_000));
        assert_eq!(seconds((0, 0)), None);
    }
}
