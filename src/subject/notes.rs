//! Notes of where values stand: takes the hits of a text in their order, gives for each value and each way it stands
//! there how often, and the first place. What stands on the same line is noted by its detectors.

use std::collections::HashMap;

use super::Token;

/// Notes that are held before they are handed over.
const MOST: usize = 1 << 15;

/// Ways to stand that are told apart before they are handed over.
const MOST_STANDS: usize = 1 << 12;

/// Detectors that are named of one line.
const BESIDE: usize = 32;

/// How a value stands in a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stand {
    /// Index of the detector.
    pub detector: u16,
    pub at: At,
    /// Detectors of other hits on the same line, in order.
    pub beside: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// Under this key, if any.
    Text(Option<Box<str>>),
    /// In the table whose first row is at this offset, in the column of this number, from 0.
    Cell { first: u64, column: usize },
}

/// The first place of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// From 1; of a part of a text counted from where that begins.
    pub line: u64,
    pub offset: u64,
    /// From 1; 0 for none.
    pub row: u64,
    /// Of a document, from 1; 0 for none.
    pub page: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    pub token: Token,
    /// Index among the stands.
    pub stand: u32,
    pub hits: u32,
    pub spot: Spot,
}

/// Notes of a part of a text.
#[derive(Debug, Default)]
pub struct Notes {
    /// Where the part begins that lines are counted from.
    pub start: u64,
    stands: HashMap<Stand, u32>,
    notes: HashMap<(Token, u32), (u32, Spot)>,
    /// The line that is open, and the hits on it.
    line: u64,
    open: Vec<(u16, Option<Open>)>,
}

/// A value that what else stands on its line is not known of yet.
#[derive(Debug)]
struct Open {
    token: Token,
    key: Option<Box<str>>,
    spot: Spot,
}

impl Notes {
    pub fn from(start: u64) -> Self {
        Self { start, ..Self::default() }
    }

    /// Notes a hit in text, and the value if it has a token. Lines come in order.
    pub fn in_text(&mut self, detector: u16, token: Option<Token>, key: Option<&str>, spot: Spot) {
        if spot.line != self.line {
            self.close_line();
            self.line = spot.line;
        }
        let known = || self.open.iter().any(|(other, open)| open.is_none() && *other == detector);
        if token.is_some() || self.open.len() < BESIDE && !known() {
            self.open.push((detector, token.map(|token| Open { token, key: key.map(Into::into), spot })));
        }
        // A line of a gigabyte.
        if self.open.len() >= MOST {
            self.close_line();
        }
    }

    /// Notes a value in a table.
    pub fn in_cell(&mut self, detector: u16, token: Token, at: At, spot: Spot) {
        self.note(Stand { detector, at, beside: Vec::new() }, token, spot);
    }

    fn close_line(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.open);
        let mut counts: Vec<(u16, usize)> = Vec::new();
        for (detector, _) in &open {
            match counts.iter_mut().find(|(known, _)| known == detector) {
                Some((_, count)) => *count += 1,
                None => counts.push((*detector, 1)),
            }
        }
        counts.sort_unstable();
        for (detector, value) in open {
            let Some(Open { token, key, spot }) = value else { continue };
            let others = counts.iter().filter(|(other, count)| *other != detector || *count > 1);
            let beside = others.map(|(other, _)| *other).take(BESIDE).collect();
            self.note(Stand { detector, at: At::Text(key), beside }, token, spot);
        }
    }

    fn note(&mut self, stand: Stand, token: Token, spot: Spot) {
        let next = self.stands.len() as u32;
        let stand = *self.stands.entry(stand).or_insert(next);
        let (hits, _) = self.notes.entry((token, stand)).or_insert((0, spot));
        *hits = hits.saturating_add(1);
    }

    /// Whether there is so much that it is to be handed over.
    pub fn is_full(&self) -> bool {
        self.notes.len() >= MOST || self.stands.len() >= MOST_STANDS
    }

    /// What was noted so far; with the line that is open, once the text has ended.
    pub fn take(&mut self, ended: bool) -> (Vec<Stand>, Vec<Note>) {
        if ended {
            self.close_line();
        }
        let mut stands: Vec<(Stand, u32)> = std::mem::take(&mut self.stands).into_iter().collect();
        stands.sort_unstable_by_key(|(_, index)| *index);
        let notes = std::mem::take(&mut self.notes).into_iter();
        let mut notes: Vec<Note> =
            notes.map(|((token, stand), (hits, spot))| Note { token, stand, hits, spot }).collect();
        notes.sort_unstable_by_key(|note| (note.token, note.stand));
        (stands.into_iter().map(|(stand, _)| stand).collect(), notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(n: u8) -> Token {
        Token([n; Token::LENGTH])
    }

    fn spot(line: u64, offset: u64) -> Spot {
        Spot { line, offset, row: 0, page: 0 }
    }

    #[test]
    fn what_stands_on_the_same_line_is_noted() {
        let mut notes = Notes::from(0);
        notes.in_text(1, Some(token(1)), Some("iin"), spot(1, 0));
        notes.in_text(2, None, None, spot(1, 20));
        notes.in_text(1, Some(token(1)), Some("iin"), spot(2, 40));
        notes.in_text(1, Some(token(2)), Some("iin"), spot(2, 60));
        notes.in_text(1, Some(token(1)), Some("iin"), spot(3, 80));
        notes.in_text(1, Some(token(1)), Some("iin"), spot(4, 90));
        let (stands, found) = notes.take(true);
        let beside = |note: &Note| stands[note.stand as usize].beside.clone();
        let told: Vec<_> = found.iter().map(|n| (n.token, n.hits, n.spot.line, beside(n))).collect();
        assert_eq!(
            told,
            [(token(1), 1, 1, vec![2]), (token(1), 1, 2, vec![1]), (token(1), 2, 3, vec![]), (token(2), 1, 2, vec![1]),]
        );
        assert_eq!(notes.take(true), (vec![], vec![]));
    }

    #[test]
    fn a_value_that_comes_often_is_one_note() {
        let mut notes = Notes::from(0);
        let at = At::Cell { first: 7, column: 2 };
        for row in 1..=100_000 {
            notes.in_cell(0, token(1), at.clone(), Spot { line: row, offset: row * 10, row, page: 0 });
        }
        assert!(!notes.is_full());
        let (stands, found) = notes.take(true);
        assert_eq!(stands, [Stand { detector: 0, at, beside: vec![] }]);
        assert_eq!((found.len(), found[0].hits, found[0].spot.row), (1, 100_000, 1));
    }
}
