//! Remedies for what goes wrong in a policy file: takes an error as the TOML parser words it, gives one that somebody
//! understands who has never heard of TOML.

use crate::error::Error;

/// What a message holds, and what to do about it. The first that fits is given.
const REMEDIES: &[(&str, &str)] = &[
    ("missing field `clause`", "every entry names the clause of the document that says so: clause = \"5.3\""),
    ("missing field `clauses`", "every [[note]] names the clauses it is about: clauses = [\"5.3\"]"),
    ("missing field `category`", "every entry names its category: category = \"phone\""),
    (
        "missing field",
        "a policy file begins with id, languages and operator; `derbes policy show anysoft` shows a whole one",
    ),
    ("string values must be quoted", "put a text between straight quotes: clause = \"5.3\""),
    ("invalid basic string", "a text begins and ends with a straight quote, on one line: clause = \"5.3\""),
    ("unclosed array table", "the head of an entry stands between two brackets on each side: [[declares]]"),
    ("unclosed table", "the head of a section stands between brackets: [storage]"),
    (
        "duplicate key",
        "[[declares]], [[forbids]], [[retention]] and [[note]] may stand several times, with two brackets each time; all \
         else may stand once",
    ),
    ("expected a TOML datetime", DATE),
    ("unexpected leading zero", DATE),
    ("expected a number", "write a whole number, without quotes and without a sign: min-age = 18"),
    ("expected a sequence", "write a list, also of one: countries = [\"KZ\"]"),
    ("expected a string", "put a text between straight quotes, also one of digits: bin = \"140340014652\""),
    ("expected a boolean", "write true or false, without quotes"),
    ("invalid float", "write true or false, a number, or a text between straight quotes"),
    ("key with no value", "each line is written as key = value; `derbes policy draft DOCUMENT` writes a policy file"),
];

const DATE: &str = "write a date as year-month-day, without quotes: updated = 2024-01-03";

/// The error in plainer words, with its remedy.
pub fn advised(error: Error) -> Error {
    let message = error.message.replace("expected u8", "expected a number up to 255");
    let message = message.replace("expected u16", "expected a number up to 65535");
    let remedy = REMEDIES.iter().find(|(fragment, _)| message.contains(fragment)).map(|(_, remedy)| *remedy);
    let meant = || meant(&message).map(|name| format!("did you mean `{name}`?"));
    let help = error.help.or_else(|| remedy.map(str::to_owned)).or_else(meant);
    Error { message, help, ..error }
}

/// Of "unknown field `clauses`, expected one of `category`, `clause`", the name that was meant.
fn meant(message: &str) -> Option<String> {
    let (unknown, expected) = message.split_once(", expected ")?;
    let names = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let (unknown, expected) = (names(unknown).pop()?, names(expected));
    nearest(&unknown, expected.iter().map(String::as_str)).map(str::to_owned)
}

/// The known name that differs least from what was written: in two letters at most, and in fewer than half of them.
/// Cyrillic letters that look like Latin ones are those.
pub fn nearest<'n>(written: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written: Vec<char> = written.to_lowercase().chars().map(latin).collect();
    let distances = known.map(|name| (distance(&written, &name.chars().collect::<Vec<_>>()), name));
    distances.filter(|(distance, name)| *distance <= 2 && 2 * distance < name.len()).min().map(|(_, name)| name)
}

/// The Latin letter that a Cyrillic one looks like, if there is one.
fn latin(letter: char) -> char {
    const PAIRS: [(char, char); 11] = [
        ('а', 'a'),
        ('е', 'e'),
        ('о', 'o'),
        ('р', 'p'),
        ('с', 'c'),
        ('х', 'x'),
        ('у', 'y'),
        ('і', 'i'),
        ('һ', 'h'),
        ('к', 'k'),
        ('_', '-'),
    ];
    PAIRS.iter().find(|(look_alike, _)| *look_alike == letter).map_or(letter, |(_, latin)| *latin)
}

/// How many letters have to be put in, taken out or replaced (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Categories;
    use crate::policy::Policy;

    const SOUND: &str = "\
id = \"a\"
languages = [\"ru\"]
updated = 2024-01-03
operator = { name = \"A\", bin = \"140340014652\" }
[[declares]]
category = \"phone\"
clause = \"5.3\"
[[declares]]
category = \"iin\"
clause = \"5.3\"
[subjects]
min-age = 18
minors = false
clause = \"2.1\"
[storage]
countries = [\"KZ\"]
clause = \"8.4\"
";

    /// What an assistant types in the place of what is right, and a part of what is said.
    const SLIPS: &[(&str, &str, &str)] = &[
        ("category = \"phone\"", "category = \"phones\"", "did you mean `phone`?"),
        ("category = \"phone\"", "category = \"рhоnе\"", "did you mean `phone`?"),
        ("category = \"phone\"", "category = \"telephone-number\"", "write one of: address"),
        ("clause = \"5.3\"\n", "", "names the clause of the document"),
        ("clause = \"5.3\"", "clause = 5.3", "a clause is a text such as \"5.3\""),
        ("clause = \"5.3\"", "clause = “5.3”", "between straight quotes"),
        ("clause = \"5.3\"", "clause = «5.3»", "between straight quotes"),
        ("clause = \"5.3\"", "clause = \"5.3", "begins and ends with a straight quote"),
        ("clause = \"5.3\"", "clause: \"5.3\"", "key = value"),
        ("clause = \"5.3\"", "clauses = \"5.3\"", "did you mean `clause`?"),
        ("[[declares]]", "[[declares]", "two brackets on each side"),
        ("[[declares]]", "[declares]", "may stand several times"),
        ("[storage]", "[storege]", "did you mean `storage`?"),
        ("[storage]", "[subjects]", "all else may stand once"),
        ("2024-01-03", "\"2024-01-03\"", "as year-month-day"),
        ("2024-01-03", "03.01.2024", "as year-month-day"),
        ("min-age = 18", "min-age = \"18\"", "without quotes"),
        ("min-age = 18", "min-age = -18", "without a sign"),
        ("min-age = 18", "min_age = 18", "did you mean `min-age`?"),
        ("minors = false", "minors = no", "write true or false"),
        ("minors = false", "minors = \"no\"", "write true or false"),
        ("[\"KZ\"]", "\"KZ\"", "write a list"),
        ("\"140340014652\"", "140340014652", "also one of digits"),
        ("id = \"a\"", "", "begins with id"),
    ];

    #[test]
    fn what_an_assistant_mistypes_is_told_with_a_remedy() {
        let categories = Categories::builtin().unwrap();
        assert!(Policy::parse("a.toml", SOUND, &categories).is_ok());
        for (right, wrong, remedy) in SLIPS {
            let error = Policy::parse("a.toml", &SOUND.replacen(right, wrong, 1), &categories).unwrap_err();
            assert!(error.place.as_ref().is_some_and(|place| place.starts_with("a.toml:")), "{wrong}: {error}");
            assert!(error.to_string().contains(remedy), "{wrong}: {error}");
            assert!(!error.to_string().contains("u8"), "{error}");
        }
    }

    #[test]
    fn the_name_that_was_meant_is_near() {
        let known = || ["iin", "bin", "phone", "photo", "ip-address"].into_iter();
        for (written, expected) in [
            ("phone", Some("phone")),
            ("Phone", Some("phone")),
            ("ip_adress", Some("ip-address")),
            ("iim", Some("iin")),
            ("x", None),
            ("", None),
            ("telephone", None),
        ] {
            assert_eq!(nearest(written, known()), expected, "{written}");
        }
    }
}
