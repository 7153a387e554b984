//! Text as a reader sees it: takes the pieces that were drawn on a page, with their places, gives its lines, cut into cells
//! where a gap is as wide as those between columns.

/// Pieces that make a line of their own where a digit stands in each box of a form: at least so many.
const BOXES: usize = 6;

/// Gaps in parts of the size: what parts words, and what parts columns.
pub const SPACE: f32 = 0.18;
pub const COLUMN: f32 = 1.0;

/// A text of a line, and where it begins and ends on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub from: f32,
    pub to: f32,
    pub text: String,
}

/// The cells of a line.
pub type Line = Vec<Cell>;

/// A line as text.
pub fn text(line: &[Cell], between: &str) -> String {
    line.iter().map(|cell| &*cell.text).collect::<Vec<_>>().join(between)
}

/// A text that was drawn at once.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Of the direction that it runs in, in degrees.
    pub angle: i32,
    /// Along that direction, where it begins and ends.
    pub from: f32,
    pub to: f32,
    /// Across it, upwards.
    pub height: f32,
    pub size: f32,
    pub text: String,
}

impl Piece {
    /// Whether it stands on the line of another.
    fn is_beside(&self, other: &Self) -> bool {
        self.angle == other.angle && (self.height - other.height).abs() < 0.4 * self.size.max(other.size)
    }

    fn digit(&self) -> Option<u8> {
        <[u8; 1]>::try_from(self.text.trim().as_bytes()).ok().map(|[byte]| byte).filter(u8::is_ascii_digit)
    }
}

/// The lines of a page, from its top: what stands at one height is one.
pub fn by_place(mut pieces: Vec<Piece>) -> Vec<Line> {
    pieces.sort_by(|a, b| a.angle.cmp(&b.angle).then(b.height.total_cmp(&a.height)).then(a.from.total_cmp(&b.from)));
    let mut lines = Vec::new();
    let mut rest = &mut pieces[..];
    while let Some(first) = rest.first().cloned() {
        let length = rest.iter().position(|piece| !piece.is_beside(&first)).unwrap_or(rest.len());
        let (line, after) = rest.split_at_mut(length);
        line.sort_by(|a, b| a.from.total_cmp(&b.from));
        lines.push(joined(line));
        rest = after;
    }
    lines
}

/// The lines as they were drawn, with an empty one where a gap parts paragraphs.
pub fn as_drawn(pieces: &[Piece]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut above: Option<&Piece> = None;
    for line in pieces.chunk_by(Piece::is_beside) {
        let first = &line[0];
        if above.is_some_and(|above| (above.height - first.height).abs() > 1.75 * first.size.max(above.size)) {
            lines.push(String::new());
        }
        lines.push(text(&joined(line), " "));
        above = Some(first);
    }
    lines
}

fn joined(line: &[Piece]) -> Line {
    let mut cells = Line::new();
    let mut at = 0;
    while let Some(piece) = line.get(at) {
        let before = at.checked_sub(1).map(|at| &line[at]);
        // What is drawn twice to be bold is there once.
        if before.is_some_and(|before| before.text == piece.text && (before.from - piece.from).abs() < 0.3 * piece.size)
        {
            at += 1;
            continue;
        }
        let gap = before.map_or(f32::MAX, |before| (piece.from - before.to) / piece.size.max(before.size));
        if gap > COLUMN || cells.is_empty() {
            cells.push(Cell { from: piece.from, ..Cell::default() });
        }
        let Some(cell) = cells.last_mut() else { return cells };
        let is_parted = cell.text.ends_with(' ') || piece.text.starts_with(' ') || cell.text.is_empty();
        if gap > SPACE && !is_parted {
            cell.text.push(' ');
        }
        let boxes = boxes(&line[at..]);
        if boxes >= BOXES {
            cell.text.extend(line[at..at + boxes].iter().filter_map(Piece::digit).map(char::from));
            at += boxes;
        } else {
            cell.text.push_str(&piece.text);
            at += 1;
        }
        cell.to = line[at - 1].to;
    }
    cells.iter_mut().for_each(|cell| cell.text = cell.text.trim().to_owned());
    cells.retain(|cell| !cell.text.is_empty());
    cells
}

/// How many pieces from the first on are digits in boxes of one width.
fn boxes(line: &[Piece]) -> usize {
    let pitch = |pair: &[Piece]| pair[1].from - pair[0].from;
    let digits = line.iter().take_while(|piece| piece.digit().is_some()).count();
    let Some(first) = line[..digits].get(..2).map(pitch).filter(|first| *first > 0.3 * line[0].size) else { return 0 };
    let even = line[..digits].windows(2).take_while(|pair| (pitch(pair) - first).abs() < 0.25 * first).count();
    even + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(from: f32, height: f32, text: &str) -> Piece {
        let to = from + 5.0 * text.chars().count() as f32;
        Piece { angle: 0, from, to, height, size: 10.0, text: text.to_owned() }
    }

    fn texts(pieces: Vec<Piece>) -> Vec<String> {
        by_place(pieces).iter().map(|line| text(line, "|")).collect()
    }

    #[test]
    fn pieces_are_joined_as_they_stand() {
        let pieces = vec![
            piece(100.0, 700.0, "9005171"),
            piece(0.0, 701.0, "ИИН:"),
            piece(135.1, 700.0, "32728"),
            piece(0.0, 680.0, "ИИН:"),
            piece(0.2, 680.0, "ИИН:"),
            piece(24.0, 680.0, "нет"),
        ];
        assert_eq!(texts(pieces), ["ИИН:|900517132728", "ИИН: нет"]);
    }

    #[test]
    fn digits_in_boxes_are_one_number() {
        let digits: Vec<_> = "900517132728"
            .chars()
            .enumerate()
            .map(|(at, c)| piece(100.0 + 20.0 * at as f32, 700.0, &c.to_string()))
            .collect();
        assert_eq!(texts(digits.clone()), ["900517132728"]);
        assert_eq!(texts(digits[..4].to_vec()), ["9|0|0|5"]);
        assert_eq!(texts(digits.into_iter().step_by(5).collect()), ["9|7|2"]);
    }

    #[test]
    fn lines_as_drawn_have_gaps_between_paragraphs() {
        let pieces = [piece(0.0, 700.0, "1."), piece(300.0, 640.0, "right"), piece(0.0, 628.0, "left")];
        assert_eq!(as_drawn(&pieces), ["1.", "", "right", "left"]);
    }
}
