//! Who declares, in which document and when: takes the text, gives names, numbers and dates as the document writes
//! them.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::language::{Language, Role};
use super::outline::Passage;
use super::read::Kind;
use super::sentence::sentences;
use crate::lexicon::fold_str;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub operator: Option<String>,
    pub bin: Option<String>,
    pub site: Option<String>,
    pub contacts: Vec<String>,
    pub title: Option<String>,
    pub date: Option<Date>,
    pub law: Vec<String>,
    pub languages: Vec<String>,
}

macro_rules! pattern {
    ($pattern:literal) => {{
        static PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("a pattern of ours"));
        &*PATTERN
    }};
}

pub fn identity(passages: &[Passage], language: &Language) -> Identity {
    let whole: Vec<_> = passages.iter().map(|passage| passage.text.as_str()).collect();
    let whole = whole.join("\n");
    let group = |pattern: &Regex| pattern.captures(&whole).and_then(|found| Some(found.get(1)?.as_str().to_owned()));
    let mut contacts: Vec<String> = Vec::new();
    for found in pattern!(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}").find_iter(&whole) {
        if !contacts.iter().any(|known| known == found.as_str()) {
            contacts.push(found.as_str().to_owned());
        }
    }
    contacts.truncate(3);
    let law = [(pattern!(r"94\s*-\s*V"), "94-V"), (pattern!(r"GDPR|General Data Protection"), "GDPR")];
    Identity {
        operator: operator(&whole),
        bin: group(pattern!(r"(?:БИН|БСН|BIN)\D{0,6}(\d{12})\b")),
        site: group(pattern!(r"(https?://[^\s<>()«»,;]+[^\s<>()«»,;.]|\bwww\.[A-Za-z0-9.-]+\.[a-z]{2,})")),
        contacts,
        title: title(passages, language),
        date: date(passages, language),
        law: law.iter().filter(|(pattern, _)| pattern.is_match(&whole)).map(|(_, law)| (*law).to_owned()).collect(),
        languages: languages(passages),
    }
}

fn operator(text: &str) -> Option<String> {
    let full =
        pattern!(r"(?i)товариществ\w+\s+с\s+ограниченной\s+ответственностью\s*[«“\x22]([^»”\x22\n]{2,80})[»”\x22]");
    let before =
        pattern!(r"\b(ТОО|АО|НАО|ИП|ЖШС|АҚ|ЖК|РГП|КГП|ГКП|ОФ|ЧУ|LLP|JSC)\s*[«“\x22]([^»”\x22\n]{2,80})[»”\x22]");
    let after = pattern!(r"[«“\x22]([^»”\x22\n]{2,80})[»”\x22]\s*(ЖШС|АҚ|ЖК|LLP|JSC|КЕАҚ)\b");
    let named = [
        full.captures(text).map(|found| (found.get(0).map_or(0, |m| m.start()), format!("ТОО «{}»", &found[1]))),
        before
            .captures(text)
            .map(|found| (found.get(0).map_or(0, |m| m.start()), format!("{} «{}»", &found[1], &found[2]))),
        after
            .captures(text)
            .map(|found| (found.get(0).map_or(0, |m| m.start()), format!("{} «{}»", &found[2], &found[1]))),
    ];
    named.into_iter().flatten().min().map(|(_, name)| name)
}

/// The first line that speaks of a policy or of personal data, if it stands near the top.
fn title(passages: &[Passage], language: &Language) -> Option<String> {
    let titled = passages.iter().take(6).find(|passage| {
        let short = passage.text.chars().count() < 160 && !passage.text.ends_with(['.', ';', ':']);
        short && language.roles(&fold_str(&passage.text)).iter().any(|found| found.what == Role::Policies)
    });
    titled.map(|passage| passage.text.clone())
}

/// The day of the edition: where the text says so, else a day in the head of the document that is no law's.
fn date(passages: &[Passage], language: &Language) -> Option<Date> {
    let law = pattern!(r"(?i)закон|заң|\blaw\b|№|регламент|regulation");
    let dated = passages.iter().flat_map(|passage| sentences(&passage.text)).filter(|sentence| {
        let strong =
            language.roles(&sentence.folded).iter().any(|found| found.what == Role::Dated && found.at.len() > 4);
        strong && !law.is_match(sentence.text)
    });
    let said = dated.filter_map(|sentence| day(sentence.text)).next();
    let head =
        passages.iter().take(4).filter(|passage| passage.text.chars().count() < 120 || passage.kind == Kind::Heading);
    said.or_else(|| head.filter(|passage| !law.is_match(&passage.text)).find_map(|passage| day(&passage.text)))
}

const MONTHS: [[&str; 3]; 12] = [
    ["январ", "қаңтар", "jan"],
    ["феврал", "ақпан", "feb"],
    ["март", "наурыз", "mar"],
    ["апрел", "сәуір", "apr"],
    ["ма", "мамыр", "may"],
    ["июн", "маусым", "jun"],
    ["июл", "шілде", "jul"],
    ["август", "тамыз", "aug"],
    ["сентябр", "қыркүйек", "sep"],
    ["октябр", "қазан", "oct"],
    ["ноябр", "қараша", "nov"],
    ["декабр", "желтоқсан", "dec"],
];

fn day(text: &str) -> Option<Date> {
    let digits = pattern!(r"\b(\d{1,2})[./](\d{1,2})[./](20\d\d)\b");
    let iso = pattern!(r"\b(20\d\d)-(\d\d)-(\d\d)\b");
    let russian = pattern!(r"[«“\x22]?(\d{1,2})[»”\x22]?\s+(\p{L}{3,10})\s+(20\d\d)");
    let kazakh = pattern!(r"(20\d\d)\s+(?:жылғы|ж\.?)\s+[«“]?(\d{1,2})[»”]?\s+(\p{L}{3,12})");
    let english = pattern!(r"(\p{L}{3,10})\s+(\d{1,2}),?\s+(20\d\d)");
    let month = |name: &str| {
        let name = name.to_lowercase().replace('ə', "ә");
        // «ма» is the shortest and is asked last: «март» begins with it.
        let found = |at: &usize| MONTHS[*at].iter().any(|month| name.starts_with(month));
        (0..12).filter(|at| *at != 4).find(found).or((0..12).find(found)).map(|at| at as i8 + 1)
    };
    let date = |year: &str, month: i8, day: &str| Date::new(year.parse().ok()?, month, day.parse().ok()?).ok();
    if let Some(found) = digits.captures(text) {
        return date(&found[3], found[2].parse().ok()?, &found[1]);
    }
    if let Some(found) = iso.captures(text) {
        return date(&found[1], found[2].parse().ok()?, &found[3]);
    }
    let worded = russian.captures(text).and_then(|found| date(&found[3], month(&found[2])?, &found[1]));
    let worded =
        worded.or_else(|| kazakh.captures(text).and_then(|found| date(&found[1], month(&found[3])?, &found[2])));
    worded.or_else(|| english.captures(text).and_then(|found| date(&found[3], month(&found[1])?, &found[2])))
}

fn languages(passages: &[Passage]) -> Vec<String> {
    let mut weights: Vec<(&str, usize)> = vec![("kk", 0), ("ru", 0), ("en", 0)];
    let mut order: Vec<&str> = Vec::new();
    for sentence in passages.iter().flat_map(|passage| sentences(&passage.text)) {
        let cyrillic = sentence.text.chars().filter(|c| ('\u{400}'..='\u{4FF}').contains(c)).count();
        let latin = sentence.text.chars().filter(char::is_ascii_alphabetic).count();
        let language = match () {
            () if latin > 2 * cyrillic => "en",
            () if sentence.is_kazakh() => "kk",
            () => "ru",
        };
        if let Some((_, weight)) = weights.iter_mut().find(|(known, _)| *known == language) {
            *weight += cyrillic.max(latin);
        }
        if !order.contains(&language) {
            order.push(language);
        }
    }
    let all: usize = weights.iter().map(|(_, weight)| weight).sum();
    let spoken = |language: &&str| weights.iter().any(|(known, weight)| known == language && weight * 5 > all);
    order.into_iter().filter(|language| spoken(language)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_read_in_three_languages() {
        for text in ["от 09.05.2021 г.", "«9» мая 2021 года", "2021 жылғы 9 мамыр", "May 9, 2021", "2021-05-09"]
        {
            assert_eq!(day(text), Some(date(2021, 5, 9)), "{text}");
        }
        assert_eq!(day("3 марта 2020"), Some(date(2020, 3, 3)));
        assert_eq!(day("30.02.2021"), None);
    }

    #[test]
    fn an_operator_is_named_before_or_after_its_form() {
        for (text, name) in [
            ("сайт ТОО «Дүкен», БИН", "ТОО «Дүкен»"),
            ("между Товариществом с ограниченной ответственностью \"Дүкен\"", "ТОО «Дүкен»"),
            ("«Дүкен» ЖШС (бұдан әрі – Компания)", "ЖШС «Дүкен»"),
        ] {
            assert_eq!(operator(text).as_deref(), Some(name));
        }
        assert_eq!(operator("Мы"), None);
    }
}
