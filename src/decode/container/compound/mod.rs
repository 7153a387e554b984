//! Compound files of Microsoft: takes one, gives the sheets of a workbook (.xls) as tables, and other streams (.doc, .ppt, .msg)
//! as members, with what belongs to none as the member `(unused)`.

use std::io::{self, BufReader, Read};

use super::{Container, Input, Member, Visitor, plain};

mod records;
mod storage;
mod workbook;

use storage::{MAGIC, Storage};

pub const CONTAINER: Container = Container { name: "compound file", begins, open };

const BUFFER: usize = 32 << 10;

fn begins(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let meter = input.meter;
    let whole = match input.whole()? {
        Ok(whole) => whole,
        Err(begun) => {
            visitor.problem(
                "a compound file inside a stream that is too long to hold (--max-memory): its streams are not read",
            );
            return visitor.member(&Member::new("(data)"), &mut plain((&*begun).chain(input)));
        }
    };
    let mut storage = match Storage::new(whole, meter) {
        Ok(storage) => storage,
        Err((error, whole)) => {
            visitor.problem(&error.to_string());
            return visitor.member(&Member::new("(data)"), &mut plain(whole.stream()));
        }
    };
    if storage.is_cut {
        visitor.problem("the compound file ends within what tells where its streams are");
    }
    for entry in storage.entries.clone() {
        let mut stream = storage.open(&entry);
        if matches!(&*entry.name, "Workbook" | "Book") {
            // What is damaged is told of, the other streams are read.
            if let Err(error) = workbook::give(BufReader::with_capacity(BUFFER, stream), meter, visitor) {
                if error.kind() == io::ErrorKind::QuotaExceeded {
                    return Err(error);
                }
                visitor.problem(&error.to_string());
            }
        } else {
            visitor.member(&Member::new(&*entry.name), &mut stream)?;
        }
    }
    visitor.member(&Member::new("(unused)"), &mut storage.unused())
}

#[cfg(test)]
mod tests;
