//! Normal forms: takes a value as it is written, gives it as every other way to write it would be.

use std::borrow::Cow;

/// What a person can be looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Iin,
    Phone,
    Email,
    Iban,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Iin, Self::Phone, Self::Email, Self::Iban];

    /// The category whose values these are.
    pub fn category(self) -> &'static str {
        match self {
            Self::Iin => "iin",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Iban => "iban",
        }
    }

    pub fn of(category: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.category() == category)
    }

    /// The normal form of a value: 12 digits; a number as in E.164, without the `+`; an address in lower case; an account
    /// in capitals without spaces. None for what is no such value.
    pub fn normal(self, value: &str) -> Option<String> {
        match self {
            Self::Iin => Some(digits(value)).filter(|digits| digits.len() == 12),
            Self::Phone => phone(value),
            Self::Email => email(value),
            Self::Iban => iban(value),
        }
    }
}

/// What was typed may be: a number of twelve digits is an ИИН or a number of another country's telephone.
pub fn read(typed: &str) -> Vec<(Kind, String)> {
    let typed = typed.trim();
    let shaped = |kind: &Kind| match kind {
        Kind::Email => typed.contains('@'),
        Kind::Iban => typed.starts_with(|first: char| first.is_ascii_alphabetic()) && !typed.contains('@'),
        Kind::Iin => typed.chars().all(|c| digit(c).is_some() || c == ' ' || c == '-'),
        Kind::Phone => !typed.contains('@') && !typed.contains(char::is_alphabetic),
    };
    let fitting = Kind::ALL.into_iter().filter(shaped);
    fitting.filter_map(|kind| Some((kind, kind.normal(typed)?))).collect()
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        // Full-width digits.
        '\u{FF10}'..='\u{FF19}' => char::from_digit(u32::from(c) - 0xFF10, 10),
        _ => None,
    }
}

fn digits(value: &str) -> String {
    value.chars().filter_map(digit).collect()
}

/// `8 (7XX) …` and `7XX …` are of the country code 7, to which Kazakhstan and Russia belong; `00` and `8 10` are dialled
/// before the code of a country.
fn phone(value: &str) -> Option<String> {
    let value = value.trim_start_matches("%2B").trim_start_matches("%2b");
    let all = digits(value);
    let dialled = |prefix: &str| all.strip_prefix(prefix).filter(|rest| rest.len() > 10);
    let number = match all.len() {
        _ if value.trim_start().starts_with(['+', '＋']) => all,
        10 => format!("7{all}"),
        11 if all.starts_with('8') => format!("7{}", &all[1..]),
        _ => dialled("810").or_else(|| dialled("00")).map(str::to_owned).unwrap_or(all),
    };
    (7..=15).contains(&number.len()).then_some(number)
}

fn email(value: &str) -> Option<String> {
    let value: Cow<str> = if value.contains("%40") { value.replace("%40", "@").into() } else { value.into() };
    let value = value.to_lowercase();
    let (local, domain) = value.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then_some(value)
}

fn iban(value: &str) -> Option<String> {
    let compact: String = value.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let is_iban = compact.get(..2)?.bytes().all(|b| b.is_ascii_uppercase())
        && compact.get(2..4)?.bytes().all(|b| b.is_ascii_digit());
    ((15..=34).contains(&compact.len()) && is_iban).then_some(compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_every_notation() {
        for typed in [
            "+7 (700) 000-00-19",
            "+77000000019",
            "8 700 000 00 19",
            "8(700)000-00-19",
            "7000000019",
            "007 700 000 00 19",
            "8 10 7 700 000 00 19",
            "%2B77000000019",
            "７７０００００００１９",
            "+7\u{200b}700\u{a0}000–00–19",
        ] {
            assert_eq!(Kind::Phone.normal(typed).as_deref(), Some("77000000019"), "{typed}");
        }
        assert_eq!(Kind::Phone.normal("+998 90 000 00 19").as_deref(), Some("998900000019"));
        assert_eq!(Kind::Phone.normal("123"), None);
    }

    #[test]
    fn other_values_have_one_form() {
        assert_eq!(Kind::Iin.normal("900517 132728").as_deref(), Some("900517132728"));
        assert_eq!(Kind::Iin.normal("90051713272"), None);
        assert_eq!(Kind::Email.normal("Aigerim@Romashka-Demo.KZ").as_deref(), Some("aigerim@romashka-demo.kz"));
        assert_eq!(Kind::Email.normal("a%40b.kz").as_deref(), Some("a@b.kz"));
        assert_eq!(Kind::Iban.normal("kz77 0000 0000 0000 0001").as_deref(), Some("KZ770000000000000001"));
        assert_eq!(Kind::Iban.normal("770000000000000001"), None);
    }

    #[test]
    fn what_was_typed_is_told_by_its_form() {
        let kinds = |typed| read(typed).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        assert_eq!(kinds("900517132728"), [Kind::Iin, Kind::Phone]);
        assert_eq!(kinds("+7 700 000 00 19"), [Kind::Phone]);
        assert_eq!(kinds(" a@b.kz\n"), [Kind::Email]);
        assert_eq!(kinds("KZ77 0000 0000 0000 0001"), [Kind::Iban]);
        assert_eq!(kinds("Айгерим"), []);
        assert_eq!(kinds(""), []);
    }
}
