//! Objects and arrays of JSON, and of what is written like it: braces and brackets that are open before a value.

use std::ops::Range;

use super::{Look, Notation, RECORDS, Step, Trail};

impl Look<'_> {
    /// The path of a value with a quoted key.
    pub(super) fn json(&mut self, key: &Range<usize>, value: usize, quote: u8) -> Option<Trail> {
        let mut trail = Trail::new(Notation::Json);
        let after = &self.text[key.end + 1..value];
        let colon = after.iter().position(|byte| !byte.is_ascii_whitespace())?;
        if after[colon] != b':' {
            return None;
        }
        let arrays = after[colon..].iter().take_while(|byte| **byte != quote).filter(|byte| **byte == b'[').count();
        (0..arrays).all(|_| trail.push(Step::Each));
        if trail.push(Step::Name(key.clone()))
            && let Some(open) = self.open_before(key.start - 1, quote, self.from)
        {
            trail.go_on(self, open, Some((key.start - 1, quote)), |trail, look| look.outwards(open, quote, trail));
        }
        Some(trail)
    }

    /// Adds what the brace or bracket at `open` stands in.
    fn outwards(&mut self, mut open: usize, quote: u8, trail: &mut Trail) {
        let mut least = self.from;
        loop {
            let (at, step) = match self.before_open(open, quote) {
                Before::Key(name) => (name.start - 1, Step::Name(name)),
                Before::Element => {
                    least = least.max(open.saturating_sub(RECORDS));
                    (open, Step::Each)
                }
                Before::Root => {
                    trail.rooted = true;
                    return;
                }
                Before::Unknown => return,
            };
            match trail.push(step).then(|| self.open_before(at, quote, least)).flatten() {
                Some(next) => open = next,
                None => return,
            }
        }
    }

    /// The brace or bracket that is open before a place that is in no string.
    fn open_before(&mut self, mut at: usize, quote: u8, least: usize) -> Option<usize> {
        let mut closed = 0_usize;
        let known = self.remembered(quote, least);
        while at > least {
            if let Some((key, opener)) = known
                && at == key
                && closed == 0
            {
                return Some(opener);
            }
            at -= 1;
            match self.text[at] {
                byte if byte == quote => at = self.string_start(at, quote)?,
                b'}' | b']' => closed += 1,
                b'{' | b'[' if closed > 0 => closed -= 1,
                b'{' | b'[' => {
                    self.see(at);
                    return Some(at);
                }
                _ => {}
            }
        }
        self.see(at);
        None
    }

    /// Where the string begins whose last quote stands at `end`; none where it is not all there.
    fn string_start(&mut self, end: usize, quote: u8) -> Option<usize> {
        let mut at = end;
        loop {
            let Some(before) = memchr::memrchr2(quote, b'\n', &self.text[self.from..at]) else {
                self.see(self.from);
                return None;
            };
            at = self.from + before;
            if self.text[at] == b'\n' {
                self.see(at);
                return None;
            }
            let escapes = self.text[self.from..at].iter().rev().take_while(|byte| **byte == b'\\').count();
            if escapes.is_multiple_of(2) {
                return Some(at);
            }
        }
    }

    /// What stands before a brace or bracket.
    fn before_open(&mut self, open: usize, quote: u8) -> Before {
        let at = self.skip_blanks(open);
        self.see(at.saturating_sub(1));
        match self.previous(at) {
            None if !self.begins => Before::Unknown,
            Some(b',' | b'[') => Before::Element,
            Some(b':') => {
                let end = self.skip_blanks(at - 1);
                self.see(end.saturating_sub(1));
                let quoted = self.previous(end).is_some_and(|byte| byte == quote);
                match quoted.then(|| self.string_start(end - 1, quote)) {
                    Some(Some(start)) => {
                        self.see(start);
                        Before::Key(start + 1..end - 1)
                    }
                    Some(None) => Before::Unknown,
                    None if end == self.from => Before::Unknown,
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
