use super::*;
use crate::policy::Policy;

fn categories() -> Categories {
    Categories::builtin().unwrap()
}

fn drafted(text: &str) -> Policy {
    let draft = draft("a.md", text.as_bytes(), &categories()).unwrap();
    Policy::parse("a.toml", &draft, &categories()).unwrap_or_else(|e| panic!("{e}\n{draft}"))
}

fn declared(text: &str) -> Vec<String> {
    drafted(&format!("Политика конфиденциальности\n\nДанные хранятся бессрочно.\n\n{text}"))
        .declares
        .iter()
        .map(|declaration| declaration.category.to_string())
        .collect()
}

fn forbidden(text: &str) -> Vec<String> {
    drafted(&format!("Политика конфиденциальности\n\nДанные хранятся бессрочно.\n\n{text}"))
        .forbids
        .iter()
        .map(|prohibition| prohibition.category.to_string())
        .collect()
}

/// The documents of `fixtures/policies/`, each with the draft that must come of it.
#[cfg(all(feature = "html", feature = "docx"))]
#[test]
fn the_made_up_documents_give_their_drafts() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/policies"));
    for name in ["dala-ru.md", "oqu-kk.html", "steppe-en.docx"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let draft = draft(&format!("fixtures/policies/{name}"), &bytes, &categories()).unwrap();
        let expected = std::fs::read_to_string(folder.join(name).with_extension("toml")).unwrap();
        assert_eq!(draft, expected.replace("\r\n", "\n"), "{name}");
        Policy::parse(name, &draft, &categories()).unwrap();
    }
}

#[test]
fn only_what_is_collected_is_declared() {
    for (text, expected) in [
        ("Мы собираем ваше полное имя и номер телефона.", &["name", "phone"][..]),
        ("Под персональными данными понимаются сведения: фамилия, ИИН.", &[]),
        ("Свяжитесь с нами по электронной почте или по телефону.", &[]),
        ("Третьи лица могут собирать данные геолокации.", &[]),
        ("Мы обрабатываем данные в целях: рассылки по номеру телефона, рекламы.", &[]),
        ("Мы собираем данные, кроме ИИН: адрес электронной почты.", &["email"]),
        ("Біз сіздің телефон нөміріңізді жинаймыз.", &["phone"]),
        ("Біз телефон нөмірін жинаймыз, ал ЖСН сақтамаймыз.", &["phone"]),
        // A withdrawal is no review, a name of a domain no name of a person.
        ("Мы собираем следующие данные: ИИН, до отзыва согласия.", &["iin"]),
        ("Мы собираем следующие данные: ИИН, отзыв.", &["iin", "message-content"]),
        ("Мы собираем следующие данные: короткое (поддоменное) имя.", &["user-id"]),
        ("Если Вы указываете полное имя на форуме, такая информация является публичной.", &[]),
        ("Для записи необходимо указать полное имя.", &["name"]),
        ("Мы обрабатываем данные в целях (включая, но не ограничиваясь):\n\n(а) приёма платежей;", &[]),
        ("Мы обрабатываем данные, включая:\n\n(а) суммы платежей;", &["transaction"]),
    ] {
        assert_eq!(declared(text), expected, "{text}");
    }
}

#[test]
fn only_what_the_operator_denies_is_forbidden() {
    for (text, expected) in [
        ("Мы не храним данные банковских карт.", &["payment-card"][..]),
        ("Мы собираем имя, но не запрашиваем ИИН.", &["iin"]),
        ("Обработка биометрических данных не осуществляется.", &["biometric"]),
        ("Партнёры не получают информацию о переписке.", &[]),
        ("Мы не запрашиваем ИИН, за исключением случаев, указанных ниже.", &[]),
        ("Компания ЖСН сақтамайды.", &["iin"]),
        ("Біз биометриялық деректерді қоспағанда дерекқорды сақтаймыз.", &["biometric"]),
    ] {
        assert_eq!(forbidden(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_policy_is_told_clearly() {
    let categories = categories();
    for (text, message) in [
        ("", "the document holds no text"),
        ("Рецепт борща: свёкла, капуста.", "this is no privacy policy"),
        ("Мы уважаем конфиденциальность.", "there is nothing to draft"),
    ] {
        let error = draft("a.txt", text.as_bytes(), &categories).unwrap_err();
        assert!(error.message.starts_with(message), "{text}: {error}");
        assert_eq!(error.place.as_deref(), Some("a.txt"));
    }
}

#[test]
fn what_is_said_both_ways_is_left_to_the_reviewer() {
    let text = "Политика конфиденциальности\n\nМы собираем ИИН.\n\nМы не храним ИИН.";
    let draft = draft("a.md", text.as_bytes(), &categories()).unwrap();
    assert!(draft.contains("# unsure: declared above and denied here"), "{draft}");
    assert!(Policy::parse("a.toml", &draft, &categories()).unwrap().forbids.is_empty());
}

#[test]
fn a_part_of_a_category_is_left_to_the_reviewer() {
    let text = "Политика конфиденциальности\n\nМы собираем номер телефона и почтовый индекс.";
    let draft = draft("a.md", text.as_bytes(), &categories()).unwrap();
    assert!(draft.contains("# Postal address: only a part of it is named. "), "{draft}");
    assert_eq!(declared("Мы собираем номер телефона и почтовый индекс."), ["phone"]);
    assert_eq!(declared("Мы собираем почтовый индекс и адрес проживания."), ["address"]);
}

#[test]
fn a_period_of_a_purpose_is_of_the_data_that_it_is_about() {
    let text = "Политика конфиденциальности\n\n1. Сбор\n\n1.1. Мы собираем: фамилию, платежную информацию.\n\n\
                1.2. При оплате мы запрашиваем ИИН.\n\n2. Цели\n\n2.1. Мы обрабатываем данные в целях:\n\n\
                (а) рассылки новостей – в течение 1 года;\n\n(б) приема платежей – в течение 3 лет.";
    let kept: Vec<_> = drafted(text)
        .retention
        .iter()
        .map(|r| (r.period.to_string(), r.categories.iter().map(ToString::to_string).collect(), r.clause.to_string()))
        .collect();
    let of_payments: Vec<String> = vec!["transaction".into(), "iin".into()];
    let expected =
        [("1y".to_owned(), vec![], "2.1(а)".to_owned()), ("3y".to_owned(), of_payments, "2.1(б)".to_owned())];
    assert_eq!(kept, expected);
}

#[test]
fn who_is_asked_of_and_about_whom_stands_with_its_clauses() {
    let text = "Политика конфиденциальности\n\n1. Кто\n\n1.1. Пользователь – лицо, достигшее 18 лет.\n\n2. Сбор\n\n\
                2.1. Мы собираем подпись и паспорт пользователя или его представителя.\n\n2.2. Мы собираем ИИН.";
    let subjects = drafted(text).subjects.unwrap();
    assert_eq!((subjects.min_age, subjects.minors), (Some(18), Some(false)));
    assert_eq!(subjects.third_persons, ["id-document".into()]);
    assert_eq!(subjects.clause.all(), ["1.1", "2.1"]);
}

#[test]
fn any_bytes_give_a_draft_or_an_error() {
    let categories = categories();
    let document = include_bytes!("../../../fixtures/policies/dala-ru.md");
    for end in (0..document.len()).step_by(97) {
        let _ = draft("a.md", &document[..end], &categories);
        let _ = draft("a.html", &document[end..], &categories);
    }
    let word = include_bytes!("../../../fixtures/policies/steppe-en.docx");
    for end in (0..word.len()).step_by(31) {
        let mut damaged = word.to_vec();
        damaged[end] ^= 0x55;
        let _ = draft("a.docx", &damaged, &categories);
        let _ = draft("a.docx", &word[..end], &categories);
    }
}
