//! For tests: opens what stored bytes are, and keeps what their container gives.

use std::io::{self, Cursor, Read};
use std::rc::Rc;

use super::{Input, Member, Table, Visitor};
use crate::decode::{SNIFF, sniff};

/// What a container gives: names with contents, tables with their columns and rows, its own text, and what the visitor is
/// told besides.
#[derive(Debug, Default, PartialEq)]
pub struct Given {
    pub members: Vec<(String, Vec<u8>)>,
    pub tables: Vec<(String, Option<Vec<String>>, String)>,
    pub text: String,
    pub told: Vec<String>,
}

impl Given {
    /// Takes bytes, and tells what ends them early.
    fn all(&mut self, content: &mut dyn Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut block = [0; 700];
        loop {
            match content.read(&mut block) {
                Ok(0) => return bytes,
                Ok(length) => bytes.extend_from_slice(&block[..length]),
                Err(error) => {
                    self.told.push(error.to_string());
                    return bytes;
                }
            }
            // No content of the tests is longer.
            assert!(bytes.len() < 64 << 20);
        }
    }

    /// Bytes of all that was given.
    pub fn length(&self) -> usize {
        let members = self.members.iter().map(|(_, content)| content.len()).sum::<usize>();
        members + self.tables.iter().map(|(.., rows)| rows.len()).sum::<usize>() + self.text.len()
    }
}

impl Visitor for Given {
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        let bytes = self.all(content);
        self.members.push((member.name.clone().into_owned(), bytes));
        Ok(())
    }

    fn table(&mut self, table: &Table, rows: &mut dyn Read) -> io::Result<()> {
        let rows = String::from_utf8_lossy(&self.all(rows)).into_owned();
        self.tables.push((table.name.clone().into_owned(), table.columns.clone(), rows));
        Ok(())
    }

    fn text(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.all(content)).into_owned();
        self.text += &text;
        Ok(())
    }

    fn skip(&mut self, name: Option<&str>, reason: &str, stored: u64) -> io::Result<()> {
        self.told.push(format!("{}: {reason} ({stored})", name.unwrap_or_default()));
        Ok(())
    }

    fn problem(&mut self, message: &str) {
        self.told.push(message.to_owned());
    }
}

/// Members alone, and what is told.
pub fn given(members: &[(&str, &[u8])], told: &[&str]) -> Given {
    Given {
        members: members.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect(),
        told: told.iter().map(|told| (*told).to_owned()).collect(),
        ..Given::default()
    }
}

/// Opens what these bytes are.
pub fn open(stored: &[u8]) -> Given {
    let mut given = Given::default();
    let Some(container) = sniff(&stored[..stored.len().min(SNIFF)]).container else { return given };
    let meter = Rc::default();
    let mut source = Cursor::new(stored);
    if let Err(error) = (container.open)(&mut Input::new(&mut source, None, &meter), &mut given) {
        given.told.push(error.to_string());
    }
    given
}
