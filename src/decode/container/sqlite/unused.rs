//! What is left in a database of what was deleted: takes the pages once all trees were gone over, gives the bytes that
//! belong to none of them, with a NUL before each run; of one in UTF-16, without zeros, so that its digits are read. Of rows
//! in pages that were given back, it gives the values, a tab between them. Of an image of a page that a newer one has
//! replaced, it gives what does not stand in that one.

use std::io::{self, Read};

use super::node::{Cell, Node};
use super::pages::{Encoding, Pages, Use};
use super::record;

/// What is gone over, in this order.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// The page after this one, as it is.
    Page(u32),
    /// The page of the file after this one that is not what counts.
    Replaced(u32),
    /// The image in a frame of the log.
    Frame(u32),
    /// What are no whole pages.
    Rest,
    End,
}

pub struct Unused<'u, 'p> {
    pages: &'u Pages<'p>,
    next: Next,
    page: Vec<u8>,
    newer: Vec<u8>,
    bytes: Vec<u8>,
    read: usize,
}

impl<'u, 'p> Unused<'u, 'p> {
    pub fn new(pages: &'u Pages<'p>) -> Self {
        let (page, newer, bytes) = (Vec::new(), Vec::new(), Vec::new());
        Self { pages, next: Next::Page(0), page, newer, bytes, read: 0 }
    }

    fn step(&mut self) -> io::Result<()> {
        let pages = self.pages;
        self.next = match self.next {
            Next::Page(page) => match pages.after(page) {
                Some(page) => {
                    self.page(page)?;
                    Next::Page(page)
                }
                None => Next::Replaced(0),
            },
            Next::Replaced(page) => match pages.replaced_after(page) {
                Some(page) => {
                    pages.read_stored(page, &mut self.page)?;
                    pages.read_newer(page, None, &mut self.newer)?;
                    self.replaced(page);
                    Next::Replaced(page)
                }
                None => Next::Frame(0),
            },
            Next::Frame(frame) if frame >= pages.frames() => Next::Rest,
            Next::Frame(frame) => {
                self.frame(frame)?;
                Next::Frame(frame + 1)
            }
            Next::Rest => {
                for rest in [Pages::rest, Pages::rest_of_log] {
                    rest(pages, &mut self.page)?;
                    run(&self.page, pages.encoding, &mut self.bytes);
                }
                Next::End
            }
            Next::End => Next::End,
        };
        Ok(())
    }

    fn page(&mut self, number: u32) -> io::Result<()> {
        let reached = self.pages.reached(number);
        if reached == Use::Overflow {
            return Ok(());
        }
        self.pages.read(number, &mut self.page)?;
        let (page, pages) = (&self.page, self.pages);
        let Some(node) = Node::new(page, number == 1) else {
            run(page, pages.encoding, &mut self.bytes);
            return Ok(());
        };
        let apart = node.apart(page, pages.usable);
        if reached != Use::Tree {
            apart.iter().for_each(|cell| row(page, cell, pages.encoding, &mut self.bytes));
        }
        for gap in node.gaps(page, &apart) {
            run(&page[gap], pages.encoding, &mut self.bytes);
        }
        Ok(())
    }

    /// The image in a frame, if it is not what counts.
    fn frame(&mut self, frame: u32) -> io::Result<()> {
        let Some((page, is_committed)) = self.pages.read_frame(frame, &mut self.page)? else { return Ok(()) };
        match is_committed {
            true => self.pages.read_newer(page, Some(frame), &mut self.newer)?,
            // It was not replaced, but may repeat what is there.
            false => self.pages.read_now(page, &mut self.newer)?,
        }
        self.replaced(page);
        Ok(())
    }

    /// Adds what of the image does not stand in the newer one.
    fn replaced(&mut self, number: u32) {
        let (page, pages) = (&self.page, self.pages);
        let mut add = |bytes: &[u8]| {
            let bytes = trimmed(bytes);
            if memchr::memmem::find(&self.newer, bytes).is_none() {
                run(bytes, pages.encoding, &mut self.bytes);
            }
        };
        match Node::new(page, number == 1) {
            Some(node) => {
                let apart = node.apart(page, pages.usable);
                let gaps = node.gaps(page, &apart);
                apart.into_iter().map(|cell| cell.range).chain(gaps).for_each(|range| add(&page[range]));
            }
            None => add(page),
        }
    }
}

/// Bytes without the zeros around them.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let zero = |byte: &u8| *byte == 0;
    let start = bytes.iter().take_while(|byte| zero(byte)).count();
    let end = bytes.len() - bytes[start..].iter().rev().take_while(|byte| zero(byte)).count();
    &bytes[start..end]
}

/// Adds what a row was, its numbers too; as it is where it is no whole record.
fn row(page: &[u8], cell: &Cell, encoding: Encoding, to: &mut Vec<u8>) {
    match record::values(&page[cell.local.clone()], encoding) {
        Some(values) => {
            to.push(0);
            to.extend(cell.rowid.to_string().as_bytes());
            values
                .iter()
                .filter(|value| !value.is_empty())
                .for_each(|value| to.extend([b"\t", value.as_bytes()].concat()));
        }
        None => run(&page[cell.range.clone()], encoding, to),
    }
}

/// Adds a run without the zeros around it.
fn run(bytes: &[u8], encoding: Encoding, to: &mut Vec<u8>) {
    let bytes = trimmed(bytes);
    if bytes.is_empty() {
        return;
    }
    to.push(0);
    match encoding {
        Encoding::Utf8 => to.extend(bytes),
        Encoding::Utf16Le | Encoding::Utf16Be => to.extend(bytes.iter().filter(|byte| **byte != 0)),
    }
}

impl Read for Unused<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.bytes.len() {
            self.bytes.clear();
            self.read = 0;
            if let Next::End = self.next {
                return Ok(0);
            }
            self.step()?;
        }
        let length = buf.len().min(self.bytes.len() - self.read);
        buf[..length].copy_from_slice(&self.bytes[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}
