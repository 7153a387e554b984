//! Tables on pages: takes lines of cells, gives those that stand in columns under a line of names as tables, the others as
//! text. A row is a line of the page.

use super::super::cells::{Source, Text};
use super::lines::{self, Cell, Line};

/// Columns of a table at least; a line of two may as well be a label and its value.
const COLUMNS: usize = 3;

/// Rows below the names, of several cells each.
const ROWS: usize = 2;

/// Letters of a column's name, and its digits.
const LONGEST_NAME: usize = 60;
const DIGITS: usize = 2;

/// Tables that are told apart.
const TABLES: usize = 1 << 10;

pub enum Block {
    /// Whole lines.
    Text(String),
    Table {
        name: String,
        columns: Vec<String>,
        rows: Vec<Row>,
    },
}

/// A cell for each column, empty ones too.
pub type Row = Vec<String>;

/// The tables so far.
#[derive(Default)]
pub struct Grids {
    /// The names of their columns.
    known: Vec<Vec<String>>,
    /// The one that may go on at the top of the next page, and where its columns are.
    open: Option<(usize, Spans)>,
}

/// Where columns begin and end.
type Spans = Vec<(f32, f32)>;

impl Grids {
    /// What the lines of the next page are.
    pub fn blocks(&mut self, lines: &[Line]) -> Vec<Block> {
        let (mut blocks, mut text) = (Vec::new(), String::new());
        let mut open = self.open.take();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let named = is_head(line).then(|| spans(line)).map(|spans| (None, spans, at + 1));
            let going_on = || open.clone().filter(|_| line.len() > 1).map(|(table, spans)| (Some(table), spans, at));
            let found = [named, going_on()].into_iter().flatten().find_map(|(table, mut spans, from)| {
                let rows = rows(&lines[from..], &mut spans);
                let full = rows.iter().filter(|row| row.iter().filter(|cell| !cell.is_empty()).count() > 1).count();
                (full >= ROWS).then_some((table, spans, from, rows))
            });
            let Some((table, spans, from, rows)) = found else {
                text.push_str(&lines::text(line, "\t"));
                text.push('\n');
                at += 1;
                continue;
            };
            open = None;
            // The names are text as well: what only looks like them is examined there.
            if from > at {
                text.push_str(&lines::text(line, "\t"));
                text.push('\n');
            }
            if !text.is_empty() {
                blocks.push(Block::Text(std::mem::take(&mut text)));
            }
            let table = table.unwrap_or_else(|| self.number(line));
            at = from + rows.len();
            let columns = self.known[table].clone();
            blocks.push(Block::Table { name: format!("table {}", table + 1), columns, rows });
            self.open = Some((table, spans));
        }
        if !text.is_empty() {
            blocks.push(Block::Text(text));
        }
        blocks
    }

    /// The number of the table with these names of columns.
    fn number(&mut self, head: &[Cell]) -> usize {
        let names: Vec<String> = head.iter().map(|cell| cell.text.clone()).collect();
        if let Some(known) = self.known.iter().position(|known| *known == names) {
            return known;
        }
        if self.known.len() == TABLES {
            self.known.pop();
        }
        self.known.push(names);
        self.known.len() - 1
    }
}

/// Whether a line may hold the names of columns.
fn is_head(line: &[Cell]) -> bool {
    let is_name = |cell: &Cell| {
        let letters = cell.text.chars();
        letters.clone().any(char::is_alphabetic)
            && letters.clone().filter(|letter| letter.is_numeric()).count() <= DIGITS
            && letters.count() <= LONGEST_NAME
            && !cell.text.contains('@')
            && !cell.text.ends_with(':')
    };
    // A column of numbers has its sign.
    line.len() >= COLUMNS && line.iter().all(|cell| is_name(cell) || matches!(&*cell.text, "№" | "#"))
}

fn spans(line: &[Cell]) -> Spans {
    line.iter().map(|cell| (cell.from, cell.to)).collect()
}

/// The first lines that stand in the columns, up to the last of several cells. Columns grow as wide as their cells.
fn rows(lines: &[Line], spans: &mut Spans) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut length = 0;
    for line in lines {
        let Some(columns) = columns(line, spans) else { break };
        let mut row = vec![String::new(); spans.len()];
        for (cell, column) in line.iter().zip(columns) {
            row[column].clone_from(&cell.text);
            let span = &mut spans[column];
            *span = (span.0.min(cell.from), span.1.max(cell.to));
        }
        rows.push(row);
        if line.len() > 1 {
            length = rows.len();
        }
    }
    rows.truncate(length);
    rows
}

/// The columns of the cells of a line, one each.
fn columns(line: &[Cell], spans: &Spans) -> Option<Vec<usize>> {
    let mut columns = Vec::new();
    for cell in line {
        let overlap = |span: &(f32, f32)| cell.from < span.1 && cell.to > span.0;
        let mut over = (0..spans.len()).filter(|at| overlap(&spans[*at]));
        let column = match (over.next(), over.next()) {
            (Some(_), Some(_)) => return None,
            (Some(one), None) => one,
            (None, _) => {
                let distance = |at: &usize| (spans[*at].0 - cell.to).max(cell.from - spans[*at].1);
                (0..spans.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?
            }
        };
        if columns.last().is_some_and(|last| *last >= column) {
            return None;
        }
        columns.push(column);
    }
    Some(columns)
}

/// Rows as the text of cells.
pub struct Cells(std::vec::IntoIter<Row>);

impl Cells {
    pub fn new(rows: Vec<Row>) -> Self {
        Self(rows.into_iter())
    }
}

impl Source for Cells {
    fn more(&mut self, text: &mut Text) -> std::io::Result<bool> {
        let Some(row) = self.0.next() else { return Ok(false) };
        for cell in row {
            if cell.is_empty() { text.empty_cells(1) } else { text.cell(cell.as_bytes()) }
        }
        text.end_row();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells at multiples of 100, parted by `|`; empty ones are none.
    fn line(cells: &str) -> Line {
        let cells = cells.split('|').enumerate().filter(|(_, text)| !text.is_empty());
        cells
            .map(|(at, text)| Cell {
                from: 100.0 * at as f32,
                to: 100.0 * at as f32 + 5.0 * text.chars().count() as f32,
                text: text.to_owned(),
            })
            .collect()
    }

    fn shown(grids: &mut Grids, page: &[&str]) -> Vec<String> {
        let lines: Vec<Line> = page.iter().map(|cells| line(cells)).collect();
        let show = |block: &Block| match block {
            Block::Text(text) => text.replace('\t', "|"),
            Block::Table { name, columns, rows } => {
                let rows: Vec<String> = rows.iter().map(|row| row.join("|")).collect();
                format!("{name}({}): {}", columns.join("|"), rows.join("/"))
            }
        };
        grids.blocks(&lines).iter().map(show).collect()
    }

    #[test]
    fn a_table_goes_on_over_pages_with_and_without_its_head() {
        let mut grids = Grids::default();
        let first = ["Список", "ФИО|ИИН|Телефон", "Ким Ли|900517132728|1", "|750228150059|2", "||3", "Итого"];
        let expected = [
            "Список\nФИО|ИИН|Телефон\n",
            "table 1(ФИО|ИИН|Телефон): Ким Ли|900517132728|1/|750228150059|2",
            "||3\nИтого\n".trim_start_matches('|'),
        ];
        assert_eq!(shown(&mut grids, &first), expected);
        let rows = "table 1(ФИО|ИИН|Телефон): A|1|/B|2|";
        assert_eq!(shown(&mut grids, &["2", "A|1", "B|2"]), ["2\n", rows]);
        assert_eq!(shown(&mut grids, &["ФИО|ИИН|Телефон", "A|1", "B|2"]), ["ФИО|ИИН|Телефон\n", rows]);
        assert_eq!(shown(&mut grids, &["only text"]), ["only text\n"]);
        assert_eq!(shown(&mut grids, &["A|1", "B|2"]), ["A|1\nB|2\n"]);
    }

    #[test]
    fn labels_with_values_are_no_table() {
        let page = ["ФИО:|Ким Ли|ИИН:|900517132728", "Тел.:|1|Почта:|2", "Дата:|1|Пол:|2"];
        assert_eq!(shown(&mut Grids::default(), &page).len(), 1);
        assert_eq!(shown(&mut Grids::default(), &["Имя|Ким", "ИИН|900517132728", "Пол|ж"]).len(), 1);
    }
}
