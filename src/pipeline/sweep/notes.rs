//! Noting values in a survey: takes hits, gives the tokens of their values and where these stand.

use super::{Counted, Hits, Sweep};
use crate::classify::Cell;
use crate::detect::{Match, encoded};
use crate::finding::Evidence;
use crate::input::Target;
use crate::pipeline::{Noted, Shared};
use crate::subject::{At, Kind, Spot, Token};

impl Sweep {
    /// Gives the memory what was noted, if that is much or the sweep has ended.
    pub fn hand_over(&mut self, shared: &Shared, item: usize, target: &Target, ended: bool) {
        let (Some(notes), Some(memory)) = (&mut self.notes, shared.memory()) else { return };
        if ended || notes.is_full() {
            let start = notes.start;
            let (stands, notes) = notes.take(ended);
            if !notes.is_empty() {
                let object = shared.items[item].origin().as_str();
                let member = target.origin.as_str().strip_prefix(object).unwrap_or_default().to_owned();
                memory.note(item, Noted { member, start, stands, notes });
            }
        }
    }
}

impl Hits<'_, '_> {
    /// Notes a hit in text, whether it is one of those that are `counted` or its value may be looked up.
    pub(super) fn note_in_text(&mut self, found: &Match, counted: bool) {
        let token = self.token(found);
        if token.is_none() && !counted {
            return;
        }
        self.go(found.span.start);
        let (key, spot) = (self.key(found), self.spot(found, 0));
        if let Some(notes) = &mut self.notes {
            notes.in_text(found.detector, token, key.as_deref(), spot);
        }
    }

    /// Notes a value in the table whose first row is at `first`.
    pub(super) fn note_in_cell(&mut self, found: &Match, cell: Cell, first: u64) {
        let Some(token) = self.token(found) else { return };
        self.go(found.span.start);
        let spot = self.spot(found, cell.row);
        if let Some(notes) = &mut self.notes {
            notes.in_cell(found.detector, token, At::Cell { first, column: cell.column }, spot);
        }
    }

    fn spot(&self, found: &Match, row: u64) -> Spot {
        let Counted { lines, line_ends, .. } = &*self.counted;
        let line = if lines.are_rows() { 0 } else { line_ends + lines.ends + 1 };
        Spot { line, offset: self.offset(found), row, page: lines.page.map_or(0, u64::from) }
    }

    fn token(&self, found: &Match) -> Option<Token> {
        let kind = self.shared.kind(found.detector)?;
        self.shared.token(kind, &self.normal(kind, found)?)
    }

    fn normal(&self, kind: Kind, found: &Match) -> Option<String> {
        let text = self.stretch.text;
        if !found.evidence.contains(Evidence::Encoded) {
            let value = String::from_utf8_lossy(&text[found.span.clone()]);
            return match found.evidence.contains(Evidence::LeadingZeros) {
                true => kind.normal(&format!("{value:0>12}")),
                false => kind.normal(&value),
            };
        }
        encoded::plain(text, &found.span).find_map(|value| kind.normal(&String::from_utf8_lossy(&value)))
    }
}
