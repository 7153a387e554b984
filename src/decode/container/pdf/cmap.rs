//! Tables of codes (ISO 32000-1, 9.7.5 and 9.10.3): takes one, gives how long codes are and what they stand for.

use super::object::{Lexer, Object};

/// Codes that are known, and bytes of what they stand for.
const CODES: usize = 1 << 16;
const BYTES: usize = 1 << 20;

#[derive(Debug, Default)]
pub struct CMap {
    /// Lengths in bytes, with the first and the last code.
    spaces: Vec<(usize, u32, u32)>,
    /// The first and the last code, and what the first stands for; in rising order.
    codes: Vec<(u32, u32, String)>,
    bytes: usize,
}

impl CMap {
    pub fn new(bytes: &[u8]) -> Self {
        let mut lexer = Lexer::new(bytes, 0);
        let (mut table, mut operands) = (Self::default(), Vec::new());
        while let Some(object) = lexer.next() {
            match object {
                Object::Word(word) => {
                    table.take(&word, &operands);
                    operands.clear();
                }
                object if operands.len() < 3 * CODES => operands.push(object),
                _ => {}
            }
        }
        table.codes.sort_by_key(|(first, ..)| *first);
        table
    }

    fn take(&mut self, word: &[u8], operands: &[Object]) {
        let code = |object: &Object| object.text().and_then(number);
        match word {
            b"endcodespacerange" => {
                for pair in operands.chunks_exact(2).take(CODES - self.spaces.len()) {
                    if let (Some(text), Some(first), Some(last)) = (pair[0].text(), code(&pair[0]), code(&pair[1])) {
                        self.spaces.push((text.len(), first, last));
                    }
                }
            }
            b"endbfchar" => {
                for pair in operands.chunks_exact(2) {
                    if let (Some(code), Some(text)) = (code(&pair[0]), pair[1].text()) {
                        self.add(code, code, text);
                    }
                }
            }
            b"endbfrange" => {
                for range in operands.chunks_exact(3) {
                    let Some((first, last)) = code(&range[0]).zip(code(&range[1])) else { continue };
                    match &range[2] {
                        Object::Text(text) => self.add(first, last, text),
                        texts => {
                            for (code, text) in (first..=last).zip(texts.array()) {
                                self.add(code, code, text.text().unwrap_or_default());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, first: u32, last: u32, text: &[u8]) {
        let units: Vec<u16> = match text {
            [one] => vec![u16::from(*one)],
            text => text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
        };
        let text = String::from_utf16_lossy(&units);
        let is_nothing = text.is_empty() || text.contains(['\0', char::REPLACEMENT_CHARACTER]);
        if !is_nothing && last >= first && self.codes.len() < CODES && self.bytes + text.len() <= BYTES {
            self.bytes += text.len();
            self.codes.push((first, last, text));
        }
    }

    /// Codes, as a measure of memory.
    pub fn len(&self) -> usize {
        self.codes.len() + self.spaces.len()
    }

    /// The bytes of the code that these begin with, where it is told.
    pub fn length(&self, bytes: &[u8]) -> Option<usize> {
        (1..=bytes.len().min(4)).find(|length| {
            let code = number(&bytes[..*length]);
            self.spaces
                .iter()
                .any(|(of, first, last)| of == length && code.is_some_and(|code| (*first..=*last).contains(&code)))
        })
    }

    /// Adds what a code stands for. Whether it is known.
    pub fn spell(&self, code: u32, text: &mut String) -> bool {
        let after = self.codes.partition_point(|(first, ..)| *first <= code);
        let Some((first, last, spelled)) = after.checked_sub(1).map(|at| &self.codes[at]) else { return false };
        if code > *last {
            return false;
        }
        let mut chars = spelled.chars();
        let Some(end) = chars.next_back().and_then(|end| char::from_u32(u32::from(end).checked_add(code - first)?))
        else {
            return false;
        };
        text.push_str(chars.as_str());
        text.push(end);
        true
    }
}

/// The number of a code of up to four bytes.
pub fn number(code: &[u8]) -> Option<u32> {
    (code.len() <= 4).then(|| code.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled() {
        let table = CMap::new(
            b"/CIDInit /ProcSet findresource begin 1 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange \
              2 beginbfchar <41> <0418> <8001> <00660066> endbfchar \
              2 beginbfrange <30> <39> <0030> <8010> <8011> [<0410> <D83DDE00>] endbfrange",
        );
        let spelled = |code| {
            let mut text = String::new();
            table.spell(code, &mut text).then_some(text)
        };
        for (code, expected) in [(0x41, "И"), (0x8001, "ff"), (0x35, "5"), (0x8010, "А"), (0x8011, "😀")] {
            assert_eq!(spelled(code).as_deref(), Some(expected));
        }
        assert_eq!((spelled(0x40), spelled(0x42), spelled(0x8012)), (None, None, None));
        assert_eq!(
            (table.length(b"\x41\x80"), table.length(b"\x80\x01"), table.length(b"\x80")),
            (Some(1), Some(2), None)
        );
    }
}
