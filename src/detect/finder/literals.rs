//! Texts of a few letters, such as the beginnings of words: takes a set of them, tells quickly of a text that none stands in
//! it. The first bytes of all are looked up at once in each place (as the Teddy of Hyperscan does), and what fits is compared.

use super::lanes::SEEN;
use super::masks::{Bytes, Table};

/// Bytes of a literal that are looked up.
const HEAD: usize = 4;
/// Groups of literals that a look-up tells apart.
const GROUPS: usize = 8;
/// Bytes that are looked up together, and what is seen of the text for them.
const TOGETHER: usize = 16 * SEEN;
const SEEN_TOGETHER: usize = TOGETHER + HEAD;

/// What is looked for, in small letters; capitals are as good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    pub text: Box<[u8]>,
    /// Whether it counts only where a word begins, also one of a camelCase name.
    pub begins: bool,
    /// Whether it counts only where a word ends.
    pub ends: bool,
}

/// Literals to look for.
pub struct Literals {
    heads: [Table; HEAD],
    /// In order.
    all: Vec<Literal>,
    /// The same: the bits of the first bytes that count, and what they are in small letters.
    compared: Vec<(u32, u32)>,
    /// By the pair of their first bytes, where they begin and end in `all`.
    by_pair: Box<[(u16, u16); PAIRS]>,
    /// By such a pair, which third bytes one may have, a bit for each.
    thirds: Box<[u32; PAIRS]>,
    /// Whether all count only where a word begins.
    begin: bool,
    /// Whether a text beyond ASCII is taken to hold one.
    beyond_ascii: bool,
}

/// What a pair of bytes may be, of each the low five bits, which are those of its capital.
const PAIRS: usize = 1 << 10;

fn pair(text: &[u8]) -> usize {
    usize::from(text[0] % 32) << 5 | usize::from(text[1] % 32)
}

/// The bytes that fit each place of some literals, one bit a byte.
type Fitting = [u128; HEAD];

impl Literals {
    /// Of two bytes or more each. Where `beyond_ascii` tells that any text beyond ASCII is taken to hold one.
    pub fn new(literals: impl IntoIterator<Item = Literal>, beyond_ascii: bool) -> Self {
        let mut all: Vec<Literal> = literals.into_iter().filter(|literal| literal.text.len() > 1).collect();
        all.sort_by_key(|literal| (pair(&literal.text), literal.clone()));
        all.dedup();
        let mut groups = [Fitting::default(); GROUPS];
        let mut by_pair = Box::new([(0, 0); PAIRS]);
        let mut thirds = Box::new([0; PAIRS]);
        for (literal, index) in all.iter().zip(0..) {
            let fitting = literal.fitting();
            let grown = |group: &Fitting| chance(&either(group, &fitting)) - chance(group);
            if let Some(group) = groups.iter_mut().min_by_key(|group| grown(group)) {
                *group = either(group, &fitting);
            }
            let (first, end) = &mut by_pair[pair(&literal.text)];
            (*first, *end) = (if *end == 0 { index } else { *first }, index + 1);
            thirds[pair(&literal.text)] |= literal.text.get(2).map_or(u32::MAX, |third| 1 << (third % 32));
        }
        let compared = all.iter().map(Literal::compared).collect();
        let begin = all.iter().all(|literal| literal.begins);
        Self { heads: heads(&groups), all, compared, by_pair, thirds, begin, beyond_ascii }
    }

    /// Whether one stands in a text. Inlined, so that it is compiled with the caller's instruction set.
    #[inline(always)]
    pub(super) fn stand_with<B: Bytes>(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while at < text.len() {
            let mut padded;
            let seen = match text[at..].first_chunk() {
                Some(seen) => seen,
                None => {
                    padded = [0; SEEN_TOGETHER];
                    padded[..text.len() - at].copy_from_slice(&text[at..]);
                    &padded
                }
            };
            let (mut places, is_ascii) = self.places::<B>(seen);
            if !is_ascii {
                if self.beyond_ascii {
                    return true;
                }
                let ascii = seen.map(|byte| if byte.is_ascii() { byte } else { 0 });
                places = self.places::<B>(&ascii).0;
            }
            if places == [0; TOGETHER / SEEN] {
                at += TOGETHER;
                continue;
            }
            if self.begin {
                drop_within_words::<B>(&mut places, seen);
            }
            if self.stand_at(&places, text, at) {
                return true;
            }
            at += TOGETHER;
        }
        false
    }

    /// Where the first bytes of a literal may stand, and whether all of what is seen is ASCII, else they may stand elsewhere
    /// too. Free of calls, so that the tables stay in registers.
    #[inline(always)]
    fn places<B: Bytes>(&self, text: &[u8; SEEN_TOGETHER]) -> ([u64; TOGETHER / SEEN], bool) {
        let mut high = u64::from(!text[TOGETHER..].is_ascii());
        let mut places = [0; TOGETHER / SEEN];
        let [first, second, third, fourth] = &self.heads;
        for (step, places) in places.iter_mut().enumerate() {
            let load = |from| B::load(text[step * SEEN + from..].first_chunk().expect("so many are there"));
            let bytes = load(0);
            high |= bytes.high();
            let fitting = bytes.look_up(first).and(load(1).look_up(second));
            *places = fitting.and(load(2).look_up(third)).and(load(3).look_up(fourth)).any();
        }
        (places, high == 0)
    }

    #[inline(always)]
    fn stand_at(&self, places: &[u64], text: &[u8], at: usize) -> bool {
        for (step, places) in places.iter().enumerate() {
            let mut places = *places;
            while places != 0 {
                if self.stands_at(text, at + step * SEEN + places.trailing_zeros() as usize) {
                    return true;
                }
                places &= places - 1;
            }
        }
        false
    }

    #[inline(always)]
    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        if at >= text.len() {
            return false;
        }
        let four = match text[at..].first_chunk() {
            Some(four) => u32::from_le_bytes(*four),
            None => text[at..].iter().rev().fold(0, |four, byte| four << 8 | u32::from(*byte)),
        };
        let bytes = u32::to_le_bytes(four);
        if self.thirds[pair(&bytes)] >> (bytes[2] % 32) & 1 == 0 {
            return false;
        }
        self.is_one_of(self.by_pair[pair(&bytes)], four, text, at)
    }

    /// Whether one of the literals of a pair stands at a place, where these four bytes are.
    fn is_one_of(&self, (from, to): (u16, u16), four: u32, text: &[u8], at: usize) -> bool {
        let group = usize::from(from)..usize::from(to);
        let small = four | SMALL;
        let fits =
            |(literal, (mask, head)): &(&Literal, &(u32, u32))| small & mask == *head && literal.stands_at(text, at);
        self.all[group.clone()].iter().zip(&self.compared[group]).any(|both| fits(&both))
    }
}

/// Drops the places of small letters after letters, but for the first bytes of each step.
#[inline(always)]
fn drop_within_words<B: Bytes>(places: &mut [u64], text: &[u8; SEEN_TOGETHER]) {
    for (step, places) in places.iter_mut().enumerate() {
        if *places != 0 {
            let bytes = B::load(text[step * SEEN..].first_chunk().expect("so many are there"));
            *places &= !(bytes.within(b'a', b'z') & bytes.small().within(b'a', b'z') << 1);
        }
    }
}

/// The bits that make small letters of capitals.
const SMALL: u32 = 0x2020_2020;

fn either(one: &Fitting, other: &Fitting) -> Fitting {
    std::array::from_fn(|at| one[at] | other[at])
}

/// How much fits by chance.
fn chance(fitting: &Fitting) -> u32 {
    fitting.iter().map(|bytes| bytes.count_ones()).product()
}

/// The tables in which each group of literals has a bit.
fn heads(groups: &[Fitting; GROUPS]) -> [Table; HEAD] {
    std::array::from_fn(|at| {
        let mut table = Table::new();
        for (group, fitting) in groups.iter().enumerate() {
            (0..0x80).filter(|byte| fitting[at] >> byte & 1 != 0).for_each(|byte| table.add(byte, 1 << group));
        }
        table
    })
}

impl Literal {
    /// One that counts wherever it stands, in small letters.
    pub fn anywhere(text: Vec<u8>) -> Self {
        Self { text: text.into(), begins: false, ends: false }
    }

    fn fitting(&self) -> Fitting {
        std::array::from_fn(|at| (0..0x80).filter(|byte| self.fits(at, *byte)).fold(0, |bytes, byte| bytes | 1 << byte))
    }

    /// The bits of the first bytes that count, and what they are with small letters.
    fn compared(&self) -> (u32, u32) {
        let head = &self.text[..self.text.len().min(HEAD)];
        let word = |byte: fn(&u8) -> u8| head.iter().rev().fold(0, |word, b| word << 8 | u32::from(byte(b)));
        let mask = word(|_| 0xFF);
        (mask, (word(|b| *b) | SMALL) & mask)
    }

    /// Whether a byte may be the one at a place of the literal, or after it.
    fn fits(&self, at: usize, byte: u8) -> bool {
        match self.text.get(at) {
            Some(own) => byte.to_ascii_lowercase() == *own,
            None => !self.ends || at > self.text.len() || !byte.is_ascii_lowercase(),
        }
    }

    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        let end = at + self.text.len();
        text.get(at..end).is_some_and(|own| own.eq_ignore_ascii_case(&self.text))
            && (!self.begins || begins_word(text, at))
            && (!self.ends || !text.get(end).is_some_and(u8::is_ascii_lowercase))
    }
}

fn begins_word(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return true };
    !before.is_ascii_alphabetic() || before.is_ascii_lowercase() && text[at].is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::super::Engine;
    use super::*;

    fn literal((text, begins, ends): (&str, bool, bool)) -> Literal {
        Literal { text: text.as_bytes().into(), begins, ends }
    }

    fn literals(beyond_ascii: bool) -> Literals {
        let all = [("os", true, true), ("lat", true, true), ("rnn", false, false), ("passport", false, false)];
        Literals::new(all.into_iter().chain([("g.", false, false)]).map(literal), beyond_ascii)
    }

    #[test]
    fn literals_are_seen_wherever_they_stand() {
        let literals = literals(false);
        for engine in Engine::all() {
            for shift in [0, 1, 59, 60, 61, 62, 63, 64, 127, 128] {
                for text in
                    ["os", "OS", "lat", "userLat", "latLng", "myrnnx", "RNN", "PassportNo", "org.kz", "\u{430}lat="]
                {
                    let text = [&" ".repeat(shift), text].concat();
                    assert!(engine.stand_in(&literals, text.as_bytes()), "{engine:?} {text}");
                }
                for text in ["", "post", "osx", "late", "plat", "PLAT", "pass", "g", "o\u{441}", "\u{430}"] {
                    let text = [&" ".repeat(shift), text].concat();
                    assert!(!engine.stand_in(&literals, text.as_bytes()), "{engine:?} {text}");
                }
            }
        }
    }

    #[test]
    fn a_text_beyond_ascii_is_not_looked_at_so_quickly() {
        for engine in Engine::all() {
            assert!(engine.stand_in(&literals(true), [" ".repeat(70).as_bytes(), b"\xF0"].concat().as_slice()));
            assert!(!engine.stand_in(&literals(true), b"post"));
        }
    }

    #[test]
    fn words_begin_where_letters_do() {
        let literals = Literals::new([("st", true, true), ("g.", true, false)].map(literal), false);
        for engine in Engine::all() {
            for shift in [0, 1, 62, 63, 64, 127] {
                for (text, expected) in
                    [(" st 5", true), ("mySt", true), ("ST", true), ("est", false), ("g.Almaty", true), ("org.", false)]
                {
                    let text = ["_".repeat(shift).as_bytes(), text.as_bytes()].concat();
                    assert_eq!(engine.stand_in(&literals, &text), expected, "{engine:?} {}", text.escape_ascii());
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn engines_agree(text in proptest::collection::vec(proptest::sample::select(b"oOsSlLaAtTrRnNpPg. \xF0".as_slice()), 0..300)) {
            let literals = literals(false);
            let expected = (0..text.len()).any(|at| literals.stands_at(&text, at));
            for engine in Engine::all() {
                proptest::prop_assert_eq!(engine.stand_in(&literals, &text), expected);
            }
        }
    }
}
