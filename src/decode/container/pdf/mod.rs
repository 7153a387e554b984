//! PDF: takes one, gives the text of its pages as lines, what it says in words besides, attached files as members, and
//! everything else in it as the member `(rest)`.

use std::io::{self, Read};

use super::cells::Rows;
use super::whole::Whole;
use super::{Container, Input, Member, Table, Visitor, plain};
use crate::decode::{Meter, corrupt};

mod cipher;
mod cmap;
mod file;
mod filter;
mod font;
mod glyph;
mod grid;
mod lines;
mod object;
mod packed;
mod pages;
mod pen;
mod rest;
mod said;
mod text;

use cipher::Cipher;
use file::File;
use grid::{Block, Grids};
use object::Object;
use pages::Pages;
use pen::Pen;
use rest::Rest;
use said::Said;

pub const CONTAINER: Container = Container { name: "PDF", begins, open };

/// A page that has nothing but pictures, which cover so much of it, is a picture of a page.
const SCAN: f32 = 0.5;

/// Glyphs of unknown letters that a page of text may have: bullets and the like.
const UNKNOWN: u64 = 20;

fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let Some(version) = head.strip_prefix(b"%PDF-") else { return false };
    matches!(version, [major, b'.', minor, ..] if major.is_ascii_digit() && minor.is_ascii_digit())
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    let whole = match input.whole()? {
        Ok(whole) => whole,
        Err(begun) => {
            visitor.problem("a PDF inside a stream that is too long to hold (--max-memory): its text is not read");
            return visitor.member(&Member::new("(data)"), &mut plain((&*begun).chain(input)));
        }
    };
    let length = whole.length();
    let Some(mut file) = file(whole, meter)? else { return visitor.skip(None, "encrypted", length) };
    let mut pen = Pen::default();
    let mut told = Told::default();
    pages(&mut file, &mut pen, &mut told, visitor)?;
    let mut said = Said::new(&mut file);
    visitor.text(&mut Rows::new(&mut said))?;
    for (name, number) in std::mem::take(&mut said.attached) {
        if let Object::Stream(stream) = file.get(number)? {
            pen.read.insert(stream.at);
            visitor.member(&Member::new(name), &mut file.open(&stream)?)?;
        }
    }
    if file.placed.is_empty() {
        visitor.problem("the PDF has no objects");
    } else if !file.is_whole {
        visitor.problem("the PDF ends before its end");
    }
    if file.is_short || pen.is_short {
        visitor.problem("the PDF has more in it than is read of one: parts of its pages are not read");
    }
    let mut rest = Rest::new(&mut file, &pen.read);
    visitor.member(&Member::new("(rest)"), &mut plain(&mut rest))?;
    if rest.damaged > 0 {
        visitor.problem(&format!("{} streams of the PDF are damaged", rest.damaged));
    }
    Ok(())
}

/// Looks where everything is. None where a password is needed.
fn file<'w>(whole: Whole<'w>, meter: &std::rc::Rc<Meter>) -> io::Result<Option<File<'w>>> {
    let mut file = File::new(whole, meter)?;
    let trailer = file.trailer.clone();
    if *trailer.get("Encrypt") != Object::Null {
        let mut encryption = file.value(&trailer, "Encrypt")?.dictionary().cloned().unwrap_or_default();
        for (_, value) in &mut encryption.0 {
            *value = file.resolve(value)?;
        }
        let id = file.value(&trailer, "ID")?;
        let id = file.resolve(id.array().first().unwrap_or(&Object::Null))?;
        let Some(cipher) = Cipher::new(&encryption, id.text().unwrap_or_default()) else { return Ok(None) };
        file.cipher = Some(cipher);
    }
    file.unpack()?;
    Ok(Some(file))
}

/// What is told of the pages together.
#[derive(Default)]
struct Told {
    pages: u32,
    /// Pictures of pages; pages whose fonts tell no letters; those that are damaged, and how the first one is.
    scans: u32,
    unknown: u32,
    broken: u32,
    fault: Option<String>,
}

/// Gives the text of the pages, and tells what could not be read of them.
fn pages(file: &mut File, pen: &mut Pen, told: &mut Told, visitor: &mut dyn Visitor) -> io::Result<()> {
    let (mut pages, mut grids) = (Pages::new(file)?, Grids::default());
    while let Some(page) = pages.next(file, pen)? {
        told.page(&page, pen);
        give(page.number, pen, &mut grids, visitor)?;
    }
    for number in file.numbers() {
        // Such as the tree does not lead to: deleted ones, or all where the tree is damaged.
        if let Some(page) = pages.other(number, file, pen)? {
            told.page(&page, pen);
            give(page.number, pen, &mut grids, visitor)?;
        }
    }
    told.pages = pages.count;
    if pages.is_broken {
        visitor.problem("the tree of the PDF's pages is damaged");
    }
    told.tell(visitor)
}

/// Gives what was drawn on a page.
fn give(page: u32, pen: &mut Pen, grids: &mut Grids, visitor: &mut dyn Visitor) -> io::Result<()> {
    for block in grids.blocks(&lines::by_place(std::mem::take(&mut pen.pieces))) {
        match block {
            Block::Text(text) => visitor.page(page, &mut text.as_bytes())?,
            Block::Table { name, columns, rows } => {
                let table = Table { name: name.into(), columns: Some(columns), definition: None, continues: false };
                visitor.page_table(page, &table, &mut Rows::new(grid::Cells::new(rows)))?;
            }
        }
    }
    Ok(())
}

impl Told {
    fn page(&mut self, page: &pages::Page, pen: &mut Pen) {
        self.scans += u32::from(pen.glyphs == 0 && page.pictures >= SCAN);
        self.unknown += u32::from(pen.unknown > UNKNOWN && pen.unknown * 5 > pen.glyphs);
        if page.is_broken || pen.fault.is_some() {
            self.broken += 1;
            let fault = pen.fault.take().unwrap_or_else(|| "what draws it is not there".to_owned());
            self.fault.get_or_insert(fault);
        }
    }

    fn tell(&self, visitor: &mut dyn Visitor) -> io::Result<()> {
        let of = |pages: u32| format!("{pages} of {} pages", self.pages);
        if let Some(fault) = &self.fault {
            visitor.problem(&format!("{} could not be read whole: {fault}", of(self.broken)));
        }
        if self.unknown > 0 {
            visitor.problem(&format!("the fonts of {} do not tell their letters: not read", of(self.unknown)));
        }
        if self.scans > 0 {
            visitor.skip(None, &format!("{} are pictures without text", of(self.scans)), 0)?;
        }
        Ok(())
    }
}

/// The lines of each page, in the order in which they are drawn.
///
/// # Errors
/// What cannot be read, in words.
pub fn drawn(bytes: &[u8]) -> io::Result<Vec<(u32, Vec<String>)>> {
    let whole = Whole::Bytes(bytes.to_vec(), Vec::new());
    let mut file = file(whole, &Meter::generous())?.ok_or_else(|| corrupt("the PDF is encrypted"))?;
    let (mut all, mut pen, mut pages) = (Vec::new(), Pen::default(), Pages::new(&mut file)?);
    while let Some(page) = pages.next(&mut file, &mut pen)? {
        if let Some(fault) = pen.fault.take() {
            return Err(corrupt(&format!("page {} cannot be read: {fault}", page.number)));
        }
        all.push((page.number, lines::as_drawn(&pen.pieces)));
    }
    if all.is_empty() {
        return Err(corrupt("the PDF cannot be read: it has no pages"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
