//! The directory at the end of an archive: takes where members were found and what the directory lists, tells how many
//! of the latter were not found.

use std::io;

use super::super::Input;
use super::entry::field;

/// Members that are held against the directory; of further ones nothing is told.
const MEMBERS: usize = 4 << 20;

#[derive(Default)]
pub struct Directory {
    /// Offsets, in order.
    found: Vec<u64>,
    missing: u64,
}

impl Directory {
    /// Notes a member at an offset.
    pub fn found(&mut self, at: u64) {
        if self.found.len() < MEMBERS {
            self.found.push(at);
        }
    }

    /// Reads an entry (APPNOTE 4.3.12).
    pub fn read(&mut self, input: &mut Input) -> io::Result<()> {
        let header = input.array::<46>()?;
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        input.skip(length(28))?;
        let extra = input.header(length(30), u64::MAX, "a header")?;
        input.skip(length(32))?;
        let before = [20, 24].iter().filter(|at| number(**at) == u32::MAX).count();
        let at = match number(42) {
            u32::MAX => {
                field(&extra, 1).and_then(|data| Some(u64::from_le_bytes(*data.get(8 * before..)?.first_chunk()?)))
            }
            at => Some(u64::from(at)),
        };
        // Offsets count from the beginning of the archive, which may have something before it.
        let first = self.found.first().copied().unwrap_or(0);
        let is_found = |at: u64| {
            let at = |from: u64| from.checked_add(at).is_some_and(|at| self.found.binary_search(&at).is_ok());
            at(0) || at(first)
        };
        if self.found.len() < MEMBERS && !at.is_some_and(is_found) {
            self.missing += 1;
        }
        Ok(())
    }

    /// How many members were not found, if not all were.
    pub fn missing(&self) -> Option<u64> {
        (self.missing > 0).then_some(self.missing)
    }
}
