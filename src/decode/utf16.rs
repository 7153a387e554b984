//! UTF-16: takes stored bytes of either order, gives UTF-8 in bounded blocks. The byte order mark is dropped; an
//! unpaired surrogate and an odd last byte become U+FFFD.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding};

/// Stored bytes that are decoded at a time.
const BLOCK: usize = 32 << 10;

pub struct Utf16<S> {
    source: S,
    decoder: Decoder,
    stored: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<S: Read> Utf16<S> {
    pub fn new(source: S, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { source, decoder, stored: vec![0; BLOCK], text: Vec::new(), given: 0, ended: false }
    }

    /// Replaces the text that was given with that of the next block.
    fn refill(&mut self) -> io::Result<()> {
        let length = self.source.read(&mut self.stored)?;
        self.ended = length == 0;
        // As many bytes as this many stored ones can ever come to, so that one call takes them all.
        let bound = self.decoder.max_utf8_buffer_length(length).unwrap_or(usize::MAX);
        self.text.resize(bound, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.stored[..length], &mut self.text, self.ended);
        self.text.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<S: Read> Read for Utf16<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended && !buf.is_empty() {
            self.refill()?;
        }
        let length = buf.len().min(self.text.len() - self.given);
        buf[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_16BE, UTF_16LE};
    use proptest::prelude::*;

    use super::*;
    use crate::decode::tests::{drain, one_byte_at_a_time};

    fn le(units: &[u16]) -> Vec<u8> {
        units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
    }

    #[test]
    fn what_is_no_character_becomes_the_replacement_character() {
        let cases: [(&[u16], &[u8], &str); 4] = [
            (&[0x61, 0xD800, 0x62], &[], "a\u{FFFD}b"),
            (&[0x61, 0xDC00, 0x62], &[], "a\u{FFFD}b"),
            (&[0x61, 0xD83D], &[], "a\u{FFFD}"),
            (&[0xFEFF, 0x61, 0x62], &[0x63], "ab\u{FFFD}"),
        ];
        for (units, tail, text) in cases {
            let stored = [&le(units)[..], tail].concat();
            for block in [1, 2, 100] {
                let (got, error) = drain(Utf16::new(one_byte_at_a_time(&stored), UTF_16LE), block);
                assert_eq!((String::from_utf8(got).unwrap().as_str(), error), (text, None));
            }
        }
    }

    proptest! {
        #[test]
        fn text_comes_back_at_any_size_of_read(text in "(?s)[^\u{FEFF}].{0,300}", block in 1usize..100) {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(drain(Utf16::new(&little[..], UTF_16LE), block), (text.clone().into_bytes(), None));
            prop_assert_eq!(drain(Utf16::new(one_byte_at_a_time(&big), UTF_16BE), block), (text.into_bytes(), None));
        }
    }
}
