//! The outline: takes paragraphs, gives [`Passage`]s that know the clause they stand in, in the document's own
//! numbering. Numbers are read with distrust: dates, references and lists look like them, and real documents skip,
//! repeat and nest them wrongly.

use std::sync::LazyLock;

use regex::Regex;

use super::read::{Kind, Paragraph};

/// A paragraph, or the part of it that has a number of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// `5.3`, `5.2(а)`, the heading where nothing is numbered, or nothing.
    pub clause: String,
    /// The numbers of the clause, without the point.
    pub number: Vec<u16>,
    /// Whether it is a point of a list with letters or numbers.
    pub point: bool,
    pub kind: Kind,
    /// Without the number.
    pub text: String,
    paragraph: Paragraph,
    start: usize,
}

impl Passage {
    /// The place of a byte of the text in the document.
    pub fn place(&self, at: usize) -> u32 {
        self.paragraph.place(self.start + at)
    }
}

pub fn outline(paragraphs: &[Paragraph]) -> Vec<Passage> {
    let mut outline = Outline::default();
    for paragraph in paragraphs {
        let mut start = 0;
        for cut in cuts(&paragraph.text).into_iter().chain([paragraph.text.len()]) {
            if cut > start && outline.pass(paragraph, start, cut) {
                start = cut;
            }
        }
        outline.finish(paragraph, start);
    }
    outline.passages
}

/// Where a number or a point may begin within a paragraph.
fn cuts(text: &str) -> Vec<usize> {
    static INLINE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:[.;:,]|\s\s|\)|\bи)\s*((?:\d{1,2}(?:\.\d{1,2})+\.?|\(?\d{1,2}\)|\(?[а-яa-zәіңғүұқөһ]\))\s)")
            .expect("a pattern of ours")
    });
    INLINE
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .map(|number| number.start())
        .filter(|at| !splits(text, *at))
        .collect()
}

/// Whether a place is within a number such as 3.4.2, or within a reference such as «п. 4.7».
fn splits(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let number = before.strip_suffix('.').is_some_and(|before| before.ends_with(|c: char| c.is_ascii_digit()));
    let word = before.trim_end().trim_end_matches('.').rsplit([' ', '(', ',']).next().unwrap_or_default();
    number || matches!(word, "п" | "пп" | "п.п" | "ст" | "ч" | "разд" | "гл")
}

/// A number at the head of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    Number(Vec<u16>),
    /// A letter or number in brackets, with its place in the alphabet.
    Point(String, Series, u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Series {
    Letters,
    Numbers,
}

fn mark(text: &str) -> Option<(Mark, usize)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:(?i:статья|раздел|глава|пункт|article|section|§)\s*)?(\d{1,2}(?:\.\d{1,2}){0,4})([.)]{0,2})(?:-(?:тарау|бап|бөлім)\w*\.?)?(?:\s+|$)")
            .expect("a pattern of ours")
    });
    static ROMAN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^([IVX]{1,5})[.)]\s+").expect("a pattern of ours"));
    static POINT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\(?(?:(\d{1,2})|([а-яa-zәіңғүұқөһ]))\)\s*").expect("a pattern of ours"));
    if let Some(found) = POINT.captures(text) {
        let end = found.get(0)?.end();
        return Some(match found.get(1) {
            Some(number) => (Mark::Point(number.as_str().into(), Series::Numbers, number.as_str().parse().ok()?), end),
            None => {
                let letter = found.get(2)?.as_str();
                (Mark::Point(letter.into(), Series::Letters, ordinal(letter)), end)
            }
        });
    }
    if let Some(found) = ROMAN.captures(text) {
        return Some((Mark::Number(vec![roman(found.get(1)?.as_str())]), found.get(0)?.end()));
    }
    let found = NUMBER.captures(text)?;
    let numbers = found.get(1)?.as_str();
    let worded = found.get(1)?.start() > 0 || found.get(0)?.as_str().contains('-');
    if !worded && !numbers.contains('.') && found.get(2)?.is_empty() {
        return None;
    }
    let numbers = numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    Some((Mark::Number(numbers), found.get(0)?.end()))
}

fn ordinal(letter: &str) -> u16 {
    letter.chars().next().map_or(0, |c| match c {
        'а'..='я' => (u32::from(c) - u32::from('а')) as u16,
        'a'..='z' => (u32::from(c) - u32::from('a')) as u16,
        _ => 0,
    })
}

fn roman(text: &str) -> u16 {
    let value = |c| match c {
        'I' => 1,
        'V' => 5,
        _ => 10,
    };
    let values: Vec<u16> = text.chars().map(value).collect();
    let sign = |i: usize| values.get(i + 1).is_some_and(|next| *next > values[i]);
    values.iter().enumerate().fold(0, |sum, (i, v)| if sign(i) { sum + 10 - v } else { sum + v }).min(99) % 100
}

/// An open list of points.
#[derive(Clone, Debug)]
struct List {
    number: Vec<u16>,
    series: Series,
    point: String,
    ordinal: u16,
}

#[derive(Default)]
struct Outline {
    passages: Vec<Passage>,
    number: Vec<u16>,
    heading: String,
    list: Option<List>,
    /// The last list of a clause before this one.
    before: Option<List>,
    /// A list that is numbered like clauses: the last number of it.
    counted: Option<u16>,
}

impl Outline {
    /// Ends what stands before `cut` if a number that fits begins there.
    fn pass(&mut self, paragraph: &Paragraph, start: usize, cut: usize) -> bool {
        if cut == paragraph.text.len() {
            return false;
        }
        let Some((mark, _)) = mark(&paragraph.text[cut..]) else { return false };
        let fits = match &mark {
            Mark::Number(number) => {
                number.len() > 1 && self.after(paragraph, start).is_some_and(|now| follows(&now, number))
            }
            Mark::Point(_, series, ordinal) => self.expects(paragraph, start, *series, *ordinal),
        };
        if fits {
            self.finish_part(paragraph, start, cut);
        }
        fits
    }

    /// The number of the clause once the part that begins at `start` is read.
    fn after(&self, paragraph: &Paragraph, start: usize) -> Option<Vec<u16>> {
        match mark(&paragraph.text[start..]) {
            Some((Mark::Number(number), _)) => Some(number),
            _ => Some(self.number.clone()),
        }
    }

    fn expects(&self, paragraph: &Paragraph, start: usize, series: Series, ordinal: u16) -> bool {
        let first = if series == Series::Numbers { 1 } else { 0 };
        let current = match mark(&paragraph.text[start..]) {
            Some((Mark::Point(_, series, ordinal), _)) => Some((series, ordinal)),
            Some((Mark::Number(_), _)) => None,
            None => self.list.as_ref().map(|list| (list.series, list.ordinal)),
        };
        match current {
            Some((open, last)) if open == series => ordinal == last + 1,
            _ => ordinal == first,
        }
    }

    fn finish(&mut self, paragraph: &Paragraph, start: usize) {
        self.finish_part(paragraph, start, paragraph.text.len());
    }

    fn finish_part(&mut self, paragraph: &Paragraph, start: usize, end: usize) {
        let whole = &paragraph.text[start..end];
        let (mut kind, mut skip, mut point) = (paragraph.kind, 0, false);
        match mark(whole) {
            Some((Mark::Number(number), length)) => match self.accept(&number, &whole[length..], kind) {
                Accepted::Clause => skip = length,
                Accepted::Counted => (skip, point, kind) = (length, true, Kind::Item),
                Accepted::No => {}
            },
            Some((Mark::Point(name, series, ordinal), length)) => {
                self.point(name, series, ordinal);
                (skip, point) = (length, true);
            }
            None if kind == Kind::Heading => (self.list, self.counted) = (None, None),
            None => {}
        }
        let rest = &whole[skip..];
        let text = rest.trim();
        if skip > 0 && !point && kind == Kind::Body && is_heading(text) {
            kind = Kind::Heading;
        }
        if kind == Kind::Heading && !text.is_empty() {
            self.heading = text.to_owned();
        }
        let start = start + skip + (rest.len() - rest.trim_start().len());
        self.passages.push(Passage {
            clause: self.clause(),
            number: self.number.clone(),
            point,
            kind,
            text: text.to_owned(),
            paragraph: paragraph.clone(),
            start,
        });
    }

    fn accept(&mut self, number: &[u16], text: &str, kind: Kind) -> Accepted {
        let opened = self.passages.last().is_some_and(|last| last.text.ends_with(':') && last.kind != Kind::Heading);
        let alone = number.len() == 1;
        let next = self.counted.map(|last| last + 1);
        let listed = alone && kind != Kind::Heading && (number == [1] && opened || next == Some(number[0]));
        if listed && !(self.number.len() == 1 && number[0] == self.number[0] + 1 && is_heading(text) && next.is_none())
        {
            self.counted = Some(number[0]);
            return Accepted::Counted;
        }
        let restart = number == [1] || number == [1, 1];
        let fits = if self.number.is_empty() { number[0] <= 3 } else { restart || follows(&self.number, number) };
        if !fits {
            return Accepted::No;
        }
        self.before = self.list.take().or(self.before.take());
        self.counted = None;
        self.number = number.to_vec();
        Accepted::Clause
    }

    fn point(&mut self, point: String, series: Series, ordinal: u16) {
        let first = if series == Series::Numbers { 1 } else { 0 };
        match &mut self.list {
            // A list within a point stays with the point.
            Some(list) if list.series != series => {}
            Some(list) => (list.point, list.ordinal) = (point, ordinal),
            None => {
                // A clause that stands between two points of a list does not end the list.
                let parent = |number: &[u16]| number.split_last().map(|(_, parent)| parent.to_vec());
                let torn = self.before.take().filter(|before| {
                    before.series == series
                        && ordinal > first
                        && before.ordinal + 1 == ordinal
                        && parent(&before.number) == parent(&self.number)
                });
                let number = torn.map_or_else(|| self.number.clone(), |before| before.number);
                self.list = Some(List { number, series, point, ordinal });
            }
        }
    }

    fn clause(&self) -> String {
        let (number, point) = match (&self.list, self.counted) {
            (Some(list), _) => (&list.number, Some(list.point.clone())),
            (None, Some(counted)) => (&self.number, Some(counted.to_string())),
            (None, None) => (&self.number, None),
        };
        let numbers: Vec<_> = number.iter().map(u16::to_string).collect();
        let place = if numbers.is_empty() { short(&self.heading) } else { numbers.join(".") };
        match point {
            Some(point) => format!("{place}({point})"),
            None => place,
        }
    }
}

enum Accepted {
    Clause,
    /// An element of a list that is numbered like clauses.
    Counted,
    No,
}

/// Whether a clause `number` may come after the clause `now`.
fn follows(now: &[u16], number: &[u16]) -> bool {
    number >= now && number[0] <= now.first().copied().unwrap_or(0) + 3 && number.iter().skip(1).all(|n| *n < 60)
}

/// Short, of one piece, ends no sentence.
fn is_heading(text: &str) -> bool {
    let capital = text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    capital && text.chars().count() <= 110 && !text.ends_with(['.', ';', ':', ',']) && !text.contains("; ")
}

fn short(heading: &str) -> String {
    let words: Vec<_> = heading.split_whitespace().collect();
    let mut short = String::new();
    for word in words {
        if short.chars().count() + word.chars().count() > 50 {
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::super::read::{Kind, Paragraph};
    use super::*;

    fn clauses(lines: &[&str]) -> Vec<String> {
        let paragraphs: Vec<_> = (1..)
            .zip(lines)
            .map(|(i, line)| Paragraph { kind: Kind::Body, text: (*line).to_owned(), places: vec![(0, i)] })
            .collect();
        outline(&paragraphs).iter().map(|passage| format!("{} {}", passage.clause, passage.text)).collect()
    }

    #[test]
    fn numbers_and_points_are_read_also_within_a_line() {
        let lines = ["1. Сбор", "1.1. Мы собираем: 1) имя; 2) телефон. 1.2. Прочее", "1.2.3. Ниже", "2. Срок"];
        let expected =
            ["1 Сбор", "1.1 Мы собираем:", "1.1(1) имя;", "1.1(2) телефон.", "1.2 Прочее", "1.2.3 Ниже", "2 Срок"];
        assert_eq!(clauses(&lines), expected);
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        let lines = ["3. Срок", "см. п. 4.7. настоящей Политики, 21.05.2013", "3 года", "94-V Закон", "4. Далее"];
        let expected =
            ["3 Срок", "3 см. п. 4.7. настоящей Политики, 21.05.2013", "3 3 года", "3 94-V Закон", "4 Далее"];
        assert_eq!(clauses(&lines), expected);
    }

    #[test]
    fn a_clause_within_a_list_does_not_end_the_list() {
        let lines = ["2.2. Мы собираем:", "(а) имя;", "2.3. почту;", "(б) телефон;", "2.4. Прочее"];
        let expected = ["2.2 Мы собираем:", "2.2(а) имя;", "2.3 почту;", "2.2(б) телефон;", "2.4 Прочее"];
        assert_eq!(clauses(&lines), expected);
    }

    #[test]
    fn without_numbers_the_heading_is_the_clause() {
        let heading =
            Paragraph { kind: Kind::Heading, text: "Что мы собираем".into(), places: vec![(0, 1)] };
        let body = Paragraph { kind: Kind::Body, text: "Имя".into(), places: vec![(0, 2)] };
        assert_eq!(outline(&[heading, body])[1].clause, "Что мы собираем");
    }
}
