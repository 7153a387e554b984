//! Telephone numbers of Kazakhstan, Russia and the rest of the world.

use super::kind::Place::{Anywhere, Key, Named, NamedOnly, Phrase};
use super::kind::{Kind, Value, grouped, miss, notation, unlike_others};
use super::random::Random;

pub const KINDS: &[Kind] = &[KZ, RU, WORLD];

const KZ: Kind = Kind {
    detector: "kz-phone",
    notations: &[
        notation("+7XXXXXXXXXX", Anywhere, |r| kz(format!("+7{}", mobile(r)))),
        notation("+7 XXX XXX XX XX", Anywhere, |r| kz(format!("+7 {}", grouped(&mobile(r), &[3, 3, 2, 2], " ")))),
        notation("+7 XXX XXX XXXX", Anywhere, |r| kz(format!("+7 {}", grouped(&mobile(r), &[3, 3, 4], " ")))),
        notation("+7 (XXX) XXX-XX-XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("+7 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("+7(XXX)XXXXXXX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("+7({}){}", &n[..3], &n[3..]))
        }),
        notation("+7 (XXX) XXX XX XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("+7 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], " ")))
        }),
        notation("+7-(XXX)-XXX-XX-XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("+7-({})-{}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("+7-XXX-XXX-XX-XX", Anywhere, |r| kz(format!("+7-{}", grouped(&mobile(r), &[3, 3, 2, 2], "-")))),
        notation("+7 XXX XXX-XX-XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("+7 {} {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("8XXXXXXXXXX", NamedOnly, |r| kz(format!("8{}", mobile(r)))),
        notation("8 XXX XXX XX XX", Anywhere, |r| kz(format!("8 {}", grouped(&mobile(r), &[3, 3, 2, 2], " ")))),
        notation("8-XXX-XXX-XX-XX", Anywhere, |r| kz(format!("8-{}", grouped(&mobile(r), &[3, 3, 2, 2], "-")))),
        notation("8(XXX)XXX-XX-XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("8({}){}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("8 (XXX) XXX XX XX", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("8 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], " ")))
        }),
        notation("8XXX XXX XX XX", Anywhere, |r| kz(format!("8{}", grouped(&mobile(r), &[3, 3, 2, 2], " ")))),
        notation("8.XXX.XXX.XX.XX", Anywhere, |r| kz(format!("8.{}", grouped(&mobile(r), &[3, 3, 2, 2], ".")))),
        notation("7XXXXXXXXXX", NamedOnly, |r| kz(format!("7{}", mobile(r)))),
        notation("7 XXX XXX XX XX", Anywhere, |r| kz(format!("7 {}", grouped(&mobile(r), &[3, 3, 2, 2], " ")))),
        notation("XXXXXXXXXX", NamedOnly, |r| kz(mobile(r))),
        notation("XXX XXX XX XX", Named, |r| kz(grouped(&mobile(r), &[3, 3, 2, 2], " "))),
        notation("(XXX) XXX-XX-XX", Named, |r| {
            let n = mobile(r);
            kz(format!("({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("8 (XXXX) XX-XX-XX", Anywhere, |r| {
            let n = town(r);
            kz(format!("8 ({}) {}", &n[..4], grouped(&n[4..], &[2; 3], "-")))
        }),
        notation("8 (XXXX) XXX-XXX", Anywhere, |r| {
            let n = town(r);
            kz(format!("8 ({}) {}", &n[..4], grouped(&n[4..], &[3; 2], "-")))
        }),
        notation("8(XXXX)XXXXXX", Anywhere, |r| {
            let n = town(r);
            kz(format!("8({}){}", &n[..4], &n[4..]))
        }),
        notation("+7 (XXXX) XX XX XX", Anywhere, |r| {
            let n = town(r);
            kz(format!("+7 ({}) {}", &n[..4], grouped(&n[4..], &[2; 3], " ")))
        }),
        notation("8 (XXXXX) X-XX-XX", Anywhere, |r| {
            let n = district(r);
            kz(format!("8 ({}) {}", &n[..5], grouped(&n[5..], &[1, 2, 2], "-")))
        }),
        notation("(8-XXXX) XX-XX-XX", Anywhere, |r| {
            let n = town(r);
            Value::within("(", "kz-phone", format!("8-{}) {}", &n[..4], grouped(&n[4..], &[2; 3], "-")), "")
        }),
        notation("(+7 XXX) XXX-XX-XX", Anywhere, |r| {
            let n = mobile(r);
            Value::within("(", "kz-phone", format!("+7 {}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")), "")
        }),
        notation("8 (727) X XX-XX-XX", Anywhere, |r| {
            let n = almaty(r);
            kz(format!("8 (727) {} {}", &n[3..4], grouped(&n[4..], &[2; 3], "-")))
        }),
        notation("+7 727 XXX XX XX", Anywhere, |r| kz(format!("+7 {}", grouped(&almaty(r), &[3, 3, 2, 2], " ")))),
        notation("%2B", Key, |r| kz(format!("%2B7{}", mobile(r)))),
        notation("tel:", Phrase, |r| Value::within("tel:", "kz-phone", format!("+7{}", mobile(r)), "")),
        notation("wa.me", Phrase, |r| {
            Value::within("https://wa.me/", "kz-phone", format!("7{}", mobile(r)), "?text=1")
        }),
        notation("api.whatsapp.com", Phrase, |r| {
            Value::within("https://api.whatsapp.com/send?phone=", "kz-phone", format!("7{}", mobile(r)), "&text=1")
        }),
        notation("viber", Phrase, |r| {
            Value::within("viber://chat?number=", "kz-phone", format!("%2B7{}", mobile(r)), "")
        }),
        notation("no-break spaces", Anywhere, |r| {
            kz(format!("+7\u{A0}{}", grouped(&mobile(r), &[3, 3, 2, 2], "\u{A0}")))
        }),
        notation("thin spaces", Anywhere, |r| kz(format!("+7 {}", grouped(&mobile(r), &[3, 3, 2, 2], "\u{2009}")))),
        notation("no-break hyphens", Anywhere, |r| kz(format!("8 {}", grouped(&mobile(r), &[3, 3, 2, 2], "\u{2011}")))),
        notation("dashes", Anywhere, |r| {
            let n = mobile(r);
            kz(format!("8 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "–")))
        }),
    ],
    misses: &[
        miss("digit missing", |r| format!("+7 ({}) {}-{}", code(r), r.digits(3), r.digits(3))),
        miss("digit too many", |r| format!("+7{}{}", mobile(r), r.digits(1))),
        miss("12 digits", |r| unlike_others(|| format!("9{}{}", mobile(r), r.digits(1)))),
        miss("+997", |r| format!("+997 {}", grouped(&mobile(r), &[3, 3, 2, 2], " "))),
        miss("fraction", |r| format!("7.{}", mobile(r))),
        miss("account", |r| format!("KZ00 {}", grouped(&format!("7{}8{}", mobile(r), r.digits(4)), &[4; 4], " "))),
        miss("part of a word", |r| format!("x8{}", mobile(r))),
        miss("mask", |r| {
            r.pick(&["+7 (___) ___-__-__", "+7 (###) ### ## ##", "+7 (7XX) XXX-XX-XX", "+7 (000) 000-00-00"]).to_owned()
        }),
        miss("hyphenated code", |r| format!("8{}-{}-{}", mobile(r), r.digits(2), r.digits(4))),
        miss("moment", |r| {
            format!("2026-07-{:02} {:02}:{:02}:{:02}", r.from(10, 28), r.from(10, 23), r.from(10, 59), r.from(10, 59))
        }),
    ],
};

const RU: Kind = Kind {
    detector: "ru-phone",
    notations: &[
        notation("+7XXXXXXXXXX", Anywhere, |r| ru(format!("+7{}", russian(r)))),
        notation("+7 (XXX) XXX-XX-XX", Anywhere, |r| {
            let n = russian(r);
            ru(format!("+7 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("+7 XXX XXX XX XX", Anywhere, |r| ru(format!("+7 {}", grouped(&russian(r), &[3, 3, 2, 2], " ")))),
        notation("8 (XXX) XXX-XX-XX", Anywhere, |r| {
            let n = russian(r);
            ru(format!("8 ({}) {}", &n[..3], grouped(&n[3..], &[3, 2, 2], "-")))
        }),
        notation("8-XXX-XXX-XX-XX", Anywhere, |r| ru(format!("8-{}", grouped(&russian(r), &[3, 3, 2, 2], "-")))),
        notation("8XXXXXXXXXX", NamedOnly, |r| ru(format!("8{}", russian(r)))),
        notation("7XXXXXXXXXX", NamedOnly, |r| ru(format!("7{}", russian(r)))),
    ],
    misses: &[
        miss("digit missing", |r| format!("+7 (9{}) {}-{}", r.digits(2), r.digits(3), r.digits(3))),
        miss("digit too many", |r| format!("8{}{}", russian(r), r.digits(1))),
        miss("fraction", |r| format!("8.{}", russian(r))),
        miss("no such zone", |r| format!("+7 (5{}) {}", r.digits(2), grouped(&r.digits(7), &[3, 2, 2], "-"))),
    ],
};

const WORLD: Kind = Kind {
    detector: "international-phone",
    notations: &[
        notation("US", Anywhere, |r| world(format!("+1 {}-{}", american(r), r.digits(4)))),
        notation("US in brackets", Anywhere, |r| {
            let n = american(r);
            world(format!("+1 ({}) {}-{}", &n[..3], &n[4..], r.digits(4)))
        }),
        notation("US compact", Named, |r| world(format!("+1{}{}", american(r).replace('-', ""), r.digits(4)))),
        notation("UK", Anywhere, |r| world(format!("+44 7{} {}", r.digits(3), r.digits(6)))),
        notation("Germany", Anywhere, |r| world(format!("+49 15{} {}", r.from(1, 9), r.digits(8)))),
        notation("Uzbekistan", Anywhere, |r| {
            world(format!("+998 9{} {}", r.from(0, 9), grouped(&r.digits(7), &[3, 2, 2], "-")))
        }),
        notation("Kyrgyzstan", Named, |r| world(format!("+9967{}{}", r.from(0, 9), r.digits(7)))),
        notation("Turkey", Anywhere, |r| {
            world(format!("+90 5{}{} {}", r.from(3, 5), r.from(0, 9), grouped(&r.digits(7), &[3, 2, 2], " ")))
        }),
        notation("China", Named, |r| world(format!("+8613{}{}", r.from(0, 9), r.digits(8)))),
    ],
    misses: &[
        miss("time zone", |r| format!("2026-01-{:02}T10:11:12+0{}00", r.from(10, 28), r.from(1, 9))),
        miss("short", |r| format!("+1{}", american(r).replace('-', ""))),
        miss("long", |r| format!("+1{}{}", american(r).replace('-', ""), r.digits(7))),
        miss("no such country", |r| format!("+999 {}", grouped(&r.digits(9), &[3; 3], " "))),
        miss("sum", |r| format!("{}+{}", r.from(100, 999), r.from(1000, 9999))),
    ],
};

fn kz(text: String) -> Value {
    Value::whole("kz-phone", text)
}

fn ru(text: String) -> Value {
    Value::whole("ru-phone", text)
}

fn world(text: String) -> Value {
    Value::whole("international-phone", text)
}

fn code(r: &mut Random) -> &'static str {
    r.pick(&["700", "701", "702", "705", "707", "708", "747", "771", "775", "776", "777", "778"])
}

/// Ten digits. The numbers exist only while the test runs.
pub fn mobile(r: &mut Random) -> String {
    format!("{}{}", code(r), r.digits(7))
}

fn town(r: &mut Random) -> String {
    let code =
        r.pick(&["7102", "7112", "7122", "7132", "7142", "7152", "7162", "7172", "7182", "7187", "7212", "7252"]);
    format!("{code}{}{}", r.from(2, 9), r.digits(5))
}

fn district(r: &mut Random) -> String {
    format!("{}{}{}", r.pick(&["71032", "71144", "71636", "72538", "72770"]), r.from(2, 9), r.digits(4))
}

fn almaty(r: &mut Random) -> String {
    format!("727{}{}", r.from(2, 3), r.digits(6))
}

pub fn russian(r: &mut Random) -> String {
    let code = r.pick(&["903", "905", "916", "926", "961", "978", "999", "343", "383", "495", "499", "812", "846"]);
    format!("{code}{}", r.digits(7))
}

/// Area and exchange.
fn american(r: &mut Random) -> String {
    let code = r.pick(&["202", "212", "312", "415", "617", "718"]);
    format!("{code}-{}{}", r.from(2, 9), r.digits(2))
}
