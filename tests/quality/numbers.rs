//! ИИН, БИН and РНН.

use super::kind::Place::{Anywhere, NamedOnly, Phrase};
use super::kind::{Kind, Value, changed, grouped, miss, notation, unlike_others};
use super::random::Random;
use super::truth;

pub const KINDS: &[Kind] = &[IIN, BIN, RNN];

const IIN: Kind = Kind {
    detector: "kz-iin",
    notations: &[
        notation("compact", Anywhere, |r| Value::whole("kz-iin", iin(r))),
        notation("compact again", NamedOnly, |r| Value::whole("kz-iin", iin(r))),
        notation("foreigner", NamedOnly, |r| {
            Value::whole("kz-iin", with_check(|| format!("{}0{}", day(r, 1950, 1999), r.digits(4))))
        }),
        notation("6 6", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[6, 6], " "))),
        notation("6-6", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[6, 6], "-"))),
        notation("3 3 3 3", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[3; 4], " "))),
        notation("3-3-3-3", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[3; 4], "-"))),
        notation("4 4 4", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[4; 3], " "))),
        notation("6 1 5", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[6, 1, 5], " "))),
        notation("6 2 2 2", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[6, 2, 2, 2], " "))),
        notation("3 3 6", NamedOnly, |r| Value::whole("kz-iin", grouped(&iin(r), &[3, 3, 6], "-"))),
        notation("one by one", Phrase, |r| Value::within("ИИН: ", "kz-iin", grouped(&iin(r), &[1; 12], " "), "")),
        notation("in pairs", Phrase, |r| Value::within("ЖСН ", "kz-iin", grouped(&iin(r), &[2; 6], " "), "")),
        notation("glued", Phrase, |r| Value::within("IIN", "kz-iin", iin(r), "")),
        notation("spreadsheet", NamedOnly, |r| Value::within("", "kz-iin", iin(r), ".0")),
        notation("spreadsheet text", NamedOnly, |r| Value::within("'", "kz-iin", iin(r), "")),
    ],
    misses: &[
        miss("check digit", |r| {
            let n = iin(r);
            changed(&n, 11, r)
        }),
        miss("month", |r| with_check(|| format!("{}{}{}", &day(r, 1950, 1999)[..2], r.from(13, 31), r.digits(7)))),
        miss("day", |r| with_check(|| format!("{}{}{}", &day(r, 1950, 1999)[..4], r.from(32, 39), r.digits(5)))),
        miss("30 February", |r| with_check(|| format!("{}02303{}", &day(r, 1950, 1999)[..2], r.digits(4)))),
        miss("century", |r| with_check(|| format!("{}{}{}", day(r, 1950, 1999), r.from(7, 9), r.digits(4)))),
        miss("to come", |r| with_check(|| format!("{}5{}", day(r, 2040, 2069), r.digits(4)))),
        miss("11 digits", |r| {
            let n = iin_of(r, 1990, 1999);
            n[..11].to_owned()
        }),
        miss("13 digits", |r| {
            let n = iin(r);
            format!("0{n}")
        }),
        miss("UUID", |r| {
            let n = iin(r);
            format!("{}-{}-4{}-a{}-{n}", r.hex(8), r.hex(4), r.hex(3), r.hex(3))
        }),
        miss("digest", |r| {
            let n = iin(r);
            format!("{}f{n}e{}", r.hex(13), r.hex(13))
        }),
        miss("13 digits one by one", |r| {
            let n = iin(r);
            grouped(&format!("{n}0"), &[1; 13], " ")
        }),
        miss("check digit, 6 1 5", |r| {
            let n = iin(r);
            grouped(&changed(&n, 11, r), &[6, 1, 5], " ")
        }),
        miss("fraction", |r| {
            let n = iin(r);
            format!("0.{n}")
        }),
    ],
};

const BIN: Kind = Kind {
    detector: "kz-bin",
    notations: &[
        notation("compact", Anywhere, |r| Value::whole("kz-bin", bin(r))),
        notation("compact again", NamedOnly, |r| Value::whole("kz-bin", bin(r))),
        notation("6 6", NamedOnly, |r| Value::whole("kz-bin", grouped(&bin(r), &[6, 6], " "))),
        notation("3 3 3 3", NamedOnly, |r| Value::whole("kz-bin", grouped(&bin(r), &[3; 4], " "))),
        notation("4-4-4", NamedOnly, |r| Value::whole("kz-bin", grouped(&bin(r), &[4; 3], "-"))),
        notation("glued", Phrase, |r| Value::within("OU=BIN", "kz-bin", bin(r), "")),
        notation("spreadsheet", NamedOnly, |r| Value::within("", "kz-bin", bin(r), ".0")),
    ],
    misses: &[
        miss("check digit", |r| {
            let n = bin(r);
            changed(&n, 11, r)
        }),
        miss("month", |r| with_check(|| format!("{:02}{}4{}", r.from(0, 24), r.from(13, 31), r.digits(6)))),
        miss("kind", |r| with_check(|| format!("{}{}0{}", month(r), r.from(7, 9), r.digits(5)))),
        miss("part", |r| with_check(|| format!("{}4{}{}", month(r), r.from(5, 9), r.digits(5)))),
        miss("11 digits", |r| {
            let n = bin(r);
            n[..11].to_owned()
        }),
        miss("13 digits", |r| {
            let n = bin(r);
            format!("0{n}")
        }),
    ],
};

const RNN: Kind = Kind {
    detector: "kz-rnn",
    notations: &[
        notation("compact", NamedOnly, |r| Value::whole("kz-rnn", rnn(r))),
        notation("3 3 3 3", NamedOnly, |r| Value::whole("kz-rnn", grouped(&rnn(r), &[3; 4], " "))),
        notation("payment order", Phrase, |r| {
            Value::within("//FM/TESTOV//RNN/", "kz-rnn", rnn(r), "").with("person-name-latin", "TESTOV")
        }),
    ],
    misses: &[
        miss("check digit", |r| {
            unlike_others(|| {
                let n = rnn(r);
                changed(&n, 11, r)
            })
        }),
        miss("region", |r| unlike_others(|| with_rnn_check(|| format!("{}{}", r.from(63, 99), r.digits(9))))),
        miss("11 digits", |r| {
            let n = rnn(r);
            n[..11].to_owned()
        }),
    ],
};

/// `YYMMDD` of a day that was.
fn day(r: &mut Random, first: u32, last: u32) -> String {
    let (year, month) = (r.from(first, last), r.from(1, 12));
    format!("{:02}{month:02}{:02}", year % 100, r.from(1, truth::days_of(month, year)))
}

fn month(r: &mut Random) -> String {
    let year = r.from(1994, 2025) % 100;
    format!("{year:02}{:02}", r.from(1, 12))
}

/// The first 11 digits with their check digit; tried again where there is none.
fn with_check(mut eleven: impl FnMut() -> String) -> String {
    loop {
        let eleven = eleven();
        if let Some(last) = truth::twelfth(&eleven) {
            return format!("{eleven}{last}");
        }
    }
}

fn with_rnn_check(mut eleven: impl FnMut() -> String) -> String {
    loop {
        let eleven = eleven();
        if let Some(last) = truth::rnn_last(&eleven) {
            return format!("{eleven}{last}");
        }
    }
}

/// Somebody born from 1930 on: these numbers exist only while the test runs.
pub fn iin(r: &mut Random) -> String {
    iin_of(r, 1930, 2023)
}

fn iin_of(r: &mut Random, first: u32, last: u32) -> String {
    with_check(|| {
        let year = r.from(first, last);
        let century = if year < 2000 { r.from(3, 4) } else { r.from(5, 6) };
        format!("{}{century}{}", day(r, year, year), r.digits(4))
    })
}

pub fn bin(r: &mut Random) -> String {
    with_check(|| {
        let (kind, part) = (r.pick(&["4", "4", "4", "5", "6"]), r.pick(&["0", "0", "0", "1", "2", "3", "4"]));
        format!("{}{kind}{part}{}", month(r), r.digits(5))
    })
}

pub fn rnn(r: &mut Random) -> String {
    unlike_others(|| with_rnn_check(|| format!("{:02}{}", r.from(1, 62), r.digits(9))))
}
