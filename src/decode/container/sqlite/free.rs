//! Free pages: takes the pages once all trees were gone over, notes those that the list of free ones has, gives how many
//! belong to nothing, as where what leads to a table is damaged. By "Database File Format" of SQLite, sections 1.4, 1.5
//! and 1.8.

use std::io;

use super::node::number;
use super::pages::{Pages, Use};

/// Where the first page says which page begins the list, and whether there are maps of pages.
const FIRST: usize = 32;
const MAPPED: usize = 52;

/// The byte of a database at which it is locked: its page holds nothing.
const LOCK: u64 = 1 << 30;

/// Notes the pages of the list; a fault of it is noted too.
///
/// # Errors
/// Those of the file.
pub fn note(pages: &mut Pages) -> io::Result<()> {
    let mut page = Vec::new();
    pages.read_now(1, &mut page)?;
    let mut trunk = number(&page, FIRST).unwrap_or(0);
    while trunk != 0 && pages.reach(trunk, Use::Free) {
        pages.read(trunk, &mut page)?;
        let entries = number(&page, 4).unwrap_or(0) as usize;
        for entry in page[8..pages.usable].chunks_exact(4).take(entries) {
            pages.reach(number(entry, 0).unwrap_or(0), Use::Free);
        }
        trunk = number(&page, 0).unwrap_or(0);
    }
    Ok(())
}

/// The number of pages that neither a tree nor the list leads to.
///
/// # Errors
/// Those of the file.
pub fn stray(pages: &Pages) -> io::Result<usize> {
    let mut first = Vec::new();
    pages.read_now(1, &mut first)?;
    let lock = u32::try_from(LOCK / pages.size as u64 + 1).unwrap_or(u32::MAX);
    let is_mapped = number(&first, MAPPED).unwrap_or(0) != 0;
    let every = pages.usable as u32 / 5 + 1;
    // A map gives way to the lock.
    let is_map = |page: u32| is_mapped && (page % every == 2 || page == lock + 1 && lock % every == 2);
    let all = std::iter::successors(pages.after(0), |page| pages.after(*page));
    Ok(all.filter(|page| pages.reached(*page) == Use::None && *page != lock && !is_map(*page)).count())
}
