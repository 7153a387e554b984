//! Names of people: takes the lists of `patterns/names.toml`, tells what a word may be in a name, in any case of Russian
//! or Kazakh grammar.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

mod endings;
mod file;

use endings::Endings;
use file::File;

use super::charset::{Letter, NG};
use super::word::{Word, fold};
use crate::data::embedded;
use crate::error::Result;

type Words = HashSet<Box<[u8]>, FixedState>;

/// What words may be in names.
pub struct Names {
    given: Words,
    /// By how they sound, see [`sound`].
    given_latin: Words,
    surnames: Words,
    surname_endings: Endings,
    surname_endings_bare: Endings,
    patronymic_endings: Endings,
    sons_and_daughters: Words,
    patronymics_whole: Endings,
    not_patronymics: Words,
    /// By their last letters, with what a nominative ends with instead.
    cases: Vec<Case>,
    kazakh: Endings,
    others: HashMap<Box<[u8]>, Other, FixedState>,
    sentence_endings: Endings,
}

/// What a declined word ends with, and what its nominative may end with instead.
type Case = (Box<[u8]>, Vec<Box<[u8]>>);

/// What a word is that is no part of a name, as bits.
#[derive(Clone, Copy, Default)]
struct Other(u8);

impl Other {
    const NO_NAME: u8 = 1;
    const BEFORE_PLACE: u8 = 2;
    const AFTER_PLACE: u8 = 4;
    const COMPANY: u8 = 8;
}

/// What a declined word ends with in Russian, and what its nominative ends with instead.
const CASES: [(&str, &[&str]); 12] = [
    ("а", &[""]),
    ("я", &["й", "ь"]),
    ("у", &["", "а"]),
    ("ю", &["й", "ь", "я"]),
    ("ом", &[""]),
    ("ем", &["", "й", "ь"]),
    ("е", &["", "й", "а", "я", "ь"]),
    ("и", &["а", "я", "ь"]),
    ("ы", &["а"]),
    ("ой", &["а"]),
    ("ей", &["а", "я"]),
    ("ью", &["ь"]),
];

impl Names {
    /// Those embedded at build time.
    ///
    /// # Errors
    /// A file that is not of its schema.
    pub fn builtin() -> Result<Self> {
        let File { given, surnames, endings, latin, others, places } = embedded!("patterns/names").read()?;
        let given: Words = given.iter().flat_map(|list| words(&list.names)).flat_map(as_typed).collect();
        let masculine = |list: &str| {
            declined(list, |ending| match ending {
                e if e.ends_with("кий") => &["кий", "кого", "кому", "ким", "ком"],
                e if e.ends_with("ич") => &["ич", "ича", "ичу", "ичем", "иче"],
                e if e.ends_with('в') => &["в", "ва", "ву", "вым", "ве"],
                e if e.ends_with('н') => &["н", "на", "ну", "ным", "не"],
                e if e.ends_with('к') => &["к", "ка", "ку", "ком", "ке"],
                _ => &[],
            })
        };
        let feminine = |list: &str| {
            declined(list, |ending| match ending {
                e if e.ends_with("ая") => &["ая", "ой", "ую"],
                e if e.ends_with("вна") => &["вна", "вны", "вне", "вну", "вной"],
                e if e.ends_with("чна") => &["чна", "чны", "чне", "чну", "чной"],
                e if e.ends_with('а') => &["а", "ой", "у"],
                _ => &[],
            })
        };
        let plain = |list: &str| declined(list, |_| &[]);
        let surname = [masculine(&endings.surnames), feminine(&endings.surnames_female)];
        let surname_latin = [plain(&latin.surnames), plain(&latin.surnames_female)];
        let patronymic = [masculine(&endings.patronymics), feminine(&endings.patronymics_female)];
        let patronymic_latin = [plain(&latin.patronymics), plain(&latin.patronymics_female)];
        let sons: Words = words(&endings.sons_and_daughters).chain(words(&latin.sons_and_daughters)).collect();
        let mut told: HashMap<Box<[u8]>, Other, FixedState> = HashMap::default();
        for (list, bit) in [
            (&others.words, Other::NO_NAME),
            (&places.before, Other::BEFORE_PLACE),
            (&places.after, Other::AFTER_PLACE),
            (&places.companies, Other::COMPANY),
        ] {
            words(list).for_each(|word| told.entry(word).or_default().0 |= bit);
        }
        Ok(Self {
            given_latin: given.iter().map(|name| sound(name)).collect(),
            given,
            surnames: words(&surnames.names).collect(),
            surname_endings: Endings::new(surname.into_iter().chain(surname_latin).flatten()),
            surname_endings_bare: Endings::new(
                plain(&endings.surnames_bare).into_iter().chain(plain(&latin.surnames_bare)),
            ),
            patronymic_endings: Endings::new(
                patronymic.into_iter().chain(patronymic_latin).flatten().chain(sons.iter().cloned()),
            ),
            sons_and_daughters: sons,
            cases: CASES.iter().map(|(case, of)| (fold(case), of.iter().map(|n| fold(n)).collect())).collect(),
            patronymics_whole: Endings::new(
                masculine(&endings.patronymics_whole).into_iter().chain(plain(&latin.patronymics_whole)),
            ),
            not_patronymics: words(&others.not_patronymics).collect(),
            kazakh: Endings::new(words(&endings.kazakh)),
            others: told,
            sentence_endings: Endings::new(words(&others.beginnings_of_sentences)),
        })
    }

    /// Whether the word is a given name that is listed, in any case.
    pub fn is_given(&self, word: &Word) -> bool {
        let folded = word.folded();
        if is_latin(folded) {
            return folded.len() > 2 && self.given_latin.contains(&sound(folded));
        }
        folded.len() > 1 && (self.given.contains(folded) || self.undeclined(folded, &self.given))
    }

    /// Whether the word is a surname by its ending or by the list, in any case.
    pub fn is_surname(&self, word: &Word) -> bool {
        self.ends_as_surname(word) || self.is_listed_surname(word)
    }

    /// Whether its ending tells that the word is a surname.
    fn ends_as_surname(&self, word: &Word) -> bool {
        let part = word.last_part();
        let ends = |part: &[u8]| self.surname_endings.end(part, 2);
        ends(part) || self.without_kazakh(part).any(ends)
    }

    fn is_listed_surname(&self, word: &Word) -> bool {
        let part = word.last_part();
        self.surnames.contains(part) || self.undeclined(part, &self.surnames)
    }

    /// Whether a word may be the surname of a Kazakh: the name of a forefather.
    pub fn is_forefather(&self, word: &Word) -> bool {
        let part = word.last_part();
        let ends = |part: &[u8]| self.surname_endings_bare.end(part, 2);
        ends(part) || self.without_kazakh(part).any(ends)
    }

    /// Whether the word is a patronymic by its ending, in any case.
    pub fn is_patronymic(&self, word: &Word) -> bool {
        let folded = word.folded();
        let ends = |part: &[u8]| self.patronymic_endings.end(part, 2) || self.patronymics_whole.end(part, 0);
        (ends(folded) || self.without_kazakh(folded).any(ends))
            && !self.not_patronymics.iter().any(|other| folded.starts_with(other))
    }

    /// Whether the word is what a Kazakh patronymic ends with, written apart: «Серік ұлы».
    pub fn is_son_or_daughter(&self, word: &Word) -> bool {
        let folded = word.folded();
        self.sons_and_daughters.contains(folded)
            || self.without_kazakh(folded).any(|stem| self.sons_and_daughters.contains(stem))
    }

    /// Whether such a word may begin with a letter: a look before the word is read.
    pub fn may_be_son(&self, letter: Option<Letter>) -> bool {
        letter.is_some_and(|letter| self.sons_and_daughters.iter().any(|word| word.first() == Some(&letter.folded)))
    }

    fn is_told(&self, word: &Word, bits: u8) -> bool {
        self.others.get(word.folded()).is_some_and(|other| other.0 & bits != 0)
    }

    /// Whether the word is no part of a name though it has a capital.
    pub fn is_other(&self, word: &Word) -> bool {
        self.is_told(word, Other::NO_NAME | Other::BEFORE_PLACE | Other::COMPANY)
    }

    /// Whether a word before a name may begin the sentence: a verb, an adjective.
    pub fn begins_sentence(&self, word: &Word) -> bool {
        self.sentence_endings.end(word.folded(), 1)
    }

    /// Whether a name after this word is that of a place or an institution.
    pub fn tells_place_before(&self, word: &Word) -> bool {
        self.is_told(word, Other::BEFORE_PLACE)
    }

    /// Whether a name before this word is that of a place or an institution.
    pub fn tells_place_after(&self, word: &Word) -> bool {
        self.is_told(word, Other::AFTER_PLACE)
    }

    /// Whether the word is a form of companies.
    pub fn is_company(&self, word: &Word) -> bool {
        self.is_told(word, Other::COMPANY)
    }

    /// Whether a nominative of the word is among those listed.
    fn undeclined(&self, folded: &[u8], listed: &Words) -> bool {
        let Some(last) = folded.last().filter(|_| !is_latin(folded)) else { return false };
        let mut buffer = [0; 40];
        let mut is_listed = |stem: &[u8], ending: &[u8]| {
            let length = stem.len() + ending.len();
            buffer[..stem.len()].copy_from_slice(stem);
            buffer[stem.len()..length].copy_from_slice(ending);
            listed.contains(&buffer[..length])
        };
        let cases = self.cases.iter().filter(|(case, _)| case.last() == Some(last));
        for (case, nominatives) in cases {
            let stem = folded.strip_suffix(&**case).filter(|stem| stem.len() > 1);
            if stem.is_some_and(|stem| nominatives.iter().any(|ending| is_listed(stem, ending))) {
                return true;
            }
        }
        self.without_kazakh(folded).any(|stem| listed.contains(stem))
    }

    /// The word without each Kazakh case ending that it may have.
    fn without_kazakh<'w>(&'w self, folded: &'w [u8]) -> impl Iterator<Item = &'w [u8]> {
        let stems = self.kazakh.of(folded).iter().filter_map(move |ending| folded.strip_suffix(&**ending));
        stems.filter(|stem| stem.len() > 2)
    }
}

fn words(list: &str) -> impl Iterator<Item = Box<[u8]>> + '_ {
    list.split_whitespace().map(fold)
}

/// The word, and as it is typed on a keyboard without `ң`.
fn as_typed(word: Box<[u8]>) -> impl Iterator<Item = Box<[u8]>> {
    let typed = word.contains(&NG).then(|| word.iter().map(|b| if *b == NG { 0xED } else { *b }).collect());
    typed.into_iter().chain([word])
}

/// All cases of the endings; `cases` gives those of one, the first as it stands in the list.
fn declined(list: &str, cases: fn(&str) -> &'static [&'static str]) -> Vec<Box<[u8]>> {
    let forms = |ending: &str| -> Vec<Box<[u8]>> {
        match cases(ending) {
            [nominative, ..] if ending.ends_with(nominative) => {
                let stem = &ending[..ending.len() - nominative.len()];
                cases(ending).iter().map(|case| fold(&format!("{stem}{case}"))).collect()
            }
            _ => vec![fold(ending)],
        }
    };
    list.split_whitespace().flat_map(forms).collect()
}

pub fn is_latin(folded: &[u8]) -> bool {
    folded.first().is_some_and(u8::is_ascii)
}

/// How a folded word sounds, so that the ways to write a name in Latin letters agree with each other and with the Cyrillic.
fn sound(folded: &[u8]) -> Box<[u8]> {
    const CYRILLIC: [u8; 32] = *b"abvgdejziiklmnoprstufhzcxw_i_eua";
    const PAIRS: [(&[u8], u8); 8] = [
        (b"shch", b'w'),
        (b"sch", b'w'),
        (b"dzh", b'j'),
        (b"sh", b'x'),
        (b"ch", b'c'),
        (b"zh", b'j'),
        (b"kh", b'h'),
        (b"ts", b'z'),
    ];
    let mut letters: Vec<u8> = Vec::with_capacity(folded.len());
    let mut at = 0;
    while at < folded.len() {
        let rest = &folded[at..];
        let pair = PAIRS.iter().find(|(pair, _)| rest.starts_with(pair));
        let letter = match (pair, rest[0]) {
            (Some((_, letter)), _) => *letter,
            (None, b'y') => b'i',
            (None, b'q' | b'c') => b'k',
            (None, b'w') => b'v',
            (None, NG) => b'n',
            (None, cyrillic @ 0xE0..) => CYRILLIC[usize::from(cyrillic - 0xE0)],
            (None, other) => other,
        };
        at += pair.map_or(1, |(pair, _)| pair.len());
        let last = letters.last().copied();
        if matches!(letter, b'_' | b'-') || last == Some(letter) {
            continue;
        }
        // `iya`, `ia`, `ja` as `я`, and so on.
        if last == Some(b'i') && matches!(letter, b'a' | b'u' | b'e' | b'o') {
            letters.pop();
        }
        letters.push(letter);
    }
    letters.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::charset::Charset;

    fn word(text: &str) -> Word {
        let charset = if text.is_ascii() { Charset::Ascii } else { Charset::Utf8 };
        Word::at(text.as_bytes(), 0, charset).unwrap()
    }

    #[test]
    fn given_names_are_known_in_every_case_and_script() {
        let names = Names::builtin().unwrap();
        for name in [
            "Иван",
            "Ивана",
            "Ивану",
            "Иваном",
            "Сергеем",
            "Ольгой",
            "Марии",
            "Айгерім",
            "Айгерим",
            "Айгерімге",
            "Нұрланның",
            "Aigerim",
            "Aygerim",
            "Yerlan",
            "Sergey",
            "Dmitriy",
            "Daniyar",
            "Maria",
            "Zhanna",
            "ДАНИЯР",
        ] {
            assert!(names.is_given(&word(name)), "{name}");
        }
        for other in ["Стол", "Отчет", "Server", "Завтра", "Қала"] {
            assert!(!names.is_given(&word(other)), "{other}");
        }
    }

    #[test]
    fn surnames_and_patronymics_are_told_by_their_endings() {
        let names = Names::builtin().unwrap();
        for name in
            ["Иванов", "Ивановой", "Достоевского", "Ахметовқа", "Ким", "Петренко", "Ivanova", "Akhmetov", "Серова-Ким"]
        {
            assert!(names.is_surname(&word(name)), "{name}");
        }
        for name in [
            "Иванович",
            "Ивановичем",
            "Петровны",
            "Болатұлы",
            "Болатұлына",
            "Серікқызы",
            "Ильич",
            "Ильича",
            "Ivanovich",
            "Bolatuly",
        ] {
            assert!(names.is_patronymic(&word(name)), "{name}");
        }
        for other in ["Царевич", "Кирпич", "Договор", "Улы"] {
            assert!(!names.is_patronymic(&word(other)), "{other}");
        }
        assert!(names.is_son_or_daughter(&word("ұлы")) && names.is_son_or_daughter(&word("қызының")));
        assert!(!names.is_son_or_daughter(&word("ович")) && !names.is_son_or_daughter(&word("и")));
    }
}
