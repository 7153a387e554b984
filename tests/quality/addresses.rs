//! Postal addresses with streets and numbers put together by chance, and what only looks like one.

use super::kind::Place::Anywhere;
use super::kind::{Kind, Value, miss, notation};
use super::random::Random;

pub const KINDS: &[Kind] = &[ADDRESS, LATIN];

const ADDRESS: Kind = Kind {
    detector: "postal-address",
    notations: &[
        notation("town, street, house, flat", Anywhere, |r| {
            whole(format!("г. {}, ул. {}, д. {}, кв. {}", town(r), street(r), house(r), flat(r)))
        }),
        notation("in words", Anywhere, |r| {
            whole(format!("город {}, улица {}, дом {}, квартира {}", town(r), street(r), house(r), flat(r)))
        }),
        notation("street and house", Anywhere, |r| whole(format!("ул. {} {}", street(r), house(r)))),
        notation("street and house after a comma", Anywhere, |r| whole(format!("ул. {}, {}", street(r), house(r)))),
        notation("avenue", Anywhere, |r| whole(format!("г. {}, пр. {} {}", town(r), street(r), house(r)))),
        notation("avenue with a hyphen", Anywhere, |r| {
            whole(format!("пр-т {}, {}, кв. {}", street(r), house(r), flat(r)))
        }),
        notation("index first", Anywhere, |r| {
            whole(format!("0{}, г. {}, ул. {}, д. {}", r.digits(5), town(r), street(r), house(r)))
        }),
        notation("from the region on", Anywhere, |r| {
            let region = r.pick(&["Алматинская", "Карагандинская", "Актюбинская"]);
            let district = r.pick(&["Талгарский", "Бухар-Жырауский", "Мугалжарский"]);
            whole(format!("{region} обл., {district} р-н, с. {}, ул. {}, д. {}", village(r), street(r), house(r)))
        }),
        notation("quarter", Anywhere, |r| {
            whole(format!(
                "мкр. {}-{}, д. {}, кв. {}",
                r.pick(&["Самал", "Аксай", "Орбита"]),
                r.from(1, 9),
                house(r),
                flat(r)
            ))
        }),
        notation("quarter of a number", Anywhere, |r| {
            whole(format!("мкр. {}, дом {}, кв. {}", r.from(1, 12), house(r), flat(r)))
        }),
        notation("register", Anywhere, |r| {
            whole(format!("г. {}, ул. {}, д. {}, кв. {}", town(r), street(r), house(r), flat(r)).to_uppercase())
        }),
        notation("town without its word", Anywhere, |r| {
            whole(format!("{}, ул. {} {}, кв. {}", town(r), street(r), house(r), flat(r)))
        }),
        notation("town last", Anywhere, |r| whole(format!("ул. {}, д. {}, г. {}", street(r), house(r), town(r)))),
        notation("Kazakh", Anywhere, |r| {
            whole(format!("{} көшесі {} үй {} пәтер", street(r), r.from(1, 300), flat(r)))
        }),
        notation("Kazakh avenue", Anywhere, |r| {
            whole(format!(
                "{} қ., {} даңғылы, {} үй, {} пәтер",
                r.pick(&["Астана", "Алматы"]),
                street(r),
                r.from(1, 300),
                flat(r)
            ))
        }),
        notation("Kazakh district", Anywhere, |r| {
            whole(format!("{} қаласы, Есіл ауданы, {} көшесі, {}", r.pick(&["Астана", "Шымкент"]), street(r), house(r)))
        }),
        notation("number in the name", Anywhere, |r| whole(format!("ул. {} Марта, д. {}", r.from(2, 9), house(r)))),
        notation("bare village", Anywhere, |r| whole(format!("с. {}, д. {}", village(r), house(r)))),
    ],
    misses: &[
        miss("street alone", |r| format!("ул. {}", street(r))),
        miss("town alone", |r| format!("г. {}", town(r))),
        miss("year", |r| format!("в {} г. было {} человек", r.from(1990, 2026), r.from(2, 99))),
        miss("page", |r| format!("стр. {}, п. {}", r.from(2, 99), r.from(2, 9))),
        miss("clause", |r| format!("п. {} ст. {} Закона", r.from(2, 9), r.from(2, 99))),
        miss("house alone", |r| format!("дом {} сдан", r.from(2, 99))),
        miss("town and a number", |r| format!("в г. {} живёт {} тыс. человек", town(r), r.digits(3))),
        miss("quarter alone", |r| format!("мкр. {} газифицирован", r.from(2, 12))),
        miss("prose", |r| {
            r.pick(&[
                "вышел из дома в 10 утра",
                "на улице было 25 градусов",
                "проспект книги на 300 страниц",
                "шоссе длиной 120 км",
            ])
            .to_owned()
        }),
        miss("goods", |r| format!("шт. {}, кг. {}, уп. {}", r.from(2, 99), r.from(2, 99), r.from(2, 99))),
        miss("document", |r| format!("договор д. {} от 5 мая", r.from(2, 99))),
        miss("money", |r| format!("тыс. {}, млн. {}", r.from(2, 99), r.from(2, 99))),
        miss("Kazakh prose", |r| format!("көшеде {} адам тұр", r.from(2, 99))),
        miss("district and a number", |r| format!("Алмалинский район, {} избирателей", r.digits(5))),
        miss("route", |r| format!("автобус {} до пл. Республики", r.from(2, 99))),
        miss("street and money", |r| format!("ремонт улицы Абая обойдётся в {} млн", r.digits(3))),
        miss("street and a day", |r| format!("улица Абая закрыта с {} мая", r.from(2, 30))),
        miss("house of an order", |r| format!("к. {} к договору", r.from(2, 99))),
    ],
};

fn whole(text: String) -> Value {
    Value::whole("postal-address", text)
}

fn street(r: &mut Random) -> &'static str {
    r.pick(&[
        "Абая",
        "Толе би",
        "Ивана Франко",
        "Сатпаева",
        "Жибек Жолы",
        "Гоголя",
        "Бухар жырау",
        "Кабанбай Батыра",
        "Достык",
    ])
}

fn town(r: &mut Random) -> &'static str {
    r.pick(&["Алматы", "Астана", "Караганда", "Павлодар", "Усть-Каменогорск", "Тараз"])
}

fn village(r: &mut Random) -> &'static str {
    r.pick(&["Бесагаш", "Узынагаш", "Доскей", "Кандыагаш"])
}

fn house(r: &mut Random) -> String {
    let number = r.from(1, 300);
    match r.from(1, 4) {
        1 => format!("{number}/{}", r.from(1, 20)),
        2 => format!("{number}{}", r.pick(&["А", "Б", "а"])),
        _ => number.to_string(),
    }
}

fn flat(r: &mut Random) -> u32 {
    r.from(1, 250)
}

const LATIN: Kind = Kind {
    detector: "postal-address-latin",
    notations: &[
        notation("street, house, flat", Anywhere, |r| {
            latin(format!("ul. {}, d. {}, kv. {}", latin_street(r), r.from(1, 300), flat(r)))
        }),
        notation("town first", Anywhere, |r| {
            latin(format!("Almaty, {} street {}, apt. {}", latin_street(r), r.from(1, 300), flat(r)))
        }),
        notation("English", Anywhere, |r| {
            latin(format!("{} {} Avenue, apt. {}, Almaty", r.from(1, 300), latin_street(r), flat(r)))
        }),
        notation("street and house", Anywhere, |r| latin(format!("{} st. {}", latin_street(r), r.from(1, 300)))),
        notation("quarter", Anywhere, |r| {
            latin(format!("mkr. Samal-{}, d. {}, kv. {}", r.from(1, 3), r.from(1, 99), flat(r)))
        }),
    ],
    misses: &[
        miss("street alone", |r| format!("ul. {}", latin_street(r))),
        miss("order", |r| format!("order {} of {}", r.from(1, 99), r.from(1, 99))),
        miss("version", |r| format!("Windows {}", r.from(7, 11))),
        miss("section", |r| format!("Section {}, page {}", r.from(1, 99), r.from(1, 99))),
        miss("house", |r| format!("house {} sold", r.from(1, 99))),
        miss("prose", |r| format!("the street was empty at {} o'clock", r.from(1, 12))),
        miss("drive", |r| format!("drive {} failed", r.from(1, 12))),
    ],
};

fn latin(text: String) -> Value {
    Value::whole("postal-address-latin", text)
}

fn latin_street(r: &mut Random) -> &'static str {
    r.pick(&["Abay", "Tole Bi", "Satpayev", "Dostyk", "Gogol", "Ivan Franko"])
}
