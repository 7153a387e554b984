//! Bank accounts and payment cards.

use super::kind::Place::{Anywhere, Named, NamedOnly};
use super::kind::{Kind, Value, changed, grouped, miss, notation, unlike_others};
use super::random::Random;
use super::truth::{self, COUNTRIES};

pub const KINDS: &[Kind] = &[IBAN, CARD];

const IBAN: Kind = Kind {
    detector: "iban",
    notations: &[
        notation("Kazakhstan", Anywhere, |r| account_value(kazakh(r))),
        notation("Kazakhstan, digits", Anywhere, |r| {
            let bank = bank(r);
            account_value(of("KZ", &format!("{bank}{}", r.digits(13))))
        }),
        notation("groups of four", Anywhere, |r| account_value(fours(&kazakh(r), " "))),
        notation("no-break spaces", Anywhere, |r| account_value(fours(&kazakh(r), "\u{A0}"))),
        notation("lower case", Anywhere, |r| account_value(kazakh(r).to_lowercase())),
        notation("bank unknown", Anywhere, |r| account_value(of("KZ", &format!("999{}", r.of(LETTERS, 13))))),
        notation("another country", Anywhere, |r| account_value(foreign(r))),
        notation("another country in groups", Anywhere, |r| account_value(fours(&foreign(r), " "))),
    ],
    misses: &[
        miss("check digits", |r| {
            let iban = kazakh(r);
            wrong_check(&iban, r)
        }),
        miss("check digits in groups", |r| {
            let iban = kazakh(r);
            fours(&wrong_check(&iban, r), " ")
        }),
        miss("check digits abroad", |r| {
            let iban = foreign(r);
            wrong_check(&iban, r)
        }),
        miss("a digit changed", |r| {
            let iban = kazakh(r);
            changed(&iban, 5, r)
        }),
        miss("short", |r| {
            let iban = kazakh(r);
            iban[..19].to_owned()
        }),
        miss("long", |r| {
            let iban = kazakh(r);
            format!("{iban}0")
        }),
        miss("no such country", |r| of("ZZ", &r.digits(16))),
        miss("letters in the bank code", |r| of("KZ", &format!("A{}", r.digits(15)))),
        miss("hyphens", |r| fours(&kazakh(r), "-")),
    ],
};

const CARD: Kind = Kind {
    detector: "payment-card",
    notations: &[
        notation("16 digits", NamedOnly, |r| card_value(card(r, 16))),
        notation("16 digits again", NamedOnly, |r| card_value(card(r, 16))),
        notation("4 4 4 4", Anywhere, |r| card_value(grouped(&card(r, 16), &[4; 4], " "))),
        notation("4-4-4-4", Anywhere, |r| card_value(grouped(&card(r, 16), &[4; 4], "-"))),
        notation("Mir", Named, |r| card_value(with_luhn(&format!("220{}{}", r.from(0, 4), r.digits(11))))),
        notation("American Express", Anywhere, |r| {
            card_value(grouped(&with_luhn(&format!("37{}", r.digits(12))), &[4, 6, 5], " "))
        }),
        notation("15 digits", NamedOnly, |r| card_value(with_luhn(&format!("34{}", r.digits(12))))),
        notation("UnionPay", Named, |r| card_value(with_luhn(&format!("62{}", r.digits(13))))),
        notation("19 digits", NamedOnly, |r| card_value(card(r, 19))),
    ],
    misses: &[
        miss("check digit", |r| {
            let n = card(r, 16);
            changed(&n, 15, r)
        }),
        miss("a digit changed", |r| {
            let n = card(r, 16);
            let at = r.from(6, 14) as usize;
            changed(&n, at, r)
        }),
        miss("check digit in groups", |r| {
            let n = card(r, 16);
            grouped(&changed(&n, 15, r), &[4; 4], " ")
        }),
        miss("no issuer", |r| {
            with_luhn(
                &format!("{}{}", r.pick(&["0", "1", "70", "95"]), "1")
                    .chars()
                    .chain(r.digits(13).chars())
                    .collect::<String>(),
            )
        }),
        miss("12 digits", |r| unlike_others(|| format!("99{}", r.digits(10)))),
        miss("20 digits", |r| {
            let n = card(r, 16);
            format!("{n}{}", r.digits(4))
        }),
        miss("published", |r| {
            r.pick(&["4111 1111 1111 1111", "4242424242424242", "5555555555554444", "4000 0000 0000 0002"]).to_owned()
        }),
        miss("fraction", |r| format!("0.{}", card(r, 16))),
        miss("masked", |r| {
            let n = card(r, 16);
            format!("{}******{}", &n[..6], &n[12..])
        }),
    ],
};

const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn account_value(text: String) -> Value {
    Value::whole("iban", text)
}

fn card_value(text: String) -> Value {
    Value::whole("payment-card", text)
}

fn bank(r: &mut Random) -> &'static str {
    r.pick(&["601", "722", "856", "965", "998", "914", "551", "948", "563"])
}

fn of(country: &str, account: &str) -> String {
    format!("{country}{}{account}", truth::iban_check(country, account))
}

fn kazakh(r: &mut Random) -> String {
    let bank = bank(r);
    of("KZ", &format!("{bank}{}{}", r.of(LETTERS, 4), r.digits(9)))
}

fn foreign(r: &mut Random) -> String {
    let country = &COUNTRIES[r.from(0, COUNTRIES.len() as u32 - 1) as usize];
    of(&country.code, &account(&country.classes, r))
}

/// An account of these classes: digits, letters, either.
pub fn account(classes: &str, r: &mut Random) -> String {
    let one = |class: char| match class {
        'n' => r.of("0123456789", 1),
        'a' => r.of(&LETTERS[10..], 1),
        _ => r.of(LETTERS, 1),
    };
    classes.chars().map(one).collect()
}

fn fours(iban: &str, joint: &str) -> String {
    let groups: Vec<&str> = (0..iban.len()).step_by(4).map(|at| &iban[at..iban.len().min(at + 4)]).collect();
    groups.join(joint)
}

fn wrong_check(iban: &str, r: &mut Random) -> String {
    loop {
        let check = format!("{:02}", r.from(2, 98));
        if check != iban[2..4] {
            return format!("{}{check}{}", &iban[..2], &iban[4..]);
        }
    }
}

pub fn card(r: &mut Random, length: usize) -> String {
    let issuer = match length {
        16 => r.pick(&["4400", "4405", "4578", "5169", "5326", "5354", "2221", "2404"]),
        _ => r.pick(&["4400", "6011", "6201"]),
    };
    with_luhn(&format!("{issuer}{}", r.digits(length - 5)))
}

fn with_luhn(body: &str) -> String {
    format!("{body}{}", truth::luhn_last(body))
}
