//! Names of people, put together from parts: none is anybody's in particular. And what only looks like one.

use super::kind::Place::{Anywhere, Named};
use super::kind::{Kind, Value, miss, notation};
use super::random::Random;

pub const KINDS: &[Kind] = &[NAME, LATIN];

/// Nominative, genitive, instrumental.
type Cases = [&'static str; 3];

const GIVEN: [[Cases; 2]; 12] = [
    [["Иван", "Ивана", "Иваном"], ["Мария", "Марии", "Марией"]],
    [["Сергей", "Сергея", "Сергеем"], ["Ольга", "Ольги", "Ольгой"]],
    [["Нурлан", "Нурлана", "Нурланом"], ["Айгерим", "Айгерим", "Айгерим"]],
    [["Ерлан", "Ерлана", "Ерланом"], ["Динара", "Динары", "Динарой"]],
    [["Дмитрий", "Дмитрия", "Дмитрием"], ["Наталья", "Натальи", "Натальей"]],
    [["Канат", "Каната", "Канатом"], ["Сауле", "Сауле", "Сауле"]],
    [["Тимур", "Тимура", "Тимуром"], ["Асель", "Асель", "Асель"]],
    [["Виктор", "Виктора", "Виктором"], ["Елена", "Елены", "Еленой"]],
    [["Бекзат", "Бекзата", "Бекзатом"], ["Мадина", "Мадины", "Мадиной"]],
    [["Рустам", "Рустама", "Рустамом"], ["Жанна", "Жанны", "Жанной"]],
    [["Адильжан", "Адильжана", "Адильжаном"], ["Гаухар", "Гаухар", "Гаухар"]],
    [["Герольд", "Герольда", "Герольдом"], ["Снежана", "Снежаны", "Снежаной"]],
];

const STEMS: [&str; 16] = [
    "Ахметов",
    "Иванов",
    "Сулейменов",
    "Кузнецов",
    "Жумабаев",
    "Пономарёв",
    "Тлеубердин",
    "Рахимов",
    "Воронин",
    "Есенгельдин",
    "Мухамеджанов",
    "Соколов",
    "Байжанов",
    "Лаптев",
    "Кенжебеков",
    "Чернышов",
];
const PATRONYMICS: [[&str; 2]; 8] = [
    ["Иванович", "Ивановна"],
    ["Болатович", "Болатовна"],
    ["Сергеевич", "Сергеевна"],
    ["Ерланович", "Ерлановна"],
    ["Ильич", "Ильинична"],
    ["Маратович", "Маратовна"],
    ["Андреевич", "Андреевна"],
    ["Кайратович", "Кайратовна"],
];
const KAZAKH: [[&str; 2]; 6] = [
    ["Серікұлы", "Серікқызы"],
    ["Болатұлы", "Болатқызы"],
    ["Нұрланұлы", "Нұрланқызы"],
    ["Маратулы", "Мараткызы"],
    ["Ерланулы", "Ерланкызы"],
    ["Асқарұлы", "Асқарқызы"],
];
const ALONE: [&str; 8] = ["Ким", "Цой", "Пак", "Шевченко", "Ковальчук", "Достоевский", "Оспан", "Сейтқали"];

#[derive(Clone, Copy)]
struct Person {
    female: bool,
    given: usize,
    stem: &'static str,
    patronymic: usize,
}

impl Person {
    fn new(r: &mut Random) -> Self {
        let index = |r: &mut Random, count: usize| r.from(0, count as u32 - 1) as usize;
        let (given, patronymic) = (index(r, GIVEN.len()), index(r, PATRONYMICS.len()));
        Self { female: r.chance(2), given, stem: r.pick(&STEMS), patronymic }
    }

    fn surname(&self, case: usize) -> String {
        let ending = if self.female { ["а", "ой", "ой"] } else { ["", "а", "ым"] };
        format!("{}{}", self.stem, ending[case])
    }

    fn given(&self, case: usize) -> &'static str {
        GIVEN[self.given][usize::from(self.female)][case]
    }

    fn patronymic(&self, case: usize) -> String {
        let nominative = PATRONYMICS[self.patronymic][usize::from(self.female)];
        let stem = nominative.strip_suffix('а').unwrap_or(nominative);
        match case {
            0 => nominative.to_owned(),
            1 => format!("{stem}{}", if self.female { "ы" } else { "а" }),
            _ => format!("{stem}{}", if self.female { "ой" } else { "ем" }),
        }
    }

    fn full(&self, case: usize) -> String {
        format!("{} {} {}", self.surname(case), self.given(case), self.patronymic(case))
    }
}

fn initial(r: &mut Random) -> &'static str {
    r.pick(&["А", "Б", "В", "Г", "Д", "Е", "И", "К", "М", "Н", "О", "С", "Т"])
}

fn whole(text: String) -> Value {
    Value::whole("person-name", text)
}

fn kazakh(r: &mut Random) -> String {
    let person = Person::new(r);
    let patronymic = KAZAKH[r.from(0, KAZAKH.len() as u32 - 1) as usize][usize::from(person.female)];
    format!("{} {} {patronymic}", person.surname(0), person.given(0))
}

const NAME: Kind = Kind {
    detector: "person-name",
    notations: &[
        notation("full", Anywhere, |r| whole(Person::new(r).full(0))),
        notation("of whom", Anywhere, |r| whole(Person::new(r).full(1))),
        notation("by whom", Anywhere, |r| whole(Person::new(r).full(2))),
        notation("register", Anywhere, |r| whole(Person::new(r).full(0).to_uppercase())),
        notation("surname in capitals", Anywhere, |r| {
            let person = Person::new(r);
            let rest = format!("{} {}", person.given(0), person.patronymic(0));
            whole(format!("{} {rest}", person.surname(0).to_uppercase()))
        }),
        notation("surname last", Anywhere, |r| {
            let person = Person::new(r);
            whole(format!("{} {} {}", person.given(0), person.patronymic(0), person.surname(0)))
        }),
        notation("without surname", Anywhere, |r| {
            let person = Person::new(r);
            whole(format!("{} {}", person.given(0), person.patronymic(0)))
        }),
        notation("Kazakh", Anywhere, |r| whole(kazakh(r))),
        notation("Kazakh register", Anywhere, |r| whole(kazakh(r).to_uppercase())),
        notation("Kazakh, apart", Anywhere, |r| {
            whole(
                kazakh(r)
                    .replace("ұлы", " ұлы")
                    .replace("қызы", " қызы")
                    .replace("улы", " улы")
                    .replace("кызы", " кызы"),
            )
        }),
        notation("surname that tells nothing", Anywhere, |r| {
            let person = Person { female: false, ..Person::new(r) };
            whole(format!("{} {} {}", r.pick(&ALONE), person.given(0), person.patronymic(0)))
        }),
        notation("surname and initials", Anywhere, |r| {
            let surname = Person::new(r).surname(0);
            whole(format!("{surname} {}.{}.", initial(r), initial(r)))
        }),
        notation("surname and initials apart", Anywhere, |r| {
            let surname = Person::new(r).surname(1);
            whole(format!("{surname} {}. {}.", initial(r), initial(r)))
        }),
        notation("initials first", Anywhere, |r| {
            let surname = Person::new(r).surname(0);
            whole(format!("{}.{}. {surname}", initial(r), initial(r)))
        }),
        notation("one initial", Named, |r| {
            let surname = Person::new(r).surname(0);
            whole(format!("{surname} {}.", initial(r)))
        }),
        notation("surname and given name", Anywhere, |r| {
            let person = Person::new(r);
            whole(format!("{} {}", person.surname(0), person.given(0)))
        }),
        notation("given name and surname", Anywhere, |r| {
            let person = Person::new(r);
            whole(format!("{} {}", person.given(2), person.surname(2)))
        }),
        notation("MT102", Anywhere, |r| {
            let person = Person { female: false, ..Person::new(r) };
            let (surname, given) = (person.surname(0).to_uppercase(), person.given(0).to_uppercase());
            let text = format!("//FM/{surname}//NM/{given}");
            Value { text, labels: Vec::new() }.with("person-name", &surname).with("person-name", &given)
        }),
    ],
    misses: &[
        miss("street", |r| format!("ул. {} {}", Person::new(r).full(1).split(' ').nth(1).unwrap(), surname_of(r))),
        miss("street in full", |r| format!("улица {} {}", r.pick(&["Ивана", "Сергея"]), surname_of(r))),
        miss("Kazakh street", |r| format!("{} {} көшесі", r.pick(&["Абай", "Ерлан", "Нурлан"]), r.pick(&STEMS))),
        miss("company", |r| format!("ТОО «{} и К»", r.pick(&STEMS))),
        miss("company of a person's name", |r| {
            let person = Person::new(r);
            format!("ТОО «{} {}»", person.given(0), person.surname(0))
        }),
        miss("school", |r| format!("школа имени {} {}", r.pick(&["Абая", "Ивана"]), surname_of(r))),
        miss("theatre", |r| format!("{} {} атындағы театр", r.pick(&["Канат", "Ерлан"]), r.pick(&STEMS))),
        miss("prose", |r| {
            r.pick(&[
                "Казань встретила нас дождём. Вечером пошли в театр",
                "Вчера Алматы накрыл туман, Астана осталась без снега",
                "После обеда Сергей ушёл. Машина осталась во дворе",
                "Банк Казахстана повысил ставку",
                "Роза цветёт. Вера помогает. Надежда остаётся",
                "Спасибо! Мария ответит вам завтра",
            ])
            .to_owned()
        }),
        miss("brands", |r| {
            r.pick(&[
                "Альфа Банк",
                "Народный Банк",
                "Мегаполис Трейд",
                "Северный Ветер",
                "Казахстан Темир Жолы",
                "Белый Медведь",
            ])
            .to_owned()
        }),
        miss("band", |r| r.pick(&["Иванушки Интернешнл", "Ласковый Май", "Машина Времени", "Ногу Свело"]).to_owned()),
        miss("places", |r| {
            r.pick(&[
                "Нижний Новгород",
                "Усть-Каменогорск",
                "Жетысуский Район",
                "Восточный Казахстан",
                "Большой Алматинский Пик",
            ])
            .to_owned()
        }),
        miss("tale", |r| r.pick(&["Иван Царевич и серый волк", "Василиса Премудрая", "Конёк Горбунок"]).to_owned()),
        miss("heading", |r| {
            r.pick(&[
                "ОБЩИЕ ПОЛОЖЕНИЯ",
                "ПРАВА И ОБЯЗАННОСТИ СТОРОН",
                "Новый Договор",
                "Годовой Отчёт",
                "РЕСПУБЛИКА КАЗАХСТАН",
            ])
            .to_owned()
        }),
        miss("abbreviations", |r| format!("{}.{}. {}", initial(r), initial(r), r.digits(4))),
        miss("one word", |r| r.pick(&STEMS).to_owned()),
        miss("lower case", |r| Person::new(r).full(0).to_lowercase()),
        miss("identifier", |r| format!("{}_{}", r.pick(&STEMS), r.pick(&["Иван", "Сергей", "Ерлан"]))),
        miss("glued", |r| Person::new(r).full(0).replace(' ', "")),
        miss("goods", |r| {
            r.pick(&["Торт Наполеон", "Салат Оливье", "Платье Мария", "Духи Анна", "Кресло Виктор Люкс", "Сорт Иван"])
                .to_owned()
        }),
    ],
};

fn surname_of(r: &mut Random) -> String {
    format!("{}а", r.pick(&STEMS))
}

const LATIN: Kind = Kind {
    detector: "person-name-latin",
    notations: &[
        notation("full", Anywhere, |r| {
            latin(format!("{} {} {}", latin_surname(r), latin_given(r), latin_patronymic(r)))
        }),
        notation("register", Anywhere, |r| {
            latin(format!("{} {} {}", latin_surname(r), latin_given(r), latin_patronymic(r)).to_uppercase())
        }),
        notation("given name and surname", Anywhere, |r| latin(format!("{} {}", latin_given(r), latin_surname(r)))),
        notation("surname and given name", Anywhere, |r| latin(format!("{} {}", latin_surname(r), latin_given(r)))),
        notation("given name and patronymic", Anywhere, |r| {
            latin(format!("{} {}", latin_given(r), latin_patronymic(r)))
        }),
        notation("surname and initials", Anywhere, |r| {
            latin(format!("{} {}.{}.", latin_surname(r), capital(r), capital(r)))
        }),
        notation("initials first", Anywhere, |r| {
            latin(format!("{}. {}. {}", capital(r), capital(r), latin_surname(r)))
        }),
        notation("MT102", Anywhere, |r| {
            Value::within("//FM/", "person-name-latin", latin_surname(r).to_uppercase(), "//DT/19000101")
        }),
    ],
    misses: &[
        miss("browser", |r| format!("Mozilla/5.0 (Windows NT 10.0) Chrome/{}.0 Mobile Safari/537.36", r.from(90, 140))),
        miss("street", |r| format!("{} {} street", latin_given(r), latin_surname(r))),
        miss("company", |r| format!("LLP \\\"{} {}\\\"", latin_given(r), latin_surname(r)).replace('\\', "")),
        miss("class", |r| format!("{}{}Service", latin_given(r), latin_surname(r))),
        miss("heading", |r| {
            r.pick(&["Content Type", "General Terms", "Best Regards", "New York", "Data Protection Law"]).to_owned()
        }),
        miss("product", |r| {
            r.pick(&["Visual Studio", "Apache Kafka", "Spring Boot", "Red Hat Linux", "Samsung Galaxy"]).to_owned()
        }),
        miss("prose", |r| {
            r.pick(&[
                "The server restarted. Please wait",
                "Kazakhstan Today reports that Almaty grows",
                "Java Developer wanted",
            ])
            .to_owned()
        }),
        miss("abbreviation", |r| r.pick(&["U.S. Department", "E.U. Commission", "J.P. 2020", "A.D. 1200"]).to_owned()),
        miss("lower case", |r| format!("{} {}", latin_given(r), latin_surname(r)).to_lowercase()),
    ],
};

fn latin(text: String) -> Value {
    Value::whole("person-name-latin", text)
}

fn latin_surname(r: &mut Random) -> String {
    r.pick(&[
        "Akhmetov",
        "Ivanova",
        "Suleimenov",
        "Zhumabayeva",
        "Kuznetsov",
        "Dostoevskiy",
        "Tleuberdin",
        "Baizhanova",
    ])
    .to_owned()
}

fn latin_given(r: &mut Random) -> String {
    r.pick(&["Aigerim", "Nurlan", "Sergey", "Olga", "Yerlan", "Dmitriy", "Madina", "Timur", "Saule", "Zhanna"])
        .to_owned()
}

fn latin_patronymic(r: &mut Random) -> String {
    r.pick(&["Ivanovich", "Bolatovna", "Serikuly", "Maratkyzy", "Sergeevich", "Nurlanqyzy"]).to_owned()
}

fn capital(r: &mut Random) -> String {
    r.of("ABDEIKMNST", 1)
}
