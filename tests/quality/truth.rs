//! What is true of a number, worked out here from the published rules and not by calling derbes: check digits, dates,
//! issuers.

use std::sync::LazyLock;

fn digits(number: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    number.chars().filter_map(|c| c.to_digit(10))
}

/// The last digit of an ИИН or БИН with these first 11; none where the number is not issued.
pub fn twelfth(eleven: &str) -> Option<u32> {
    let sum = |first: u32| digits(eleven).zip(0..).map(|(d, i)| d * ((first - 1 + i) % 11 + 1)).sum::<u32>() % 11;
    [sum(1), sum(3)].into_iter().find(|rest| *rest != 10)
}

pub fn days_of(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

fn number(part: &str) -> u32 {
    part.parse().unwrap_or(0)
}

/// Whether 12 digits have the form of an ИИН of the centuries 19 to 21, births to come included.
pub fn is_iin(twelve: &str) -> bool {
    let (year, month, day) = (number(&twelve[..2]), number(&twelve[2..4]), number(&twelve[4..6]));
    let century = [1900, 1800, 1800, 1900, 1900, 2000, 2000].get(number(&twelve[6..7]) as usize);
    let lived = century.is_some_and(|century| (1..=days_of(month, century + year)).contains(&day));
    lived && twelfth(&twelve[..11]) == Some(number(&twelve[11..]))
}

pub fn is_bin(twelve: &str) -> bool {
    (1..=12).contains(&number(&twelve[2..4]))
        && (4..=6).contains(&number(&twelve[4..5]))
        && number(&twelve[5..6]) < 5
        && twelfth(&twelve[..11]) == Some(number(&twelve[11..]))
}

/// The last digit of a РНН.
pub fn rnn_last(eleven: &str) -> Option<u32> {
    let weights = |cycle: u32| (0..11).map(move |i| (cycle + i) % 10 + 1);
    (0..10)
        .map(|cycle| digits(eleven).zip(weights(cycle)).map(|(d, w)| d * w).sum::<u32>() % 11)
        .find(|rest| *rest != 10)
}

/// The last digit that Luhn's formula asks for.
pub fn luhn_last(number: &str) -> u32 {
    let sum: u32 = digits(number).rev().zip([2, 1].iter().cycle()).map(|(d, w)| d * w / 10 + d * w % 10).sum();
    (10 - sum % 10) % 10
}

pub fn is_luhn(number: &str) -> bool {
    let (body, last) = number.split_at(number.len() - 1);
    luhn_last(body).to_string() == last
}

/// The check digits of an account in a country: the whole number in pieces, letters as 10 to 35.
pub fn iban_check(country: &str, account: &str) -> String {
    let numbers: String =
        format!("{account}{country}00").chars().map(|c| c.to_digit(36).unwrap_or(0).to_string()).collect();
    let rest = numbers.bytes().fold(0u64, |rest, d| (rest * 10 + u64::from(d - b'0')) % 97);
    format!("{:02}", 98 - rest)
}

/// The check digit of machine-readable zones.
pub fn zone_digit(field: &str) -> u32 {
    let value = |c: char| c.to_digit(36).unwrap_or(0);
    field.chars().zip([7, 3, 1].iter().cycle()).map(|(c, w)| value(c) * w).sum::<u32>() % 10
}

/// The ninth character of a vehicle's number, by the other sixteen around it.
pub fn vin_digit(vin: &str) -> char {
    const LETTERS: &str = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ";
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| LETTERS.find(c).unwrap_or(0) as u32 % 10;
    let sum: u32 = vin.chars().zip(weights).map(|(c, w)| value(c) * w).sum();
    char::from_digit(sum % 11, 10).unwrap_or('X')
}

/// A country's accounts: how many letters, digits or either, one after the other.
pub struct Country {
    pub code: String,
    pub classes: String,
}

/// The registry of IBANs, from the data file.
pub static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let table: toml::Table = toml::from_str(include_str!("../../patterns/iban.toml")).unwrap();
    let country = |(code, entry): (&String, &toml::Value)| {
        let mut classes = String::new();
        let structure = entry["bban"].as_str().unwrap();
        let mut count = String::new();
        for c in structure.chars() {
            match c {
                '0'..='9' => count.push(c),
                '!' => {}
                class => classes.extend(std::iter::repeat_n(class, std::mem::take(&mut count).parse().unwrap())),
            }
        }
        Country { code: code.clone(), classes }
    };
    table.iter().map(country).collect()
});

/// Whether digits that stand for something else happen to have the form of a value that is told without a word.
pub fn is_ambiguous(number: &str) -> bool {
    match number.len() {
        10 => matches!(&number[..1], "6" | "7"),
        11 => matches!(&number[..1], "7" | "8"),
        12 => is_iin(number) || is_bin(number),
        13..=19 => is_luhn(number),
        _ => false,
    }
}
