//! Names out of the data: takes what stands where a table, a column or a key has its name, gives what may be shown of it. A
//! quote that is closed late, a table without a header and a map by telephone number put values there.

/// Longest name that is shown, in bytes.
const LONGEST: usize = 200;

/// Most digits that a name may hold together, and in all: more may be somebody's number.
const DIGITS_TOGETHER: usize = 4;
const DIGITS: usize = 8;

/// Whether a text is surely a name and no value.
pub fn is_name(text: &str) -> bool {
    // As most names are written.
    if text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
        return true;
    }
    let together = text.split(|c: char| !c.is_numeric()).map(|digits| digits.chars().count());
    let (most, all) = together.fold((0, 0), |(most, all), digits| (digits.max(most), all + digits));
    is_plain(text) && most <= DIGITS_TOGETHER && all <= DIGITS
}

/// Whether two words that begin with a capital stand next to each other, as in names of people do: as a key, it may be whose
/// the value is. One that is known to tell what the value is may have capitals throughout, as headings do.
pub fn may_be_person(name: &str, is_field: bool) -> bool {
    // Most names are one word.
    if name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let mut before = false;
    let (mut together, mut throughout) = (false, true);
    for word in name.split_whitespace() {
        let capital = word.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase);
        together |= before && capital;
        throughout &= capital;
        before = capital;
    }
    together && !(is_field && throughout)
}

/// What may be shown of a name: its digits hidden where they are too many, nothing of what is no name at all.
pub fn shown(text: &str) -> Option<String> {
    match is_name(text) {
        true => Some(text.to_owned()),
        false if is_plain(text) => Some(text.chars().map(|c| if c.is_numeric() { '*' } else { c }).collect()),
        false => None,
    }
}

/// What may be shown of a message that repeats a wrong value, and after a comma may say what was expected.
pub fn told(message: &str) -> String {
    let (value, expected) = message.rsplit_once(", expected ").unwrap_or((message, ""));
    let value = shown(value).unwrap_or_else(|| "a wrong value".to_owned());
    // What is expected is the longer the more there is to choose from, so that only its digits tell whether it is a value.
    let is_value = expected.contains('@')
        || expected.split(|c: char| !c.is_numeric()).any(|digits| digits.chars().count() > DIGITS_TOGETHER);
    if expected.is_empty() || is_value { value } else { format!("{value}, expected {expected}") }
}

fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST && !text.chars().any(|c| c == '@' || c.is_control()) && !text.contains("%40")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_no_name() {
        for (text, expected) in [
            ("public.users", Some("public.users")),
            ("orders_2024_01_15", Some("orders_2024_01_15")),
            ("orders_20240115", Some("orders_********")),
            ("user_900517132728", Some("user_************")),
            ("c-4400-0000-0012-3453", Some("c-****-****-****-****")),
            ("tel-701-123-45-67", Some("tel-***-***-**-**")),
            ("a@romashka-demo.kz", None),
            ("b\n1,Айгерим", None),
        ] {
            assert_eq!(shown(text).as_deref(), expected);
            assert_eq!(is_name(text), expected == Some(text), "{text}");
        }
    }

    #[test]
    fn two_capitals_together_may_be_a_person() {
        for (name, is_field, expected) in [
            ("Иванов Пётр", false, true),
            ("телефон Иванов Пётр", true, true),
            ("ТОО (Иванов Пётр)", false, true),
            ("Телефон клиента", false, false),
            ("Телефон Клиента", true, false),
            ("phone of Ivanov", false, false),
        ] {
            assert_eq!(may_be_person(name, is_field), expected, "{name}");
        }
    }

    #[test]
    fn a_message_repeats_no_value() {
        for (message, expected) in [
            (
                "unknown field `colour`, expected one of `id`, `size`",
                "unknown field `colour`, expected one of `id`, `size`",
            ),
            ("unknown field `900517132728`, expected `id`", "unknown field `************`, expected `id`"),
            ("unknown field `a@romashka-demo.kz`, expected `id`", "a wrong value, expected `id`"),
            ("no such `x, expected 900517132728`", "no such `x"),
        ] {
            assert_eq!(told(message), expected);
        }
    }
}
