//! What stored bytes are, told by the first of them: takes the head of a file, gives its [`Sniffed`]. Names play no
//! part.

use super::container::{CONTAINERS, Container};

/// Bytes of a head: what [`sniff`] looks at.
pub const SNIFF: usize = 8 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Lzma,
    Lz4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII stands at its own byte values: UTF-8, a single-byte charset, or no text. Scanned as it is.
    Bytes,
    Utf16Le,
    Utf16Be,
}

/// What a head tells about the bytes it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sniffed {
    pub compression: Option<Compression>,
    /// What they are, where they have members.
    pub container: Option<&'static Container>,
    pub charset: Charset,
    /// Whether these bytes, as they are stored, are no text. UTF-32 counts as none.
    pub binary: bool,
}

/// Looks at up to [`SNIFF`] first bytes. All inputs are answered: an empty one is text.
pub fn sniff(head: &[u8]) -> Sniffed {
    let compression = compression(head);
    let container = if compression.is_some() { None } else { CONTAINERS.iter().find(|c| (c.begins)(head)) };
    let charset = if compression.is_some() || container.is_some() { Charset::Bytes } else { charset(head) };
    Sniffed { compression, container, charset, binary: charset == Charset::Bytes && is_binary(head) }
}

fn compression(head: &[u8]) -> Option<Compression> {
    // RFC 1952: ID1, ID2, CM = deflate, and three bits of FLG that must be zero.
    if head.starts_with(&[0x1F, 0x8B, 8]) && head.get(3).is_none_or(|flags| flags & 0xE0 == 0) {
        return Some(Compression::Gzip);
    }
    match head {
        // A block's number, or that of the end: the first digits of pi, or of its root.
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Some(Compression::Bzip2),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Compression::Bzip2),
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
        [0x04, 0x22, 0x4D, 0x18, ..] | [0x02, 0x21, 0x4C, 0x18, ..] => Some(Compression::Lz4),
        _ if begins_zstd(head) => Some(Compression::Zstd),
        _ => begins_lzma(head).then_some(Compression::Lzma),
    }
}

/// Whether a .lzma file begins here, which has no magic number: its properties and sizes are such as encoders write, and
/// the range coder begins with a zero.
fn begins_lzma(head: &[u8]) -> bool {
    let [properties, a, b, c, d, length @ ..] = head else { return false };
    let Some((length, [0, ..])) = length.split_first_chunk::<8>() else { return false };
    let dictionary = u32::from_le_bytes([*a, *b, *c, *d]);
    // 2^n or 2^n + 2^(n-1).
    let plausible = dictionary.count_ones() == 1 || dictionary.count_ones() == 2 && dictionary & (dictionary << 1) != 0;
    let length = u64::from_le_bytes(*length);
    *properties == 0x5D && plausible && dictionary >= 4096 && (length == u64::MAX || length < 1 << 38)
}

/// Whether a Zstandard frame begins here, after any number of skippable frames (RFC 8878, 3.1.1 and 3.1.2).
fn begins_zstd(mut head: &[u8]) -> bool {
    let mut skipped = false;
    loop {
        match head {
            [0x28, 0xB5, 0x2F, 0xFD, ..] => return true,
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, a, b, c, d, rest @ ..] => {
                skipped = true;
                head = rest.get(u32::from_le_bytes([*a, *b, *c, *d]) as usize..).unwrap_or_default();
            }
            _ => return skipped && head.len() < 4,
        }
    }
}

fn charset(head: &[u8]) -> Charset {
    match head {
        // The mark of UTF-32, little-endian, begins with that of UTF-16.
        [0xFF, 0xFE, 0, 0, ..] => Charset::Bytes,
        [0xFF, 0xFE, ..] => Charset::Utf16Le,
        [0xFE, 0xFF, ..] => Charset::Utf16Be,
        // The high bytes that UTF-16 would have stand in no other text.
        _ if memchr::memchr2(0, 4, head).is_none() => Charset::Bytes,
        _ if is_utf16(head, u16::from_le_bytes) => Charset::Utf16Le,
        _ if is_utf16(head, u16::from_be_bytes) => Charset::Utf16Be,
        _ => Charset::Bytes,
    }
}

/// Whether bytes without a mark read as UTF-16: at least three of four units are ASCII, Latin-1 or Cyrillic, whose
/// high bytes (00 and 04) no text of another charset has so often, and no unit is one that text cannot hold.
fn is_utf16(head: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    let units = head.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let count = units.len();
    let known = units.clone().filter(|unit| matches!(unit >> 8, 0 | 4)).count();
    // A head may end between the two halves of a pair.
    let whole =
        units.clone().take(count - usize::from(units.clone().next_back().is_some_and(|u| u & 0xFC00 == 0xD800)));
    count >= 2 && known * 4 >= count * 3 && char::decode_utf16(whole).all(|char| char.is_ok_and(is_text))
}

fn is_text(char: char) -> bool {
    let code = char as u32;
    let private = (0xE000..0xF900).contains(&code) || code >= 0xF_0000;
    let no_character = code & 0xFFFE == 0xFFFE || (0xFDD0..0xFDF0).contains(&code);
    (!char.is_control() || matches!(char, '\t' | '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{1B}' | '\u{85}'))
        && !private
        && !no_character
}

/// Whether there is a NUL, or more than one byte of five is a control that text does not use. The bound is far above
/// the share of control-A in logs and dumps that part their fields by it.
fn is_binary(head: &[u8]) -> bool {
    let is_control = |byte: &u8| u8::from(matches!(byte, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F));
    // Counted in bytes, many at a time.
    let controls = || head.chunks(255).map(|part| usize::from(part.iter().map(is_control).sum::<u8>())).sum::<usize>();
    memchr::memchr(0, head).is_some() || controls() * 5 > head.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn text(charset: Charset) -> Sniffed {
        Sniffed { compression: None, container: None, charset, binary: false }
    }

    #[test]
    fn compression_is_told_by_content() {
        let compression = |head: &[u8]| sniff(head).compression;
        assert_eq!(compression(&[0x1F, 0x8B, 8, 0, 0]), Some(Compression::Gzip));
        assert_eq!(compression(&[0x1F, 0x8B, 8]), Some(Compression::Gzip));
        assert_eq!(compression(&[0x1F, 0x8B]), None);
        assert_eq!(compression(&[0x1F, 0x8B, 8, 0xFF]), None);
        assert_eq!(compression(&[0x28, 0xB5, 0x2F, 0xFD]), Some(Compression::Zstd));
        assert_eq!(compression(&[0x28, 0xB5, 0x2F]), None);
        assert_eq!(
            compression(&[0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9, 0x28, 0xB5, 0x2F, 0xFD]),
            Some(Compression::Zstd)
        );
        assert_eq!(compression(&[0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9, 1, 2, 3, 4]), None);
        assert_eq!(compression(&[0x5F, 0x2A, 0x4D, 0x18, 0xFF, 0xFF, 0xFF, 0xFF, 9]), Some(Compression::Zstd));
        assert_eq!(compression(b"BZh91AY&SY"), Some(Compression::Bzip2));
        assert_eq!(compression(b"BZh9 is a text"), None);
        assert_eq!(compression(&[0xFD, b'7', b'z', b'X', b'Z', 0, 0]), Some(Compression::Xz));
        assert_eq!(compression(&[0x04, 0x22, 0x4D, 0x18, 0x64]), Some(Compression::Lz4));
        let lzma = [0x5D, 0, 0, 0x80, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0, 5];
        assert_eq!(compression(&lzma), Some(Compression::Lzma));
        assert_eq!(compression(b"]\0\0\x80\0 a text of another kind"), None);
    }

    #[test]
    fn utf16_is_told_by_its_mark_or_its_units() {
        for sample in ["id;name\n1;Test\n", "ИИН: нет", "Аты-жөні: тест ₸ 1", "12", "x 😀 y z w v u t"]
        {
            assert_eq!(sniff(&le(sample)), text(Charset::Utf16Le), "{sample}");
            assert_eq!(sniff(&be(sample)), text(Charset::Utf16Be), "{sample}");
            assert_eq!(sniff(&le(&format!("\u{FEFF}{sample}"))), text(Charset::Utf16Le), "{sample}");
            assert_eq!(sniff(&be(&format!("\u{FEFF}{sample}"))), text(Charset::Utf16Be), "{sample}");
            assert_eq!(sniff(sample.as_bytes()), text(Charset::Bytes), "{sample}");
        }
        // Marked text need not look like text of ours.
        assert_eq!(sniff(&le("\u{FEFF}漢字")), text(Charset::Utf16Le));
    }

    #[test]
    fn a_head_may_end_inside_a_pair_or_a_unit() {
        let stored = le("wide text 😀");
        assert_eq!(sniff(&stored[..stored.len() - 1]), text(Charset::Utf16Le));
        assert_eq!(sniff(&stored[..stored.len() - 2]), text(Charset::Utf16Le));
    }

    #[test]
    fn text_of_single_bytes_is_not_utf16() {
        for encoding in crate::decode::SINGLE_BYTE {
            let (stored, _, _) = encoding.encode("Фамилия Имя Отчество; ИИН; телефон\r\n");
            assert_eq!(sniff(&stored), text(Charset::Bytes));
        }
        for short in ["", "a", "ab", "a b c d "] {
            assert_eq!(sniff(short.as_bytes()), text(Charset::Bytes));
        }
    }

    #[test]
    fn binary_is_told_by_nul_and_controls() {
        let utf32: Vec<u8> = "wide".chars().flat_map(|char| (char as u32).to_le_bytes()).collect();
        let marked = [&[0xFF, 0xFE, 0, 0][..], &utf32].concat();
        for head in [&b"\x7FELF\x02\x01\x01\0\0\0"[..], b"text\0", b"\x01\x02\x03 abc", &utf32, &marked] {
            assert_eq!(sniff(head), Sniffed { binary: true, ..text(Charset::Bytes) }, "{head:?}");
        }
        for head in [&b"\x1B[31mred\x1B[0m"[..], b"8=FIX.4.2\x0135=D\x0155=KZTK\x01", b"\xEF\xBB\xBFa,b"] {
            assert_eq!(sniff(head), text(Charset::Bytes), "{head:?}");
        }
    }
}
