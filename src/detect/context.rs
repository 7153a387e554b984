//! Context: takes a value's place in a text, gives what the key and the words around it say. Words count on the same
//! line, up to 60 characters before and 30 after.

use std::ops::Range;

use crate::finding::Evidence;
use crate::lexicon::{Beginnings, Folded, Lexicon, Meaning, fold, fold_str};

const BEFORE: usize = 60;
const AFTER: usize = 30;

/// Digits that make a number a value of its own: a word before it belongs to that one rather, unless a list follows.
const VALUE_DIGITS: usize = 5;

/// Units after which a number is a measure, and the longest of them in bytes.
const UNITS: [&str; 16] = [
    "ns",
    "us",
    "ms",
    "sec",
    "second",
    "seconds",
    "byte",
    "bytes",
    "kb",
    "mb",
    "kzt",
    "тг",
    "тенге",
    "теңге",
    "руб",
    "байт",
];
const LONGEST_UNIT: usize = 12;

/// What keys of one text say: a few of them stand before nearly all of its values.
#[derive(Default)]
pub struct Keys {
    said: Vec<(Range<usize>, Meaning, Option<Meaning>)>,
}

impl Keys {
    const MOST: usize = 16;

    /// What the key says of a value of the category `meaning`.
    fn said(&mut self, text: &[u8], key: &Range<usize>, lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
        let name = &text[key.clone()];
        let known = self.said.iter().find(|(known, of, _)| *of == meaning && text[known.clone()] == *name);
        if let Some((.., said)) = known {
            return *said;
        }
        let said = said_by_key(name, lexicon, meaning);
        if self.said.len() < Self::MOST {
            self.said.push((key.clone(), meaning, said));
        }
        said
    }
}

/// What the surroundings of a value at `span` say for or against it being of the category `meaning`.
/// `keys` are those of the text.
pub fn evidence(
    text: &[u8],
    span: &Range<usize>,
    key: Option<&Range<usize>>,
    keys: &mut Keys,
    lexicon: &Lexicon,
    meaning: Meaning,
) -> Option<Evidence> {
    if let Some(key) = key {
        match keys.said(text, key, lexicon, meaning) {
            Some(said) if said == meaning => return Some(Evidence::KeyName),
            Some(Meaning::Other) => return Some(Evidence::OtherMeaning),
            _ => {}
        }
    }
    let before = fold(before(text, span.start)).iter().map(|r| Before::read(r, lexicon, meaning)).reduce(Before::or);
    let before = before.unwrap_or_default();
    let said = before
        .direct
        .or_else(|| fold(after(text, span.end)).iter().find_map(|reading| said_after(reading, lexicon, meaning)))
        .or_else(|| (is_numbered(text, span.start) || is_measured(text, span.end)).then_some(Meaning::Other))
        .or(before.listed);
    match said? {
        Meaning::Other => Some(Evidence::OtherMeaning),
        Meaning::Category(_) => Some(Evidence::ContextWord),
    }
}

/// Whether the words around a value may name the category whose words begin so: a quick look, which never says no where
/// [`evidence`] finds a word.
pub fn may_name(text: &[u8], span: &Range<usize>, beginnings: &Beginnings) -> bool {
    beginnings.may_begin_in(before(text, span.start)) || beginnings.may_begin_in(after(text, span.end))
}

/// Whether the key of a text names the category `meaning`.
pub fn is_named(text: &[u8], key: &Range<usize>, keys: &mut Keys, lexicon: &Lexicon, meaning: Meaning) -> bool {
    keys.said(text, key, lexicon, meaning) == Some(meaning)
}

/// Whether a name is that of the category `meaning`.
pub fn is_key_of(name: &[u8], lexicon: &Lexicon, meaning: Meaning) -> bool {
    said_by_key(name, lexicon, meaning) == Some(meaning)
}

fn said_by_key(name: &[u8], lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
    let readings = fold(name);
    let said = || readings.iter().filter_map(|reading| lexicon.key(reading, meaning));
    said().find(|m| *m == meaning).or_else(|| said().next())
}

/// What the words before a value say.
#[derive(Default)]
struct Before {
    /// Those between the last number and the value.
    direct: Option<Meaning>,
    /// The nearest word to all the numbers after it, where no other words stand between them.
    listed: Option<Meaning>,
}

impl Before {
    fn read(reading: &Folded, lexicon: &Lexicon, meaning: Meaning) -> Self {
        let folded = reading.bytes();
        let (start, end) = numbers(folded).last().unwrap_or_default();
        let is_list = end > start && folded[end..].iter().all(|b| *b == b' ');
        let mut words = lexicon.words(reading);
        words.retain(|w| w.meaning == meaning || w.meaning == Meaning::Other);
        let direct = words.iter().filter(|w| w.start >= end).map(|w| w.meaning).min();
        let nearest = words.iter().map(|w| (w.end, w.meaning)).max();
        Self { direct, listed: nearest.filter(|_| is_list).map(|(_, said)| said) }
    }

    /// Of two readings; a category outweighs another meaning.
    fn or(self, other: Self) -> Self {
        let either = |a: Option<Meaning>, b: Option<Meaning>| a.into_iter().chain(b).min();
        Self { direct: either(self.direct, other.direct), listed: either(self.listed, other.listed) }
    }
}

/// Only a word that names the category counts after a value, and only before the next number.
fn said_after(reading: &Folded, lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
    let end = numbers(reading.bytes()).next().map_or(usize::MAX, |number| number.0);
    lexicon.words(reading).into_iter().find(|w| w.meaning == meaning && w.end <= end).map(|w| w.meaning)
}

/// Where numbers begin and end that are values of their own: digits, also in groups.
fn numbers(folded: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + folded[at..].iter().position(u8::is_ascii_digit)?;
            let length = folded[start..].iter().take_while(|b| b.is_ascii_digit() || **b == b' ').count();
            at = start + length;
            if folded[start..at].iter().filter(|b| b.is_ascii_digit()).count() >= VALUE_DIGITS {
                let end = start + folded[start..at].trim_ascii_end().len();
                return Some((start, end));
            }
        }
    })
}

/// The part of the line before `start` that counts.
fn before(text: &[u8], start: usize) -> &[u8] {
    // A character has 4 bytes at most.
    let from = start.saturating_sub(BEFORE * 4);
    let line = memchr::memrchr(b'\n', &text[from..start]).map_or(from, |i| from + i + 1);
    // Only a character that `from` cuts has its first byte elsewhere.
    let cut = if line == from && from > 0 { 3 } else { 0 };
    let line = &text[line..start];
    let last = &line[line.len().saturating_sub(BEFORE)..];
    if last.is_ascii() {
        return last;
    }
    let skipped = line.iter().take(cut).take_while(|b| (0x80..0xC0).contains(*b)).count();
    match std::str::from_utf8(&line[skipped..]) {
        Ok(utf8) => {
            let cut = utf8.char_indices().rev().nth(BEFORE - 1).map_or(0, |(i, _)| i);
            &utf8.as_bytes()[cut..]
        }
        Err(_) => last,
    }
}

/// The part of the line after `end` that counts; a name before `=` or `:` is the key of what follows and does not, nor do
/// the words directly before the next number.
fn after(text: &[u8], end: usize) -> &[u8] {
    let line = &text[end..text.len().min(end + AFTER * 4)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let next = line.windows(VALUE_DIGITS).position(|w| w.iter().all(u8::is_ascii_digit));
    let line = match next {
        Some(number) => &line[..line[..number].iter().rposition(|b| is_clause_border(*b)).unwrap_or(0)],
        None => line,
    };
    let first = &line[..line.len().min(AFTER)];
    let line = match std::str::from_utf8(line) {
        _ if first.is_ascii() => first,
        Ok(utf8) => &line[..utf8.char_indices().nth(AFTER).map_or(line.len(), |(i, _)| i)],
        Err(e) if e.error_len().is_none() || e.valid_up_to() >= AFTER => {
            let utf8 = std::str::from_utf8(&line[..e.valid_up_to()]).unwrap_or_default();
            &line[..utf8.char_indices().nth(AFTER).map_or(utf8.len(), |(i, _)| i)]
        }
        Err(_) => first,
    };
    match memchr::memchr2(b'=', b':', line) {
        Some(at) => &line[..line[..at].iter().rposition(|b| is_key_border(*b)).unwrap_or(0)],
        None => line,
    }
}

fn is_key_border(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',' | b';' | b'&' | b'{' | b'(' | b'|')
}

/// What stands between the words of one value and those of the next.
fn is_clause_border(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'(' | b')' | b'[' | b']' | b'|' | b'\t')
}

/// Whether nothing but blanks stands before the `#` at `hash` on the line: a comment begins there.
fn begins_line(text: &[u8], hash: usize) -> bool {
    const REACH: usize = 64;
    let from = hash.saturating_sub(REACH);
    let before = text[from..hash].iter().rposition(|b| !matches!(b, b' ' | b'\t'));
    before.map_or(from == 0, |at| text[from + at] == b'\n')
}

/// Whether a unit follows: `900517132728 seconds` is a measure.
fn is_measured(text: &[u8], end: usize) -> bool {
    let Some((b' ', rest)) = text.get(end..).and_then(<[u8]>::split_first) else { return false };
    let word = rest.iter().take(LONGEST_UNIT + 1).take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    let folded = || fold(&rest[..word]);
    (1..=LONGEST_UNIT).contains(&word) && folded().iter().any(|unit| UNITS.iter().any(|u| fold_str(u) == *unit))
}

/// Whether `№` or `#` stands directly before the value: it is a number of something. `# ` at the start of a line is not
/// meant so.
fn is_numbered(text: &[u8], start: usize) -> bool {
    let near = &text[start.saturating_sub(4)..start];
    let spaces = near.iter().rev().take_while(|b| **b == b' ').count();
    match &near[..near.len() - spaces] {
        [.., b'#'] => spaces == 0 || !begins_line(text, start - spaces - 1),
        // In Windows-1251 and CP866. Within UTF-8 such a byte ends a letter, and `ь` begins no word.
        [rest @ .., 0xB9 | 0xFC] => rest.last().is_none_or(u8::is_ascii),
        sign => sign.ends_with("№".as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<Evidence> {
        let files = [
            ("iin.toml", "category = 'iin'\nru = ['иин', 'плательщик*']\nkk = ['жсн']\nen = ['iin']"),
            ("other.toml", "meaning = 'other'\nru = ['заказ*']\nen = ['order*', 'rrn']"),
        ];
        let lexicon = Lexicon::parse(&files.map(|(name, text)| crate::data::File::new(name, text))).unwrap();
        let start = text.find('V').unwrap();
        let key = crate::layout::key_before(text.as_bytes(), start);
        let meaning = lexicon.category("iin").unwrap();
        evidence(text.as_bytes(), &(start..start + 1), key.as_ref(), &mut Keys::default(), &lexicon, meaning)
    }

    #[test]
    fn the_words_around_a_value_decide() {
        for (text, expected) in [
            ("ИИН плательщика V", Some(Evidence::ContextWord)),
            ("V (ЖСН)", Some(Evidence::ContextWord)),
            ("iin=V", Some(Evidence::KeyName)),
            ("order_id=V", Some(Evidence::OtherMeaning)),
            ("заказ V", Some(Evidence::OtherMeaning)),
            ("№ V", Some(Evidence::OtherMeaning)),
            ("ИИН № V", Some(Evidence::ContextWord)),
            ("ИИН по заказу V", Some(Evidence::ContextWord)),
            ("iin 900517132728 order V", Some(Evidence::OtherMeaning)),
            ("order 900517132728 iin V", Some(Evidence::ContextWord)),
            ("iin 900517132728, V", Some(Evidence::ContextWord)),
            ("V iin=900517132728", None),
            ("V, order 5", None),
            ("ИИН:\nV", None),
            ("V\nИИН", None),
            ("order 900517132728, V", Some(Evidence::OtherMeaning)),
            ("order 900517132728 of V", None),
            ("order 900517132728 V (ЖСН)", Some(Evidence::ContextWord)),
            ("ИИН 17.05.1990 клиента V", None),
            ("V клиент, ИИН 900517132728", None),
            ("# V", None),
            ("#V", Some(Evidence::OtherMeaning)),
            ("x # V", Some(Evidence::OtherMeaning)),
            ("V тенге", Some(Evidence::OtherMeaning)),
            ("V seconds", Some(Evidence::OtherMeaning)),
            ("iin V seconds", Some(Evidence::ContextWord)),
            ("который V", None),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        let far = format!("ИИН{}V", " ".repeat(60));
        assert_eq!(said(&far), None);
    }
}
