//! Records of a workbook of Excel 5 to 2003 ([MS-XLS]): takes its stream, gives them one after another.

use std::io::{self, BufRead, Read};

/// A record without what goes on in others after it.
pub struct Records<R> {
    source: R,
    /// Where the next one begins.
    pub at: u64,
    pub kind: u16,
    pub data: Vec<u8>,
}

pub const CONTINUE: u16 = 0x3C;

impl<R: BufRead> Records<R> {
    pub fn new(source: R) -> Self {
        Self { source, at: 0, kind: 0, data: Vec::new() }
    }

    /// Reads the next record. Whether there is one.
    ///
    /// # Errors
    /// Those of the source.
    pub fn next(&mut self) -> io::Result<bool> {
        let mut head = Vec::new();
        self.source.by_ref().take(4).read_to_end(&mut head)?;
        let [kind, more, length, high] = head[..] else { return Ok(false) };
        self.kind = u16::from_le_bytes([kind, more]);
        let length = u16::from_le_bytes([length, high]);
        self.data.clear();
        self.source.by_ref().take(length.into()).read_to_end(&mut self.data)?;
        self.at += 4 + self.data.len() as u64;
        Ok(true)
    }

    /// What follows, as it is.
    pub fn source(&mut self) -> &mut R {
        &mut self.source
    }

    /// Whether the next record goes on with this one.
    ///
    /// # Errors
    /// Those of the source.
    pub fn goes_on(&mut self) -> io::Result<bool> {
        // The marks of the kind stand next to each other in what is buffered, or it ends there.
        Ok(self.source.fill_buf()?.first() == Some(&(CONTINUE as u8)))
    }

    pub fn short(&self, at: usize) -> u16 {
        self.data.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    pub fn number(&self, at: usize) -> u32 {
        u32::from(self.short(at)) | u32::from(self.short(at + 2)) << 16
    }

    pub fn real(&self, at: usize) -> f64 {
        f64::from_le_bytes(self.data.get(at..at + 8).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default())
    }
}

/// A number in four bytes (2.5.122).
pub fn rk(bits: u32) -> f64 {
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits as i32 >> 2),
    };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_four_bytes_are_read() {
        for (bits, number) in [
            (0x3FF0_0000, 1.0),
            (0x3FF0_0001, 0.01),
            (42 << 2 | 2, 42.0),
            (-4i32 as u32 | 2, -1.0),
            (12345 << 2 | 3, 123.45),
        ] {
            assert!((rk(bits) - number).abs() < 1e-9, "{bits:x}");
        }
    }
}
