//! Whether a text is records with cells: takes its first bytes, gives what parts them and which of them name the columns.

use std::ops::Range;

use super::Shape;
use super::header::{below, header, is_name, lines};
use crate::layout::table::chunk::{WIDTH, Word, low, places};
use crate::layout::table::delimited::{Delimited, Style, cells};

/// Records that tell whether a text is no table at all.
const FIRST: usize = 4;

/// Lines that tell which of them are titles of a table.
const LINES: usize = 20;

/// The shape of a text that is delimited, if it is. `whole` says that the head is all of it.
pub(super) fn delimited(head: &[u8], whole: bool) -> Shape {
    let mut skipped = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut named = None;
    if let [b's', b'e', b'p', b'=', separator, b'\r' | b'\n', ..] = &head[skipped..] {
        named = Some(*separator);
        skipped += 6 + usize::from(head.get(skipped + 6) == Some(&b'\n'));
    }
    let text = &head[skipped.min(head.len())..];
    if matches!(text.first(), Some(b'{' | b'[' | b'<' | b'/')) && named.is_none() {
        return Shape::Text;
    }
    let candidates = named.map_or(vec![b'\t', b';', b'|', b','], |separator| vec![separator]);
    let shape = |separator: u8, style: Style, above: usize| {
        let records = records(&text[above..], separator, style, whole)?;
        let has_header = header(&records, separator, named.is_some())?;
        let shape = named_by(text, above, has_header, separator, style, skipped);
        // Below a line of another kind, the first row must be a header and all others like it.
        let alike = || records.iter().all(|record| record.len() == records[0].len());
        (above == 0 || has_header && records[0].len() > 2 && alike()).then_some(shape)
    };
    let titled = |separator: u8| {
        let above = above(text, separator);
        let quoted = memchr::memchr(b'"', &text[..above]).is_some();
        (above > 0 && !quoted).then(|| shape(separator, Style::Quoted, above)).flatten()
    };
    let plain = |separator: u8| {
        // A comment, and no record.
        let comment = text.first() == Some(&b'#') && named.is_none();
        let styles = [Style::Quoted, Style::Escaped].into_iter().filter(|_| !comment);
        styles.into_iter().find_map(|style| shape(separator, style, 0))
    };
    let of_several = candidates.into_iter().find_map(|separator| titled(separator).or_else(|| plain(separator)));
    of_several.or_else(|| list(text, skipped, whole)).unwrap_or(Shape::Text)
}

/// The shape of a column of its own: a name, and values below it of which each has digits or is a mailbox.
fn list(text: &[u8], skipped: usize, whole: bool) -> Option<Shape> {
    let whole_lines = if whole { text } else { &text[..=memchr::memrchr(b'\n', text)?] };
    let mut lines = whole_lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let (name, first, second) = (lines.next()?, lines.next()?, lines.next()?);
    let is_list = is_value(first) && is_value(second) && lines.all(|line| line.is_empty() || is_value(line));
    let is_named = is_list && !name.is_empty() && !name.contains(&b':') && is_name(name);
    is_named.then_some(Shape::Delimited { separator: b'\t', style: Style::Quoted, skipped, header: 1, below: 0 })
}

/// Whether a line is a value that stands alone, and no words.
fn is_value(line: &[u8]) -> bool {
    let value = line.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(line);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_number = || value.iter().all(|byte| byte.is_ascii_digit() || b"+-() ./:".contains(byte));
    let is_word = || value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"@._+-".contains(byte));
    value.len() <= LONGEST_VALUE && (digits >= FEWEST_DIGITS || value.contains(&b'@')) && (is_number() || is_word())
}

/// Bytes of the lines above the first that is about as full as others are: titles of a table, where one follows.
fn above(text: &[u8], separator: u8) -> usize {
    let is_cell = |cell: &&[u8]| !cell.trim_ascii().is_empty();
    let filled = |line: &[u8]| line.split(|byte| *byte == separator).filter(is_cell).count();
    let mut lines: [(usize, usize); LINES] = Default::default();
    for (counts, line) in lines.iter_mut().zip(text.split_inclusive(|byte| *byte == b'\n')) {
        *counts = (line.len(), filled(line));
    }
    let widest = lines.iter().map(|(_, filled)| *filled).max().unwrap_or(0);
    let first = lines.iter().position(|(_, filled)| *filled * 2 > widest).unwrap_or(0);
    lines[..first].iter().map(|(length, _)| length).sum()
}

/// Bytes of a value that stands on a line alone at most, and digits in it at least.
const LONGEST_VALUE: usize = 64;
const FEWEST_DIGITS: usize = 4;

/// A record of the head.
struct Record {
    range: Range<usize>,
    cells: usize,
}

/// The cells of the first records, if they are as many in nearly each of them and the text is written in this style.
fn records(text: &[u8], separator: u8, style: Style, whole: bool) -> Option<Vec<Vec<Vec<u8>>>> {
    let has_null = || memchr::memmem::find(text, b"\\N").is_some();
    let is_style = || match style {
        // Only COPY and the like write a tab, and no other separator, with a backslash.
        Style::Escaped => separator == b'\t' && (memchr::memchr(b'"', text).is_none() || has_null()),
        Style::Quoted => separator != b'\t' || !has_null(),
    };
    // Rows may differ in length, unless prose could be taken for them.
    let ragged = separator != b',';
    if !is_style() || !may_be_parted(text, separator) {
        return None;
    }
    let records = bounds(text, separator, style, whole, ragged)?;
    let columns = records.first()?.cells;
    let alike = records.iter().filter(|record| record.cells == columns).count();
    let parted = records.iter().filter(|record| record.cells >= 2).count();
    let most = |count: usize| count * 10 >= records.len() * 8;
    (columns >= 2 && (most(alike) || ragged && columns >= 3 && most(parted)))
        .then(|| records.into_iter().map(|record| cells(&text[record.range], separator, style)).collect())
}

/// Whether the first record may have several cells: easily told where it is a line without quotes and backslashes.
fn may_be_parted(text: &[u8], separator: u8) -> bool {
    let text = &text[blank_lines(text)..];
    let line = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    memchr::memchr3(separator, b'"', b'\\', line).is_some()
}

/// Where the records stand; none where the first ones tell that the text is no table, as most texts are.
fn bounds(text: &[u8], separator: u8, style: Style, whole: bool, ragged: bool) -> Option<Vec<Record>> {
    let mut reader = Delimited::new(separator, style, false);
    let mut records: Vec<Record> = Vec::new();
    let (mut start, mut cells) = (0, 1);
    let mut ends = |end: usize, cells: usize| {
        let blank = if style == Style::Quoted { blank_lines(&text[start..end]) } else { 0 };
        records.push(Record { range: start + blank..end, cells });
        start = end;
        let few = records.len() <= FIRST && cells < 2;
        let others = || records.iter().filter(|record| record.cells != records[0].cells).count();
        !((few && !ragged || records[0].cells < 2) || !ragged && records.len() == FIRST && others() > 1)
    };
    for first in (0..text.len()).step_by(WIDTH) {
        let part = 0..WIDTH.min(text.len() - first);
        let bits = reader.bits(&Word::new(text, first, part));
        let mut counted = 0;
        for place in places(bits.ends) {
            cells += (bits.separators & low(place) & !low(counted)).count_ones() as usize;
            if !ends(first + place + 1, std::mem::replace(&mut cells, 1)) {
                return None;
            }
            counted = place;
        }
        cells += (bits.separators & !low(counted)).count_ones() as usize;
    }
    let is_open = whole && !reader.at_record();
    if is_open && !ends(text.len(), cells) || reader.in_quotes() && records.len() < 2 {
        return None;
    }
    Some(records)
}

/// Bytes of the empty lines that a text begins with.
pub(super) fn blank_lines(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some(next) = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")) {
        rest = next;
    }
    text.len() - rest.len()
}

/// The shape of a sheet whose rows begin so: cells parted by tabs. The columns are named by the first row that is about as
/// full as others are; what stands above it is text.
pub fn sheet(head: &[u8]) -> Shape {
    let above = above(head, b'\t');
    let first = head[above..].split_inclusive(|byte| *byte == b'\n').next();
    let row = first.map(|line| cells(line, b'\t', Style::Escaped)).unwrap_or_default();
    let header = row.iter().all(|cell| is_name(cell)) && row.iter().any(|cell| !cell.is_empty());
    named_by(head, if header { above } else { 0 }, header, b'\t', Style::Escaped, 0)
}

/// The shape of records that begin after `above` bytes of a text, which stands after `skipped` others.
fn named_by(text: &[u8], above: usize, has_header: bool, separator: u8, style: Style, skipped: usize) -> Shape {
    let (above, header) = if has_header { lines(text, above, separator) } else { (above, 0) };
    let below = if has_header { below(&text[above..], header, separator) } else { 0 };
    Shape::Delimited { separator, style, skipped: skipped + above, header, below }
}
