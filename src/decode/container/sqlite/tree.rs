//! Trees: takes the number of a root page, gives the cells of the tree in their order, with their payloads.

use std::io;

use super::node::{Cell, Node, number};
use super::pages::{Pages, Use};

/// Pages on the way from a root to a leaf; SQLite has 20 at most.
const DEPTH: usize = 32;

/// Goes over a tree.
pub struct Tree {
    path: Vec<Step>,
    is_table: bool,
}

struct Step {
    number: u32,
    page: Vec<u8>,
    node: Node,
    /// Children and cells that were gone over.
    next: usize,
}

impl Tree {
    /// A tree of a table with row ids, or of an index or a table without them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn new(pages: &mut Pages, root: u32, is_table: bool) -> io::Result<Self> {
        let mut tree = Self { path: Vec::new(), is_table };
        tree.descend(pages, root)?;
        Ok(tree)
    }

    /// The next cell; its payload begins there.
    ///
    /// # Errors
    /// Those of the file.
    pub fn next(&mut self, pages: &mut Pages) -> io::Result<Option<(Cell, Payload)>> {
        loop {
            let Some(step) = self.path.last_mut() else { return Ok(None) };
            let kind = step.node.kind;
            let (index, is_child, count) = match (kind.is_leaf(), kind.is_table()) {
                (true, _) => (step.next, false, step.node.cells),
                (false, true) => (step.next, true, step.node.cells + 1),
                (false, false) => (step.next / 2, step.next % 2 == 0, 2 * step.node.cells + 1),
            };
            if step.next >= count {
                self.path.pop();
                continue;
            }
            step.next += 1;
            if is_child && index == step.node.cells {
                let right = step.node.right;
                self.descend(pages, right)?;
                continue;
            }
            let Some(cell) = step.node.cell(&step.page, index, pages.usable) else {
                pages.fault(format!("a cell of page {} is damaged", step.number));
                continue;
            };
            if is_child {
                self.descend(pages, cell.child)?;
                continue;
            }
            let payload = Payload::new(&step.page[cell.local.clone()], &cell);
            return Ok(Some((cell, payload)));
        }
    }

    fn descend(&mut self, pages: &mut Pages, number: u32) -> io::Result<()> {
        if self.path.len() == DEPTH {
            pages.fault(format!("page {number} lies too deep in a tree"));
            return Ok(());
        }
        if !pages.reach(number, Use::Tree) {
            return Ok(());
        }
        let mut page = Vec::new();
        pages.read(number, &mut page)?;
        match Node::new(&page, number == 1).filter(|node| node.kind.is_table() == self.is_table) {
            Some(node) => self.path.push(Step { number, page, node, next: 0 }),
            None => {
                pages.leave(number);
                pages.fault(format!("page {number} is damaged"));
            }
        }
        Ok(())
    }
}

/// The payload of a cell, page by page.
pub struct Payload {
    buffer: Vec<u8>,
    at: usize,
    /// Bytes beyond the buffer, and the page that they begin in.
    left: u64,
    next: u32,
}

impl Payload {
    fn new(local: &[u8], cell: &Cell) -> Self {
        Self { buffer: local.to_vec(), at: 0, left: cell.length - local.len() as u64, next: cell.overflow }
    }

    /// The next bytes; none at the end, or where the rest is lost.
    ///
    /// # Errors
    /// Those of the file.
    pub fn fill(&mut self, pages: &mut Pages) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() && self.left > 0 {
            self.at = 0;
            if !pages.reach(self.next, Use::Overflow) {
                (self.left, self.buffer) = (0, Vec::new());
                return Ok(&[]);
            }
            pages.read(self.next, &mut self.buffer)?;
            self.next = number(&self.buffer, 0).unwrap_or(0);
            let here = self.left.min(pages.usable as u64 - 4);
            self.left -= here;
            self.buffer.truncate(4 + here as usize);
            self.at = 4;
        }
        Ok(&self.buffer[self.at..])
    }

    /// Bytes to come, if none is lost.
    pub fn left(&self) -> u64 {
        (self.buffer.len() - self.at) as u64 + self.left
    }

    pub fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Fills the buffer, as far as there is something.
    ///
    /// # Errors
    /// Those of the file.
    pub fn read(&mut self, pages: &mut Pages, buf: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buf.len() {
            let bytes = self.fill(pages)?;
            if bytes.is_empty() {
                break;
            }
            let more = bytes.len().min(buf.len() - length);
            buf[length..length + more].copy_from_slice(&bytes[..more]);
            self.consume(more);
            length += more;
        }
        Ok(length)
    }

    /// Goes over what is left, so that its pages are known to be used.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(&mut self, pages: &mut Pages) -> io::Result<()> {
        loop {
            let length = self.fill(pages)?.len();
            if length == 0 {
                return Ok(());
            }
            self.consume(length);
        }
    }
}
