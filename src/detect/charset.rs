//! Letters as they stand in a file: takes bytes whose charset nobody named, gives Cyrillic or Latin letters, folded, in
//! UTF-8, Windows-1251 (with the Kazakh letters of KZ-1048), IBM866 and KOI8-R.
//!
//! A folded letter is one byte: `a` to `z`, 0xE0 to 0xFF for `а` to `я`, and [`NG`]; `е` stands for `ё`, the nearest Russian
//! letter for another Kazakh one, as on a keyboard that lacks it.

/// In what charset letters are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Windows1251,
    Ibm866,
    Koi8R,
    /// Latin letters, the same in all the others.
    Ascii,
}

/// A letter at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub folded: u8,
    pub capital: bool,
    /// In bytes.
    pub length: usize,
}

/// The letters `ю` to `ъ` of KOI8-R, which sorts them by their sound.
const KOI8_R: [u8; 32] = [
    0xFE, 0xE0, 0xE1, 0xF6, 0xE4, 0xE5, 0xF4, 0xE3, 0xF5, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xED, 0xEE, 0xEF, 0xFF, 0xF0,
    0xF1, 0xF2, 0xF3, 0xE6, 0xE2, 0xFC, 0xFB, 0xE7, 0xF8, 0xFD, 0xF9, 0xF7, 0xFA,
];

impl Charset {
    pub const CYRILLIC: [Self; 4] = [Self::Utf8, Self::Windows1251, Self::Ibm866, Self::Koi8R];

    /// The charset in which a Cyrillic capital stands at a place, if it may be one.
    #[inline]
    pub fn of_capital(text: &[u8], at: usize) -> Option<Self> {
        let first = *text.get(at)?;
        if let Some(letter) = utf8(first, text.get(at + 1).copied().unwrap_or(0)) {
            return letter.capital.then_some(Self::Utf8);
        }
        let charset = match first {
            0x80..=0x9F => Self::Ibm866,
            0xA0..=0xDF => Self::Windows1251,
            0xE0..=0xFF => Self::Koi8R,
            _ => return None,
        };
        charset.letter(text, at).is_some_and(|letter| letter.capital).then_some(charset)
    }

    /// The letter at a place.
    #[inline(always)]
    pub fn letter(self, text: &[u8], at: usize) -> Option<Letter> {
        let byte = *text.get(at)?;
        match self {
            Self::Utf8 => utf8(byte, text.get(at + 1).copied().unwrap_or(0)),
            Self::Ascii => byte.is_ascii_alphabetic().then(|| Letter {
                folded: byte.to_ascii_lowercase(),
                capital: byte.is_ascii_uppercase(),
                length: 1,
            }),
            Self::Windows1251 => windows1251(byte),
            Self::Ibm866 => ibm866(byte),
            Self::Koi8R => koi8_r(byte),
        }
    }

    /// The letter that ends at a place.
    #[inline(always)]
    pub fn letter_before(self, text: &[u8], end: usize) -> Option<Letter> {
        let length = if self == Self::Utf8 { 2 } else { 1 };
        self.letter(&text[..end], end.checked_sub(length)?)
    }
}

const fn letter(folded: u8, capital: bool) -> Option<Letter> {
    Some(Letter { folded, capital, length: 1 })
}

/// `ң`, which is no `н`: else «-ның», a case of Kazakh, would be the ending of a surname.
pub const NG: u8 = 0xD0;

/// Folded letters of UTF-8 by the lowest two bits of the first byte, 0xD0 to 0xD3, and the lowest six of the second.
const UTF8: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 32 {
        table[0x10 + i] = 0xE0 + i as u8;
        table[0x30 + i] = 0xE0 + i as u8;
        i += 1;
    }
    let others = [
        (0x01, 0x51, 0xE5),
        (0x06, 0x56, 0xE8),
        (0x92, 0x93, 0xE3),
        (0x9A, 0x9B, 0xEA),
        (0xA2, 0xA3, NG),
        (0xAE, 0xAF, 0xF3),
        (0xB0, 0xB1, 0xF3),
        (0xBA, 0xBB, 0xF5),
        (0xD8, 0xD9, 0xE0),
        (0xE8, 0xE9, 0xEE),
    ];
    let mut i = 0;
    while i < others.len() {
        table[others[i].0] = others[i].2;
        table[others[i].1] = others[i].2;
        i += 1;
    }
    table
};

#[inline(always)]
fn utf8(first: u8, second: u8) -> Option<Letter> {
    if first & 0xFC != 0xD0 || second & 0xC0 != 0x80 {
        return None;
    }
    let index = usize::from(first & 3) << 6 | usize::from(second & 0x3F);
    let folded = UTF8[index];
    // Letters of Russian stand in two runs of 32, those of Kazakh in pairs.
    let capital = if index < 0x80 { index < 0x30 } else { index & 1 == 0 };
    (folded != 0).then_some(Letter { folded, capital, length: 2 })
}

fn windows1251(byte: u8) -> Option<Letter> {
    match byte {
        0xC0..=0xDF => letter(byte + 0x20, true),
        0xE0..=0xFF => letter(byte, false),
        0xA8 => letter(0xE5, true),
        0xB8 => letter(0xE5, false),
        0xA3 => letter(0xE0, true),
        0xBC => letter(0xE0, false),
        0xAA => letter(0xE3, true),
        0xBA => letter(0xE3, false),
        0xB2 => letter(0xE8, true),
        0xB3 => letter(0xE8, false),
        0x8D => letter(0xEA, true),
        0x9D => letter(0xEA, false),
        0xBD => letter(NG, true),
        0xBE => letter(NG, false),
        0xA5 => letter(0xEE, true),
        0xB4 => letter(0xEE, false),
        0xA1 | 0xAF => letter(0xF3, true),
        0xA2 | 0xBF => letter(0xF3, false),
        0x8E => letter(0xF5, true),
        0x9E => letter(0xF5, false),
        _ => None,
    }
}

fn ibm866(byte: u8) -> Option<Letter> {
    match byte {
        0x80..=0x9F => letter(byte + 0x60, true),
        0xA0..=0xAF => letter(byte + 0x40, false),
        0xE0..=0xEF => letter(byte + 0x10, false),
        0xF0 => letter(0xE5, true),
        0xF1 => letter(0xE5, false),
        _ => None,
    }
}

fn koi8_r(byte: u8) -> Option<Letter> {
    match byte {
        0xC0..=0xFF => letter(KOI8_R[usize::from(byte & 0x1F)], byte >= 0xE0),
        0xA3 => letter(0xE5, false),
        0xB3 => letter(0xE5, true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fold_alike_in_every_charset() {
        for (charset, encoding) in [
            (Charset::Windows1251, encoding_rs::WINDOWS_1251),
            (Charset::Ibm866, encoding_rs::IBM866),
            (Charset::Koi8R, encoding_rs::KOI8_R),
        ] {
            for char in ('А'..='я').chain(['Ё', 'ё']) {
                let text = char.to_string();
                let stored = encoding.encode(&text).0;
                let utf8 = Charset::Utf8.letter(text.as_bytes(), 0).unwrap();
                let single = charset.letter(&stored, 0).unwrap();
                assert_eq!((utf8.folded, utf8.capital), (single.folded, single.capital), "{char} {charset:?}");
                assert_eq!(charset.letter_before(&stored, 1), Some(single));
            }
        }
    }

    #[test]
    fn kazakh_letters_fold_to_the_nearest_russian() {
        let fold = |text: &str| {
            (0..text.len()).step_by(2).map(|i| Charset::Utf8.letter(text.as_bytes(), i).unwrap().folded).collect()
        };
        let folded: Vec<u8> = fold("ӘәҒғҚқӨөҰұҮүҺһІіЁё");
        assert_eq!(folded, fold("ААГГККООУУУУХХИИЕЕ".to_lowercase().as_str()));
    }

    #[test]
    fn the_charset_is_told_by_a_capital() {
        for (text, expected) in [("Иван", true), ("иван", false), ("Қанат", true), ("қанат", false)] {
            assert_eq!(Charset::of_capital(text.as_bytes(), 0), expected.then_some(Charset::Utf8), "{text}");
        }
        assert_eq!(Charset::of_capital(&encoding_rs::WINDOWS_1251.encode("Иван").0, 0), Some(Charset::Windows1251));
        assert_eq!(Charset::of_capital(&encoding_rs::IBM866.encode("Иван").0, 0), Some(Charset::Ibm866));
        assert_eq!(Charset::of_capital(&encoding_rs::KOI8_R.encode("Иван").0, 0), Some(Charset::Koi8R));
        assert_eq!(Charset::of_capital(b"Ivan", 0), None);
    }
}
