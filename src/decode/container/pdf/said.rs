//! What the objects of a document say in words, beside its pages: takes them one after another, gives each text as a line
//! with the name that it has: title and author, fields of forms and their values, remarks, bookmarks, links.

use std::io;

use super::super::cells::{Source, Text};
use super::file::File;
use super::object::{Dictionary, Object};
use crate::decode::to_utf8;

/// Bytes of text that are enough at a time.
const ENOUGH: usize = 32 << 10;

/// What texts under these keys say is for programs.
const SILENT: [&str; 16] = [
    "ID",
    "DA",
    "DS",
    "O",
    "U",
    "OE",
    "UE",
    "Perms",
    "CharSet",
    "Registry",
    "Ordering",
    "Panose",
    "Lang",
    "Cert",
    "ByteRange",
    "CheckSum",
];

/// The same as another key has, in another form.
const AGAIN: [(&str, &str); 3] = [("RC", "Contents"), ("RV", "V"), ("DV", "V")];

/// Dictionaries without words of people.
const KINDS: [&str; 7] = ["Font", "FontDescriptor", "XRef", "ObjStm", "Encoding", "CMap", "ExtGState"];

/// A file that is attached: its name, and the number of its stream.
pub type Attached = (String, u32);

pub struct Said<'s, 'w> {
    file: &'s mut File<'w>,
    numbers: std::vec::IntoIter<u32>,
    /// The object that tells of encryption.
    encryption: Option<u32>,
    /// What the end of the file says of the document itself.
    info: Option<Object>,
    pub attached: Vec<Attached>,
}

impl<'s, 'w> Said<'s, 'w> {
    pub fn new(file: &'s mut File<'w>) -> Self {
        let numbers = file.numbers().into_iter();
        let encryption = file.trailer.get("Encrypt").reference();
        let info = Some(file.trailer.get("Info").clone());
        Self { file, numbers, encryption, info, attached: Vec::new() }
    }

    fn dictionary(&mut self, dictionary: &Dictionary, text: &mut Text) -> io::Result<()> {
        if KINDS.iter().any(|kind| dictionary.is("Type", kind)) {
            return Ok(());
        }
        let is_signature = dictionary.is("Type", "Sig");
        self.attachment(dictionary)?;
        for (key, value) in &dictionary.0 {
            let key = String::from_utf8_lossy(key);
            let said_by = AGAIN.iter().find(|(again, _)| *again == key).map(|(_, said)| dictionary.get(said));
            let is_silent = SILENT.contains(&&*key) || is_signature && key == "Contents";
            if is_silent || said_by.is_some_and(|said| *said != Object::Null) {
                continue;
            }
            let is_named = key == "T" && *dictionary.get("V") != Object::Null;
            if is_named && value.text().is_some() {
                continue;
            }
            let name = if key == "V" { self.name(dictionary)? } else { key.into_owned() };
            self.say(&name, value, text)?;
        }
        Ok(())
    }

    /// What the field is called whose value a dictionary has.
    fn name(&mut self, dictionary: &Dictionary) -> io::Result<String> {
        let parent = self.file.value(dictionary, "Parent")?;
        for of in [Some(dictionary), parent.dictionary()].into_iter().flatten() {
            for key in ["TU", "T"] {
                if let Some(name) = of.get(key).text().and_then(words).filter(|name| !name.trim().is_empty()) {
                    return Ok(name);
                }
            }
        }
        Ok("V".to_owned())
    }

    fn say(&mut self, name: &str, value: &Object, text: &mut Text) -> io::Result<()> {
        match value {
            Object::Text(bytes) => {
                let Some(words) = words(bytes).filter(|words| !words.trim().is_empty() && !is_date(words)) else {
                    return Ok(());
                };
                text.plain(format!("{}: ", name.replace(char::is_control, " ")).as_bytes());
                text.plain(words.replace("\r\n", "\n").replace('\r', "\n").as_bytes());
                text.plain(b"\n");
            }
            Object::Array(parts) => parts.iter().try_for_each(|part| self.say(name, part, text))?,
            // One that may be somebody's.
            Object::Number(number) if number.abs() >= 1e9 && number.fract() == 0.0 => {
                text.plain(format!("{}: {number}\n", name.replace(char::is_control, " ")).as_bytes());
            }
            value => value.dictionary().map_or(Ok(()), |dictionary| self.dictionary(dictionary, text))?,
        }
        Ok(())
    }

    /// Notes a file that is attached.
    fn attachment(&mut self, dictionary: &Dictionary) -> io::Result<()> {
        let files = self.file.value(dictionary, "EF")?;
        let Some(files) = files.dictionary() else { return Ok(()) };
        let name = ["UF", "F", "Desc"].iter().find_map(|key| dictionary.get(key).text().and_then(words));
        let stream = ["UF", "F", "DOS", "Mac", "Unix"].iter().find_map(|key| files.get(key).reference());
        if let Some(stream) = stream
            && !self.attached.iter().any(|(_, known)| *known == stream)
        {
            let name = name.unwrap_or_else(|| format!("attachment {}", self.attached.len() + 1));
            self.attached.push((name, stream));
        }
        Ok(())
    }
}

impl Source for &mut Said<'_, '_> {
    fn more(&mut self, text: &mut Text) -> io::Result<bool> {
        if let Some(info) = self.info.take() {
            self.say("text", &info, text)?;
        }
        while text.len() < ENOUGH {
            let Some(number) = self.numbers.next() else { return Ok(false) };
            if Some(number) == self.encryption {
                continue;
            }
            let object = self.file.get(number)?;
            self.say("text", &object, text)?;
        }
        Ok(true)
    }
}

/// A text string: UTF-16 or UTF-8 by its mark, else by its letters. None where it is no text.
pub fn words(bytes: &[u8]) -> Option<String> {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((charset, _)) => charset.decode(bytes).0.into_owned(),
        None if bytes.iter().any(|byte| *byte < b' ' && !byte.is_ascii_whitespace()) => return None,
        None => to_utf8(bytes).into_owned(),
    };
    Some(text)
}

fn is_date(words: &str) -> bool {
    words.strip_prefix("D:").is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()))
}
