//! The parts of a name: takes a text and where a name may begin, gives where it ends and what speaks for it.

use super::{ends_in_digit, space_after};
use crate::detect::boundary::byte;
use crate::detect::charset::Charset;
use crate::detect::names::{Names, is_latin};
use crate::detect::word::{Capitals, Word};
use crate::finding::{Evidence, EvidenceSet};

/// Most parts of a name.
pub const PARTS: usize = 3;

/// A part of a name.
struct Part {
    kind: Kind,
    word: Word,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// One capital and a dot.
    Initial,
    /// A name and `ұлы` or `қызы`, a word of its own.
    Patronymic,
}

pub struct Parts<'a> {
    names: &'a Names,
    parts: [Option<Part>; PARTS],
    /// Whether a no-break space stands after the first part.
    joined: bool,
}

impl<'a> Parts<'a> {
    /// Reads the parts that begin at `start`: words in capitals or with one, and initials, each a space apart.
    pub fn read(text: &[u8], start: usize, charset: Charset, names: &'a Names) -> Option<Self> {
        let mut parts = Self { names, parts: [const { None }; PARTS], joined: false };
        let mut at = start;
        for index in 0..PARTS {
            let Some(part) = Part::read(text, at, charset, index > 0, names) else { break };
            let space = space_after(text, part.end);
            at = part.end + space;
            let last = space == 0 && part.kind != Kind::Initial;
            parts.joined |= index == 0 && space > 1 && part.kind != Kind::Initial;
            parts.parts[index] = Some(part);
            if last {
                break;
            }
        }
        parts.parts[1].is_some().then_some(parts)
    }

    fn kind(&self, index: usize) -> Option<Kind> {
        self.parts[index].as_ref().map(|part| part.kind)
    }

    fn word(&self, index: usize) -> Option<&Word> {
        self.parts[index].as_ref().filter(|part| part.kind != Kind::Initial).map(|part| &part.word)
    }

    pub fn is_initial(&self, index: usize) -> bool {
        self.kind(index) == Some(Kind::Initial)
    }

    fn is_patronymic(&self, index: usize) -> bool {
        match self.kind(index) {
            Some(Kind::Patronymic) => true,
            Some(Kind::Word) => self.word(index).is_some_and(|word| self.names.is_patronymic(word)),
            _ => false,
        }
    }

    fn end(&self, parts: usize) -> usize {
        self.parts[parts - 1].as_ref().map_or(0, |part| part.end)
    }

    /// Where the name ends that these parts begin with, and what speaks for it.
    pub fn name(&self) -> Option<(usize, EvidenceSet)> {
        let (parts, evidence) = match (self.word(0), self.word(1)) {
            (Some(first), Some(second)) if !self.joined => self.of_words(first, second),
            (Some(_), Some(_)) => None,
            (Some(surname), None) => self.with_initials(surname),
            (None, _) => self.after_initials(),
        }?;
        let is_other = self.word(0).is_some_and(|first| self.names.is_other(first));
        (!is_other).then(|| (self.end(parts), evidence))
    }

    /// Full names, in either order, and a given name with a surname.
    fn of_words(&self, first: &Word, second: &Word) -> Option<(usize, EvidenceSet)> {
        let names = self.names;
        let full = EvidenceSet::new().with(Evidence::Formatted);
        let surname = names.is_surname(first);
        if self.is_patronymic(1) {
            let given = names.is_given(first);
            // «Иван Иванович Иванов»
            let last = self.word(2).filter(|last| names.is_surname(last) && !names.is_other(last));
            let last = last.filter(|last| last.capitals == second.capitals || last.capitals == Capitals::All);
            let known = given || !surname && !names.begins_sentence(first);
            return known.then_some((if last.is_some() { 3 } else { 2 }, full.with_if(given, Evidence::Plausible)));
        }
        if let Some(third) = self.word(2).filter(|_| self.is_patronymic(2)) {
            let register = [first, second, third].iter().all(|word| word.capitals == Capitals::All);
            let listed = names.is_given(second);
            let bare = register || names.is_forefather(first) || !names.begins_sentence(first);
            // «Айгерім Болат Серікұлы» are no three parts of one name.
            let is_name = !names.is_other(second) && (surname || bare && listed);
            return is_name.then_some((3, full.with_if(listed, Evidence::Plausible)));
        }
        let (given, listed) = (names.is_given(first), names.is_given(second));
        let two = EvidenceSet::new();
        let named = given && names.is_surname(second) || surname && listed;
        let kazakh =
            || (given || names.is_forefather(first)) && listed || (given || surname) && names.is_forefather(second);
        let evidence = match () {
            () if named => two.with(Evidence::Plausible),
            () if kazakh() => two.with(Evidence::Bare),
            () => return None,
        };
        (!names.is_other(second)).then_some((2, evidence))
    }

    /// «Иванов И.И.», «Иванов И.»
    fn with_initials(&self, surname: &Word) -> Option<(usize, EvidenceSet)> {
        let known = self.names.is_surname(surname);
        let two = self.is_initial(2);
        let fits = known || two && self.may_be_unknown(surname);
        let evidence = EvidenceSet::new().with_if(known && two, Evidence::Plausible).with_if(!two, Evidence::Bare);
        // The finder sees what a no-break space joins by the second initial.
        (fits && self.is_initial(1) && (two || !self.joined)).then_some((if two { 3 } else { 2 }, evidence))
    }

    /// Whether a word beside two initials may be a surname that nothing else tells. In Latin letters too much stands so.
    fn may_be_unknown(&self, surname: &Word) -> bool {
        surname.length() > 2 && !is_latin(surname.folded())
    }

    /// «И.И. Иванов», «И. Иванов»
    fn after_initials(&self) -> Option<(usize, EvidenceSet)> {
        let two = self.is_initial(1);
        let parts = if two { 3 } else { 2 };
        let surname = self.word(parts - 1).filter(|word| !self.names.is_other(word))?;
        let known = self.names.is_surname(surname);
        let fits = known || two && self.may_be_unknown(surname);
        let evidence = EvidenceSet::new().with_if(known && two, Evidence::Plausible).with_if(!two, Evidence::Bare);
        fits.then_some((parts, evidence))
    }
}

impl Part {
    fn read(text: &[u8], at: usize, charset: Charset, may_be_apart: bool, names: &Names) -> Option<Self> {
        let word = Word::at(text, at, charset).filter(Word::is_capitalised)?;
        if charset != Charset::Ascii && Charset::of_capital(text, at) != Some(charset) || ends_in_digit(text, word.end)
        {
            return None;
        }
        if word.length() == 1 {
            let initial = byte(text, word.end) == b'.';
            return initial.then(|| Self { kind: Kind::Initial, end: word.end + 1, word });
        }
        let apart =
            may_be_apart && byte(text, word.end) == b' ' && names.may_be_son(charset.letter(text, word.end + 1));
        let child = apart.then(|| Word::at(text, word.end + 1, charset)).flatten();
        match child.filter(|child| names.is_son_or_daughter(child)) {
            Some(child) => Some(Self { kind: Kind::Patronymic, end: child.end, word }),
            None => Some(Self { kind: Kind::Word, end: word.end, word }),
        }
    }
}
