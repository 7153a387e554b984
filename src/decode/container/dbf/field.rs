//! Columns of dBase tables: takes their descriptors, gives what stands in a record under each as text.

use std::borrow::Cow;

use encoding_rs::Encoding;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::decode::to_utf8;

pub struct Field {
    pub name: String,
    kind: u8,
    pub length: usize,
}

/// The letters of all kinds that some product writes.
const KINDS: &[u8] = b"CNFDLMGPIBTYOVQW0+@";

/// The day whose Julian number is 2440588.
const EPOCH: (i64, Date) = (2_440_588, date(1970, 1, 1));

impl Field {
    /// None where these 32 bytes describe no column.
    pub fn new(descriptor: &[u8]) -> Option<Self> {
        let name = descriptor.get(..11)?;
        let name = &name[..name.iter().position(|byte| *byte == 0).unwrap_or(11)];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let kind = *descriptor.get(11)?;
        if name.is_empty() || !name.iter().all(is_name) || !KINDS.contains(&kind) {
            return None;
        }
        // Clipper has longer text.
        let more = if kind == b'C' { usize::from(descriptor[17]) << 8 } else { 0 };
        let length = usize::from(descriptor[16]) + more;
        Some(Self { name: to_utf8(name).into_owned(), kind, length })
    }

    /// Whether it is no column, but says which others have no value.
    pub fn is_hidden(&self) -> bool {
        self.kind == b'0'
    }

    /// The value, without what fills it up. Nothing for a number of a memo, which stands in another file.
    pub fn show<'v>(&self, value: &'v [u8], charset: Option<&'static Encoding>, is_fox_pro: bool) -> Cow<'v, [u8]> {
        let text = value.trim_ascii();
        match (self.kind, value.len()) {
            (b'C' | b'V', _) => {
                let end = value.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
                match charset {
                    Some(charset) => {
                        charset.decode_without_bom_handling(&value[..end]).0.into_owned().into_bytes().into()
                    }
                    None => value[..end].into(),
                }
            }
            (b'N' | b'F', _) => text.into(),
            (b'L', _) => text.strip_prefix(b"?").unwrap_or(text).into(),
            (b'D', 8) if text.iter().all(u8::is_ascii_digit) && text.len() == 8 => {
                [&text[..4], b"-", &text[4..6], b"-", &text[6..]].concat().into()
            }
            (b'D', _) => text.into(),
            (b'I' | b'+', 4) => number(value).to_string().into_bytes().into(),
            (b'B' | b'O', 8) if is_fox_pro || self.kind == b'O' => {
                let mut bytes = [0; 8];
                bytes.copy_from_slice(value);
                format!("{:?}", f64::from_le_bytes(bytes)).into_bytes().into()
            }
            (b'Y', 8) => {
                let amount = number(value);
                let sign = if amount < 0 { "-" } else { "" };
                let (whole, part) = (amount.unsigned_abs() / 10_000, amount.unsigned_abs() % 10_000);
                format!("{sign}{whole}.{part:04}").into_bytes().into()
            }
            (b'T' | b'@', 8) => moment(number(&value[..4]), number(&value[4..])).into_bytes().into(),
            _ => Cow::Borrowed(b""),
        }
    }
}

/// A number of four or eight bytes, the last of them the highest.
fn number(bytes: &[u8]) -> i64 {
    let unused = 64 - 8 * bytes.len() as u32;
    let value = bytes.iter().rev().fold(0i64, |value, byte| value << 8 | i64::from(*byte));
    value << unused >> unused
}

/// A Julian day and milliseconds of it.
fn moment(day: i64, milliseconds: i64) -> String {
    if day == 0 {
        return String::new();
    }
    let date = EPOCH.1.checked_add(jiff::Span::new().try_days(day - EPOCH.0).unwrap_or_else(|_| 0.days()));
    let seconds = milliseconds.clamp(0, 86_399_999) / 1000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    date.map_or_else(|_| String::new(), |date| format!("{date} {hour:02}:{minute:02}:{second:02}"))
}
