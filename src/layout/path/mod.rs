//! Paths: takes a value and its key, gives the names of what it lies in, outermost first. Found by looking back from the
//! value over a bounded part of the text, without parsing the file; what lies further out than that is not told.

use std::borrow::Cow;
use std::ops::Range;

use crate::decode::to_utf8;
use crate::finding::name;

mod indented;
mod json;
mod markup;
mod section;

/// How far back from a value its path is looked for.
pub const REACH: usize = 4096;

/// How far before one of several records in a row what they lie in is looked for.
const RECORDS: usize = 1024;

/// Most names of a path, and its longest form in bytes: those further out are left out.
const DEEPEST: usize = 16;
const LONGEST: usize = 160;

/// What stands before the names of a path that does not begin at the root.
pub const CUT: char = '…';

/// How paths of a format are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    /// As in RFC 9535: `$.users[*].phone`.
    Json,
    /// `/users/user/@phone`.
    Markup,
    /// `users[*].phone`
    Dotted,
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Where the name stands in the text.
    Name(Range<usize>),
    /// That of an attribute.
    Attribute(Range<usize>),
    /// Any element of an array.
    Each,
}

impl Step {
    /// The same step in a text that begins elsewhere.
    fn moved(&self, to: impl Fn(usize) -> usize) -> Self {
        let moved = |range: &Range<usize>| to(range.start)..to(range.end);
        match self {
            Self::Name(range) => Self::Name(moved(range)),
            Self::Attribute(range) => Self::Attribute(moved(range)),
            Self::Each => Self::Each,
        }
    }
}

/// What the value before lay in, as values that stand together do: the next need not look as far back.
#[derive(Debug, Default)]
pub struct Memory {
    /// Offset of the bracket or tag that it lay in, and what was found from there on outwards, by its offset in the text.
    opener: Option<u64>,
    /// Offset of its key in quotes, where it has one, and the quote.
    key: Option<(u64, u8)>,
    steps: Vec<Step>,
    rooted: bool,
    /// The least offset that was looked at.
    seen: u64,
}

/// What is known of a path, innermost first.
struct Trail {
    notation: Notation,
    steps: Vec<Step>,
    /// Whether the last step is that of the root.
    rooted: bool,
    /// Whether the innermost name surely is that of a field.
    is_field: bool,
}

impl Trail {
    fn new(notation: Notation) -> Self {
        Self { notation, steps: Vec::with_capacity(4), rooted: false, is_field: false }
    }

    /// Adds the steps from an opener at `at` on outwards, which `find` finds: those that are remembered, where it is the same
    /// opener and all that they were found in is still in reach. The `key` in it is remembered with its quote.
    fn go_on(&mut self, look: &mut Look, at: usize, key: Option<(usize, u8)>, find: impl FnOnce(&mut Self, &mut Look)) {
        let key = key.map(|(at, quote)| (look.base + at as u64, quote));
        let offset = look.base + at as u64;
        let memory = std::mem::take(look.memory);
        let in_reach = memory.opener == Some(offset) && memory.seen > look.base + look.from as u64;
        if in_reach && memory.steps.len() + self.steps.len() <= DEEPEST {
            self.steps.extend(memory.steps.iter().map(|step| step.moved(|at| at - look.base as usize)));
            self.rooted = memory.rooted;
            *look.memory = Memory { key, ..memory };
            return;
        }
        let inner = self.steps.len();
        look.seen = at;
        find(self, look);
        let steps = self.steps[inner..].iter().map(|step| step.moved(|at| at + look.base as usize)).collect();
        // What was cut off where looking back ends may be in reach of another value, and what was too deep for one.
        let is_whole = (look.seen > look.from || look.begins) && self.steps.len() < DEEPEST;
        let seen = look.base + look.seen as u64;
        *look.memory = Memory { opener: is_whole.then_some(offset), key, seen, rooted: self.rooted, steps };
    }

    /// Adds a step further out. Whether there is room for another.
    fn push(&mut self, step: Step) -> bool {
        self.steps.push(step);
        self.steps.len() < DEEPEST
    }

    /// As it is shown; none where it tells no more than its key does.
    fn written(mut self, text: &[u8]) -> Option<String> {
        let shown = loop {
            if !self.rooted && self.steps.len() < 2 {
                return None;
            }
            let shown = self.write(text);
            if shown.len() <= LONGEST {
                break shown;
            }
            self.steps.pop();
            self.rooted = false;
        };
        Some(shown)
    }

    fn write(&self, text: &[u8]) -> String {
        let mut path = String::with_capacity(48);
        match (self.rooted, self.notation) {
            (false, _) => path.push(CUT),
            (true, Notation::Json) => path.push('$'),
            (true, _) => {}
        }
        for (depth, step) in self.steps.iter().enumerate().rev() {
            let name = |range: &Range<usize>| match shown(&text[range.clone()]) {
                name if name::may_be_person(&name, depth == 0 && self.is_field) => Cow::Borrowed("*"),
                name => name,
            };
            let dot = if path.is_empty() && self.notation == Notation::Dotted { "" } else { "." };
            match (step, self.notation) {
                (Step::Each, _) => path.push_str("[*]"),
                (Step::Attribute(range), _) => path.extend(["/@", &name(range)]),
                (Step::Name(range), Notation::Markup) => path.extend(["/", &name(range)]),
                (Step::Name(range), Notation::Dotted) => path.extend([dot, &name(range)]),
                (Step::Name(range), Notation::Json) => match name(range) {
                    name if name == "*" || is_identifier(&name) => path.extend([".", &name]),
                    name => path.extend(["['", &name, "']"]),
                },
            }
        }
        path
    }
}

/// A name, or `*` for what may be a value or an identifier of somebody.
fn shown(text: &[u8]) -> Cow<'_, str> {
    const DIGITS: usize = 4;
    if text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_') && (1..=DEEPEST * 4).contains(&text.len()) {
        return Cow::Borrowed(std::str::from_utf8(text).unwrap_or("*"));
    }
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let shown = to_utf8(text);
    if digits <= DIGITS && name::is_name(&shown) && !shown.is_empty() { shown } else { Cow::Borrowed("*") }
}

fn is_identifier(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The key of a value.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub name: &'a Range<usize>,
    /// Whether it says what the value is, and so is nobody's name.
    pub is_field: bool,
}

/// The path of the value at `value`, whose key is `key`, in a text of which `base` bytes stand before `text`. None
/// where nothing is known but the key, which then stands for it. At least [`REACH`] bytes are shown before the value, or
/// all there are. The memory changes nothing but the time that this takes; it is that of one text.
pub fn path(text: &[u8], base: u64, value: usize, key: Key, memory: &mut Memory) -> Option<String> {
    let Key { name: key, is_field } = key;
    let from = value.saturating_sub(REACH).min(key.start);
    let mut look = Look { text, base, from, begins: from == 0 && base == 0, memory, seen: key.start };
    let trail = match *text.get(key.end)? {
        quote @ (b'"' | b'\'') if look.previous(key.start) == Some(quote) => match look.previous(key.start - 1) {
            Some(b'=') => look.named(key),
            _ => look.json(key, value, quote),
        },
        b':' => look.indented(key),
        b'=' | b' ' | b'\t' if look.begins_line(key.start) => look.section(key),
        b'=' => look.attribute(key),
        b'>' | b' ' if look.previous(key.start) == Some(b'<') => look.element(key),
        _ => return None,
    };
    Trail { is_field, ..trail? }.written(text)
}

/// A text that is looked at backwards.
struct Look<'a> {
    text: &'a [u8],
    base: u64,
    memory: &'a mut Memory,
    /// The first byte that was looked at for the steps that are remembered.
    seen: usize,
    /// Where looking back ends.
    from: usize,
    /// Whether the text begins there.
    begins: bool,
}

impl Look<'_> {
    fn see(&mut self, at: usize) {
        self.seen = self.seen.min(at);
    }

    /// Where the remembered key in quotes begins, and the bracket that it lies in, if that stands at `least` or after.
    fn remembered(&self, quote: u8, least: usize) -> Option<(usize, usize)> {
        let (key, by) = self.memory.key?;
        let place = |offset: u64| Some(offset.checked_sub(self.base)? as usize);
        let opener = place(self.memory.opener?).filter(|opener| *opener >= least)?;
        (by == quote).then_some((place(key)?, opener))
    }

    fn previous(&self, at: usize) -> Option<u8> {
        (at > self.from).then(|| self.text[at - 1])
    }

    /// Where the blanks and line ends begin that end at a place.
    fn skip_blanks(&self, mut at: usize) -> usize {
        while self.previous(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
            at -= 1;
        }
        at
    }

    /// Where the line of a place begins, if that is known.
    fn line_start(&self, at: usize) -> Option<usize> {
        match memchr::memrchr(b'\n', &self.text[self.from..at]) {
            Some(end) => Some(self.from + end + 1),
            None => self.begins.then_some(self.from),
        }
    }

    /// Whether nothing but blanks stands before a place on its line.
    fn begins_line(&self, mut at: usize) -> bool {
        while matches!(self.previous(at), Some(b' ' | b'\t')) {
            at -= 1;
        }
        self.previous(at).map_or(self.begins, |byte| byte == b'\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path of the value that is written `V`.
    fn of(text: &str, base: u64) -> Option<String> {
        let value = text.rfind('V').unwrap();
        let key = crate::layout::key_before(text.as_bytes(), value)?;
        path(text.as_bytes(), base, value, Key { name: &key, is_field: false }, &mut Memory::default())
    }

    #[test]
    fn a_path_is_found_by_looking_back() {
        for (text, expected) in [
            (r#"{"user":{"phone":"V"#, "$.user.phone"),
            (r#"{"phone":"V"#, "$.phone"),
            (r#"{"a":{"b":[1,{"c":"}{\"["}],"d":"\\"},"user":{"name":"x","phone":"V"#, "$.user.phone"),
            (r#"[{"phone":"1"},{"phone":"V"#, "$[*].phone"),
            (r#"{"users":[{"phone":"1"},{"phones":["V"#, "$.users[*].phones[*]"),
            (r#"{"phones":["1", "V"#, "$.phones[*]"),
            ("{\"a\":1}\n{\"user\" :\n {\n \"phone\" : \"V", "$.user.phone"),
            (r#"12:30 INFO body: {"user":{"phone":"V"#, "$.user.phone"),
            (r"x = {'user': {'phone': 'V", "$.user.phone"),
            (r#"{"87010000019":{"e-mail":"V"#, "$.*['e-mail']"),
            (r#"{"Тестов Тест":{"phone":"V"#, "$.*.phone"),
            (r#"{"Данные клиента":{"Дата выдачи":"V"#, "$['Данные клиента']['Дата выдачи']"),
            ("<?xml version='1.0'?>\n<users><user id='1'><phone>V", "/users/user/phone"),
            ("<users><user><br/><x>1</x><phone>V", "/users/user/phone"),
            ("<users><user a='1' phone='V", "/users/user/@phone"),
            ("<a><!-- <b> --><c><![CDATA[<d>]]></c><iin>V", "/a/iin"),
            ("12:30 INFO sent <user><phone>V", "…/user/phone"),
            ("<users><row>\n<field name='id'>1</field>\n<field name='phone'>V", "/users/row/phone"),
            ("<settings><add key=\"phone\" value=\"V", "/settings/phone"),
            ("users:\n  - name: x\n    contact:\n      # phone\n\n      phone: V", "users[*].contact.phone"),
            ("users:\n- name: x\n- phone: V", "users[*].phone"),
            ("a: 1\nphone: V", "phone"),
            ("[owner]\niin = 'V", "owner.iin"),
            ("[[owners]]\nname = \"x\"\niin = \"V", "owners[*].iin"),
        ] {
            assert_eq!(of(text, 0).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_key_of_two_names_is_shown_where_it_tells_what_the_value_is() {
        let text = r#"{"users":{"Home Phone":"V"#;
        for (is_field, expected) in [(true, "$.users['Home Phone']"), (false, "$.users.*")] {
            let key = Key { name: &(11..21), is_field };
            assert_eq!(path(text.as_bytes(), 0, 24, key, &mut Memory::default()).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_out_of_reach_is_not_told() {
        let far = "1,".repeat(REACH);
        for (text, expected) in [
            (format!(r#"{{"x":[{far}1],"phone":"V"#), None),
            (format!(r#"[{far}{{"user":{{"phone":"V"#), Some("…[*].user.phone")),
            (format!(r#"[{far}{{"users":[{{"phone":"V"#), Some("…[*].users[*].phone")),
            (format!("<users><!--{far}--><user><phone>V"), Some("…/user/phone")),
            (format!("a:\n  x: {far}\n  user:\n    phone: V"), Some("….user.phone")),
            (format!("[owner]\nx = {far}\nphone = V"), None),
        ] {
            assert_eq!(of(&text, 0).as_deref(), expected, "{}", &text[text.len() - 40..]);
        }
        assert_eq!(of(r#""user":{"phone":"V"#, 7).as_deref(), Some("….user.phone"));
        assert_eq!(of("<user><phone>V", 7).as_deref(), Some("…/user/phone"));
    }

    #[test]
    fn where_the_text_is_cut_beyond_the_reach_does_not_matter() {
        let text = r#"{"users":[{"name":"x","phones":[{"phone":"1"}]},"#.repeat(200) + r#"{"user":{"phone":"V"#;
        let value = text.rfind('V').unwrap();
        let whole = of(&text, 0);
        for cut in [1, 50, value - REACH] {
            assert_eq!(of(&text[cut..], cut as u64), whole);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_remembered_changes_nothing(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..300), lead in 0usize..2000,
        ) {
            let text = format!("{}{}", " ".repeat(lead), parts.concat());
            let mut memory = Memory::default();
            for (value, _) in text.match_indices('V') {
                let Some(key) = crate::layout::key_before(text.as_bytes(), value) else { continue };
                let path = |cut: usize, memory: &mut Memory| {
                    let key = Key { name: &(key.start - cut..key.end - cut), is_field: true };
                    path(&text.as_bytes()[cut..], cut as u64, value - cut, key, memory)
                };
                let found = path(0, &mut memory);
                proptest::prop_assert_eq!(&found, &path(0, &mut Memory::default()));
                // Nor does it matter what stands before the reach.
                proptest::prop_assert_eq!(found, path(value.saturating_sub(REACH), &mut Memory::default()));
            }
        }
    }

    const PARTS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"a\":",
        "\"a b\":",
        "\"b\":{",
        "\"k\":\"V\"",
        "\"k\":\"V\",",
        "\"",
        "\\",
        "\n",
        "<a>",
        "</a>",
        "<b x=\"V\">",
        "</b>",
        "<b>V</b>",
        "<!--",
        "-->",
        "<br/>",
        " ",
        "text",
        "{\"k\":\"V\",\"l\":\"V\"},",
        "<a><b>V</b></a>",
        "<field name=\"k\">V</field>",
        "<add key='k' value='V'/>",
        "a:\n",
        "  k: V\n",
    ];

    #[test]
    fn a_long_path_tells_what_is_nearest() {
        let deep = r#"{"a":"#.repeat(DEEPEST) + r#"{"phone":"V"#;
        assert_eq!(of(&deep, 0), Some(format!("…{}.phone", ".a".repeat(DEEPEST - 1))));
        let long = format!(r#"{{"{}":{{"user":{{"phone":"V"#, "x".repeat(150));
        assert_eq!(of(&long, 0).as_deref(), Some("….user.phone"));
    }
}
