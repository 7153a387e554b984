//! Tokens in the store: takes notes in bunches, each sorted by token, gives those of one token.
//!
//! A bunch is a segment, cut into pages that are found by their first token. To add one is to append pages; to look a
//! token up is to read a page of each segment. Small segments are joined once a run ends.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::subject::{Note, Spot, Token};

/// Entries of a page, so that it fits into one of the database's.
const PAGE: usize = 90;

/// Entries up to which segments are joined, and of a joined one at most.
const SMALL: usize = 1 << 15;
const JOINED: usize = 1 << 17;

/// Bytes of an entry: a token, its stand and its hits in four bytes each, line, offset and row in six each.
const ENTRY: usize = Token::LENGTH + 2 * 4 + 3 * 6;

/// What the number of a page is kept above, where otherwise that of a row is; no table has so many.
const ON_PAGE: u64 = 1 << 47;

/// How the values of some notes stand in their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub content: i64,
    /// What follows the path of the object.
    pub member: String,
    /// Where the part of the text begins that lines are counted from.
    pub start: u64,
    pub detector: String,
    pub category: String,
    /// In a table, where its first row begins, and the number of the column.
    pub cell: Option<(i64, i64)>,
    pub key: Option<String>,
    /// Categories on the same line, with spaces between.
    pub beside: String,
}

/// Where a token stands.
pub struct Entry {
    pub standing: Standing,
    pub hits: u64,
    pub spot: Spot,
}

/// Writes a segment. The notes' stands are indices of `standings`.
pub fn write(db: &Connection, standings: &[Standing], notes: &mut [Note]) -> rusqlite::Result<()> {
    notes.sort_unstable_by_key(|note| (note.token, note.stand));
    db.prepare_cached("INSERT INTO segments (entries) VALUES (?1)")?.execute([notes.len() as i64])?;
    let segment = db.last_insert_rowid();
    let mut insert = db.prepare_cached("INSERT INTO stands VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for (number, standing) in standings.iter().enumerate() {
        let Standing { content, member, start, detector, category, cell, key, beside } = standing;
        let (first, column) = cell.unzip();
        let (number, start) = (number as i64, *start as i64);
        let place = params![segment, number, content, member, start, detector, category, first, column, key, beside];
        insert.execute(place)?;
    }
    write_pages(db, segment, notes)
}

fn write_pages(db: &Connection, segment: i64, notes: &[Note]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT INTO pages VALUES (?1, ?2, ?3, ?4)")?;
    let mut page = Vec::with_capacity(PAGE * ENTRY);
    for (number, notes) in notes.chunks(PAGE).enumerate() {
        page.clear();
        notes.iter().for_each(|note| encode(note, &mut page));
        insert.execute(params![segment, notes[0].token.0, number as i64, page])?;
    }
    Ok(())
}

fn encode(note: &Note, page: &mut Vec<u8>) {
    page.extend_from_slice(&note.token.0);
    page.extend_from_slice(&note.stand.to_le_bytes());
    page.extend_from_slice(&note.hits.to_le_bytes());
    let Spot { line, offset, row, page: of_document } = note.spot;
    let row = if of_document > 0 { ON_PAGE + of_document } else { row };
    for number in [line, offset, row] {
        page.extend_from_slice(&number.to_le_bytes()[..6]);
    }
}

fn decode(entry: &[u8; ENTRY]) -> Note {
    let four = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
    let six = |at: usize| {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&entry[at..at + 6]);
        u64::from_le_bytes(bytes)
    };
    let mut token = [0; Token::LENGTH];
    token.copy_from_slice(&entry[..Token::LENGTH]);
    let row = six(36);
    let page = row.saturating_sub(ON_PAGE);
    let spot = Spot { line: six(24), offset: six(30), row: if page > 0 { 0 } else { row }, page };
    Note { token: Token(token), stand: four(16), hits: four(20), spot }
}

fn entries(page: &[u8]) -> impl Iterator<Item = Note> {
    page.as_chunks::<ENTRY>().0.iter().map(decode)
}

/// Where a token stands, in the order of the segments.
pub fn find(db: &Connection, token: Token) -> rusqlite::Result<Vec<Entry>> {
    let mut segments = db.prepare_cached("SELECT id FROM segments ORDER BY id")?;
    let mut last = db.prepare_cached(
        "SELECT first, entries FROM pages WHERE segment = ?1 AND first <= ?2 ORDER BY first DESC, number DESC",
    )?;
    let mut stand = db.prepare_cached("SELECT * FROM stands WHERE segment = ?1 AND number = ?2")?;
    let mut found = Vec::new();
    let mut rows = segments.query([])?;
    while let Some(row) = rows.next()? {
        let segment: i64 = row.get(0)?;
        let mut pages = last.query(params![segment, token.0])?;
        while let Some(page) = pages.next()? {
            let bytes = page.get_ref(1)?.as_blob()?;
            for note in entries(bytes).filter(|note| note.token == token) {
                let standing = stand.query_row(params![segment, note.stand], standing)?;
                let spot = match standing.start {
                    0 => note.spot,
                    // Nobody counted the rows of a table before the part.
                    start => Spot { line: note.spot.line + lines(db, standing.content, start)?, row: 0, ..note.spot },
                };
                found.push(Entry { standing, hits: note.hits.into(), spot });
            }
            // Only a page that begins with the token may have a part of its entries before it.
            if page.get_ref(0)?.as_blob()? != token.0 {
                break;
            }
        }
    }
    Ok(found)
}

fn standing(row: &Row) -> rusqlite::Result<Standing> {
    let cell = Option::zip(row.get("first")?, row.get("column")?);
    Ok(Standing {
        content: row.get("content")?,
        member: row.get("member")?,
        start: row.get::<_, i64>("start")? as u64,
        detector: row.get("detector")?,
        category: row.get("category")?,
        cell,
        key: row.get("key")?,
        beside: row.get("beside")?,
    })
}

/// The line ends before a part of a content's text.
fn lines(db: &Connection, content: i64, start: u64) -> rusqlite::Result<u64> {
    let mut select = db.prepare_cached("SELECT lines FROM parts WHERE content = ?1 AND start = ?2")?;
    let lines: Option<i64> = select.query_row(params![content, start as i64], |row| row.get(0)).optional()?;
    Ok(lines.unwrap_or(0) as u64)
}

/// Notes how many lines stand before the parts of a content's text.
pub fn count_lines(db: &Connection, content: i64, lines: &[(u64, u64)]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT OR REPLACE INTO parts VALUES (?1, ?2, ?3)")?;
    for (start, ends) in lines.iter().filter(|(start, _)| *start > 0) {
        insert.execute(params![content, *start as i64, *ends as i64])?;
    }
    Ok(())
}

/// Removes segments with nothing but what was noted of contents that never came to be.
pub fn clean(db: &Connection) -> rusqlite::Result<()> {
    let of_none = "SELECT id FROM segments WHERE NOT EXISTS (SELECT 1 FROM stands JOIN contents \
        ON contents.id = stands.content WHERE stands.segment = segments.id)";
    for table in ["pages", "stands"] {
        db.execute(&format!("DELETE FROM {table} WHERE segment IN ({of_none})"), [])?;
    }
    db.execute("DELETE FROM segments WHERE id NOT IN (SELECT segment FROM pages)", [])?;
    Ok(())
}

/// Joins small segments.
pub fn join(db: &Connection) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    let mut select = db.prepare("SELECT id, entries FROM segments WHERE entries < ?1 ORDER BY id")?;
    let small: Vec<(i64, usize)> = select
        .query_map([SMALL as i64], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut bunch: Vec<i64> = Vec::new();
    let mut size = 0;
    for (segment, entries) in small {
        if size + entries > JOINED {
            join_all(db, &std::mem::take(&mut bunch))?;
            size = 0;
        }
        bunch.push(segment);
        size += entries;
    }
    join_all(db, &bunch)?;
    drop(select);
    transaction.commit()
}

fn join_all(db: &Connection, segments: &[i64]) -> rusqlite::Result<()> {
    if segments.len() < 2 {
        return Ok(());
    }
    let (mut standings, mut notes) = (Vec::new(), Vec::new());
    for segment in segments {
        let first = standings.len() as u32;
        let mut select = db.prepare_cached("SELECT * FROM stands WHERE segment = ?1 ORDER BY number")?;
        for row in select.query_map([segment], standing)? {
            standings.push(row?);
        }
        all(db, *segment, |note| notes.push(Note { stand: note.stand + first, ..note }))?;
        for statement in ["DELETE FROM pages WHERE segment = ?1", "DELETE FROM stands WHERE segment = ?1"] {
            db.prepare_cached(statement)?.execute([segment])?;
        }
        db.prepare_cached("DELETE FROM segments WHERE id = ?1")?.execute([segment])?;
    }
    write(db, &standings, &mut notes)
}

fn all(db: &Connection, segment: i64, mut take: impl FnMut(Note)) -> rusqlite::Result<()> {
    let mut select = db.prepare_cached("SELECT entries FROM pages WHERE segment = ?1 ORDER BY first, number")?;
    let mut pages = select.query([segment])?;
    while let Some(page) = pages.next()? {
        entries(page.get_ref(0)?.as_blob()?).for_each(&mut take);
    }
    Ok(())
}

/// Puts another token in the place of each.
pub fn seal(db: &Connection, other: impl Fn(Token) -> Token) -> rusqlite::Result<()> {
    let ids: Vec<i64> =
        db.prepare("SELECT id FROM segments")?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for segment in ids {
        let mut notes = Vec::new();
        all(db, segment, |note| notes.push(Note { token: other(note.token), ..note }))?;
        notes.sort_unstable_by_key(|note| (note.token, note.stand));
        db.execute("DELETE FROM pages WHERE segment = ?1", [segment])?;
        write_pages(db, segment, &notes)?;
    }
    Ok(())
}

/// The largest number that a content was given so far, also one that never came to be.
pub fn last_content(db: &Connection) -> rusqlite::Result<i64> {
    let last =
        "SELECT max(coalesce((SELECT max(id) FROM contents), 0), coalesce((SELECT max(content) FROM stands), 0))";
    Ok(db.query_row(last, [], |row| row.get(0)).optional()?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(n: u64) -> Token {
        let mut token = [0; Token::LENGTH];
        token[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        Token(token)
    }

    fn standing(content: i64) -> Standing {
        let (detector, category) = ("kz-iin".to_owned(), "iin".to_owned());
        let (member, key, beside) = (String::new(), Some("iin".to_owned()), "phone".to_owned());
        Standing { content, member, start: 0, detector, category, cell: Some((7, 1)), key, beside }
    }

    fn database() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("schema.sql")).unwrap();
        db
    }

    fn note(n: u64) -> Note {
        Note { token: token(n), stand: 0, hits: 2, spot: Spot { line: n + 1, offset: n * 40, row: n, page: 0 } }
    }

    #[test]
    fn each_token_is_found_wherever_it_was_written() {
        let db = database();
        for content in 1..=5 {
            let mut notes: Vec<Note> = (0..1000).map(note).collect();
            write(&db, &[standing(content)], &mut notes).unwrap();
        }
        let mut notes: Vec<Note> = (0..300).map(|n| Note { stand: n % 2, ..note(7) }).collect();
        let part = Standing { start: 4096, ..standing(6) };
        write(&db, &[part.clone(), part], &mut notes).unwrap();
        count_lines(&db, 6, &[(0, 0), (4096, 100)]).unwrap();
        let check = |seven: Token| {
            let found = find(&db, seven).unwrap();
            assert_eq!(found.len(), 305);
            let (whole, part): (Vec<_>, Vec<_>) = found.iter().partition(|entry| entry.standing.content < 6);
            assert!(
                whole
                    .iter()
                    .all(|entry| entry.spot == Spot { line: 8, offset: 280, row: 7, page: 0 } && entry.hits == 2)
            );
            assert!(part.iter().all(|entry| entry.spot == Spot { line: 108, offset: 280, row: 0, page: 0 }));
            assert_eq!(whole[0].standing, standing(whole[0].standing.content));
        };
        check(token(7));
        assert!(find(&db, token(1000)).unwrap().is_empty());
        let count = || db.query_row("SELECT count(*) FROM segments", [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count(), 6);
        join(&db).unwrap();
        assert_eq!(count(), 1);
        check(token(7));
        let reversed = |token: Token| Token(std::array::from_fn(|i| !token.0[i]));
        seal(&db, reversed).unwrap();
        check(reversed(token(7)));
        assert!(find(&db, token(7)).unwrap().is_empty());
        clean(&db).unwrap();
        assert!(find(&db, reversed(token(7))).unwrap().is_empty(), "no content came to be");
    }
}
