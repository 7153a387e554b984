//! Entries of a stream: takes what a listpack of one holds entry by entry, tells what each of them is. By t_stream.c of
//! Redis: the first entries are the names that most of the others have their values under.

use std::io;

use crate::decode::corrupt;

/// Names that are kept.
const NAMES: usize = 1000;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// How many are there, and how many of them were deleted.
    Counts(u8),
    Names,
    Name(i64),
    /// What ends the names.
    Zero,
    Flags,
    /// What the number of the message differs by, in two parts.
    Number(u8),
    Fields,
    Field(i64),
    Value(i64),
    /// How many parts it has.
    Parts,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number that tells nothing.
    Nothing,
    /// A name to be kept.
    Kept,
    /// A message begins, which was deleted or not.
    Begins(bool),
    Name,
    /// A value, under its own name or the kept one of this place.
    Value(Option<usize>),
}

#[derive(Debug)]
pub struct Messages {
    next: Next,
    /// How many names are to be kept, and those that were.
    fields: i64,
    names: Vec<Vec<u8>>,
    /// Whether the message has the kept names.
    is_same: bool,
}

impl Messages {
    pub fn new() -> Self {
        Self { next: Next::Counts(0), fields: 0, names: Vec::new(), is_same: false }
    }

    pub fn keep(&mut self, name: &[u8]) {
        if self.names.len() < NAMES {
            self.names.push(name.to_vec());
        }
    }

    /// A kept name, as far as names are.
    pub fn name(&self, at: usize) -> &[u8] {
        self.names.get(at).map_or(b"*", Vec::as_slice)
    }

    /// What the next part is, which is this number or a text.
    ///
    /// # Errors
    /// It should be a number.
    pub fn part(&mut self, number: Option<i64>) -> io::Result<Part> {
        let told = || number.ok_or_else(|| corrupt("a stream whose entries are damaged"));
        let (part, next) = match self.next {
            Next::Counts(0) => (Part::Nothing, Next::Counts(1)),
            Next::Counts(_) => (Part::Nothing, Next::Names),
            Next::Names => {
                self.fields = told()?;
                (Part::Nothing, if self.fields > 0 { Next::Name(self.fields) } else { Next::Zero })
            }
            Next::Name(left) => (Part::Kept, if left > 1 { Next::Name(left - 1) } else { Next::Zero }),
            Next::Zero => (Part::Nothing, Next::Flags),
            Next::Flags => {
                let flags = told()?;
                self.is_same = flags & 2 != 0;
                (Part::Begins(flags & 1 != 0), Next::Number(0))
            }
            Next::Number(0) => (Part::Nothing, Next::Number(1)),
            Next::Number(_) if !self.is_same => (Part::Nothing, Next::Fields),
            Next::Number(_) if self.fields > 0 => (Part::Nothing, Next::Value(self.fields)),
            Next::Number(_) => (Part::Nothing, Next::Parts),
            Next::Fields => {
                let fields = told()?;
                (Part::Nothing, if fields > 0 { Next::Field(fields) } else { Next::Parts })
            }
            Next::Field(left) => (Part::Name, Next::Value(left)),
            Next::Value(left) => {
                let kept = self.is_same.then(|| (self.fields - left) as usize);
                let next = match (left, self.is_same) {
                    (..=1, _) => Next::Parts,
                    (_, true) => Next::Value(left - 1),
                    (_, false) => Next::Field(left - 1),
                };
                (Part::Value(kept), next)
            }
            Next::Parts => (Part::Nothing, Next::Flags),
        };
        self.next = next;
        Ok(part)
    }
}
