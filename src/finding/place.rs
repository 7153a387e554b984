//! [`Place`]: where one hit stands.

use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

use super::Redacted;

/// Where one hit stands. 32 bytes, since `--places all` keeps one for each hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    offset: Count,
    line: Count,
    line_start: Count,
    /// 0 for none; from [`Place::PAGE`] on, the page of a document.
    row: Count,
    pub value: Redacted,
}

/// A number below 2^48, in six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Count([u8; 6]);

impl Count {
    fn new(n: u64) -> Self {
        let bytes = n.min(Place::UNKNOWN).to_le_bytes();
        Self([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]])
    }

    fn get(self) -> u64 {
        let [a, b, c, d, e, f] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }
}

impl Place {
    /// The largest number that a place holds: that of a line start which is not known yet.
    pub const UNKNOWN: u64 = (1 << 48) - 1;

    /// What a page's number is kept above; no table has so many rows.
    const PAGE: u64 = 1 << 47;

    /// `offset` and `line_start`, that of the line's first byte, count bytes of the decoded text; `line` counts from 1.
    pub fn new(offset: u64, line: u64, line_start: u64, value: Redacted) -> Self {
        let [offset, line, line_start, row] = [offset, line, line_start, 0].map(Count::new);
        Self { offset, line, line_start, row, value }
    }

    /// A place in a row, from 1, of a table that is no text, so that there are no lines; `offset` only orders places.
    pub fn in_cells(offset: u64, row: u64, value: Redacted) -> Self {
        Self::new(offset, 0, Self::UNKNOWN, value).in_row(row)
    }

    /// All it holds, as [`Place::from_bytes`] reads it.
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (slot, count) in bytes.chunks_exact_mut(6).zip([self.offset, self.line, self.line_start, self.row]) {
            slot.copy_from_slice(&count.0);
        }
        bytes[24..].copy_from_slice(&self.value.to_bytes());
        bytes
    }

    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let count = |at: usize| Count(std::array::from_fn(|i| bytes[at + i]));
        let value = Redacted::from_bytes(std::array::from_fn(|i| bytes[24 + i]));
        Self { offset: count(0), line: count(6), line_start: count(12), row: count(18), value }
    }

    /// In this row of a table, from 1.
    #[must_use]
    pub fn in_row(self, row: u64) -> Self {
        Self { row: Count::new(row), ..self }
    }

    /// On this page of a document, from 1, which tells more than a row.
    #[must_use]
    pub fn on_page(self, page: u32) -> Self {
        Self { row: Count::new(Self::PAGE + u64::from(page)), ..self }
    }

    /// The same place, where so many lines and rows stand before what it was counted from.
    #[must_use]
    pub fn after(self, lines: u64, rows: u64) -> Self {
        let row = self.row().map_or(self.row.get(), |row| row + rows);
        let line = if self.has_line() { self.line() + lines } else { 0 };
        Self { line: Count::new(line), row: Count::new(row), ..self }
    }

    /// Tells where its line begins, if that was not known.
    #[must_use]
    pub fn on_line_from(self, line_start: u64) -> Self {
        let known = self.line_start() != Self::UNKNOWN;
        Self { line_start: if known { self.line_start } else { Count::new(line_start) }, ..self }
    }

    pub fn offset(&self) -> u64 {
        self.offset.get()
    }

    /// Whether it stands on a line: cells of sheets and databases do not.
    pub fn has_line(&self) -> bool {
        self.line() > 0
    }

    /// Counts from 1; 0 where there are no lines.
    pub fn line(&self) -> u64 {
        self.line.get()
    }

    pub fn line_start(&self) -> u64 {
        self.line_start.get()
    }

    pub fn row(&self) -> Option<u64> {
        Some(self.row.get()).filter(|row| (1..Self::PAGE).contains(row))
    }

    /// The page of a document that it is on, from 1.
    pub fn page(&self) -> Option<u64> {
        self.row.get().checked_sub(Self::PAGE).filter(|page| *page > 0)
    }

    /// Counts from 1, in bytes of the decoded text, where there are lines.
    pub fn column(&self) -> u64 {
        self.offset() - self.line_start() + 1
    }
}

struct Shown<'a>(&'a Place);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_map(None)?;
        let row = self.0.row();
        if self.0.has_line() {
            s.serialize_entry("line", &self.0.line())?;
            s.serialize_entry("column", &self.0.column())?;
            s.serialize_entry("offset", &self.0.offset())?;
        } else if let Some(row) = row {
            s.serialize_entry("row", &row)?;
        }
        s.serialize_entry("length", &self.0.value.len())?;
        s.serialize_entry("mask", &self.0.value.to_string())?;
        if let Some(row) = row.filter(|_| self.0.has_line()) {
            s.serialize_entry("row", &row)?;
        }
        if let Some(page) = self.0.page() {
            s.serialize_entry("page", &page)?;
        }
        s.end()
    }
}

/// Serialises a place as reports show it.
pub(super) fn show_one<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    Shown(place).serialize(serializer)
}

/// Serialises places as reports show them.
pub(super) fn show<S: Serializer>(places: &[Place], serializer: S) -> Result<S::Ok, S::Error> {
    let mut seq = serializer.serialize_seq(Some(places.len()))?;
    for place in places {
        seq.serialize_element(&Shown(place))?;
    }
    seq.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_32_bytes() {
        assert_eq!(size_of::<Place>(), 32);
    }

    #[test]
    fn a_place_moves_with_what_stands_before_it() {
        let value = Redacted::new(b"900101100017", "".parse().unwrap());
        let place = Place::new(1 << 40, 3, Place::UNKNOWN, value);
        let moved = place.in_row(2).after(10, 5).on_line_from(7).on_line_from(9);
        assert_eq!((moved.offset(), moved.line(), moved.line_start(), moved.row()), (1 << 40, 13, 7, Some(7)));
        assert_eq!(place.after(1, 1).row(), None);
        assert_eq!(Place::from_bytes(&moved.to_bytes()), moved);
    }

    #[test]
    fn a_page_stays_what_it_is() {
        let place = Place::new(70, 3, 60, Redacted::new(b"900101100017", "".parse().unwrap())).on_page(7);
        let moved = Place::from_bytes(&place.after(5, 2).to_bytes());
        assert_eq!((moved.line(), moved.row(), moved.page(), place.after(0, 0)), (8, None, Some(7), place));
        let shown = serde_json::to_string(&Shown(&place)).unwrap();
        assert_eq!(shown, r#"{"line":3,"column":11,"offset":70,"length":12,"mask":"************","page":7}"#);
    }

    #[test]
    fn a_place_in_cells_has_a_row_and_no_line() {
        let place = Place::in_cells(70, 3, Redacted::new(b"900101100017", "".parse().unwrap())).after(5, 2);
        let shown = serde_json::to_string(&Shown(&place.on_line_from(7))).unwrap();
        assert_eq!(shown, r#"{"row":5,"length":12,"mask":"************"}"#);
    }
}
