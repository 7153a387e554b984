//! How large a report is for a service that limits it compressed: takes bytes, passes them on, and counts what gzip makes
//! of them.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// The fastest compression: what a service gets is rather smaller.
const LEVEL: u32 = 1;

pub(super) struct Measured<W> {
    out: W,
    gzip: GzEncoder<Count>,
    /// Written and not yet measured.
    pending: Vec<u8>,
}

#[derive(Default)]
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Measured<W> {
    pub fn new(out: W) -> Self {
        Self { out, gzip: GzEncoder::new(Count::default(), Compression::new(LEVEL)), pending: Vec::new() }
    }

    /// Passes on and measures what was written since the last call.
    pub fn measure(&mut self) -> io::Result<()> {
        self.out.write_all(&self.pending)?;
        self.gzip.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// Compressed bytes so far, less what the compression still holds back.
    pub fn compressed(&self) -> u64 {
        self.gzip.get_ref().0
    }
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.measure()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_passed_on_and_its_compressed_size_known() {
        let mut out = Vec::new();
        let mut measured = Measured::new(&mut out);
        // A sequence that does not repeat soon.
        let noise: Vec<u8> = (0..400_000_u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
        for part in noise.chunks(1000) {
            measured.write_all(part).unwrap();
            measured.measure().unwrap();
        }
        assert!(measured.compressed() > 0 && measured.compressed() < 500_000, "{}", measured.compressed());
        measured.flush().unwrap();
        assert_eq!(out, noise);
    }
}
