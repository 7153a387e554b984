//! Objects and arrays of JSON, and of what is written like it: braces and brackets that are open before a value.

use std::ops::Range;

use super::{Look, Notation, Step, Trail};

impl Look<'_> {
    /// The path of a value with a quoted key.
    pub(super) fn json(&self, key: &Range<usize>, value: usize, quote: u8) -> Option<Trail> {
        let mut trail = Trail::new(Notation::Json);
        let (before, after) = (key.start - 1, &self.text[key.end + 1..value]);
        let colon = after.iter().position(|byte| !byte.is_ascii_whitespace())?;
        if after[colon] != b':' {
            return None;
        }
        let arrays = after[colon..].iter().take_while(|byte| **byte != quote).filter(|byte| **byte == b'[').count();
        (0..arrays).all(|_| trail.push(Step::Each));
        if trail.push(Step::Name(key.clone())) {
            trail.rooted = self.enclosing(before, quote, &mut trail);
        }
        Some(trail)
    }

    /// Adds what is open before a place that is in no string. Whether that goes up to the root.
    fn enclosing(&self, mut at: usize, quote: u8, trail: &mut Trail) -> bool {
        let mut closed = 0_usize;
        while at > self.from {
            at -= 1;
            match self.text[at] {
                byte if byte == quote => match self.string_start(at, quote) {
                    Some(start) => at = start,
                    None => return false,
                },
                b'}' | b']' => closed += 1,
                b'{' | b'[' if closed > 0 => closed -= 1,
                b'{' | b'[' => {
                    let step = match self.before_open(at, quote) {
                        Before::Key(name) => {
                            at = name.start - 1;
                            Step::Name(name)
                        }
                        Before::Element => Step::Each,
                        Before::Root => return true,
                        Before::Unknown => return false,
                    };
                    if !trail.push(step) {
                        return false;
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// Where the string begins whose last quote stands at `end`; none where it is not all there.
    fn string_start(&self, end: usize, quote: u8) -> Option<usize> {
        let mut at = end;
        loop {
            at = self.from + memchr::memrchr2(quote, b'\n', &self.text[self.from..at])?;
            if self.text[at] == b'\n' {
                return None;
            }
            let escapes = self.text[self.from..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            if escapes.is_multiple_of(2) {
                return Some(at);
            }
        }
    }

    /// What stands before a brace or bracket.
    fn before_open(&self, open: usize, quote: u8) -> Before {
        let at = self.skip_blanks(open);
        match self.previous(at) {
            None if !self.begins => Before::Unknown,
            Some(b',' | b'[') => Before::Element,
            Some(b':') => {
                let end = self.skip_blanks(at - 1);
                let quoted = self.previous(end).is_some_and(|byte| byte == quote);
                match quoted.then(|| self.string_start(end - 1, quote)) {
                    Some(Some(start)) => Before::Key(start + 1..end - 1),
                    Some(None) => Before::Unknown,
                    None => Before::Root,
                }
            }
            _ => Before::Root,
        }
    }
}

enum Before {
    Key(Range<usize>),
    /// It is an element of an array.
    Element,
    Root,
    Unknown,
}
