//! Postal addresses, in Russian, Kazakh and English, in Cyrillic or Latin letters: names and numbers with the words that
//! say what they are, from the index or the region to the flat. A street (or a village) and a house make one. The words
//! stand in `patterns/addresses.toml`.

use std::ops::Range;

use super::{Checked, Subject};
use crate::detect::Registry;
use crate::detect::addresses::Role;
use crate::detect::boundary::{byte, byte_before};
use crate::detect::charset::Charset;
use crate::detect::finder::Literal;
use crate::finding::{Evidence, EvidenceSet};

mod tokens;

use tokens::{Kind, Tokens};

/// Bytes before and after the number of a house that an address may reach.
const BEFORE: usize = 190;
const AFTER: usize = 120;
/// Most words of a name.
const NAME: usize = 4;
/// Most digits of the number of a house or flat.
const HOUSE_DIGITS: usize = 4;
const INDEX_DIGITS: usize = 6;

pub fn check_cyrillic(subject: &Subject) -> Option<Checked> {
    check(subject, is_cyrillic_house, &Charset::CYRILLIC)
}

pub fn check_latin(subject: &Subject) -> Option<Checked> {
    check(subject, is_latin_house, &[Charset::Ascii])
}

/// The value that begins at a place: the first house from there on tells.
fn check(subject: &Subject, is_house: fn(&[u8], usize) -> bool, charsets: &[Charset]) -> Option<Checked> {
    let (text, start, registry) = (subject.text, subject.start, subject.registry);
    let line = text[start..].iter().take(BEFORE).take_while(|b| **b != b'\n').count();
    let houses = (start..start + line).filter(|at| text[*at].is_ascii_digit() && is_house(text, *at));
    let mut found = houses.filter_map(|at| address(text, at, registry, charsets));
    let (range, evidence) = found.find(|(range, _)| range.start == start)?;
    Some(Checked { end: range.end, evidence, ..Checked::default() })
}

/// Where an address begins that the number of a house at `at` belongs to.
pub fn start_of_cyrillic(text: &[u8], at: usize, registry: &Registry) -> Option<usize> {
    is_cyrillic_house(text, at).then(|| address(text, at, registry, &Charset::CYRILLIC))?.map(|(range, _)| range.start)
}

pub fn start_of_latin(text: &[u8], at: usize, registry: &Registry) -> Option<usize> {
    is_latin_house(text, at).then(|| address(text, at, registry, &[Charset::Ascii]))?.map(|(range, _)| range.start)
}

/// The Latin words for streets and places; one letter stands for a word only with its dot.
pub fn signs_of_latin(registry: &Registry) -> Vec<Literal> {
    let literal = |word: &[u8]| match word {
        [letter] => Literal { text: [*letter, b'.'].into(), begins: true, ends: false },
        word => Literal { text: word.into(), begins: true, ends: true },
    };
    registry.addresses().latin_places().map(literal).collect()
}

/// Whether a digit stands where the finder looks for the number of a house: after a word beyond ASCII.
fn is_cyrillic_house(text: &[u8], at: usize) -> bool {
    let [first, second, third] = [1, 2, 3].map(|back| byte_before(text, at, back));
    match first {
        // A no-break space between digits, as in a telephone number.
        0xA0 if second == 0xC2 => !third.is_ascii_digit(),
        0x80.. => true,
        b' ' if matches!(second, b'.' | b',' | b' ') => third >= 0x80,
        b' ' | b'.' | b'-' | b',' => second >= 0x80,
        _ => false,
    }
}

/// The same for Latin words; or before one.
fn is_latin_house(text: &[u8], at: usize) -> bool {
    let [first, second, third] = [1, 2, 3].map(|back| byte_before(text, at, back));
    let digits = text[at..].iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    let mark = |b: u8| matches!(b, b' ' | b'.' | b',');
    let after =
        mark(first) && second.is_ascii_alphabetic() || first == b' ' && mark(second) && third.is_ascii_alphabetic();
    let before = !first.is_ascii_digit() && digits < 4;
    let before = before && byte(text, at + digits) == b' ' && byte(text, at + digits + 1).is_ascii_uppercase();
    (1..5).contains(&digits) && (after || before)
}

/// The address that the number at `at` is the house of, and what speaks for it.
fn address(text: &[u8], at: usize, registry: &Registry, charsets: &[Charset]) -> Option<(Range<usize>, EvidenceSet)> {
    let addresses = registry.addresses();
    let charset = charsets.iter().find(|charset| tokens::may_be_address(text, at, **charset, addresses))?;
    let from = at.saturating_sub(BEFORE);
    let to = (at + AFTER).min(text.len());
    let tokens = Tokens::read(text, from..to, at, *charset, addresses);
    let house = tokens.index_of(at)?;
    let address = Address { tokens: &tokens, house };
    let (start, mut roles) = address.before().or_else(|| address.number_first())?;
    let end = address.after(&mut roles);
    // Two letters and a number among bytes that are no text are chance.
    let letters = tokens.end(house) - tokens.start(start) > 8 || matches!(charset, Charset::Utf8 | Charset::Ascii);
    letters.then_some(())?;
    // «К. И. 1119» are initials and a number.
    let letter = if *charset == Charset::Utf8 { 2 } else { 1 };
    let is_word = |i: usize| matches!(tokens.kind(i), Kind::Word { .. }) && tokens.end(i) - tokens.start(i) > letter;
    (start..=end).any(is_word).then_some(())?;
    address.is_whole(start, end, roles).then_some(())?;
    let has = |role: Role| roles.is(role);
    let place = has(Role::LOCALITY.or(Role::TOWN));
    let indexed = (start..=end).any(|i| tokens.is_number(i, INDEX_DIGITS));
    let evidence = EvidenceSet::new()
        .with_if(place || has(Role::FLAT) || indexed, Evidence::Formatted)
        .with_if(place && (has(Role::FLAT) || indexed), Evidence::Plausible);
    Some((tokens.start(start)..tokens.end(end), evidence))
}

/// An address around the number of a house.
struct Address<'a> {
    tokens: &'a Tokens,
    house: usize,
}

impl Address<'_> {
    /// The token that an address begins with that names its street before the house, and what its words say.
    fn before(&self) -> Option<(usize, Role)> {
        let tokens = self.tokens;
        let (mut start, mut roles, mut pending) = (self.house, Role::default(), 0);
        for index in (0..self.house).rev() {
            match tokens.kind(index) {
                Kind::Mark | Kind::Sign => continue,
                Kind::Stop => break,
                Kind::Word { .. } if tokens.role(index).is(Role::MARKER) => {
                    let (first, named) = self.with_name(index);
                    let unnamed = Role::QUARTER.or(Role::HOUSE).or(Role::FLAT);
                    roles = roles.or(if named { tokens.role(index) } else { tokens.role(index).and(unnamed) });
                    (start, pending) = (first, 0);
                }
                Kind::Word { .. } if tokens.role(index).is(Role::TOWN.or(Role::COUNTRY)) => {
                    let own = pending == 0 && start < self.house;
                    roles = roles.or(if own { tokens.role(index) } else { Role::default() });
                    (start, pending) = if own { (index.min(start), 0) } else { (start, pending + 1) };
                }
                Kind::Number { digits: INDEX_DIGITS } if start < self.house => {
                    start = start.min(if pending == 0 { index } else { start });
                    break;
                }
                Kind::Word { .. } | Kind::Number { .. } if index >= start => continue,
                Kind::Word { .. } if !self.is_of_name(index) => break,
                Kind::Word { .. } | Kind::Number { .. } => pending += 1,
            }
            if pending > NAME {
                break;
            }
        }
        let street = roles.is(Role::STREET.or(Role::QUARTER)) || roles.is(Role::LOCALITY) && roles.is(Role::HOUSE);
        (street && start < self.house).then_some((start, roles))
    }

    /// Whether the word may be a part of a name.
    fn is_of_name(&self, index: usize) -> bool {
        let role = self.tokens.role(index);
        let Kind::Word { capitalised } = self.tokens.kind(index) else { return false };
        !role.is(Role::MARKER) && (capitalised || role.is(Role::NAME))
    }

    /// Where a word such as `улица` and its name begin, if it has one: after it, or before it as that of `көшесі`.
    fn with_name(&self, marker: usize) -> (usize, bool) {
        let tokens = self.tokens;
        let of_name = Role::STREET.or(Role::QUARTER).or(Role::LOCALITY);
        let next = (marker + 1..=self.house).find(|i| tokens.kind(*i) != Kind::Sign && !tokens.is_dot(*i));
        let named_after = next.is_some_and(|i| match tokens.kind(i) {
            // «ул. 8 Марта»
            Kind::Number { .. } => tokens.is_ordinal(i) || i < self.house && self.is_of_name(i + 1),
            _ => self.is_of_name(i),
        });
        if named_after || !tokens.role(marker).is(of_name) {
            return (marker, named_after);
        }
        let of_quarter = tokens.role(marker).is(Role::QUARTER);
        let is_name = |i: &usize| match tokens.kind(*i) {
            Kind::Word { .. } => self.is_of_name(*i),
            Kind::Number { digits } => digits <= 2 && of_quarter || tokens.is_ordinal(*i),
            Kind::Sign => true,
            _ => false,
        };
        let name = (0..marker).rev().take(NAME).take_while(is_name);
        let first = name.filter(|i| tokens.kind(*i) != Kind::Sign).last();
        (first.unwrap_or(marker), first.is_some())
    }

    /// `150 Abay Avenue`
    fn number_first(&self) -> Option<(usize, Role)> {
        let words = (self.house + 1..self.tokens.len()).take(NAME);
        let mut name = 0;
        for index in words {
            match self.tokens.kind(index) {
                Kind::Word { .. } if name > 0 && self.tokens.role(index).is(Role::STREET) => {
                    return Some((self.house, Role::STREET));
                }
                Kind::Word { .. } if self.is_of_name(index) => name += 1,
                _ => return None,
            }
        }
        None
    }

    /// The last token of the address; adds what its words say.
    fn after(&self, roles: &mut Role) -> usize {
        let mut end = self.house;
        if self.before().is_none() {
            // The number stands first, and its street after it.
            let is_street = |i: &usize| self.tokens.role(*i).is(Role::STREET);
            end = (end..self.tokens.len()).find(is_street).unwrap_or(end);
        }
        while let Some((next, role)) = self.part_after(end) {
            *roles = roles.or(role);
            end = next;
        }
        end
    }

    /// The last token of the part of an address that follows the token at `end`, and what it says.
    fn part_after(&self, end: usize) -> Option<(usize, Role)> {
        let tokens = self.tokens;
        let skip = |from: usize| (from..tokens.len()).find(|i| !matches!(tokens.kind(*i), Kind::Mark | Kind::Sign));
        let first = skip(end + 1)?;
        let comma = first > end + 1 && (end + 1..first).any(|i| tokens.is_comma(i));
        let second = skip(first + 1).unwrap_or(first);
        let role = tokens.role(first);
        let unit = Role::HOUSE.or(Role::FLAT);
        let is_small = |i: usize| (1..=HOUSE_DIGITS).any(|digits| tokens.is_number(i, digits));
        let name =
            |i: usize| matches!(tokens.kind(i), Kind::Word { capitalised: true }) && !tokens.role(i).is(Role::MARKER);
        let apart = |i: usize, j: usize| (i..j).any(|i| tokens.is_comma(i));
        match () {
            // `кв. 12`
            () if role.is(unit) && second > first && is_small(second) && !apart(first, second) => Some((second, role)),
            // `5 үй`
            () if role.is(unit) && !comma && matches!(tokens.kind(end), Kind::Number { .. }) => Some((first, role)),
            // `12 пәтер`
            () if is_small(first) && second > first && tokens.role(second).is(unit) && !apart(first, second) => {
                Some((second, tokens.role(second)))
            }
            () if comma && tokens.is_number(first, INDEX_DIGITS) => Some((first, Role::default())),
            () if comma && role.is(Role::LOCALITY) && second > first && name(second) && !apart(first, second) => {
                Some((second, role))
            }
            () if comma
                && name(first)
                && second > first
                && tokens.role(second).is(Role::LOCALITY)
                && !apart(first, second) =>
            {
                Some((second, tokens.role(second)))
            }
            () if comma && role.is(Role::TOWN.or(Role::COUNTRY)) => Some((first, role)),
            () => None,
        }
    }

    /// Whether the number is a house's: no part of a name (`8 Марта`), and not that of a quarter alone.
    fn is_whole(&self, start: usize, end: usize, roles: Role) -> bool {
        let tokens = self.tokens;
        let small = (1..=HOUSE_DIGITS).any(|digits| tokens.is_number(self.house, digits));
        let goes_on = (self.house + 1..tokens.len()).take(3).take_while(|i| tokens.kind(*i) != Kind::Stop);
        let follows = |i: usize| matches!(tokens.kind(i), Kind::Word { .. }) && !tokens.role(i).is(Role::MARKER);
        let named = start < self.house
            && self.house + 1 < tokens.len()
            && follows(self.house + 1)
            && goes_on.skip(1).any(|i| matches!(tokens.kind(i), Kind::Number { .. }));
        let before = (0..self.house).rev().find(|i| !tokens.is_dot(*i));
        let of_quarter = tokens.is_glued(self.house)
            || before.is_some_and(|i| tokens.role(i).is(Role::QUARTER) && i + 2 >= self.house && self.is_unnamed(i));
        let more = roles.is(Role::HOUSE.or(Role::FLAT)) && end > self.house || roles.is(Role::HOUSE) && !of_quarter;
        small && !named && (!of_quarter || more)
    }

    /// Whether the word's name is the number after it.
    fn is_unnamed(&self, marker: usize) -> bool {
        !self.with_name(marker).1
    }
}
