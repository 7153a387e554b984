//! Which records name the columns: takes the first ones of a text, gives whether they do, in how many lines, and what stands
//! below them that is no row.

use super::records::blank_lines;
use crate::lexicon::fold;

/// Dashes of a rule at least.
const SHORTEST_RULE: usize = 3;

/// Columns at least whose numbers in a row are no values.
const FEWEST_NUMBERED: usize = 4;

/// Where the header begins that stands on the line after `above` bytes of a text, and of how many lines it is: two where
/// cells span several columns that the line below, or this one, names.
pub(super) fn lines(text: &[u8], above: usize, separator: u8) -> (usize, usize) {
    let mut below = text[above..].split_inclusive(|byte| *byte == b'\n');
    let mut next = || Line::new(below.next().unwrap_or_default(), separator);
    let [first, second, third] = [next(), next(), next()];
    let before = text[..above.saturating_sub(1)].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let upper = Line::new(&text[before..above], separator);
    if upper.spans(&first) && (0..upper.0.len()).any(|at| upper.is_filled(at) && !first.is_filled(at)) {
        return (before, 2);
    }
    let differs = || second.0.iter().zip(&third.0).any(|(name, cell)| !name.is_empty() && !is_name(cell));
    (above, if first.spans(&second) && differs() { 2 } else { 1 })
}

/// The cells of a line; none where they are in quotes.
struct Line<'t>(Vec<&'t [u8]>);

impl<'t> Line<'t> {
    fn new(line: &'t [u8], separator: u8) -> Self {
        let is_plain = memchr::memchr(b'"', line).is_none();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let cells = line.split(|byte| *byte == separator).map(<[u8]>::trim_ascii);
        Self(if is_plain { cells.collect() } else { Vec::new() })
    }

    /// Whether there is a name in a column. Cells that are empty up to the end of a line may lack.
    fn is_filled(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|cell| !cell.is_empty())
    }

    /// Whether some of its names stand over several columns, which the line below names, and all others over one.
    fn spans(&self, below: &Self) -> bool {
        if !self.0.iter().chain(&below.0).all(|cell| is_name(cell)) {
            return false;
        }
        let width = self.0.len().max(below.0.len());
        let is_alone = |at: usize| self.is_filled(at) && (self.is_filled(at + 1) || at + 1 == width);
        let mut spanned = (1..width).filter(|at| !self.is_filled(*at) && below.is_filled(*at));
        let first = (0..width).find(|at| self.is_filled(*at));
        (0..width).all(|at| !is_alone(at) || !below.is_filled(at))
            && spanned.next().is_some_and(|at| first.is_some_and(|first| first < at))
    }
}

/// Bytes of the line below a header of so many lines, where it holds no values: a rule as psql and Markdown draw it, the
/// numbers of the columns as forms have them.
pub(super) fn below(text: &[u8], header: usize, separator: u8) -> usize {
    let text = &text[blank_lines(text)..];
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').skip(header - 1);
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
pub(super) fn header(records: &[Vec<Vec<u8>>], separator: u8, named: bool) -> Option<bool> {
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
pub(super) fn is_name(cell: &[u8]) -> bool {
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
