//! Sentences: takes a passage's text, gives its sentences, folded, with the marks that part them into fragments.

use std::ops::Range;

use crate::lexicon::{Folded, fold_str};

/// A sentence. Places in its folded text are what the words of [`Language`](super::language::Language) are found at.
#[derive(Clone, Debug)]
pub struct Sentence<'t> {
    pub text: &'t str,
    /// Where it begins in the passage.
    pub start: usize,
    pub folded: Folded,
    /// Where a fragment begins: in the folded text, in the text, and the mark before it.
    breaks: Vec<(usize, usize, char)>,
}

/// Short words that a full stop follows within a sentence.
const ABBREVIATIONS: &[&str] = &[
    "ст", "п", "пп", "г", "гг", "ул", "д", "др", "т", "е", "ч", "тыс", "им", "кв", "оф", "тел", "стр", "см", "англ",
    "пр", "мкр", "каб", "no", "e", "i", "қ", "т.б",
];

pub fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?')) {
        let end = at + mark.len_utf8();
        if ends(&text[start..at], &text[end..], mark) {
            sentences.push(Sentence::new(text, start..end));
            start = end;
        }
    }
    sentences.push(Sentence::new(text, start..text.len()));
    sentences.retain(|sentence| !sentence.text.is_empty());
    sentences
}

fn ends(before: &str, after: &str, mark: char) -> bool {
    let Some(next) = after.trim_start().chars().next() else { return false };
    if !after.starts_with(char::is_whitespace) || next.is_lowercase() {
        return false;
    }
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let joined = before[..before.len() - word.len()].ends_with('-');
    let initial = !joined && word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    mark != '.' || !(initial || ABBREVIATIONS.contains(&word))
}

impl<'t> Sentence<'t> {
    fn new(passage: &'t str, at: Range<usize>) -> Self {
        let whole = &passage[at.clone()];
        let start = at.start + (whole.len() - whole.trim_start().len());
        let text = whole.trim();
        let mut breaks = Vec::new();
        let (mut folded_at, mut piece) = (0, 0);
        for (i, mark) in text.char_indices().filter(|(_, c)| matches!(c, ',' | ';' | ':' | '(' | ')' | '–' | '—')) {
            let folded = fold_str(&text[piece..i]);
            folded_at += folded.bytes().len().saturating_sub(1);
            piece = i + mark.len_utf8();
            breaks.push((folded_at + 1, piece, mark));
        }
        Self { text, start, folded: fold_str(text), breaks }
    }

    /// Whether a colon stands between two places.
    pub fn colon(&self, between: Range<usize>) -> bool {
        self.breaks.iter().any(|(at, _, mark)| *mark == ':' && (between.start..=between.end).contains(at))
    }

    /// Whether a place stands in brackets that another place is not in.
    pub fn aside(&self, at: usize, from: usize) -> bool {
        let mut open = None;
        for (break_at, _, mark) in &self.breaks {
            match mark {
                '(' => open = Some(*break_at),
                ')' => {
                    if let Some(start) = open.take().filter(|start| (*start..*break_at).contains(&at)) {
                        return !(start..*break_at).contains(&from);
                    }
                }
                _ => {}
            }
        }
        false
    }

    /// The fragment that a place is in: its bytes in the folded text.
    pub fn fragment(&self, at: usize) -> Range<usize> {
        let start = self.breaks.iter().rev().find(|(start, ..)| *start <= at).map_or(1, |(start, ..)| *start);
        let end =
            self.breaks.iter().find(|(start, ..)| *start > at).map_or(self.folded.bytes().len(), |(start, ..)| *start);
        start..end
    }

    /// The words of the fragment that a place is in, as the document writes them.
    pub fn quote(&self, at: usize) -> &'t str {
        self.text[self.original(at)].trim().trim_end_matches(['.', ',', ';', ':', '(', '–', '—']).trim()
    }

    /// Where the fragment of a place stands in the passage.
    pub fn offset(&self, at: usize) -> usize {
        self.start + self.original(at).start
    }

    fn original(&self, at: usize) -> Range<usize> {
        let start = self.breaks.iter().rev().find(|(start, ..)| *start <= at).map_or(0, |(_, start, _)| *start);
        let end = self.breaks.iter().find(|(start, ..)| *start > at).map_or(self.text.len(), |(_, end, _)| *end);
        start..end
    }

    /// Whether the sentence is Kazakh, where the verb stands last.
    pub fn is_kazakh(&self) -> bool {
        let kazakh = |c: &char| "әғқңөұүһіӘҒҚҢӨҰҮҺІəƏ".contains(*c);
        self.text.chars().filter(kazakh).count() * 50 > self.text.chars().filter(|c| c.is_alphabetic()).count()
    }

    /// Whether the fragment of a place holds a number to call, an address to write to or a link.
    pub fn is_contact(&self, at: usize) -> bool {
        let text = self.quote(at);
        let mut after = self.breaks.iter().filter(|(start, ..)| *start > at);
        let next = after.next().map_or("", |(start, ..)| self.quote(*start));
        [text, next].iter().any(|text| {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            text.contains('@') || text.contains("://") || text.contains("www.") || digits >= 7
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_ends_where_one_ends() {
        let text = "Закон от 21.05.2013 г. № 94-V. Мы храним, см. п. 2 ниже: имя. И.О. Иванов ждёт";
        let texts: Vec<_> = sentences(text).iter().map(|s| s.text).collect();
        assert_eq!(texts, ["Закон от 21.05.2013 г. № 94-V.", "Мы храним, см. п. 2 ниже: имя.", "И.О. Иванов ждёт"]);
    }

    #[test]
    fn fragments_lead_back_to_the_text() {
        let text = "Мы собираем: имя, дату рождения (если нужно).";
        let sentence = &sentences(text)[0];
        let at = sentence.folded.bytes().len() / 2;
        assert_eq!(sentence.quote(at), "дату рождения");
        assert_eq!(&text[sentence.offset(at)..].trim_start()[..8], "дату");
        assert!(sentence.colon(1..at) && !sentence.is_kazakh());
        assert!(sentences("Біз дербес деректерді жинаймыз.")[0].is_kazakh());
    }
}
