//! Charsets of one byte a character: takes a short run of text whose charset nobody named, gives it as UTF-8. Only
//! what is shown passes here; what is scanned stays as it is.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// The charsets of Russian text from before UTF-8: Windows-1251, IBM866 and KOI8-R.
pub const SINGLE_BYTE: [&Encoding; 3] =
    [&encoding_rs::WINDOWS_1251_INIT, &encoding_rs::IBM866_INIT, &encoding_rs::KOI8_R_INIT];

/// How unexpected a letter is after another in Russian text, in bits, as a hexadecimal digit: a row for the letter
/// before, a column for the letter, both a word's border and then а to я. Counted over 11,590 words of legal text.
const UNEXPECTED: [&[u8; 33]; 33] = [
    b"c664847753a455443535578779ffff7d8", // border
    b"3c55a7585954352b65537865766feef76", // а
    b"54cbdc3ac4db4b52b37a6e5dde564cfd5", // б
    b"22dabd3f84e6385487776fdee89f5dff6", // в
    b"44bac54db3c83a91a4a94dbcc8dfbbfdb", // г
    b"61d9e72ed5d7496365584ebbafff5afe7", // д
    b"296864686b4534378344a9897a7feefdc", // е
    b"337ac41cb3b89a48a9999cbcc9df7bfca", // ж
    b"4285977ec5db6452b6ba4ecddeef5cfdc", // з
    b"2686a649646554469644e9565cbfeef63", // и
    b"19abd49dc9c66b68b833cdcdd8ef6bfdb", // й
    b"43d9ec45d3d95c82c5744fd5efffcdfec", // к
    b"84ed8a38e2e7c865bcac4fefffff72f53", // л
    b"23dcec3fd3e986733c9b5fdeefff49fe7", // м
    b"53bd874ab2f7be33dd9565f7faff2bff7", // н
    b"4c435575785634365444ca9868cfeefc7", // о
    b"63dced2fd6e96c71a2c85fdeefff9affd", // п
    b"52667827e4e79463c9365feff8ff5bff6", // р
    b"4476bd5fe5e5476246625aacabff58fb4", // с
    b"43e4f92f83e5ca5394496befacfc54ff9", // т
    b"364745477a94564a4535cecd365f8cf48", // у
    b"74baca5cb2ba9a81989945bccdcfaafca", // ф
    b"07cbdc9ecadbbb64b55acecddeefac9dc", // х
    b"43bacb2db1cbaa96aaa96dbccddf8bfdb", // ц
    b"72bacb2db3c8aa39aaa36dbcc5dfb7fdb", // ч
    b"63a9b91ba2b8898899776cabbccf3aeb9", // ш
    b"73b9ba1cb2ba9a8899995cbbbdcfa7eca", // щ
    b"457687197587665566657978899d77b94", // ъ
    b"2aa5a93e9b68645a7686de1ee7ffcdfe8", // ы
    b"2adbec7e25d7b82abb47ceddd9bfccf6c", // ь
    b"5687986a869516667772848996ae88ca8", // э
    b"193ac59c89ba9a98a863bdbc4d2fabfca", // ю
    b"1ab5e74e5ada948ac965de4bef5fccf5a", // я
];

/// Names of fields that are too short for that: `ФИО` in Windows-1251 is `тхн` in KOI8-R.
const SHORT_NAMES: [&str; 12] = ["иин", "бин", "инн", "жсн", "бсн", "иик", "жск", "фио", "имя", "пол", "тел", "аты"];

/// The run as UTF-8: as it is where it is valid but for a character cut at either end, which is left out; else in the
/// charset under which its letters follow one another as they do in Russian. UTF-8 with broken bytes among it stays UTF-8.
pub fn to_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(text) = cut_utf8(bytes) {
        // `тел` in IBM866 is one character of UTF-8, an arrow.
        let foreign = !text.is_ascii() && text.chars().all(|char| char.is_ascii() || char >= '\u{800}');
        let ibm866 = foreign.then(|| encoding_rs::IBM866.decode_without_bom_handling(bytes).0);
        return ibm866.filter(|text| names(text) > 0).unwrap_or(Cow::Borrowed(text));
    }
    let single = SINGLE_BYTE.into_iter().map(|encoding| encoding.decode_without_bom_handling(bytes).0);
    let readings = single.chain([String::from_utf8_lossy(bytes)]);
    readings.max_by(|a, b| plausibility(a).total_cmp(&plausibility(b))).unwrap_or_default()
}

/// Valid UTF-8, or what is left of it when a character was cut at either end. A few bytes without one whole character
/// of several are no sign of UTF-8: `ИИН` in IBM866 is three trailing bytes.
fn cut_utf8(bytes: &[u8]) -> Option<&str> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Some(text);
    }
    let cut = bytes.iter().take(3).take_while(|byte| **byte & 0xC0 == 0x80).count();
    let rest = &bytes[cut..];
    let text = match str::from_utf8(rest) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => str::from_utf8(&rest[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    (!text.is_ascii()).then_some(text)
}

/// How expected the characters beyond ASCII are in Russian and Kazakh text, on average, in bits below zero.
fn plausibility(text: &str) -> f32 {
    let mut sum = 9.0 * names(text) as f32;
    let mut count = 0.0;
    let mut before = ' ';
    for char in text.chars().chain([' ']) {
        if !char.is_ascii() {
            // `иИ`: words rarely have a capital inside, but every one has when upper and lower case are swapped.
            let capital_inside = is_cyrillic(before) && before.is_lowercase() && char.is_uppercase();
            sum -= unexpected(before, char) + if capital_inside { 3.0 } else { 0.0 };
            count += 1.0;
        } else if is_cyrillic(before) {
            // `Ф.`: initials are capitals.
            let initial = char == '.' && before.is_uppercase();
            sum -= unexpected(before, ' ') - if initial { 3.0 } else { 0.0 };
        }
        before = char;
    }
    if count == 0.0 { 0.0 } else { sum / count }
}

/// How many of the words are short names.
fn names(text: &str) -> usize {
    let words = text.split(|char: char| !char.is_alphabetic());
    words.filter(|word| SHORT_NAMES.contains(&word.to_lowercase().as_str())).count()
}

fn is_cyrillic(char: char) -> bool {
    matches!(char, '\u{400}'..='\u{4FF}')
}

/// Bits for a character after another; what is no Russian letter is set against these by hand.
fn unexpected(before: char, char: char) -> f32 {
    let digit = match (row(before), row(char)) {
        (Some(before), Some(char)) => UNEXPECTED[before][char],
        (None, Some(_)) => b'5',
        _ => return unexpected_symbol(char),
    };
    (digit as char).to_digit(16).map_or(0.0, |bits| bits as f32)
}

fn unexpected_symbol(char: char) -> f32 {
    match char {
        'ә' | 'ғ' | 'қ' | 'ң' | 'ө' | 'ұ' | 'ү' | 'һ' | 'і' => 6.0,
        'Ә' | 'Ғ' | 'Қ' | 'Ң' | 'Ө' | 'Ұ' | 'Ү' | 'Һ' | 'І' => 7.0,
        '№' | '«' | '»' | '–' | '—' | '\u{A0}' => 7.0,
        _ => 16.0,
    }
}

/// The row and column of a character in [`UNEXPECTED`]; ASCII is a word's border.
fn row(char: char) -> Option<usize> {
    match char.to_lowercase().next().unwrap_or(char) {
        'ё' => Some(1 + 'е' as usize - 'а' as usize),
        lower @ 'а'..='я' => Some(1 + lower as usize - 'а' as usize),
        _ if char.is_ascii() || matches!(char, '№' | '«' | '»' | '–' | '—' | '\u{A0}') => Some(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 38] = [
        "ИНН",
        "тел",
        "тел.:",
        "Карта",
        "КАРТА",
        "Серия и номер паспорта",
        "место_рождения",
        "ПОЧТА",
        "Контрагент",
        "ДатаРождения",
        "Счёт",
        "сумма к оплате",
        "КодКлиента",
        "Заказ",
        "ИИН",
        "БИН",
        "ФИО",
        "Ф.И.О.",
        "ЖСН",
        "СНИЛС",
        "иин",
        "имя",
        "Имя",
        "пол",
        "Пол",
        "Фамилия",
        "ФАМИЛИЯ",
        "отчество",
        "телефон",
        "Телефон",
        "ТЕЛЕФОН",
        "Адрес проживания",
        "Дата рождения",
        "почта",
        "карта",
        "ПлательщикБИН_ИИН",
        "№ паспорта",
        "Реквизиты «Договора»",
    ];

    #[test]
    fn words_are_shown_whatever_their_charset() {
        for word in WORDS {
            assert_eq!(to_utf8(word.as_bytes()), word);
            for encoding in SINGLE_BYTE {
                let (stored, _, unmappable) = encoding.encode(word);
                if !unmappable {
                    assert_eq!(to_utf8(&stored), word, "{word} in {}", encoding.name());
                }
            }
        }
    }

    #[test]
    fn a_character_cut_at_either_end_is_left_out() {
        let bytes = "«Плательщик»".as_bytes();
        assert_eq!(to_utf8(&bytes[1..bytes.len() - 1]), "Плательщик");
        let bytes = "₸ сумма 😀".as_bytes();
        assert_eq!(to_utf8(&bytes[1..bytes.len() - 1]), " сумма ");
    }

    #[test]
    fn broken_bytes_do_not_make_utf8_another_charset() {
        let bytes = [b"\xFF".as_slice(), "номер телефона".as_bytes()].concat();
        assert_eq!(to_utf8(&bytes), "\u{FFFD}номер телефона");
        let bytes = ["аты-жөні".as_bytes(), b"\xFE", "туған күні".as_bytes()].concat();
        assert_eq!(to_utf8(&bytes), "аты-жөні\u{FFFD}туған күні");
    }

    #[test]
    fn nothing_and_ascii_are_as_they_are() {
        assert_eq!(to_utf8(b""), "");
        assert_eq!(to_utf8("“漢字” — …".as_bytes()), "“漢字” — …");
        assert_eq!(to_utf8(b"payer_iin"), "payer_iin");
    }
}
