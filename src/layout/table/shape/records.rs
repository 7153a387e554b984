//! Whether a text is records with cells: takes its first bytes, gives what parts them and whether the first one names the
//! columns.

use std::ops::Range;

use super::Shape;
use crate::layout::table::chunk::{WIDTH, Word, low, places};
use crate::layout::table::delimited::{Delimited, Style, cells};
use crate::lexicon::fold;

/// Records that tell whether a text is no table at all.
const FIRST: usize = 4;

/// Lines that tell which of them are titles of a table.
const LINES: usize = 20;

/// Dashes of a rule at least.
const SHORTEST_RULE: usize = 3;

/// Columns at least whose numbers in a row are no values.
const FEWEST_NUMBERED: usize = 4;

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
        let header = header(&records, separator, named.is_some())?;
        let below = if header { below(&text[above..], separator) } else { 0 };
        let shape = Shape::Delimited { separator, style, skipped: skipped + above, header, below };
        // Below a line of another kind, the first row must be a header and all others like it.
        let alike = || records.iter().all(|record| record.len() == records[0].len());
        (above == 0 || header && records[0].len() > 2 && alike()).then_some(shape)
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
    candidates.into_iter().find_map(|separator| titled(separator).or_else(|| plain(separator))).unwrap_or(Shape::Text)
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
fn blank_lines(text: &[u8]) -> usize {
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
    let (skipped, below) = if header { (above, below(&head[above..], b'\t')) } else { (0, 0) };
    Shape::Delimited { separator: b'\t', style: Style::Escaped, skipped, header, below }
}

/// Bytes of the line below a header, where it holds no values: a rule as psql and Markdown draw it, the numbers of the
/// columns as forms have them.
fn below(text: &[u8], separator: u8) -> usize {
    let header = &text[blank_lines(text)..];
    let mut lines = header.split_inclusive(|byte| *byte == b'\n');
    let (Some(header), Some(line)) = (lines.next(), lines.next()) else { return 0 };
    let is_whole = line.ends_with(b"\n") && memchr::memchr(b'"', header).is_none();
    let columns = |line: &[u8]| memchr::memchr_iter(separator, line).count() + 1;
    let is_rule = || {
        let dashes = line.iter().filter(|byte| matches!(byte, b'-' | b'=')).count();
        dashes >= columns(header).max(SHORTEST_RULE) && line.trim_ascii().iter().all(|byte| b"-=+|: ".contains(byte))
    };
    let is_numbering = || {
        let cells = line.trim_ascii_end().split(|byte| *byte == separator);
        let numbers =
            cells.zip(1..).all(|(cell, number): (_, usize)| cell.trim_ascii() == number.to_string().as_bytes());
        numbers && columns(line) == columns(header) && columns(line) >= FEWEST_NUMBERED
    };
    if is_whole && (is_rule() || is_numbering()) { line.len() } else { 0 }
}

/// Whether the first record may be a header; none where the text is rather no table.
fn header(records: &[Vec<Vec<u8>>], separator: u8, named: bool) -> Option<bool> {
    let (first, rest) = records.split_first()?;
    let names = first.iter().all(|cell| is_name(cell)) && first.iter().any(|cell| !cell.is_empty());
    let digits = |cell: &Vec<u8>| cell.iter().any(u8::is_ascii_digit);
    let differs =
        rest.iter().take(20).any(|row| row.iter().zip(first).any(|(cell, name)| digits(cell) && !digits(name)));
    let alone = rest.is_empty() && (named || separator != b',' && first.len() >= 3);
    if names && (differs || alone) {
        return Some(true);
    }
    // Prose has commas too, and a space after each; a log has a comma or two in each line.
    let spaced = rest.iter().flatten().filter(|cell| cell.starts_with(b" ")).count();
    let cells: usize = rest.iter().map(Vec::len).sum();
    let table = match separator {
        b'\t' => first.len() >= 2 && !rest.is_empty(),
        _ => first.len() >= 3 && rest.len() >= 2 && spaced * 4 < cells,
    };
    let alike = rest.iter().all(|row| row.len() == first.len());
    let short = rest.iter().flatten().all(|cell| cell.len() <= 200);
    let is_table = named || table && alike && short && !rest.iter().flatten().any(|cell| cell.contains(&b'='));
    is_table.then_some(names)
}

/// Signs that name the column of rows' numbers, the last two in Windows-1251 and CP866.
const NUMBER_SIGNS: [&[u8]; 4] = [b"#", "№".as_bytes(), b"\xB9", b"\xFC"];

/// Whether a cell is a column's name rather than a value.
fn is_name(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'_' | b'#');
    cell.is_empty()
        || cell.len() <= 200
            && digits <= 4
            && cell.first().is_some_and(letter)
            && !cell.contains(&b'@')
            // The end of a sentence, unless something is cut short: «Моб. тел.»
            && (cell.len() <= 24 || !cell.ends_with(b"."))
            && fold(cell).iter().any(|reading| reading.bytes().len() > 2 || NUMBER_SIGNS.contains(&cell))
}
