//! Coordinates and dates of birth.

use super::kind::Place::{Anywhere, Key, NamedOnly, Phrase};
use super::kind::{Kind, Value, miss, notation};
use super::random::Random;
use super::truth;

pub const KINDS: &[Kind] = &[PAIR, COORDINATE, BIRTH];

const PAIR: Kind = Kind {
    detector: "coordinate-pair",
    notations: &[
        notation("with a comma", Anywhere, |r| pair(format!("{}, {}", latitude(r), longitude(r)))),
        notation("without a space", Anywhere, |r| pair(format!("{},{}", latitude(r), longitude(r)))),
        notation("with a semicolon", NamedOnly, |r| pair(format!("{};{}", latitude(r), longitude(r)))),
        notation("with a space", NamedOnly, |r| pair(format!("{} {}", latitude(r), longitude(r)))),
        notation("abroad", NamedOnly, |r| {
            pair(format!("-{}.{}, {}.{}", r.from(1, 89), r.digits(6), r.from(100, 179), r.digits(6)))
        }),
    ],
    misses: &[
        miss("three numbers", |r| format!("{}, {}, {}", latitude(r), longitude(r), latitude(r))),
        miss("two places", |r| format!("{}.{}, {}.{}", r.from(41, 55), r.from(10, 99), r.from(47, 87), r.from(10, 99))),
        miss("beyond the pole", |r| format!("{}.{}, {}", r.from(91, 999), r.digits(6), longitude(r))),
        miss("near zero", |r| format!("0.{}, 0.{}", r.digits(6), r.digits(6))),
    ],
};

const COORDINATE: Kind = Kind {
    detector: "coordinate",
    notations: &[
        notation("latitude", Key, |r| Value::whole("coordinate", latitude(r))),
        notation("longitude", Key, |r| Value::whole("coordinate", format!("-{}", longitude(r)))),
    ],
    misses: &[
        miss("three places", |r| format!("{}.{}", r.from(41, 55), r.digits(3))),
        miss("too much", |r| format!("{}.{}", r.from(181, 999), r.digits(6))),
        miss("whole", |r| r.from(41, 55).to_string()),
    ],
};

const BIRTH: Kind = Kind {
    detector: "birth-date",
    notations: &[
        notation("dd.mm.yyyy", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d:02}.{m:02}.{y}"))
        }),
        notation("dd/mm/yyyy", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d:02}/{m:02}/{y}"))
        }),
        notation("yyyy-mm-dd", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{y}-{m:02}-{d:02}"))
        }),
        notation("d.m.yyyy", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d}.{m}.{y}"))
        }),
        notation("dd.mm.yy", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d:02}.{m:02}.{:02}", y % 100))
        }),
        notation("mm/dd/yyyy", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{m:02}/{d:02}/{y}"))
        }),
        notation("Oracle", NamedOnly, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d:02}-{}-{:02}", ENGLISH[m as usize - 1][..3].to_uppercase(), y % 100))
        }),
        notation("yyyymmdd", Key, |r| {
            let [y, m, d] = born(r);
            birth(format!("{y}{m:02}{d:02}"))
        }),
        notation("midnight", Key, |r| {
            let [y, m, d] = born(r);
            Value::within("", "birth-date", format!("{y}-{m:02}-{d:02}"), "T00:00:00")
        }),
        notation("Russian", Phrase, |r| {
            let [y, m, d] = born(r);
            Value::within("", "birth-date", format!("{d} {} {y}", RUSSIAN[m as usize - 1]), " г.")
        }),
        notation("year of birth", Phrase, |r| {
            let after = r.pick(&[" г.р.", "г.р.", " года рождения", " ж.т.", " жылы туған"]);
            Value::within("", "birth-date", born(r)[0].to_string(), after)
        }),
        notation("Kazakh", Phrase, |r| {
            let [y, m, d] = born(r);
            birth(format!("{y} жылғы {d} {}", KAZAKH[m as usize - 1]))
        }),
        notation("English", Phrase, |r| {
            let [y, m, d] = born(r);
            birth(format!("{d} {} {y}", ENGLISH[m as usize - 1]))
        }),
        notation("American", Phrase, |r| {
            let [y, m, d] = born(r);
            birth(format!("{} {d}, {y}", ENGLISH[m as usize - 1]))
        }),
    ],
    misses: &[
        miss("no such day", |r| format!("3{}.02.{}", r.from(0, 1), r.from(1950, 2010))),
        miss("no such month", |r| format!("{}.{}.{}", r.from(10, 28), r.from(13, 19), r.from(1950, 2010))),
        miss("to come", |r| format!("{}.05.{}", r.from(10, 28), r.from(2031, 2099))),
        miss("long dead", |r| format!("{}.05.{}", r.from(10, 28), r.from(1700, 1890))),
        miss("moment", |r| format!("{}-05-17T{}:11:12", r.from(1990, 2025), r.from(10, 23))),
        miss("moment of a short year", |r| format!("17.05.{} {}:11", r.from(10, 25), r.from(10, 23))),
        miss("version", |r| format!("{}.{}.{}", r.from(1, 9), r.from(1, 9), r.from(10, 25))),
        miss("address", |r| format!("10.{}.{}.{}", r.from(10, 12), r.from(10, 25), r.from(10, 250))),
        miss("number", |r| format!("{}{}{}", r.from(1950, 2010), r.from(13, 99), r.from(10, 28))),
        miss("year", |r| r.from(1950, 2010).to_string()),
    ],
};

const RUSSIAN: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const KAZAKH: [&str; 12] = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn pair(text: String) -> Value {
    Value::whole("coordinate-pair", text)
}

fn birth(text: String) -> Value {
    Value::whole("birth-date", text)
}

/// In Kazakhstan.
fn latitude(r: &mut Random) -> String {
    let places = r.from(4, 8) as usize;
    format!("{}.{}", r.from(41, 55), r.digits(places))
}

fn longitude(r: &mut Random) -> String {
    let places = r.from(4, 8) as usize;
    format!("{}.{}", r.from(47, 87), r.digits(places))
}

fn born(r: &mut Random) -> [u32; 3] {
    let (year, month) = (r.from(1930, 2022), r.from(1, 12));
    [year, month, r.from(1, truth::days_of(month, year))]
}
