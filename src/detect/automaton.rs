//! Users' own patterns: takes regular expressions, finds where any of them begins to match, all in one automaton over the
//! raw bytes. A pattern that could cost too much, or whose matches depend on more than a window shows, is refused.

use std::ops::Range;

use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Anchored, Input, meta};
use regex_syntax::hir::{Capture, Hir, HirKind, Look, LookSet, Repetition};

use super::{Detector, LONGEST};
use crate::error::{Error, Result};

/// Bytes that one compiled pattern may take.
const SIZE: usize = 1 << 20;
/// Bytes that all of them together may take.
const SIZE_OF_ALL: usize = 16 << 20;

/// A pattern of which each match is no longer than a value may be.
#[derive(Clone)]
pub struct Pattern {
    hir: Hir,
    regex: meta::Regex,
}

impl Pattern {
    /// # Errors
    /// Why the pattern cannot be used.
    pub fn new(pattern: &str) -> std::result::Result<Self, String> {
        let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
        let hir = parser.parse(pattern).map_err(|error| match error {
            regex_syntax::Error::Parse(error) => format!("no regular expression: {}", error.kind()),
            regex_syntax::Error::Translate(error) => format!("no regular expression: {}", error.kind()),
            _ => "no regular expression".to_owned(),
        })?;
        if let Some(fault) = fault(&hir) {
            return Err(fault);
        }
        let regex = compile(std::slice::from_ref(&hir), SIZE).ok_or_else(|| {
            "this pattern takes too much memory: repeat less, or write [0-9] for \\d and [A-Za-z0-9_] for \\w"
                .to_owned()
        })?;
        Ok(Self { hir, regex })
    }

    /// Where the match ends that begins at `start`, if there is one.
    pub fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        self.regex.search_half(&input).map(|end| end.offset())
    }
}

/// None where the expressions take more memory than that.
fn compile(expressions: &[Hir], size: usize) -> Option<meta::Regex> {
    let config =
        meta::Config::new().utf8_empty(false).nfa_size_limit(Some(size)).which_captures(WhichCaptures::Implicit);
    meta::Builder::new().configure(config).build_many_from_hir(expressions).ok()
}

/// Why a pattern is none for a scan, whatever it costs.
fn fault(hir: &Hir) -> Option<String> {
    let properties = hir.properties();
    match (properties.minimum_len(), properties.maximum_len()) {
        (None, _) => return Some("this pattern matches nothing at all".to_owned()),
        (Some(0), _) => return Some("this pattern matches where there is nothing".to_owned()),
        (_, None) => {
            return Some("this pattern can match without end: write {1,64} for + and {0,64} for *".to_owned());
        }
        (_, Some(most)) if most > LONGEST => {
            return Some(format!("this pattern can match {most} bytes, and a value has {LONGEST} at most"));
        }
        _ => {}
    }
    let looks = properties.look_set();
    let whole = looks.contains(Look::Start) || looks.contains(Look::End);
    whole.then(|| {
        "this pattern asks for the beginning or end of the whole text, and a scan sees a part: write (?m)^ and (?m)$ \
         for those of a line"
            .to_owned()
    })
}

/// An expression that matches where this one does, and maybe elsewhere: without the borders of Unicode's words, at which the
/// automaton would have to leave its fast way wherever a letter is not of ASCII.
fn relaxed(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(relaxed).collect();
    match hir.kind() {
        HirKind::Look(look) if LookSet::singleton(*look).contains_word_unicode() => Hir::empty(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(relaxed(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(relaxed(&capture.sub)), ..capture.clone() }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
    }
}

/// All patterns without an anchor.
pub struct Automaton {
    regex: meta::Regex,
    /// The detectors that they are of.
    detectors: Vec<u16>,
}

impl Automaton {
    /// None where every detector has an anchor: then a scan does not pay for it.
    ///
    /// # Errors
    /// Patterns that together take too much memory.
    pub fn new(detectors: &[Detector]) -> Result<Option<Self>> {
        let own = (0..).zip(detectors).filter(|(_, detector)| detector.anchors.is_empty());
        let own = own.filter_map(|(index, detector)| Some((index, relaxed(&detector.own.as_ref()?.hir))));
        let (detectors, expressions): (Vec<u16>, Vec<Hir>) = own.unzip();
        if detectors.is_empty() {
            return Ok(None);
        }
        let regex = compile(&expressions, SIZE_OF_ALL)
            .ok_or_else(|| Error::new("these detectors take too much memory together").help("give fewer of them"))?;
        Ok(Some(Self { regex, detectors }))
    }

    /// Calls `found` with each position in `range` where a pattern may begin to match and, one after the other, with every
    /// detector that it may be of. No position where one does is left out.
    pub fn find(&self, text: &[u8], range: Range<usize>, mut found: impl FnMut(usize, u16)) {
        let end = (range.end + LONGEST).min(text.len());
        let mut at = range.start;
        while at < range.end {
            let Some(start) = self.regex.search(&Input::new(text).range(at..end)).map(|m| m.start()) else { return };
            if start >= range.end {
                return;
            }
            self.detectors.iter().for_each(|detector| found(start, *detector));
            at = start + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scan_cannot_run_is_refused_with_the_reason() {
        for (pattern, reason) in [
            ("(", "unclosed group"),
            ("(a)\\1", "backreferences are not supported"),
            ("a*", "where there is nothing"),
            ("a+", "can match without end"),
            ("a{400}", "can match 400 bytes, and a value has 322 at most"),
            ("^a", "beginning or end of the whole text"),
            ("[^\\s\\S]", "matches nothing at all"),
            ("\\w{60}x\\w{15}", "takes too much memory"),
        ] {
            let told = Pattern::new(pattern).err().unwrap_or_default();
            assert!(told.contains(reason), "{pattern}: {told}");
        }
        for pattern in ["(?m)^ДГ-[0-9]{6}$", "\\b[A-Z]{2}\\d{4}\\b", "(?i:nr)\\.? ?[0-9]{1,20}"] {
            assert!(Pattern::new(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn a_match_begins_where_it_is_asked_for() {
        let pattern = Pattern::new("[a-c]{1,3}").unwrap();
        assert_eq!(pattern.end(b"xabcabc", 1), Some(4));
        assert_eq!(pattern.end(b"xabcabc", 2), Some(5));
        assert_eq!(pattern.end(b"xabcabc", 0), None);
    }

    #[test]
    fn no_beginning_of_a_match_is_left_out() {
        let text = "Договор ДГ-000019, дг-19 №ДГ-00001900; XДГ-000019 DG-000027DG-000035\naa bb ДГ000019 конец";
        let patterns = [
            r"\bДГ-[0-9]{6}\b",
            r"(?:\b[А-Я]{2}|№)-?\d{4,8}",
            r"(\B[0-9]{2}){1,3}\b",
            r"\b{start}\w{1,7}\b{end}",
            r"(?i:дг)-\d{2}(?-u:\b)",
            r"(?m)^a{1,2}",
        ];
        let alone = |pattern: &Pattern| Automaton {
            regex: compile(&[relaxed(&pattern.hir)], SIZE).unwrap(),
            detectors: vec![0],
        };
        for pattern in patterns {
            let pattern = Pattern::new(pattern).unwrap();
            let begins: Vec<usize> = (0..text.len()).filter(|at| pattern.end(text.as_bytes(), *at).is_some()).collect();
            for range in [0..text.len(), 9..60] {
                let mut found = Vec::new();
                alone(&pattern).find(text.as_bytes(), range.clone(), |at, _| found.push(at));
                found.retain(|at| pattern.end(text.as_bytes(), *at).is_some());
                let expected: Vec<usize> = begins.iter().copied().filter(|at| range.contains(at)).collect();
                assert_eq!(found, expected, "{:?}", pattern.hir);
                assert!(!begins.is_empty(), "{:?}", pattern.hir);
            }
        }
    }
}
