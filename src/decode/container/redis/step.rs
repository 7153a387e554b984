//! Steps of reading a dump: takes a task, does as much of it as is bounded, and leaves the rest as further tasks.

use std::io;

use super::super::cells::Text;
use super::Dump;
use super::lines::{Bracket, Form, LONGEST_KEY};
use super::pack::{Entry, Kind};
use super::stream::{Messages, Part};
use crate::decode::corrupt;

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// To read what comes next.
    Next,
    /// To go over bytes and lengths that tell nothing.
    Skip(u64),
    Lengths(u8),
    /// To read a number, and then so many of these.
    Count(Each),
    Repeat(u64, Each),
    String(Role),
    /// A string of packed entries, of which so many belong together: a name, its value, when it expires.
    Pack(Kind, u8),
    /// The entries of one, from one of this number on.
    Entries(Kind, u8, u8),
    /// A string of packed messages, and those of one.
    Messages,
    Message(Messages),
    /// A text within the string that is read: bytes left of it, bytes to go over after it, and how it is written, if it
    /// has begun.
    Copy(u64, u64, Role, Option<Form>),
    /// To go over what is left of a string.
    Close,
    Score {
        is_text: bool,
    },
    /// What a module has written, as far as its end.
    Module,
    /// To end the line.
    End,
}

/// What there are several of.
#[derive(Clone, Copy, Debug)]
pub enum Each {
    Element,
    Scored {
        is_text: bool,
    },
    /// A name and a value, with so many bytes after them.
    Pair {
        tail: u64,
    },
    /// The same, after when it expires.
    Expiring,
    Ziplist,
    PlainOrPacked,
    /// Messages of a stream.
    Node,
    /// Those who read a stream together, of a format of this version.
    Group(u8),
    Consumer(u8),
    /// What a message waits for.
    Pending,
    /// The numbers of messages.
    Id,
    Class,
    Lengths(u8),
}

/// What a string is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Key,
    /// The only value of a key.
    Single,
    Element,
    Name,
    Value,
    /// What has this name.
    Named(&'static str),
    /// The name of a stream's field, to be kept.
    Kept,
    Skipped,
}

impl Dump<'_, '_> {
    pub(super) fn step(&mut self, task: Task, text: &mut Text) -> io::Result<()> {
        match task {
            Task::Next => self.next()?,
            Task::Skip(bytes) => self.strings.input.skip(bytes)?,
            Task::Lengths(count) => {
                for _ in 0..count {
                    self.strings.length()?;
                }
            }
            Task::Count(each) => {
                let count = self.strings.length()?;
                self.tasks.push(Task::Repeat(count, each));
            }
            Task::Repeat(0, _) => {}
            Task::Repeat(left, each) => {
                self.tasks.push(Task::Repeat(left - 1, each));
                self.each(each)?;
            }
            Task::String(role) => {
                let length = self.strings.open()?;
                self.then([Task::Copy(length, 0, role, None), Task::Close]);
            }
            Task::Pack(mut kind, together) => {
                self.strings.open()?;
                kind.begin(&mut self.strings)?;
                self.tasks.push(Task::Entries(kind, together, 0));
            }
            Task::Entries(kind, together, at) => self.entry(kind, together, at, text)?,
            Task::Messages => {
                self.strings.open()?;
                Kind::Listpack.begin(&mut self.strings)?;
                self.tasks.push(Task::Message(Messages::new()));
            }
            Task::Message(messages) => self.message(messages, text)?,
            Task::Copy(left, after, role, form) => self.copy(left, after, role, form, text)?,
            Task::Close => self.strings.close()?,
            Task::Score { is_text } => self.score(is_text, text)?,
            Task::Module => self.module(text)?,
            Task::End => self.lines.end(text),
        }
        Ok(())
    }

    fn each(&mut self, each: Each) -> io::Result<()> {
        match each {
            Each::Element => self.then([Task::String(Role::Element)]),
            Each::Scored { is_text } => self.then([Task::String(Role::Element), Task::Score { is_text }]),
            Each::Pair { tail } => {
                self.then([Task::String(Role::Name), Task::String(Role::Value), Task::Skip(tail)]);
            }
            Each::Expiring => self.then([Task::Lengths(1), Task::String(Role::Name), Task::String(Role::Value)]),
            Each::Ziplist => self.then([Task::Pack(Kind::Ziplist, 1)]),
            Each::PlainOrPacked => match self.strings.length()? {
                1 => self.then([Task::String(Role::Element)]),
                2 => self.then([Task::Pack(Kind::Listpack, 1)]),
                kind => return Err(corrupt(&format!("a part of a list of the unknown kind {kind}"))),
            },
            Each::Node => self.then([Task::String(Role::Skipped), Task::Messages]),
            Each::Group(version) => self.then([
                Task::String(Role::Named("group")),
                Task::Lengths(if version > 1 { 3 } else { 2 }),
                Task::Count(Each::Pending),
                Task::Count(Each::Consumer(version)),
            ]),
            Each::Consumer(version) => self.then([
                Task::String(Role::Named("consumer")),
                Task::Skip(if version > 2 { 16 } else { 8 }),
                Task::Count(Each::Id),
            ]),
            Each::Pending => self.then([Task::Skip(24), Task::Lengths(1)]),
            Each::Id => self.then([Task::Skip(16)]),
            Each::Class => self.then([Task::Skip(4), Task::Module]),
            Each::Lengths(count) => self.then([Task::Lengths(count)]),
        }
        Ok(())
    }

    /// The next of the packed entries.
    fn entry(&mut self, mut kind: Kind, together: u8, at: u8, text: &mut Text) -> io::Result<()> {
        let Some(entry) = kind.next(&mut self.strings)? else { return self.strings.close() };
        let role = match (together, at) {
            (1, _) => Role::Element,
            (_, 0) => Role::Name,
            (_, 1) => Role::Value,
            _ => Role::Skipped,
        };
        self.tasks.push(Task::Entries(kind, together, (at + 1) % together));
        self.take(entry, role, text);
        Ok(())
    }

    /// The next part of packed messages.
    fn message(&mut self, mut messages: Messages, text: &mut Text) -> io::Result<()> {
        let Some(entry) = Kind::Listpack.next(&mut self.strings)? else {
            self.lines.deleted(false, text);
            return self.strings.close();
        };
        let number = match entry {
            Entry::Number(number) => Some(number),
            Entry::Text(..) => None,
        };
        let role = match messages.part(number)? {
            Part::Nothing => Role::Skipped,
            Part::Kept => Role::Kept,
            Part::Begins(is_deleted) => {
                self.lines.deleted(is_deleted, text);
                Role::Skipped
            }
            Part::Name => Role::Name,
            Part::Value(kept) => {
                if let Some(at) = kept {
                    self.write(messages.name(at), Role::Name, text);
                }
                Role::Value
            }
        };
        if role == Role::Kept {
            // Names are short.
            let name = match entry {
                Entry::Number(number) => number.to_string().into_bytes(),
                Entry::Text(length, after) => self.keep(length, after)?,
            };
            messages.keep(&name);
            self.tasks.push(Task::Message(messages));
            return Ok(());
        }
        self.tasks.push(Task::Message(messages));
        self.take(entry, role, text);
        Ok(())
    }

    /// The beginning of a text within a string.
    fn keep(&mut self, length: u64, after: u64) -> io::Result<Vec<u8>> {
        let mut name = Vec::new();
        while (name.len() as u64) < length.min(LONGEST_KEY as u64) {
            name.push(self.strings.array::<1>()?[0]);
        }
        self.strings.skip(length - name.len() as u64 + after)?;
        Ok(name)
    }

    fn take(&mut self, entry: Entry, role: Role, text: &mut Text) {
        match entry {
            Entry::Number(number) => self.write(number.to_string().as_bytes(), role, text),
            Entry::Text(length, after) => self.tasks.push(Task::Copy(length, after, role, None)),
        }
    }

    /// Writes a whole text.
    fn write(&mut self, value: &[u8], role: Role, text: &mut Text) {
        let role = self.shown(role, value);
        let form = self.begin(role, value, text);
        self.add(value, role, form, text);
        self.end(role, form, text);
    }

    /// Goes on with a text of a string.
    fn copy(&mut self, left: u64, after: u64, role: Role, form: Option<Form>, text: &mut Text) -> io::Result<()> {
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        let here = self.strings.fill()?;
        bytes.extend_from_slice(&here[..here.len().min(most)]);
        self.strings.consume(bytes.len());
        if bytes.is_empty() && left > 0 {
            return Err(corrupt("a text that is longer than what it stands in"));
        }
        let (role, form) = match form {
            Some(form) => (role, form),
            None => {
                let role = self.shown(role, &bytes);
                (role, self.begin(role, &bytes, text))
            }
        };
        self.add(&bytes, role, form, text);
        let left = left - bytes.len() as u64;
        self.bytes = bytes;
        if left > 0 {
            self.tasks.push(Task::Copy(left, after, role, Some(form)));
            return Ok(());
        }
        self.end(role, form, text);
        self.strings.skip(after)
    }

    /// What a text is written as that begins so: fields that are called by numbers have no names.
    fn shown(&mut self, role: Role, value: &[u8]) -> Role {
        if role == Role::Name {
            self.is_numbered = value.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'+');
        }
        if self.is_numbered && matches!(role, Role::Name | Role::Value) { Role::Element } else { role }
    }

    /// Begins a text that begins so.
    fn begin(&mut self, role: Role, value: &[u8], text: &mut Text) -> Form {
        match role {
            Role::Key => {
                self.name.clear();
                self.lines.begin_key(text);
                return Form::String;
            }
            Role::Kept | Role::Skipped => return Form::String,
            Role::Name => {
                self.lines.item(Bracket::Object, text);
                self.lines.put(b"\"", text);
                return Form::String;
            }
            Role::Single => self.lines.value(text),
            Role::Element => self.lines.item(Bracket::Array, text),
            Role::Named(name) => {
                self.lines.item(Bracket::Object, text);
                self.lines.put(format!("\"{name}\":").as_bytes(), text);
            }
            Role::Value => {}
        }
        self.lines.open(value, text)
    }

    fn add(&mut self, value: &[u8], role: Role, form: Form, text: &mut Text) {
        match role {
            Role::Kept | Role::Skipped => return,
            Role::Key => {
                let room = LONGEST_KEY - self.name.len();
                self.name.extend_from_slice(&value[..value.len().min(room)]);
            }
            _ => {}
        }
        self.lines.write(value, form, text);
    }

    fn end(&mut self, role: Role, form: Form, text: &mut Text) {
        match role {
            Role::Kept | Role::Skipped => {}
            Role::Key => self.lines.end_key(&self.name, text),
            Role::Name => self.lines.put(b"\":", text),
            Role::Single | Role::Element | Role::Value | Role::Named(_) => self.lines.close(form, text),
        }
    }

    /// The score of an element.
    fn score(&mut self, is_text: bool, text: &mut Text) -> io::Result<()> {
        let input = &mut *self.strings.input;
        let score = match is_text {
            false => format!("{}", f64::from_le_bytes(input.array()?)).into_bytes(),
            true => match input.array::<1>()? {
                [length @ ..=252] => input.header(length.into(), 252, "a score")?,
                // What is no finite number.
                [255] => b"-inf".to_vec(),
                _ => b"inf".to_vec(),
            },
        };
        self.write(&score, Role::Element, text);
        Ok(())
    }

    /// The next of what a module has written.
    fn module(&mut self, text: &mut Text) -> io::Result<()> {
        let code = self.strings.length()?;
        if code == 0 {
            return Ok(());
        }
        self.tasks.push(Task::Module);
        let value = match code {
            1 => (self.strings.length()? as i64).to_string(),
            2 => self.strings.length()?.to_string(),
            3 => f32::from_le_bytes(self.strings.input.array()?).to_string(),
            4 => f64::from_le_bytes(self.strings.input.array()?).to_string(),
            5 => {
                self.tasks.push(Task::String(Role::Element));
                return Ok(());
            }
            _ => return Err(corrupt(&format!("a value of a module of the unknown kind {code}"))),
        };
        self.write(value.as_bytes(), Role::Element, text);
        Ok(())
    }
}
