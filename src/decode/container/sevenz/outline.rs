//! The outline of a 7z archive: takes the archive, gives how long its directory is and how it is compressed, which has to
//! be known before it is unpacked.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::{corrupt, truncated};

/// A compressed directory that is longer than this is none.
const LONGEST: u64 = 64 << 20;

/// How a directory is stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Bytes, unpacked.
    pub length: u64,
    /// Bytes in the archive: the head, and the directory with what it is unpacked from.
    pub stored: u64,
    /// The id and the properties of each coder; none where it is stored as it is.
    pub coders: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Reads the head and what it points to.
///
/// # Errors
/// An archive without its end.
pub fn read<R: Read + Seek>(source: &mut R) -> io::Result<Outline> {
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let mut head = [0; 32];
    source.read_exact(&mut head).map_err(|_| truncated())?;
    let number = |at: usize| head[at..at + 8].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let (offset, length) = (number(12), number(20));
    if length == 0 {
        return Ok(Outline { stored: 32, ..Outline::default() });
    }
    let begin = offset.checked_add(32).filter(|begin| begin.checked_add(length).is_some_and(|last| last <= end));
    let Some(begin) = begin.filter(|_| length <= LONGEST) else {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "unexpected end of file: a 7z archive has its directory there",
        ));
    };
    source.seek(SeekFrom::Start(begin))?;
    let mut header = Vec::new();
    source.take(length).read_to_end(&mut header)?;
    match header.split_first() {
        Some((0x17, rest)) => {
            let outline = compressed(rest).ok_or_else(|| corrupt("corrupt 7z archive (its directory)"))?;
            Ok(Outline { stored: outline.stored.saturating_add(32 + length), ..outline })
        }
        _ => Ok(Outline { length, stored: 32 + length, coders: Vec::new() }),
    }
}

/// What the properties of a compressed directory say (7zFormat.txt, Streams Info).
fn compressed(header: &[u8]) -> Option<Outline> {
    let mut header = Header(header);
    if header.byte()? != 6 {
        return None;
    }
    let (_, streams, mut stored) = (header.number()?, header.number()?, 0u64);
    loop {
        match header.byte()? {
            0 => break,
            9 => {
                for _ in 0..streams {
                    stored = header.number()?.saturating_add(stored);
                }
            }
            10 => header.digests(streams)?,
            _ => return None,
        }
    }
    if header.byte()? != 7 || header.byte()? != 11 {
        return None;
    }
    let folders = header.number()?;
    let (mut coders, mut outputs) = (Vec::new(), 0u64);
    if folders != 1 || header.byte()? != 0 {
        return None;
    }
    let (count, mut inputs) = (header.number()?, 0u64);
    for _ in 0..count.min(32) {
        let flags = header.byte()?;
        let id = header.bytes(u64::from(flags & 15))?.to_vec();
        let complex = flags & 16 != 0;
        inputs += if complex { header.number()? } else { 1 };
        outputs += if complex { header.number()? } else { 1 };
        let properties = if flags & 32 != 0 { header.number()? } else { 0 };
        coders.push((id, header.bytes(properties)?.to_vec()));
    }
    let pairs = outputs.checked_sub(1)?;
    (0..2 * pairs.min(64)).try_for_each(|_| header.number().map(drop))?;
    let packed = inputs.checked_sub(pairs)?;
    if packed > 1 {
        (0..packed.min(64)).try_for_each(|_| header.number().map(drop))?;
    }
    if header.byte()? != 12 {
        return None;
    }
    let lengths = (0..outputs.min(64)).map(|_| header.number()).collect::<Option<Vec<_>>>()?;
    Some(Outline { length: lengths.into_iter().max()?, stored, coders })
}

struct Header<'h>(&'h [u8]);

impl<'h> Header<'h> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: u64) -> Option<&'h [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A number whose first byte tells by its leading ones how many bytes follow it.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let low = self.bytes(u64::from(more))?.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let high = if more >= 7 { 0 } else { u64::from(first) & ((1 << (7 - more)) - 1) };
        Some(high.checked_shl(8 * more).unwrap_or(0) | low)
    }

    fn digests(&mut self, count: u64) -> Option<()> {
        let defined = if self.byte()? == 0 {
            let bits = self.bytes(count.div_ceil(8))?;
            bits.iter().map(|byte| u64::from(byte.count_ones())).sum()
        } else {
            count
        };
        self.bytes(defined.checked_mul(4)?).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_bytes_as_the_first_tells() {
        for (bytes, number) in [
            (&[0x7F][..], 0x7F),
            (&[0x81, 0x02], 0x102),
            (&[0xC1, 0x02, 0x03], 0x01_0302),
            (&[0xFF, 1, 2, 3, 4, 5, 6, 7, 8], 0x0807_0605_0403_0201),
        ] {
            assert_eq!(Header(bytes).number(), Some(number));
        }
        assert_eq!(Header(&[0xFF, 1]).number(), None);
    }

    #[test]
    fn the_coders_of_a_directory_are_known_before_it_is_unpacked() {
        // One stream of 0x20 bytes; one coder, LZMA with five bytes of properties; 0x80 bytes unpacked.
        let header = [6, 0x30, 1, 9, 0x20, 0, 7, 11, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5D, 0, 0, 1, 0, 12, 0x80, 0x80];
        let coders = vec![(vec![3, 1, 1], vec![0x5D, 0, 0, 1, 0])];
        assert_eq!(compressed(&header), Some(Outline { length: 0x80, stored: 0x20, coders }));
        assert_eq!(compressed(&header[..20]), None);
    }
}
