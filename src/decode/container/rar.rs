//! RAR, which only its owner's code may open: told, and named as not examined.

use std::io::{self, Read};

use super::{Container, Input, Visitor};

pub const CONTAINER: Container = Container { name: "rar", begins, open };

fn begins(head: &[u8]) -> bool {
    head.starts_with(b"Rar!\x1A\x07\0") || head.starts_with(b"Rar!\x1A\x07\x01\0")
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let length = io::copy(&mut input.by_ref(), &mut io::sink())?;
    visitor.skip(None, "a RAR archive, which is not opened", length)
}
