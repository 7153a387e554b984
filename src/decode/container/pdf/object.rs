//! Objects of a PDF and the words of what draws its pages (ISO 32000-1, 7.2 and 7.3): takes bytes, gives them one after another.

/// Arrays and dictionaries inside one another.
const DEPTH: usize = 64;

/// Objects inside one object: so much fits into a few MiB.
pub const PARTS: usize = 1 << 16;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Object {
    #[default]
    Null,
    Boolean(bool),
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Stream(Stream),
    /// The number of another object.
    Reference(u32),
    /// An operator of what draws a page.
    Word(Vec<u8>),
}

impl Object {
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// A number that counts something.
    pub fn count(&self) -> Option<u64> {
        self.number().filter(|number| (0.0..1e15).contains(number)).map(|number| number as u64)
    }

    pub fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn array(&self) -> &[Self] {
        if let Self::Array(array) = self { array } else { &[] }
    }

    /// The dictionary that it is, or that its stream has.
    pub fn dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            Self::Stream(stream) => Some(&stream.dictionary),
            _ => None,
        }
    }

    pub fn reference(&self) -> Option<u32> {
        if let Self::Reference(number) = self { Some(*number) } else { None }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dictionary(pub Vec<(Vec<u8>, Object)>);

impl Dictionary {
    /// The value of a key; null where it has none.
    pub fn get(&self, key: &str) -> &Object {
        let entry = self.0.iter().find(|(name, _)| name == key.as_bytes());
        entry.map_or(&Object::Null, |(_, value)| value)
    }

    pub fn is(&self, key: &str, name: &str) -> bool {
        self.get(key).name() == Some(name.as_bytes())
    }
}

/// What a stream says of itself, and where its bytes are in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    pub dictionary: Dictionary,
    pub at: u64,
    pub length: u64,
    /// The object that it is, which its cipher takes.
    pub number: u32,
    pub generation: u16,
    /// Whether the file ends within it.
    pub is_cut: bool,
}

/// Reads objects from bytes.
pub struct Lexer<'l> {
    bytes: &'l [u8],
    pub at: usize,
    /// Objects that the one being read may still have.
    parts: usize,
    /// Whether the bytes ended before the last object did.
    pub ran_out: bool,
    /// Whether parts of an object were left out, since there are too many or they lie too deep.
    pub is_short: bool,
}

impl<'l> Lexer<'l> {
    pub fn new(bytes: &'l [u8], at: usize) -> Self {
        Self { bytes, at, parts: PARTS, ran_out: false, is_short: false }
    }

    pub fn rest(&self) -> &'l [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes on to what is neither white space nor a comment.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let rest = self.rest();
                self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next object or word; none at the end.
    pub fn next(&mut self) -> Option<Object> {
        self.parts = PARTS;
        self.object(DEPTH)
    }

    fn object(&mut self, depth: usize) -> Option<Object> {
        loop {
            self.skip_space();
            let Some(byte) = self.peek() else {
                self.ran_out = true;
                return None;
            };
            self.at += 1;
            return Some(match byte {
                b'/' => Object::Name(self.name()),
                b'(' => Object::Text(self.literal()),
                b'<' if self.peek() == Some(b'<') => {
                    self.at += 1;
                    Object::Dictionary(dictionary(self.parts(depth, b'>')))
                }
                b'<' => Object::Text(self.hexadecimal()),
                b'[' => Object::Array(self.parts(depth, b']')),
                b'+' | b'-' | b'.' | b'0'..=b'9' => {
                    self.at -= 1;
                    self.number()
                }
                // What closes nothing.
                b']' | b'>' | b')' | b'{' | b'}' => continue,
                _ => {
                    self.at -= 1;
                    self.word()
                }
            });
        }
    }

    /// What stands up to the end of an array or a dictionary.
    fn parts(&mut self, depth: usize, end: u8) -> Vec<Object> {
        let mut parts = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    self.ran_out = true;
                    return parts;
                }
                Some(byte) if byte == end => {
                    self.at += 1;
                    if end == b'>' && self.peek() == Some(b'>') {
                        self.at += 1;
                    }
                    return parts;
                }
                // One that was never closed.
                Some(b'e') if self.rest().starts_with(b"endobj") => return parts,
                Some(_) => {}
            }
            let before = self.at;
            if depth == 0 {
                self.is_short = true;
                self.at += 1;
                continue;
            }
            match self.object(depth - 1) {
                Some(Object::Word(word)) if word == b"R" => refer(&mut parts),
                Some(_) if self.parts == 0 => self.is_short = true,
                Some(object) => {
                    self.parts -= 1;
                    parts.push(object);
                }
                None => return parts,
            }
            debug_assert!(self.at > before);
        }
    }

    fn name(&mut self) -> Vec<u8> {
        let raw = self.regular();
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((first, after)) = rest.split_first() {
            let escaped = if *first == b'#' { after.first().zip(after.get(1)) } else { None };
            match escaped.and_then(|(high, low)| Some(digit(*high)? << 4 | digit(*low)?)) {
                Some(byte) => {
                    name.push(byte);
                    rest = &after[2..];
                }
                None => {
                    name.push(*first);
                    rest = after;
                }
            }
        }
        name
    }

    /// The bytes up to white space or what parts words.
    fn regular(&mut self) -> &'l [u8] {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len());
        self.at += length;
        self.ran_out |= length == rest.len();
        &rest[..length]
    }

    fn word(&mut self) -> Object {
        match self.regular() {
            b"true" => Object::Boolean(true),
            b"false" => Object::Boolean(false),
            b"null" => Object::Null,
            word => Object::Word(word.to_vec()),
        }
    }

    fn number(&mut self) -> Object {
        let rest = self.rest();
        let is_digit = |byte: &u8| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9');
        let length = rest.iter().position(|byte| !is_digit(byte)).unwrap_or(rest.len());
        self.at += length;
        self.ran_out |= length == rest.len();
        // Some write signs twice, or within the number.
        let is_negative = rest[0] == b'-';
        let digits: String =
            rest[..length].iter().filter(|byte| !matches!(byte, b'+' | b'-')).map(|byte| char::from(*byte)).collect();
        let number = digits.parse::<f64>().unwrap_or(0.0);
        Object::Number(if is_negative { -number } else { number })
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'>');
        self.ran_out |= end.is_none();
        self.at += end.map_or(rest.len(), |end| end + 1);
        from_hexadecimal(&rest[..end.unwrap_or(rest.len())])
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 0;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' if depth == 0 => return text,
                b')' => depth -= 1,
                b'\\' => {
                    text.extend(self.escaped());
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        self.ran_out = true;
        text
    }

    /// What a backslash stands for with what follows it.
    fn escaped(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(more @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(more - b'0');
                    self.at += 1;
                }
                value as u8
            }
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return None;
            }
            b'\n' => return None,
            other => other,
        })
    }

    /// Goes over the bytes of an image that stands among what draws a page, once its `ID` was read.
    pub fn skip_image(&mut self) {
        self.at += 1;
        let rest = self.rest();
        let ends = |at: &usize| {
            rest[..*at].last().is_none_or(|byte| is_space(*byte)) && rest.get(at + 2).is_none_or(|byte| is_space(*byte))
        };
        let end = memchr::memmem::find_iter(rest, b"EI").find(ends);
        self.at += end.map_or(rest.len(), |end| end + 2);
    }
}

/// Makes a reference of the two numbers before an `R`.
fn refer(parts: &mut Vec<Object>) {
    if let [.., Object::Number(number), Object::Number(_)] = parts[..] {
        parts.truncate(parts.len() - 2);
        parts.push(Object::Reference(number as u32));
    }
}

fn dictionary(parts: Vec<Object>) -> Dictionary {
    let mut entries = Vec::new();
    let mut parts = parts.into_iter();
    while let Some(key) = parts.next() {
        if let Object::Name(key) = key
            && let Some(value) = parts.next()
        {
            entries.push((key, value));
        }
    }
    Dictionary(entries)
}

pub fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

pub fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// The bytes that these digits stand for, whatever else is between them.
pub fn from_hexadecimal(digits: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = digits.iter().filter_map(|byte| digit(*byte)).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_as_they_are_written() {
        let text = |text: &[u8]| Object::Text(text.to_vec());
        for (written, expected) in [
            ("(a\\(b(c)\\)\\101\\n\\\nd)", text(b"a(b(c))A\nd")),
            ("<48 65 6>", text(b"He`")),
            ("/A#20b", Object::Name(b"A b".to_vec())),
            ("-.5", Object::Number(-0.5)),
            ("%x\n null", Object::Null),
            ("Tj", Object::Word(b"Tj".to_vec())),
            ("[1 2 0 R(x)]", Object::Array(vec![Object::Number(1.0), Object::Reference(2), text(b"x")])),
        ] {
            assert_eq!(Lexer::new(written.as_bytes(), 0).next(), Some(expected), "{written}");
        }
        let Some(Object::Dictionary(dictionary)) = Lexer::new(b"<</A<</B[/C]>>/D 3 0 R /E true>>", 0).next() else {
            panic!()
        };
        assert_eq!(dictionary.get("A").dictionary().unwrap().get("B").array(), [Object::Name(b"C".to_vec())]);
        assert_eq!((dictionary.get("D"), dictionary.get("E")), (&Object::Reference(3), &Object::Boolean(true)));
    }

    #[test]
    fn what_never_ends_ends() {
        for hostile in ["[".repeat(100_000), "<<".repeat(100_000), "(".repeat(100_000), "1 ".repeat(200_000)] {
            let hostile = format!("[{hostile}");
            let mut lexer = Lexer::new(hostile.as_bytes(), 0);
            while lexer.next().is_some() {}
            assert!(lexer.ran_out);
        }
    }
}
