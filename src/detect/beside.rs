//! What is looked for beside other values only: takes an ИИН in a text, gives the names and addresses in Latin letters that
//! stand around it under keys of their own, `"iin":"…","full_name":"…"`, or after a message's tag. Nothing tells them from
//! other words so cheaply that all of a text could be gone through.

use std::ops::Range;

use super::check::Subject;
use super::context::{self, Keys};
use super::scanner::Words;
use super::{Detectors, Match, Scanner};
use crate::finding::{Evidence, Posture};
use crate::layout;

/// Bytes before and after a value in which others count as beside it, as far as they are together in one record.
const REACH: usize = 200;
/// Bytes of a value after whose first word a space stands: names and addresses are of several words.
const FIRST_WORD: usize = 24;

/// Detectors by what they are beside.
pub struct Beside {
    /// By detector: whether others are looked for beside its values.
    draws: Vec<bool>,
    sought: Vec<u16>,
}

impl Beside {
    /// Those that a text has where `posture` is what its path is; none where there is nothing to look for.
    pub fn new(detectors: &Detectors, posture: Option<Posture>) -> Option<Self> {
        let kept_out = |not_in: &[Posture]| posture.is_some_and(|posture| not_in.contains(&posture));
        let sought: Vec<_> = (0..)
            .zip(detectors.iter())
            .filter_map(|(id, d)| Some((id, d.definition.beside.clone()?, &d.definition.not_in)))
            .filter(|(.., not_in)| !detectors.everywhere && !kept_out(not_in))
            .collect();
        let draws = |category: &str| sought.iter().any(|(_, beside, _)| **beside == *category);
        let draws: Vec<_> = detectors.iter().map(|d| draws(&d.definition.category)).collect();
        let sought: Vec<_> = sought.iter().map(|(id, ..)| *id).collect();
        (!sought.is_empty()).then_some(Self { draws, sought })
    }
}

impl Scanner {
    /// Adds what stands beside the values of a text, in their order. Values in tables have columns instead.
    #[inline(never)]
    pub(super) fn beside(&self, text: &[u8], beside: &Beside, in_table: &impl Fn(usize) -> bool, raw: &mut Vec<Match>) {
        let mut found = Vec::new();
        let mut keys = Keys::default();
        for value in raw.iter().filter(|value| beside.draws[usize::from(value.detector)] && !in_table(value.span.start))
        {
            let Range { start: from, end: to } = together_with(text, &value.span);
            for at in memchr::memchr3_iter(b':', b'=', b'/', &text[from..to]).map(|at| from + at) {
                let near = |start: usize| (from..to).contains(&start) && !in_table(start);
                if let Some(start) = value_start(text, at).filter(|start| near(*start)) {
                    found.extend(beside.sought.iter().filter_map(|id| self.under_key(text, start, *id, &mut keys)));
                }
            }
        }
        if !found.is_empty() {
            // One may stand beside several.
            let order = |found: &Match| (found.span.start, found.detector);
            found.sort_by_key(order);
            found.dedup_by_key(|found| order(found));
            raw.append(&mut found);
            raw.sort_by_key(order);
        }
    }

    /// The value of a detector at a place, where the key or tag before it names its category.
    fn under_key(&self, text: &[u8], start: usize, detector: u16, keys: &mut Keys) -> Option<Match> {
        let Words::Count(meaning) = self.words[usize::from(detector)] else { return None };
        let tagged = text[..start].last() == Some(&b'/');
        if !tagged {
            let key = layout::key_before(text, start)?;
            context::is_named(text, &key, keys, &self.lexicon, meaning).then_some(())?;
        }
        let check = self.detectors.get(detector).check?;
        let checked = (check.run)(&Subject::new(text, start, &self.registry))?;
        let evidence = checked.evidence.with_if(!tagged, Evidence::KeyName);
        let span = start..checked.end;
        Some(Match { detector, span, evidence, age: None, impersonal: checked.impersonal, key: None, told: None })
    }
}

/// What stands together with a value: on its line, or in its object or message, which may have more lines.
fn together_with(text: &[u8], value: &Range<usize>) -> Range<usize> {
    let (from, to) = (value.start.saturating_sub(REACH), (value.end + REACH).min(text.len()));
    let goes_on = |end: usize| text[..end].ends_with(b",") || text[end + 1..].starts_with(b"//");
    let from = match memchr::memrchr3(b'{', b'}', b'\n', &text[from..value.start]).map(|at| from + at) {
        Some(at) if text[at] != b'\n' || !goes_on(at) => at,
        _ => from,
    };
    let to = match memchr::memchr3(b'{', b'}', b'\n', &text[value.end..to]).map(|at| value.end + at) {
        Some(at) if text[at] != b'\n' || !goes_on(at) => at,
        _ => to,
    };
    from..to
}

/// Where the value begins that a `:`, `=` or the first slash of a tag such as `//FM/` stands before, if it may be a name or an
/// address in Latin letters.
fn value_start(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at + 1..];
    if text[at] == b'/' {
        let tagged = rest.first() == Some(&b'/') && rest.get(3) == Some(&b'/');
        return (tagged && rest.get(4)?.is_ascii_uppercase()).then_some(at + 5);
    }
    // A time of day has colons too.
    if at == 0 || text[at - 1].is_ascii_digit() {
        return None;
    }
    let opening = |byte: &&u8| matches!(byte, b' ' | b'"' | b'\'' | b'\\');
    let skipped = rest.iter().take(4).take_while(opening).count();
    let value = &rest[skipped..rest.len().min(skipped + FIRST_WORD)];
    let word = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.').count();
    let (word, after) = value.split_at(word);
    // A capital, an abbreviation as of a street, or the number of a house before a street.
    let begins = match (word, after) {
        ([b'A'..=b'Z', ..] | [.., b'.'], [b' ' | b'-', ..]) => true,
        ([b'0'..=b'9', ..], [b' ', next, ..]) => next.is_ascii_uppercase(),
        _ => false,
    };
    begins.then_some(at + 1 + skipped)
}
