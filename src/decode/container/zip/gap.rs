//! Gaps: takes the bytes that stand where neither a member nor anything of the directory does, tells how many of them may
//! hold something.

/// What ends the block that signs an Android package, after its length (APK Signature Scheme v2).
const SIGNATURE: &[u8] = b"APK Sig Block 42";

/// Bytes that follow one another.
#[derive(Default)]
pub struct Gap {
    length: u64,
    /// Zeros that it begins with.
    zeros: u64,
    /// Its last bytes.
    tail: Vec<u8>,
}

impl Gap {
    pub fn extend(&mut self, bytes: &[u8]) {
        if self.zeros == self.length {
            self.zeros += bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len()) as u64;
        }
        self.length += bytes.len() as u64;
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(8 + SIGNATURE.len())..]);
        self.tail.drain(..self.tail.len().saturating_sub(8 + SIGNATURE.len()));
    }

    /// Ends the gap. How many bytes it has that are neither padding with zeros nor what signs a package.
    pub fn close(&mut self) -> u64 {
        let gap = std::mem::take(self);
        let signs = gap.tail.strip_suffix(SIGNATURE).and_then(<[u8]>::first_chunk).is_some_and(|length| {
            let before = u64::from_le_bytes(*length).checked_add(8).and_then(|length| gap.length.checked_sub(length));
            before.is_some_and(|before| before <= gap.zeros)
        });
        if signs || gap.zeros == gap.length { 0 } else { gap.length }
    }
}
