//! Context: takes a value's place in a text, gives what the key and the words around it say. Words count on the same
//! line, up to 60 characters before and 30 after.

use std::ops::Range;

use crate::finding::Evidence;
use crate::lexicon::{Beginnings, Folded, Lexicon, Meaning, fold};

const BEFORE: usize = 60;
const AFTER: usize = 30;

/// Digits that make a number a value of its own: a word before it belongs to that one rather.
const VALUE_DIGITS: usize = 5;

/// What the surroundings of a value at `span` say for or against it being of the category `meaning`.
pub fn evidence(
    text: &[u8],
    span: &Range<usize>,
    key: Option<&Range<usize>>,
    lexicon: &Lexicon,
    meaning: Meaning,
) -> Option<Evidence> {
    if let Some(key) = key {
        match said_by_key(&text[key.clone()], lexicon, meaning) {
            Some(said) if said == meaning => return Some(Evidence::KeyName),
            Some(Meaning::Other) => return Some(Evidence::OtherMeaning),
            _ => {}
        }
    }
    let readings = fold(before(text, span.start));
    let said = readings.iter().filter_map(|reading| said_before(reading, lexicon, meaning)).min();
    let said = match said {
        None if is_numbered(text, span.start) => Some(Meaning::Other),
        None => fold(after(text, span.end)).iter().find_map(|reading| said_after(reading, lexicon, meaning)),
        said => said,
    };
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

fn said_by_key(name: &[u8], lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
    let readings = fold(name);
    let said = || readings.iter().filter_map(|reading| lexicon.key(reading));
    said().find(|m| *m == meaning).or_else(|| said().next())
}

/// What the words before a value say: those after the last number first, then the nearest of those before it.
fn said_before(reading: &Folded, lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
    let own = end_of_last_number(reading.bytes());
    let mut said_own = None;
    let mut nearest: Option<(usize, Meaning)> = None;
    for word in lexicon.words(reading).into_iter().filter(|w| w.meaning == meaning || w.meaning == Meaning::Other) {
        if word.start >= own {
            said_own = said_own.min(Some(word.meaning)).or(Some(word.meaning));
        }
        nearest = nearest.max(Some((word.end, word.meaning)));
    }
    said_own.or(nearest.map(|(_, said)| said))
}

/// Only a word that names the category counts after a value, and only before the next number.
fn said_after(reading: &Folded, lexicon: &Lexicon, meaning: Meaning) -> Option<Meaning> {
    let end = start_of_first_number(reading.bytes());
    lexicon.words(reading).into_iter().find(|w| w.meaning == meaning && w.end <= end).map(|w| w.meaning)
}

fn end_of_last_number(folded: &[u8]) -> usize {
    let mut run = 0;
    let start = folded.iter().rposition(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run == VALUE_DIGITS
    });
    start.map_or(0, |start| start + VALUE_DIGITS)
}

fn start_of_first_number(folded: &[u8]) -> usize {
    folded.windows(VALUE_DIGITS).position(|w| w.iter().all(u8::is_ascii_digit)).unwrap_or(folded.len())
}

/// The part of the line before `start` that counts.
fn before(text: &[u8], start: usize) -> &[u8] {
    // A character has 4 bytes at most.
    let from = start.saturating_sub(BEFORE * 4);
    let line = memchr::memrchr(b'\n', &text[from..start]).map_or(from, |i| from + i + 1);
    let line = &text[line..start];
    let last = &line[line.len().saturating_sub(BEFORE)..];
    if last.is_ascii() {
        return last;
    }
    let skipped = line.iter().take(3).take_while(|b| (0x80..0xC0).contains(*b)).count();
    match std::str::from_utf8(&line[skipped..]) {
        Ok(utf8) => {
            let cut = utf8.char_indices().rev().nth(BEFORE - 1).map_or(0, |(i, _)| i);
            &utf8.as_bytes()[cut..]
        }
        Err(_) => last,
    }
}

/// The part of the line after `end` that counts; a name before `=` or `:` is the key of what follows and does not.
fn after(text: &[u8], end: usize) -> &[u8] {
    let line = &text[end..text.len().min(end + AFTER * 4)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
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

/// Whether `№` or `#` stands directly before the value: it is a number of something.
fn is_numbered(text: &[u8], start: usize) -> bool {
    let before = text[start.saturating_sub(4)..start].trim_ascii_end();
    before.ends_with("№".as_bytes()) || before.ends_with(b"#") || before.ends_with(b"\xB9")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<Evidence> {
        let files = [
            ("iin.toml", "category = 'iin'\nru = ['иин', 'плательщик*']\nkk = ['жсн']\nen = ['iin']"),
            ("other.toml", "meaning = 'other'\nru = ['заказ*']\nen = ['order*', 'rrn']"),
        ];
        let lexicon = Lexicon::parse(&files).unwrap();
        let start = text.find('V').unwrap();
        let key = crate::layout::key_before(text.as_bytes(), start);
        let meaning = lexicon.category("iin").unwrap();
        evidence(text.as_bytes(), &(start..start + 1), key.as_ref(), &lexicon, meaning)
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
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        let far = format!("ИИН{}V", " ".repeat(60));
        assert_eq!(said(&far), None);
    }
}
