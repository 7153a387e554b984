//! Encoded values: takes a window, finds what stands in it in percent-encoding, as HTML entities, JSON escapes, full-width
//! digits, broken by characters of no width, in base64 or in hexadecimal digits, in UTF-16 among binary bytes; decodes what
//! is around it, one level deep, and gives the values there at the places where they are written.
//!
//! A decision depends on less than [`MARGIN`] bytes around an escape, or on one run of base64 or hexadecimal digits, so that
//! it is the same wherever the text is cut.

use std::ops::Range;

use letters::{Letters, is_letter};

use super::finder::Anchor;
use super::{LONGEST, MARGIN, Match};
use crate::finding::Evidence;

mod base64;
mod hex;
pub mod letters;
pub mod run;
mod unescape;
pub mod utf16;

pub use unescape::{Unit, decode, says_words, unit_at};

/// Bytes before and after an escape that are decoded.
pub const REACH: usize = 600;
/// Bytes around an escape in which a number has so many digits, if the escape belongs to one.
const NEAR: usize = 48;
/// Bytes before a value in which words in escapes are looked for.
const WORDS: usize = 240;
const DIGITS: usize = 9;
/// Bytes around an `@` in which a soft line break may cut its address.
const ADDRESS: usize = 64;

/// A decoded text, and where in the window each of its bytes is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    pub text: Vec<u8>,
    /// By byte of the text; and where its writing ends.
    pub written: Vec<Range<usize>>,
}

impl Decoded {
    /// Where a range of the decoded text is written.
    pub fn place(&self, range: &Range<usize>) -> Range<usize> {
        let at = |i: usize| self.written.get(i).cloned().unwrap_or_default();
        at(range.start).start..at(range.end.saturating_sub(1)).end
    }

    /// Adds a byte, if it may stand in a text.
    fn push_text(&mut self, byte: u8, written: Range<usize>) -> Option<()> {
        if byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F {
            return None;
        }
        self.text.push(byte);
        self.written.push(written);
        Some(())
    }

    /// Whether it is UTF-8, but for a character that its end cuts.
    fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.text).map_or_else(|error| error.error_len().is_none(), |_| true)
    }

    /// A match in the decoded text as one in the window.
    fn matched(&self, found: Match) -> Match {
        let key = found.key.as_ref().map(|key| self.place(key));
        let told = found.told.map(|told| told.with(Evidence::Encoded));
        Match { span: self.place(&found.span), key, evidence: found.evidence.with(Evidence::Encoded), told, ..found }
    }
}

/// The values in a decoded text.
pub type Scan<'a> = dyn FnMut(&[u8]) -> Vec<Match> + 'a;

/// Where something encoded may stand.
#[derive(Default)]
pub struct Seen {
    /// Escapes that may belong to a value.
    pub escapes: Vec<usize>,
    /// Letters in escapes.
    pub letters: Letters,
    /// Long words that may begin a run of base64 or hexadecimal digits.
    pub words: Vec<usize>,
}

impl Seen {
    pub fn clear(&mut self) {
        self.escapes.clear();
        self.letters.clear();
        self.words.clear();
    }

    /// Takes what the finder names.
    #[inline(always)]
    pub fn see(&mut self, text: &[u8], anchor: Anchor, at: usize) {
        match anchor {
            Anchor::At if text[at] == b'@' => self.escapes.extend(soft_breaks(text, at)),
            Anchor::At => {
                if is_letter(text, at) {
                    self.letters.see(at);
                }
                if belongs(text, at) {
                    self.escapes.push(at);
                }
            }
            Anchor::Run if run::may_begin(text, at) => self.words.push(at),
            _ => {}
        }
    }

    /// Looks for the escapes beyond ASCII in the range.
    pub fn look(&mut self, text: &[u8], range: Range<usize>) {
        let found = memchr::memchr3_iter(0xC2, 0xE2, 0xEF, &text[range.clone()]).map(|at| range.start + at);
        self.escapes.extend(found.filter(|at| belongs(text, *at)));
    }
}

/// The soft line breaks of quoted-printable nearest to an `@`, which may cut its address.
fn soft_breaks(text: &[u8], at: usize) -> impl Iterator<Item = usize> {
    let from = at.saturating_sub(ADDRESS);
    let before = memchr::memrchr(b'\n', &text[from..at]).map(|end| from + end);
    let after = memchr::memchr(b'\n', &text[at..text.len().min(at + ADDRESS)]).map(|end| at + end);
    let start = |end: usize| {
        let equals = if end > 0 && text[end - 1] == b'\r' { end.checked_sub(2) } else { end.checked_sub(1) };
        equals.filter(|equals| text[*equals] == b'=')
    };
    [before.and_then(start), after.and_then(start)].into_iter().flatten()
}

/// Whether an escape stands at a position that may be a part of a value or directly before one: an `@`, what stands in or
/// is glued to numbers, among digits, or what breaks a number or an address.
pub fn belongs(text: &[u8], at: usize) -> bool {
    let Some(unit) = unit_at(text, at) else { return false };
    if unit.is_at() {
        // A check of its own knows `%40`.
        return text[at] != b'%';
    }
    let end = at + unit.width;
    let glued =
        text[end - 1].is_ascii_alphanumeric() && text.get(end).is_some_and(|b| b.is_ascii_digit() || *b == b'+');
    let near = || &text[at.saturating_sub(NEAR)..text.len().min(at + NEAR)];
    let full_width = || near().windows(3).filter(|w| matches!(w, [0xEF, 0xBC, 0x90..=0x99])).count();
    let among_digits = || near().iter().filter(|b| b.is_ascii_digit()).count() + full_width() >= DIGITS;
    (glued || unit.is_of_number()) && among_digits() && (text[at] != b'=' || is_noted(text, at))
}

/// Whether the finder names the `=` at a position.
fn is_noted(text: &[u8], at: usize) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    at > 0 && digit(at - 1) || digit(at + 1) && text.get(at + 2).is_some_and(u8::is_ascii_alphabetic)
}

/// All escapes that may belong to values, by looking at every position.
pub fn all(text: &[u8]) -> Vec<usize> {
    let breaks = (0..text.len()).filter(|at| text[*at] == b'@').flat_map(|at| soft_breaks(text, at));
    (0..text.len()).filter(|at| belongs(text, *at)).chain(breaks).collect()
}

/// The values whose first escape, or the one directly before them, stands at `at`.
pub fn around(text: &[u8], at: usize, scan: &mut Scan, out: &mut Vec<Match>) {
    let (decoded, escapes) = decode(text, at.saturating_sub(REACH)..text.len().min(at + REACH));
    let touches = |span: &Range<usize>, e: &Range<usize>| e.start < span.end && span.start <= e.end;
    // What is no part of values and stands directly before one, as a colon in full width, was not named.
    let named = |e: &&Range<usize>| e.start == at || belongs(text, e.start);
    let first =
        |span: &Range<usize>| escapes.iter().filter(|e| touches(span, e)).find(named).is_some_and(|e| e.start == at);
    let found = scan(&decoded.text).into_iter().map(|found| decoded.matched(found));
    out.extend(found.filter(|m| m.span.len() <= LONGEST && first(&m.span)));
}

/// Joins `encoded` values to those found in the text itself: one that says no more than another of its detector gives
/// way, as does one that begins within another.
///
/// `plain` are the values found in the text, `kept` those of them that are given; all are in the order of their starts.
pub fn join(mut encoded: Vec<Match>, plain: &[Match], own: &Range<usize>, kept: &mut Vec<Match>, from: usize) {
    let order = |m: &Match| (m.span.start, m.detector);
    encoded.sort_by_key(order);
    encoded.dedup_by(|a, b| order(a) == order(b));
    let within =
        |a: &Match, b: &Match| a.detector == b.detector && b.span.start <= a.span.start && a.span.end <= b.span.end;
    encoded.retain(|m| !up_to(plain, m.span.start).any(|other| within(m, other)));
    let begins_within =
        |a: &Match, b: &Match| a.detector == b.detector && b.span.start < a.span.start && a.span.start < b.span.end;
    let earlier: Vec<_> =
        encoded.iter().map(|m| up_to(&encoded, m.span.start).any(|other| begins_within(m, other))).collect();
    let mut earlier = earlier.into_iter();
    let all = encoded.clone();
    encoded.retain(|_| !earlier.next().unwrap_or(false));
    let mut found = kept.split_off(from);
    found.retain(|m| !up_to(&all, m.span.start).any(|other| within(m, other)));
    found.extend(encoded.into_iter().filter(|m| own.contains(&m.span.start)));
    found.sort_by_key(order);
    kept.extend(found);
}

/// Those of some values, in the order of their starts, that begin up to a place and may reach beyond it.
fn up_to(values: &[Match], at: usize) -> impl Iterator<Item = &Match> {
    let [first, end] = [at.saturating_sub(MARGIN), at + 1].map(|at| values.partition_point(|m| m.span.start < at));
    values[first..end].iter()
}

/// What the value that stands at a place may be without its encoding: in UTF-16, without escapes, and as a run says it.
pub fn plain<'t>(text: &'t [u8], span: &'t Range<usize>) -> impl Iterator<Item = Vec<u8>> + 't {
    let runs = run::starts_before(text, span.start).chain([span.start]);
    let decoded = runs.filter_map(|start| run::decode(text, start));
    let within = |decoded: Decoded| {
        let written = decoded.text.into_iter().zip(decoded.written);
        written.filter(|(_, at)| span.start <= at.start && at.end <= span.end).map(|(byte, _)| byte).collect()
    };
    let wide = utf16::decode(text, span).map(String::into_bytes);
    wide.into_iter().chain([decode(text, span.clone()).0.text]).chain(decoded.map(within))
}

/// The text around a value without its escapes, and where the value stands in it, if words before it are written in
/// escapes.
pub fn surroundings(text: &[u8], span: &Range<usize>) -> Option<(Decoded, Range<usize>)> {
    let range = span.start.saturating_sub(WORDS)..text.len().min(span.end + WORDS);
    if !says_words(&text[range.start..span.start]) {
        return None;
    }
    let (decoded, _) = decode(text, range);
    let at = |place: usize| decoded.written.partition_point(|written| written.start < place);
    let span = at(span.start)..at(span.end);
    Some((decoded, span))
}
