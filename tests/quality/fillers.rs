//! What stands around values in real files and is none: moments, identifiers, amounts, versions. A number that happens to
//! have the form of a value, by our own reckoning, is drawn again where nothing names it.

use super::random::Random;
use super::truth;

pub fn write(name: &str, r: &mut Random) -> String {
    match name {
        "iso" => format!("{}T{}.{}Z", date(r, "-"), clock(r), r.digits(3)),
        "time" => format!("{} {},{}", date(r, "-"), clock(r), r.digits(3)),
        "syslog" => {
            format!("{} {:2} {} host-{}", r.pick(&["Jan", "Mar", "Nov"]), r.from(1, 28), clock(r), r.from(1, 9))
        }
        "epoch" => format!("17{}", r.digits(8)),
        "milliseconds" => format!("17{}", r.digits(11)),
        "compact" => format!("{}{}", date(r, ""), clock(r).replace(':', "")),
        "moment" => format!("{:02}.{:02}.{} {}", r.from(1, 28), r.from(1, 12), r.from(2015, 2026), &clock(r)[..5]),
        "clock" => clock(r)[..5].to_owned(),
        "uuid" => format!("{}-{}-4{}-a{}-{}", r.hex(8), r.hex(4), r.hex(3), r.hex(3), r.hex(12)),
        "digest" => r.hex(64),
        "commit" => r.hex(40),
        "order" => {
            let length = r.from(6, 12) as usize;
            r.digits(length)
        }
        "rrn" => r.digits(12),
        "ean" => ean(r),
        "inn" => inn(r),
        "price" => price(r),
        "version" => format!("{}.{}.{}", r.from(0, 30), r.from(0, 20), r.from(0, 200)),
        "small" => r.from(1, 9999).to_string(),
        _ => panic!("no filler {name}"),
    }
}

/// Numbers that stand by themselves in a column.
pub fn unnamed(r: &mut Random) -> String {
    loop {
        let name = r.pick(&[
            "order",
            "rrn",
            "ean",
            "inn",
            "epoch",
            "milliseconds",
            "compact",
            "price",
            "version",
            "small",
            "uuid",
            "moment",
        ]);
        let number = write(name, r);
        if !truth::is_ambiguous(&number) {
            return number;
        }
    }
}

fn date(r: &mut Random, joint: &str) -> String {
    format!("{}{joint}{:02}{joint}{:02}", r.from(2015, 2026), r.from(1, 12), r.from(1, 28))
}

fn clock(r: &mut Random) -> String {
    format!("{:02}:{:02}:{:02}", r.from(0, 23), r.from(0, 59), r.from(0, 59))
}

/// The number of an article, with its check digit.
fn ean(r: &mut Random) -> String {
    let body = format!("{}{}", r.pick(&["487", "460", "400", "590", "869"]), r.digits(9));
    let sum: u32 = body.chars().zip([1, 3].iter().cycle()).map(|(c, w)| c.to_digit(10).unwrap_or(0) * w).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A Russian taxpayer's number with both check digits.
fn inn(r: &mut Random) -> String {
    let mut number = format!("77{}", r.digits(8));
    for weights in [&[7, 2, 4, 10, 3, 5, 9, 4, 6, 8][..], &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]] {
        let sum: u32 = number.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap_or(0) * w).sum();
        number += &(sum % 11 % 10).to_string();
    }
    number
}

fn price(r: &mut Random) -> String {
    match r.from(0, 3) {
        0 => format!("{}.{:02}", r.from(1, 999_999), r.from(0, 99)),
        1 => format!("{} {}.00", r.from(1, 999), r.digits(3)),
        2 => format!("{} {} {}", r.from(1, 99), r.digits(3), r.digits(3)),
        _ => format!("{} тг", r.from(100, 99_999)),
    }
}
