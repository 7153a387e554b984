//! What is left in a database of what was deleted: takes the pages once all trees were gone over, gives the bytes that
//! belong to none of them, with a NUL before each run; of one in UTF-16, without zeros, so that its digits are read.

use std::io::{self, Read};

use super::node::Node;
use super::pages::{Encoding, Pages, Use};

pub struct Unused<'u, 'p> {
    pages: &'u Pages<'p>,
    next: u32,
    ended: bool,
    page: Vec<u8>,
    bytes: Vec<u8>,
    read: usize,
}

impl<'u, 'p> Unused<'u, 'p> {
    pub fn new(pages: &'u Pages<'p>) -> Self {
        Self { pages, next: 1, ended: false, page: Vec::new(), bytes: Vec::new(), read: 0 }
    }

    fn page(&mut self) -> io::Result<()> {
        let number = self.next;
        self.next += 1;
        let reached = self.pages.reached(number);
        if reached == Use::Overflow {
            return Ok(());
        }
        self.pages.read(number, &mut self.page)?;
        match Node::new(&self.page, number == 1).filter(|_| reached == Use::Tree) {
            Some(node) => {
                for gap in node.gaps(&self.page, self.pages.usable) {
                    run(&self.page[gap], self.pages.encoding, &mut self.bytes);
                }
            }
            None => run(&self.page, self.pages.encoding, &mut self.bytes),
        }
        Ok(())
    }
}

/// Adds a run without the zeros around it.
fn run(bytes: &[u8], encoding: Encoding, to: &mut Vec<u8>) {
    let zero = |byte: &u8| *byte == 0;
    let Some(start) = bytes.iter().position(|byte| !zero(byte)) else { return };
    let end = bytes.len() - bytes.iter().rev().take_while(|byte| zero(byte)).count();
    to.push(0);
    let bytes = &bytes[start..end];
    match encoding {
        Encoding::Utf8 => to.extend(bytes),
        Encoding::Utf16Le | Encoding::Utf16Be => to.extend(bytes.iter().filter(|byte| !zero(byte))),
    }
}

impl Read for Unused<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.read == self.bytes.len() {
            self.bytes.clear();
            self.read = 0;
            if self.ended {
                return Ok(0);
            }
            if self.next <= self.pages.count {
                self.page()?;
            } else {
                self.ended = true;
                self.pages.rest(&mut self.page)?;
                run(&self.page, self.pages.encoding, &mut self.bytes);
            }
        }
        let length = buf.len().min(self.bytes.len() - self.read);
        buf[..length].copy_from_slice(&self.bytes[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}
