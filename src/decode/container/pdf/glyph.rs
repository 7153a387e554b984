//! Names of glyphs: takes one, gives its letter, where it is one of ASCII, Cyrillic or of common signs (the Adobe Glyph List).

const SIGNS: &str = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft parenright asterisk plus \
                     comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal \
                     greater question at";
const BRACKETS: &str = "bracketleft backslash bracketright asciicircum underscore grave";
const BRACES: &str = "braceleft bar braceright asciitilde";

/// Letters from А to Я as AGL calls them, before `cyrillic`.
const CYRILLIC: &str = "A Be Ve Ghe De Ie Zhe Ze Ii Iishort Ka El Em En O Pe Er Es Te U Ef Ha Tse Che Sha Shcha Hardsign Yeri \
                        Softsign Ereversed Iu Ia";

/// Letters beside those, by the numbers of Cyrillic glyphs of AFII.
const OTHERS: [(u32, &str); 4] = [(10050, "ҐЂЃЄЅІЇЈЉЊЋЌЎ"), (10098, "ґђѓєѕіїјљњћќў"), (10145, "Џ"), (10193, "џ")];

const COMMON: [(&str, char); 22] = [
    ("nbspace", ' '),
    ("nonbreakingspace", ' '),
    ("quoteleft", '‘'),
    ("quoteright", '’'),
    ("quotedblleft", '“'),
    ("quotedblright", '”'),
    ("quotedblbase", '„'),
    ("quotesinglbase", '‚'),
    ("guillemotleft", '«'),
    ("guillemotright", '»'),
    ("endash", '–'),
    ("emdash", '—'),
    ("minus", '-'),
    ("sfthyphen", '-'),
    ("softhyphen", '-'),
    ("bullet", '•'),
    ("ellipsis", '…'),
    ("numero", '№'),
    ("section", '§'),
    ("fi", 'ﬁ'),
    ("fl", 'ﬂ'),
    ("periodcentered", '·'),
];

pub fn letter(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split('.').next().filter(|name| !name.is_empty())?;
    let mut chars = name.chars();
    if let (Some(only), None) = (chars.next(), chars.next()) {
        return only.is_ascii_alphabetic().then_some(only);
    }
    let among = |list: &str, first: u32| {
        let at = list.split_whitespace().position(|known| known == name)?;
        char::from_u32(first + at as u32)
    };
    let code = |digits: &str| {
        let is_code = (4..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_code).and_then(char::from_u32)
    };
    among(SIGNS, 0x20)
        .or_else(|| among(BRACKETS, 0x5B))
        .or_else(|| among(BRACES, 0x7B))
        .or_else(|| COMMON.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter))
        .or_else(|| cyrillic(name))
        .or_else(|| name.strip_prefix("afii").and_then(|number| afii(number.parse().ok()?)))
        .or_else(|| name.strip_prefix("uni").and_then(|digits| code(digits.get(..4)?)))
        .or_else(|| name.strip_prefix('u').and_then(code))
}

fn cyrillic(name: &str) -> Option<char> {
    let name = name.strip_suffix("cyrillic")?;
    let mut known = CYRILLIC.split_whitespace();
    if name.eq_ignore_ascii_case("io") {
        return Some(if name.starts_with('I') { 'Ё' } else { 'ё' });
    }
    let at = known.position(|known| known.eq_ignore_ascii_case(name))? as u32;
    let small = if name.starts_with(char::is_lowercase) { 0x20 } else { 0 };
    char::from_u32(0x410 + at + small)
}

fn afii(number: u32) -> Option<char> {
    let (first, base, io) = if number < 10065 { (10017, 0x410, 'Ё') } else { (10065, 0x430, 'ё') };
    match number.checked_sub(first)? {
        at @ 0..=5 => char::from_u32(base + at),
        6 => Some(io),
        at @ 7..=32 => char::from_u32(base + at - 1),
        _ if number == 61352 => Some('№'),
        _ => OTHERS.iter().find_map(|(first, letters)| letters.chars().nth(number.checked_sub(*first)? as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters() {
        for (name, expected) in [
            ("seven", Some('7')),
            ("at", Some('@')),
            ("A", Some('A')),
            ("underscore", Some('_')),
            ("braceright", Some('}')),
            ("afii10017", Some('А')),
            ("afii10026", Some('И')),
            ("afii10049", Some('Я')),
            ("afii10071", Some('ё')),
            ("afii10097", Some('я')),
            ("afii10055", Some('І')),
            ("afii10103", Some('і')),
            ("iicyrillic", Some('и')),
            ("Iacyrillic", Some('Я')),
            ("uni04D8", Some('Ә')),
            ("u0438.alt", Some('и')),
            ("g12", None),
            ("", None),
            ("afii99999", None),
        ] {
            assert_eq!(letter(name.as_bytes()), expected, "{name}");
        }
    }
}
