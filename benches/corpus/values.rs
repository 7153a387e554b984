//! Values of nobody: births in the 1800s, telephone numbers and accounts that are not issued, domains that are made up.

use super::Random;

/// A number of 12 digits whose check digit holds: of somebody who was born from 1850 to 1899.
pub fn iin(r: &mut Random) -> String {
    loop {
        let born = format!("{:02}{:02}{:02}", r.from(50, 99), r.from(1, 12), r.from(1, 28));
        let body = format!("{born}{}{}", r.from(1, 2), r.of("0123456789", 4));
        let check = |first: u32| {
            let weights = (0..11).map(|i| (first + i - 1) % 11 + 1);
            body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>() % 11
        };
        match [check(1), check(3)].into_iter().find(|check| *check < 10) {
            Some(check) => return format!("{body}{check}"),
            None => continue,
        }
    }
}

/// 12 digits that look like an IIN until the seventh, which is no century.
pub fn order(r: &mut Random) -> String {
    format!("{}{}{}", r.of("0123456789", 6), r.from(7, 9), r.of("0123456789", 5))
}

pub fn phone(r: &mut Random) -> String {
    let (operator, last) = (r.pick(&["700", "701", "702", "705", "707", "747", "771", "775", "777"]), r.from(1, 99));
    match r.from(1, 7) {
        1 => format!("+7{operator}00000{last:02}"),
        2 => format!("8{operator}00000{last:02}"),
        3 => format!("+7 {operator} 000 00 {last:02}"),
        4 => format!("+7 ({operator}) 000-00-{last:02}"),
        5 => format!("8 ({operator}) 000-00-{last:02}"),
        6 => format!("8-{operator}-000-00-{last:02}"),
        _ => format!("+7-{operator}-000-00{last:02}"),
    }
}

pub fn email(r: &mut Random) -> String {
    const NAMES: [&str; 10] =
        ["aigerim", "nurlan", "dana", "serik", "madina", "olga", "timur", "saule", "bolat", "kamila"];
    let (one, other) = (r.pick(&NAMES), r.pick(&NAMES));
    let domain = r.pick(&["romashka-demo.kz", "vasilyok-demo.kz", "podsnezhnik-demo.com", "tulpan-demo.ru"]);
    match r.from(1, 4) {
        1 => format!("{one}@{domain}"),
        2 => format!("{one}.{other}@{domain}"),
        3 => format!("{one}_{other}{}@{domain}", r.from(10, 99)),
        _ => format!("{one}+{other}@{domain}"),
    }
}

/// An account at bank 000, whose check digits hold (ISO 13616).
pub fn iban(r: &mut Random) -> String {
    let account = format!("0000000000{}", r.of("0123456789", 6));
    // K and Z count as 20 and 35.
    let number: u128 = format!("{account}203500").parse().unwrap_or_default();
    format!("KZ{:02}{account}", 98 - number % 97)
}

pub fn name(r: &mut Random) -> String {
    let surname = r.pick(&["Ромашкин", "Васильков", "Тюльпанов", "Подснежников", "Пионов", "Ирисов"]);
    let given = r.pick(&["Нурлан", "Серик", "Асқар", "Данияр", "Ерлан", "Тимур", "Виктор"]);
    let patronymic = r.pick(&["Серикович", "Болатұлы", "Маратович", "Ильич"]);
    format!("{surname} {given} {patronymic}")
}

pub fn address(r: &mut Random) -> String {
    let town = r.pick(&["г. Алматы, ул. Абая", "г. Астана, пр. Республики", "г. Шымкент, мкр. Нурсат"]);
    format!("{town}, д. {}", r.from(1, 200))
}

/// `2026-03-14 09:26:53`.
pub fn time(r: &mut Random) -> String {
    format!("2026-{:02}-{:02} {}", r.from(1, 12), r.from(1, 28), clock(r))
}

pub fn clock(r: &mut Random) -> String {
    format!("{:02}:{:02}:{:02}", r.from(0, 23), r.from(0, 59), r.from(0, 59))
}
