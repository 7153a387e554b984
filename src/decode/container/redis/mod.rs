//! Dumps of Redis and Valkey: takes a .rdb, gives what stands under its keys as lines of JSON. It is read from front to
//! back, values of any length as a stream. By rdb.h and rdb.c, versions 1 to 12, and Valkey's 80.

use std::io::{self, BufRead, Read};

use super::cells::{Rows, Source, Text};
use super::{Container, Input, Member, Visitor, corrupt};

mod lines;
mod pack;
mod step;
mod stream;
mod strings;

use step::{Each, Role, Task};
use strings::Strings;

pub const CONTAINER: Container = Container { name: "Redis", begins, open };

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

fn begins(head: &[u8]) -> bool {
    // No key comes before what tells of the dump or its database.
    version(head).is_some() && head.get(9).is_none_or(|code| *code >= 243)
}

/// The version of the format, and whether it is Valkey's own.
fn version(head: &[u8]) -> Option<(u32, bool)> {
    let head = head.first_chunk::<9>()?;
    let (digits, is_valkey) = match (head.strip_prefix(b"REDIS"), head.strip_prefix(b"VALKEY")) {
        (Some(digits), _) => (digits, false),
        (_, Some(digits)) => (digits, true),
        _ => return None,
    };
    let is_number = digits.iter().all(u8::is_ascii_digit);
    let version = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (is_number && version > 0).then_some((version, is_valkey))
}

fn open(input: &mut Input, visitor: &mut dyn Visitor) -> io::Result<()> {
    let head = input.array::<9>()?;
    let (version, is_valkey) = version(&head).unwrap_or_default();
    let mut dump = Dump::new(Strings::new(input), version, is_valkey);
    visitor.text(&mut Rows::new(&mut dump))?;
    if let Some(fault) = dump.fault.take() {
        visitor.problem(&fault);
    }
    // After the end, the commands of an append-only file may follow.
    if input.fill_buf()?.is_empty() {
        return Ok(());
    }
    visitor.member(&Member::new("(rest)"), &mut input.by_ref())
}

/// A dump that is being read.
struct Dump<'s, 'i> {
    strings: Strings<'s, 'i>,
    version: u32,
    is_valkey: bool,
    /// What is to be done, the next last.
    tasks: Vec<Task>,
    lines: lines::Lines,
    /// The beginning of the key that was read last.
    name: Vec<u8>,
    /// Whether the field that was read last is called by a number.
    is_numbered: bool,
    /// Bytes of a text between its string and its line.
    bytes: Vec<u8>,
    fault: Option<String>,
}

impl Source for &mut Dump<'_, '_> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        while text.len() < ENOUGH {
            let Some(task) = self.tasks.pop() else { return Ok(false) };
            match self.step(task, text) {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                    let at = self.strings.input.at();
                    self.fault = Some(format!("Redis dump: {error}, at byte {at}"));
                    self.tasks.clear();
                    text.plain(b"\n");
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

impl<'s, 'i> Dump<'s, 'i> {
    fn new(strings: Strings<'s, 'i>, version: u32, is_valkey: bool) -> Self {
        let tasks = vec![Task::Next];
        let (lines, name, bytes) = (lines::Lines::new(), Vec::new(), Vec::new());
        Self { strings, version, is_valkey, tasks, lines, name, is_numbered: false, bytes, fault: None }
    }

    /// Does these tasks next, in this order.
    fn then<const N: usize>(&mut self, tasks: [Task; N]) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    /// Reads what comes next: a key with its value, or something that is told of the dump.
    fn next(&mut self) -> io::Result<()> {
        let [code] = self.strings.input.array()?;
        if code == 255 {
            // A checksum follows.
            self.then([Task::Skip(if self.version >= 5 { 8 } else { 0 })]);
            return Ok(());
        }
        self.tasks.push(Task::Next);
        match code {
            243 if self.is_valkey => self.then([Task::String(Role::Skipped), Task::Count(Each::Lengths(2))]),
            243 => self.section("(module)", [Task::Count(Each::Class), Task::End]),
            244 => self.then([Task::Lengths(3)]),
            245 => self.section("(function)", [Task::String(Role::Single), Task::End]),
            247 => self.section("(module)", [Task::Lengths(3), Task::Module, Task::End]),
            248 | 254 => self.then([Task::Lengths(1)]),
            249 => self.then([Task::Skip(1)]),
            250 => self.section("(aux)", [Task::String(Role::Name), Task::String(Role::Value), Task::End]),
            251 => self.then([Task::Lengths(2)]),
            252 => self.then([Task::Skip(8)]),
            253 => self.then([Task::Skip(4)]),
            _ => self.key(code)?,
        }
        Ok(())
    }

    /// What is told of the dump itself.
    fn section<const N: usize>(&mut self, name: &str, tasks: [Task; N]) {
        self.lines.section(name);
        self.then(tasks);
    }

    /// A key with a value of this type.
    fn key(&mut self, code: u8) -> io::Result<()> {
        use pack::Kind::{Intset, Listpack, Ziplist, Zipmap};
        self.tasks.push(Task::End);
        match code {
            0 => self.then([Task::String(Role::Single)]),
            1 | 2 => self.then([Task::Count(Each::Element)]),
            3 => self.then([Task::Count(Each::Scored { is_text: true })]),
            5 => self.then([Task::Count(Each::Scored { is_text: false })]),
            4 => self.then([Task::Count(Each::Pair { tail: 0 })]),
            7 => self.then([Task::Lengths(1), Task::Module]),
            9 => self.then([Task::Pack(Zipmap(false), 2)]),
            10 | 12 => self.then([Task::Pack(Ziplist, 1)]),
            11 => self.then([Task::Pack(Intset(0, 0), 1)]),
            13 => self.then([Task::Pack(Ziplist, 2)]),
            14 => self.then([Task::Count(Each::Ziplist)]),
            15 => self.then([Task::Count(Each::Node), Task::Lengths(3), Task::Count(Each::Group(1))]),
            16 => self.then([Task::Pack(Listpack, 2)]),
            17 | 20 => self.then([Task::Pack(Listpack, 1)]),
            18 => self.then([Task::Count(Each::PlainOrPacked)]),
            19 => self.then([Task::Count(Each::Node), Task::Lengths(8), Task::Count(Each::Group(2))]),
            21 => self.then([Task::Count(Each::Node), Task::Lengths(8), Task::Count(Each::Group(3))]),
            22 if self.is_valkey => self.then([Task::Count(Each::Pair { tail: 8 })]),
            22 => self.then([Task::Count(Each::Expiring)]),
            23 => self.then([Task::Pack(Listpack, 3)]),
            24 => self.then([Task::Skip(8), Task::Count(Each::Expiring)]),
            25 => self.then([Task::Skip(8), Task::Pack(Listpack, 3)]),
            _ => return Err(corrupt(&format!("a value of the unknown type {code}"))),
        }
        self.then([Task::String(Role::Key)]);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
