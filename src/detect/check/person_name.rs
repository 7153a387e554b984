//! Names of people, in Russian and Kazakh, in Cyrillic or Latin letters: full names by their patronymic, a surname with
//! initials, a given name that is listed beside a surname, what the tags of MT100 messages give. The words stand in
//! `patterns/names.toml`.

use super::{Checked, Subject};
use crate::detect::boundary::{byte, byte_before};
use crate::detect::charset::Charset;
use crate::detect::names::Names;
use crate::detect::word::{Word, follows_escape, start_of};

mod parts;

use parts::{PARTS, Parts};

/// Words before a name that may make it that of a street.
const WORDS_BEFORE: usize = 3;
/// No-break space in UTF-8.
const NO_BREAK: &[u8] = b"\xC2\xA0";

pub fn check_cyrillic(subject: &Subject) -> Option<Checked> {
    check(subject, Charset::of_capital(subject.text, subject.start)?)
}

pub fn check_latin(subject: &Subject) -> Option<Checked> {
    byte(subject.text, subject.start).is_ascii_uppercase().then(|| check(subject, Charset::Ascii))?
}

/// Where a name begins whose second part, or whose value after a tag, begins at `at`.
pub fn start_of_cyrillic(text: &[u8], at: usize) -> Option<usize> {
    start_of_name(text, at, Charset::of_capital(text, at)?)
}

/// Where a name in Latin letters begins, whose first word stands at `at` or ends there.
pub fn start_of_latin(text: &[u8], at: usize) -> Option<usize> {
    let end = at + usize::from(byte(text, at).is_ascii_alphabetic());
    start_of(text, end, Charset::Ascii).filter(|start| text[*start].is_ascii_uppercase())
}

fn start_of_name(text: &[u8], at: usize, charset: Charset) -> Option<usize> {
    if follows_tag(text, at) {
        return Some(at);
    }
    let end = at - space_before(text, at);
    if byte_before(text, end, 1) != b'.' {
        let start = start_of(text, end, charset).filter(|_| end < at)?;
        return charset.letter(text, start).filter(|letter| letter.capital).map(|_| start);
    }
    let first = initial_before(text, end, charset)?;
    let space = space_before(text, first);
    if let Some(earlier) = initial_before(text, first - space, charset) {
        return Some(earlier);
    }
    // The finder does not see a word and its initials apart where a no-break space stands between them.
    let is_initial = charset.letter(text, at).is_some_and(|letter| byte(text, at + letter.length) == b'.');
    match space {
        2 if is_initial => start_of(text, first - space, charset),
        _ => Some(first),
    }
}

/// Where the capital stands whose dot is the last byte before `end`, where it is an initial.
fn initial_before(text: &[u8], end: usize, charset: Charset) -> Option<usize> {
    let dot = end.checked_sub(1).filter(|dot| text[*dot] == b'.')?;
    let letter = charset.letter_before(text, dot).filter(|letter| letter.capital)?;
    let start = dot - letter.length;
    (!is_part_of_word(text, start, charset)).then_some(start)
}

fn follows_initial(text: &[u8], start: usize, charset: Charset) -> bool {
    initial_before(text, start - space_before(text, start), charset).is_some()
}

/// The length of the space before `at`: one, or a no-break space.
fn space_before(text: &[u8], at: usize) -> usize {
    match &text[..at] {
        [.., b' '] => 1,
        before if before.ends_with(NO_BREAK) => NO_BREAK.len(),
        _ => 0,
    }
}

fn space_after(text: &[u8], at: usize) -> usize {
    match &text[at.min(text.len())..] {
        [b' ', ..] => 1,
        after if after.starts_with(NO_BREAK) => NO_BREAK.len(),
        _ => 0,
    }
}

/// Whether a letter or digit stands directly before `start`.
fn is_part_of_word(text: &[u8], start: usize, charset: Charset) -> bool {
    let before = byte_before(text, start, 1);
    let is_glued = before.is_ascii_alphanumeric() || charset.letter_before(text, start).is_some();
    is_glued && !follows_escape(text, start)
        || matches!(before, b'_' | b'@' | b'$' | b'#' | b'&')
        || before == b'-' && charset.letter_before(text, start - 1).is_some()
}

/// Whether `//FM/`, `//NM/` or `//FT/` stands before: the surname, the given name, the patronymic in MT100 and MT102.
fn follows_tag(text: &[u8], at: usize) -> bool {
    let tag = at.checked_sub(5).map_or(&[][..], |start| &text[start..at]);
    matches!(tag, b"//FM/" | b"//NM/" | b"//FT/")
}

fn check(subject: &Subject, charset: Charset) -> Option<Checked> {
    let (text, start) = (subject.text, subject.start);
    if is_part_of_word(text, start, charset) {
        return None;
    }
    let names = subject.registry.names();
    if follows_tag(text, start) {
        let first = Word::at(text, start, charset)?;
        let end = end_of_value(text, &first, charset);
        let whole = !ends_in_digit(text, end) && charset.letter(text, end).is_none();
        return (whole && first.length() > 1).then(|| Checked { end, ..Checked::default() });
    }
    let parts = Parts::read(text, start, charset, names)?;
    let (end, evidence) = parts.name()?;
    // The second of two initials begins no name.
    if parts.is_initial(0) && !parts.is_initial(1) && follows_initial(text, start, charset) {
        return None;
    }
    let stands_alone = !is_of_place(text, start, end, charset, names);
    stands_alone.then(|| Checked { end, evidence, ..Checked::default() })
}

/// Where the words of a tag's value end.
fn end_of_value(text: &[u8], first: &Word, charset: Charset) -> usize {
    let mut end = first.end;
    for _ in 1..PARTS {
        let next = Word::at(text, end + 1, charset).filter(Word::is_capitalised);
        end = next.filter(|_| byte(text, end) == b' ').map_or(end, |next| next.end);
    }
    end
}

/// Whether a word goes on as an identifier.
fn ends_in_digit(text: &[u8], end: usize) -> bool {
    byte(text, end).is_ascii_alphanumeric() || byte(text, end) == b'_'
}

/// Whether the name is that of a street, an institution or a company.
fn is_of_place(text: &[u8], start: usize, end: usize, charset: Charset, names: &Names) -> bool {
    let after = Word::at(text, end + space_after(text, end), charset);
    if after.is_some_and(|word| word.start > end && names.tells_place_after(&word)) {
        return true;
    }
    if charset.letter(text, end).is_some() || ends_in_digit(text, end) {
        return true;
    }
    let mut at = start;
    for count in 0..WORDS_BEFORE {
        let quoted = text[..at].iter().rev().take(8).take_while(|b| is_quote(**b)).count();
        let quotes = if charset == Charset::Utf8 { quote_before(text, at) } else { 0 };
        let gap = at - quoted.max(quotes);
        let gap = gap - text[..gap].iter().rev().take(2).take_while(|b| matches!(b, b' ' | b'.')).count();
        let Some(word) = Word::before(text, gap, charset).filter(|word| gap < at && word.start < gap) else {
            return false;
        };
        if names.tells_place_before(&word) || count == 0 && quoted.max(quotes) > 0 && names.is_company(&word) {
            return true;
        }
        at = word.start;
    }
    false
}

/// Quotes of one byte: ASCII, and « in Windows-1251.
fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\' | 0xAB)
}

/// The length of the quote in UTF-8 before `at`.
fn quote_before(text: &[u8], at: usize) -> usize {
    let quotes = ["«", "„", "“"];
    quotes.iter().find(|quote| text[..at].ends_with(quote.as_bytes())).map_or(0, |quote| quote.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Registry;

    /// What the check reads at the first place of `text` at which there is a name.
    fn name(text: &str) -> Option<&str> {
        let registry = Registry::builtin(jiff::civil::date(2026, 11, 22)).unwrap();
        (0..text.len()).find_map(|start| {
            let subject = Subject::new(text.as_bytes(), start, &registry);
            let checked = check_cyrillic(&subject).or_else(|| check_latin(&subject))?;
            Some(&text[start..checked.end])
        })
    }

    #[test]
    fn names_are_read_whole() {
        for text in [
            "Иванов Иван Иванович",
            "Ивановым Иваном Ивановичем",
            "ИВАНОВ ИВАН ИВАНОВИЧ",
            "ИВАНОВ Иван Иванович",
            "Иван Иванович Иванов",
            "Иван Иванович",
            "Ахметова Айгерім Серікқызы",
            "Ахметов Болат Серік ұлы",
            "Сейтқали Айдос Болатұлы",
            "Ким Виктор Сергеевич",
            "Иванов И.И.",
            "Иванов И. И.",
            "И.И. Иванов",
            "И. И. Иванов",
            "И.И.Иванов",
            "Иванов Иван",
            "Айгерім Ахметова",
            "Айгерімге Ахметовқа",
            "Ivanov Ivan Ivanovich",
            "Aigerim Akhmetova",
            "Akhmetov B.S.",
            "Nurlan Bolatuly",
        ] {
            for framed in
                [text.to_owned(), format!("от «{text}»"), format!("({text}), договор"), format!("Клиент: {text}.")]
            {
                assert_eq!(name(&framed), Some(text), "{framed}");
            }
        }
        assert_eq!(name("Уважаемый Иван Иванович, добрый день"), Some("Иван Иванович"));
        assert_eq!(name("Директор Иванов И.И. подписал"), Some("Иванов И.И."));
    }

    #[test]
    fn what_only_looks_like_a_name_is_none() {
        for text in [
            "ул. Ивана Франко 5",
            "ул. академика Ивана Павлова",
            "ТОО «Иванов и К»",
            "ТОО «Иван Петров»",
            "Бауыржан Момышұлы көшесі",
            "имени Абая Кунанбаева",
            "Иван Царевич и серый волк",
            "Республика Казахстан",
            "Ответчик О.К.",
            "Новый Договор",
            "Mobile Safari",
            "Windows NT",
            "класс ИвановИванИванович2",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
