//! The directory at the end of an archive: takes where members were found and what the directory lists, tells how many
//! of the latter were not found, or are not what it says.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::num::NonZeroU64;

use super::super::{Input, Member, Visitor};
use super::entry::{field, wide};
use crate::decode::to_utf8;

/// Members that are held against the directory; of further ones nothing is told.
const MEMBERS: usize = 2 << 20;

/// What the header of a member and the directory both say of it: bytes in the archive and of the content, and its sum.
#[derive(Hash)]
pub struct Facts {
    pub stored: u64,
    pub length: u64,
    pub crc: u32,
}

impl Facts {
    /// A number that others do not share, so that many take little memory.
    fn digest(&self) -> NonZeroU64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        NonZeroU64::MIN | hasher.finish()
    }
}

#[derive(Default)]
pub struct Directory {
    /// Offsets, in order, and digests of what is known of the member there.
    found: Vec<(u64, Option<NonZeroU64>)>,
    missing: u64,
    different: u64,
}

impl Directory {
    /// Notes a member at an offset.
    pub fn found(&mut self, at: u64, facts: Option<Facts>) {
        if self.found.len() < MEMBERS {
            self.found.push((at, facts.map(|facts| facts.digest())));
        }
    }

    /// Reads an entry (APPNOTE 4.3.12), and gives the comment that it may hold.
    pub fn read(&mut self, input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
        let header = input.array::<46>()?;
        let length = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let name = input.header(length(28), u64::MAX, "a name")?;
        let extra = input.header(length(30), u64::MAX, "a header")?;
        if length(32) > 0 {
            input.member(Member::new(format!("{} (comment)", to_utf8(&name))), length(32), visitor)?;
        }
        let before = [20, 24].iter().filter(|at| number(**at) == u32::MAX).count();
        let at = match number(42) {
            u32::MAX => {
                field(&extra, 1).and_then(|data| Some(u64::from_le_bytes(*data.get(8 * before..)?.first_chunk()?)))
            }
            at => Some(u64::from(at)),
        };
        // Offsets count from the beginning of the archive, which may have something before it.
        let first = self.found.first().map_or(0, |found| found.0);
        let found = |from: u64| {
            let at = from.checked_add(at?)?;
            self.found.binary_search_by_key(&at, |found| found.0).ok().map(|index| self.found[index].1)
        };
        let (length, stored) = wide(&extra, number(24), number(20));
        match found(0).or_else(|| found(first)) {
            None if self.found.len() < MEMBERS => self.missing += 1,
            Some(Some(digest)) if digest != (Facts { stored, length, crc: number(16) }).digest() => self.different += 1,
            _ => {}
        }
        Ok(())
    }

    /// Tells of members that were not found, and of those that are not what the directory says.
    pub fn tell(&self, visitor: &mut dyn Visitor) {
        if self.missing > 0 {
            visitor.problem(&format!("{} members are not where the zip directory has them", self.missing));
        }
        if self.different > 0 {
            visitor.problem(&format!("{} members have another length or sum in the zip directory", self.different));
        }
    }
}
