//! Keyed text: finds the key that a value is given for by looking back from the value, without parsing the file. JSON,
//! YAML, TOML, `.env`, `key=value` in logs and URLs, the tag or attribute of XML, also where an attribute has the name, the
//! tags of MT100 messages.

use std::ops::Range;

/// Longest name of a key, in bytes.
const LONGEST: usize = 64;
/// Longest name of several words, in bytes.
const LONGEST_PHRASE: usize = 96;
/// How far back a value may stand from the beginning of its key.
pub const REACH: usize = 128;

/// Elements that say no more than that they hold something; what it is stands in an attribute.
const GENERIC: [&str; 15] = [
    "add",
    "attribute",
    "cell",
    "column",
    "data",
    "entry",
    "field",
    "input",
    "item",
    "param",
    "parameter",
    "property",
    "string",
    "value",
    "variable",
];

/// Attributes of them that have a value, and those that have its name.
const VALUES: [&str; 2] = ["value", "content"];
const NAMES: [&str; 2] = ["name", "key"];

/// Where the name of the key stands whose value begins at `start`, on the same line.
pub fn key_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    if start == 0 || text[start - 1] == b'\n' {
        return None;
    }
    let from = start.saturating_sub(REACH);
    let line = memchr::memrchr(b'\n', &text[from..start]).map_or(from, |i| from + i + 1);
    Look { text, line, cut: line == from && from > 0 }.key(start)
}

struct Look<'a> {
    text: &'a [u8],
    /// Where the line starts, or where looking back ends.
    line: usize,
    /// Whether the line goes on before `line`.
    cut: bool,
}

impl Look<'_> {
    fn previous(&self, at: usize) -> Option<u8> {
        (at > self.line).then(|| self.text[at - 1])
    }

    fn skip_back(&self, mut at: usize, skip: fn(u8) -> bool) -> usize {
        while self.previous(at).is_some_and(skip) {
            at -= 1;
        }
        at
    }

    fn key(&self, start: usize) -> Option<Range<usize>> {
        let value = self.skip_back(start, is_quote_or_bracket);
        match self.previous(value)? {
            // Also `==`, `===` and `!=`.
            b'=' => {
                let name = self.name(self.skip_back(value, |b| matches!(b, b'=' | b'!')), true)?;
                let holds = is_one_of(&self.text[name.clone()], &VALUES);
                Some(holds.then(|| self.named_before(name.start)).flatten().unwrap_or(name))
            }
            b'>' if self.previous(value - 1) == Some(b'=') => self.name(value - 2, true),
            b':' => match self.address(value - 1) {
                Some(address) => self.key(address),
                None => self.name(value - 1, false),
            },
            b'>' => self.tag(value - 1),
            b'/' => self.message_tag(value - 1),
            b'A' => self.tag(self.text[self.line..value].strip_suffix(b"><![CDATA")?.len() + self.line),
            b',' => self.list(value - 1),
            _ => None,
        }
    }

    /// Where the address of a server begins whose user's name ends at `end`: `scheme://user:`.
    fn address(&self, end: usize) -> Option<usize> {
        let user = self.skip_back(end, |b| is_name(b) || b == b'%');
        let scheme = self.text[self.line..user].strip_suffix(b"://")?.len();
        Some(self.skip_back(self.line + scheme, |b| is_name(b) || b == b'+'))
    }

    /// The name that ends before the separator at `separator`. With a colon, an unquoted name counts only where an
    /// entry can begin: prose has colons too.
    fn name(&self, separator: usize, anywhere: bool) -> Option<Range<usize>> {
        let end = self.skip_back(separator, is_quote_or_space);
        let start = self.skip_back(end, is_name);
        let name = &self.text[start..end];
        let is_cut = self.cut && start == self.line && is_name(self.text[start - 1]);
        if is_cut || name.len() > LONGEST || !name.iter().any(|b| b.is_ascii_alphabetic() || *b >= 0x80) {
            return None;
        }
        let quoted = self.previous(start).is_some_and(is_quote);
        match self.phrase(end).filter(|_| !quoted) {
            Some(phrase) => Some(phrase),
            None => (anywhere || quoted || self.begins_entry(start)).then_some(start..end),
        }
    }

    /// The quoted name of several words that ends at `end`, where an entry can begin: `"ИИН клиента": "`.
    fn phrase(&self, end: usize) -> Option<Range<usize>> {
        let quote = *self.text[end..].iter().find(|byte| **byte != b'\\').filter(|byte| is_quote(**byte))?;
        let start = self.line + memchr::memrchr(quote, &self.text[self.line..end])? + 1;
        let open = self.skip_back(start - 1, |byte| byte == b'\\');
        (end - start <= LONGEST_PHRASE && self.begins_entry(open)).then_some(start..end)
    }

    fn begins_entry(&self, at: usize) -> bool {
        let at = self.skip_back(at, |b| matches!(b, b' ' | b'\t'));
        match self.previous(at) {
            None => !self.cut,
            Some(b) => matches!(b, b'{' | b',' | b'[' | b'(' | b';' | b'-' | b'|' | b'&' | b'?' | b'#' | b'/' | b'*'),
        }
    }

    /// The name of the element whose start tag ends before `end`, or what its attribute calls it.
    fn tag(&self, end: usize) -> Option<Range<usize>> {
        let open = self.line + memchr::memrchr(b'<', &self.text[self.line..end])?;
        let length = self.text[open + 1..end].iter().take_while(|b| is_name(**b) || **b == b':').count();
        let name = (1..=LONGEST).contains(&length).then_some(open + 1..open + 1 + length)?;
        let generic = is_one_of(&self.text[name.clone()], &GENERIC);
        Some(generic.then(|| self.named(name.end..end)).flatten().unwrap_or(name))
    }

    /// What the tag that is open before an attribute calls the value of it: `<add key="phone" value="`.
    fn named_before(&self, attribute: usize) -> Option<Range<usize>> {
        let open = self.line + memchr::memrchr2(b'<', b'>', &self.text[self.line..attribute])?;
        (self.text[open] == b'<').then(|| self.named(open..attribute)).flatten()
    }

    /// The name that one of these attributes has.
    fn named(&self, attributes: Range<usize>) -> Option<Range<usize>> {
        let signs = memchr::memchr_iter(b'=', &self.text[attributes.clone()]).map(|sign| attributes.start + sign);
        signs.into_iter().find_map(|sign| {
            let name = &self.text[self.skip_back(sign, is_name)..sign];
            let quote = *self.text.get(sign + 1).filter(|quote| is_quote(**quote) && is_one_of(name, &NAMES))?;
            let length = memchr::memchr(quote, &self.text[sign + 2..attributes.end])?;
            (1..=LONGEST_PHRASE).contains(&length).then_some(sign + 2..sign + 2 + length)
        })
    }

    /// The name of the array of strings or numbers that the element which ends at `at` is in: `"phones":["1", "`.
    fn list(&self, at: usize) -> Option<Range<usize>> {
        let is_element = |byte: u8| !matches!(byte, b'[' | b']' | b'{' | b'}' | b':' | b'=');
        let open = self.skip_back(at, is_element);
        let colon = self.skip_back(open.checked_sub(1)?, |byte| matches!(byte, b' ' | b'['));
        let is_array = self.previous(open) == Some(b'[') && self.previous(colon) == Some(b':');
        let name = is_array.then(|| self.name(colon - 1, false)).flatten()?;
        matches!(self.text[name.end], b'"' | b'\'').then_some(name)
    }

    /// `/IDN/` as in MT100 and MT102.
    fn message_tag(&self, end: usize) -> Option<Range<usize>> {
        let start = self.skip_back(end, |b| b.is_ascii_uppercase());
        ((2..=6).contains(&(end - start)) && self.previous(start) == Some(b'/')).then_some(start..end)
    }
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_quote_or_bracket(byte: u8) -> bool {
    is_quote(byte) || matches!(byte, b' ' | b'\t' | b'\\' | b'(' | b'[' | b'{')
}

fn is_quote_or_space(byte: u8) -> bool {
    is_quote(byte) || matches!(byte, b' ' | b'\t' | b'\\' | b']')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_by_looking_back() {
        for (text, key) in [
            ("iin=V", Some("iin")),
            ("IIN = V", Some("IIN")),
            ("export IIN='V'", Some("IIN")),
            (r#"{"user":{"iin": "V"}}"#, Some("iin")),
            (r#"{\"iin\":\"V\"}"#, Some("iin")),
            ("  - phone: V", Some("phone")),
            ("level=info user.phone=V", Some("user.phone")),
            ("/api?x=1&phone=V", Some("phone")),
            ("<Buyer><tin>V", Some("tin")),
            ("<tin kind=\"x\">V", Some("tin")),
            ("<a iin=\"V", Some("iin")),
            ("<iin><![CDATA[V", Some("iin")),
            ("<field xsi:type='x' name=\"iin\">V", Some("iin")),
            ("<phone name=\"main\">V", Some("phone")),
            ("<Property Name='ИИН клиента'>V", Some("ИИН клиента")),
            ("<add key=\"phone\" value=\"V", Some("phone")),
            ("<meta content='V", Some("content")),
            ("<a name=\"x\"/> value=\"V", Some("value")),
            ("'iin' => 'V'", Some("iin")),
            ("row['iin'] = 'V'", Some("iin")),
            ("const iin = 'V'", Some("iin")),
            ("WHERE id = 5 AND iin = 'V'", Some("iin")),
            ("if user.iin === \"V", Some("user.iin")),
            (r#"{"ИИН клиента": "V"#, Some("ИИН клиента")),
            (r#"{\"ИИН / БИН\" : \"V"#, Some("ИИН / БИН")),
            ("'Номер телефона' => 'V", Some("Номер телефона")),
            ("say \"call me\": V", None),
            ("'a', 'b c': V", Some("b c")),
            (r#"{"phones": ["1", "V"#, Some("phones")),
            (r#"{"phones": ["1"], "V"#, None),
            ("phones: [1, V", None),
            ("//FM/ИВАНОВ/IDN/V", Some("IDN")),
            ("ПлательщикБИН_ИИН=V", Some("ПлательщикБИН_ИИН")),
            ("DATABASE_URL=postgres://shop:V", Some("DATABASE_URL")),
            ("url: 'jdbc+redis://:V", Some("url")),
            ("connecting to https://info%40demo.kz:V", None),
            ("// phone: V", Some("phone")),
            ("Телефон клиента: V", None),
            ("at 12:30:V", None),
            ("a V", None),
            ("x=1\nV", None),
        ] {
            let start = text.find('V').unwrap();
            let found = key_before(text.as_bytes(), start).map(|range| &text[range]);
            assert_eq!(found, key, "{text}");
        }
    }
}
