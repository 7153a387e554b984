//! Folding: takes a short run of text in UTF-8, Windows-1251, CP866 or KOI8-R, gives tokens of one byte a letter, in
//! lower case, with one space before, between and after them.

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251};

/// A folded text, see [`fold`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded(Vec<u8>);

impl Folded {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// First byte of the Cyrillic letters in a folded text: а to я by the alphabet, then the Kazakh letters.
const CYRILLIC: u8 = 0x80;
const KAZAKH: [char; 8] = ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ'];

/// Folds a run of text. Letters become lower case, ё е, Latin look-alikes in Kazakh words their letter (ə ә, і i);
/// digits stay; everything else, and a camelCase border, is a space.
///
/// One reading where the text is ASCII or surely UTF-8 (a character cut at either end aside), else one for each of the
/// single-byte charsets in which it looks like text: a word of one is seldom a word in the others.
pub fn fold(text: &[u8]) -> Vec<Folded> {
    if text.is_ascii() {
        return vec![fold_ascii(text)];
    }
    let whole = trim_cut(text);
    match std::str::from_utf8(whole) {
        Ok(utf8) if utf8.chars().all(is_expected) => {
            // Bytes cut off before plain ASCII may as well be letters of a single-byte charset.
            let surely = whole.len() == text.len() || !utf8.is_ascii();
            if surely { vec![fold_str(utf8)] } else { fold_single_byte(text) }
        }
        // `тел` of CP866 is a sign of UTF-8, though none that anybody writes.
        Ok(utf8) => std::iter::once(fold_str(utf8)).chain(fold_single_byte(text)).collect(),
        Err(_) => fold_single_byte(text),
    }
}

/// Whether a character is of the kind that texts in Russian, Kazakh and English, or an emoji, are made of.
fn is_expected(c: char) -> bool {
    matches!(c, '\0'..='\u{24F}' | '\u{400}'..='\u{52F}' | '\u{2000}'..='\u{206F}' | '\u{20A0}'..='\u{20BF}' | '№' | '\u{FEFF}')
        || c > '\u{FFFF}'
}

/// Drops the bytes of a character that is cut at the start or the end of the run.
fn trim_cut(text: &[u8]) -> &[u8] {
    let start = text.iter().take(3).take_while(|b| (0x80..0xC0).contains(*b)).count();
    let text = &text[start..];
    match std::str::from_utf8(text) {
        Err(e) if e.error_len().is_none() => &text[..e.valid_up_to()],
        _ => text,
    }
}

/// The readings in the single-byte charsets, of which those count that look least strange: `ТОО «Ромашка»` of Windows-1251
/// begins with `рнн` in KOI8-R, but goes on with signs and with capitals inside of words.
fn fold_single_byte(text: &[u8]) -> Vec<Folded> {
    let readings = [WINDOWS_1251, IBM866, KOI8_R].map(|charset: &Encoding| charset.decode_without_bom_handling(text).0);
    let strangeness = readings.each_ref().map(|reading| strangeness(reading));
    let least = strangeness.iter().min();
    let kept = readings.iter().zip(&strangeness).filter(|(_, strange)| Some(*strange) == least);
    kept.map(|(reading, _)| fold_str(reading)).collect()
}

/// How many signs there are that texts do not have, and capitals after small letters.
fn strangeness(reading: &str) -> usize {
    let mut after_small = false;
    let strange = |c: &char| {
        let cyrillic = matches!(c, 'А'..='я' | 'Ё' | 'ё');
        let usual = c.is_ascii()
            || cyrillic
            || matches!(c, '№' | '«' | '»' | '–' | '—' | '…' | '“' | '”' | '„' | '\u{A0}' | 'І' | 'і');
        let capital_inside = after_small && c.is_uppercase();
        after_small = cyrillic && c.is_lowercase();
        !usual || cyrillic && capital_inside
    };
    reading.chars().filter(strange).count()
}

/// [`fold_str`] for the text that most files are full of.
fn fold_ascii(text: &[u8]) -> Folded {
    let mut out = vec![b' '; text.len() * 2 + 2];
    let mut end = 1;
    let (mut last, mut folded_last) = (b' ', b' ');
    for byte in text {
        let folded = FOLDED[usize::from(*byte)];
        let border = if folded == b' ' {
            folded_last != b' '
        } else {
            byte.is_ascii_uppercase() && last.is_ascii_lowercase()
                || folded_last != b' ' && folded.is_ascii_digit() != folded_last.is_ascii_digit()
        };
        end += usize::from(border);
        out[end] = folded;
        end += usize::from(folded != b' ');
        (last, folded_last) = (*byte, folded);
    }
    end += usize::from(folded_last != b' ');
    out.truncate(end);
    Folded(out)
}

/// What each ASCII character is folded to.
const FOLDED: [u8; 256] = {
    let mut folded = [b' '; 256];
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            folded[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    folded
};

/// Folds text that is known to be UTF-8.
pub fn fold_str(text: &str) -> Folded {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b' ');
    fold_onto(text, &mut out);
    Folded(out)
}

/// The same onto what ends with a space.
pub fn fold_onto(text: &str, out: &mut Vec<u8>) {
    let mut after_lower = false;
    for c in text.chars() {
        let folded = fold_char(c);
        let upper = c.is_uppercase();
        if folded == b' ' {
            // Soft hyphens and zero-width characters stand inside words.
            if matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}') {
                continue;
            }
            if out.last() != Some(&b' ') {
                out.push(b' ');
            }
        } else {
            let border = (upper && after_lower)
                || out.last().is_some_and(|last| *last != b' ' && last.is_ascii_digit() != folded.is_ascii_digit());
            if border {
                out.push(b' ');
            }
            out.push(folded);
        }
        after_lower = folded != b' ' && !upper && !folded.is_ascii_digit();
    }
    if out.last() != Some(&b' ') {
        out.push(b' ');
    }
}

fn fold_char(c: char) -> u8 {
    match c {
        'a'..='z' | '0'..='9' => c as u8,
        'A'..='Z' => c.to_ascii_lowercase() as u8,
        'а'..='я' => CYRILLIC + (u32::from(c) - u32::from('а')) as u8,
        'А'..='Я' => CYRILLIC + (u32::from(c) - u32::from('А')) as u8,
        'ё' | 'Ё' => fold_char('е'),
        'і' | 'І' | 'ı' => b'i',
        'ə' | 'Ə' | 'Ә' => fold_char('ә'),
        'ӊ' | 'Ӊ' | 'ң' | 'Ң' => kazakh('ң'),
        _ => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            if KAZAKH.contains(&lower) { kazakh(lower) } else { b' ' }
        }
    }
}

fn kazakh(c: char) -> u8 {
    let index = KAZAKH.iter().position(|k| *k == c).unwrap_or(0);
    CYRILLIC + 32 + index as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_word_fold_alike() {
        for (a, b) in [
            ("ИИН", "иин"),
            ("birthDate", "birth_date"),
            ("BIRTH-DATE", "birth date"),
            ("счёт", "Счет"),
            ("Əкесінің аты", "әкесiнiң аты"),
            ("теле\u{AD}фон", "телефон"),
        ] {
            assert_eq!(fold_str(a), fold_str(b), "{a} {b}");
        }
        assert_ne!(fold_str("birthdate"), fold_str("birth date"));
        assert_eq!(fold_str("iin2").bytes(), b" iin 2 ");
    }

    #[test]
    fn ascii_folds_as_utf_8_does() {
        for text in ["", " ", "userIIN_2 x--Y", "aB1c2D", "ABCdEF gh\t12\n", "IPAddress"] {
            assert_eq!(fold_ascii(text.as_bytes()), fold_str(text), "{text}");
        }
    }

    #[test]
    fn a_cut_character_is_dropped() {
        let bytes = "иин".as_bytes();
        assert_eq!(fold(&bytes[1..]), vec![fold_str("ин")]);
        assert_eq!(fold(b"\xE8\xE8\xED ")[0], fold_str("иин"), "Windows-1251");
        assert_eq!(fold(&bytes[..5]), vec![fold_str("ии")]);
    }

    #[test]
    fn a_charset_in_which_text_looks_strange_is_none() {
        assert!(fold(&encoding_rs::IBM866.encode("тел. ").0).contains(&fold_str("тел")));
        assert_eq!(fold(&encoding_rs::WINDOWS_1251.encode("ТОО «Ромашка», БИН").0), [fold_str("тоо ромашка бин")]);
    }
}
