//! What may stand directly before and after a number, so that it is not a part of something longer: of a longer
//! number, a UUID, a hex digest, a decimal fraction.

/// The byte at `at`, NUL outside of the text.
#[inline(always)]
pub fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The byte that stands `back` bytes before `at`, NUL outside of the text.
#[inline(always)]
pub fn byte_before(text: &[u8], at: usize, back: usize) -> u8 {
    at.checked_sub(back).map_or(0, |i| byte(text, i))
}

/// Words that certificates and forms glue to the number after them.
const GLUED: [&[u8]; 6] = [b"iin", b"bin", b"tel", b"phone", b"rnn", b"uin"];

/// Whether a number can begin at `start`.
#[inline]
pub fn may_begin(text: &[u8], start: usize) -> bool {
    let previous = byte_before(text, start, 1);
    let second = byte_before(text, start, 2);
    match previous {
        b'0'..=b'9' | b'+' => false,
        b'.' | b'-' if second.is_ascii_digit() => false,
        // A negative number.
        b'-' if second == b'=' => false,
        b'-' => !ends_uuid_group(text, start),
        // `\n`, `\t` and `\r` in an escaped string are no letters of a word.
        b'n' | b't' | b'r' if second == b'\\' => true,
        // The last letters of those words, so that most letters are told at once.
        b'n' | b'N' | b'l' | b'L' | b'e' | b'E' => GLUED.iter().any(|word| ends_with_word(text, start, word)),
        b'A'..=b'Z' | b'a'..=b'z' => false,
        _ => true,
    }
}

/// Whether a number can end at `end`.
pub fn may_end(text: &[u8], end: usize) -> bool {
    let next = byte(text, end);
    match next {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => false,
        // A spreadsheet writes a whole number as 1.0, anything else is a fraction.
        b'.' if byte(text, end + 1) == b'0' => !byte(text, end + 2).is_ascii_digit(),
        b'.' | b'-' => !byte(text, end + 1).is_ascii_digit(),
        _ => true,
    }
}

/// Whether the digits at `start..end` go on as groups: another digit stands beyond one space or hyphen.
pub fn continues_in_groups(text: &[u8], start: usize, end: usize) -> bool {
    let joint = |byte: u8| matches!(byte, b' ' | b'-');
    joint(byte_before(text, start, 1)) && byte_before(text, start, 2).is_ascii_digit()
        || joint(byte(text, end)) && byte(text, end + 1).is_ascii_digit()
}

/// Whether a number is a term of a formula: `87000000019*x`, `1.0 / 87000000019`. Signs of emphasis and footnotes are told
/// from those of a product by what is beyond; a slash without spaces separates numbers and parts of paths as well, save
/// after a power or a bracket.
pub fn is_term(text: &[u8], start: usize, end: usize) -> bool {
    let times = |b: u8| matches!(b, b'*' | b'^');
    let factor = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'(' | b')' | b'*');
    let multiplies = times(byte_before(text, start, 1)) && factor(byte_before(text, start, 2));
    if multiplies != (times(byte(text, end)) && factor(byte(text, end + 1))) {
        return true;
    }
    let before = &text[start.saturating_sub(16)..start];
    let digits_of = |dividend: &[u8]| dividend.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if let Some(dividend) = before.strip_suffix(b" / ") {
        return dividend.last() == Some(&b')') || (1..10).contains(&digits_of(dividend));
    }
    let Some(dividend) = before.strip_suffix(b"/") else { return false };
    let digits = digits_of(dividend);
    let sign = dividend[..dividend.len() - digits].last();
    sign == Some(&b')') && digits == 0 || digits > 0 && sign.is_some_and(|b| times(*b))
}

/// Whether `-hhhh-` stands before `start`: the last group of a UUID begins there.
fn ends_uuid_group(text: &[u8], start: usize) -> bool {
    byte_before(text, start, 6) == b'-' && (2..6).all(|back| byte_before(text, start, back).is_ascii_hexdigit())
}

fn ends_with_word(text: &[u8], end: usize, word: &[u8]) -> bool {
    let Some(start) = end.checked_sub(word.len()) else { return false };
    text[start..end].eq_ignore_ascii_case(word) && !byte_before(text, start, 1).is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_of_a_formula_is_told_from_a_part_of_a_path() {
        for (text, expected) in [
            ("87000000019*x", true),
            ("1.0 / 87000000019.0", true),
            ("x**7/87000000019", true),
            ("(x)/87000000019", true),
            ("3*87000000019", true),
            ("*87000000019*", false),
            ("**87000000019**", false),
            ("тел. 87000000019*", false),
            ("*87000000019, after five", false),
            ("/api/v2/87000000019", false),
            ("87000000018/87000000019", false),
            ("87000000018 / 87000000019", false),
            ("заказ / 87000000019", false),
        ] {
            let start = text.find("87000000019").unwrap();
            assert_eq!(is_term(text.as_bytes(), start, start + 11), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_no_part_of_something_longer() {
        let n = "900517132728";
        let whole = [
            "{}", " {} ", "iin={};", "\"{}\"", "IIN{}", "ИИН{}", "\\n{}\\n", "/{}/", "_{}_", "{},", "{}.", "{}.0",
            "a-{}-b",
        ];
        let part = [
            "1{}",
            "{}1",
            "a{}",
            "{}f",
            "0.{}",
            "{}.5",
            "{}.05",
            "+{}",
            "12-{}",
            "{}-12",
            "chat=-{}",
            "1b4e28ba-2fa1-11d2-883f-{}",
            "admin{}",
        ];
        for (frames, expected) in [(&whole[..], true), (&part[..], false)] {
            for frame in frames {
                let text = frame.replace("{}", n);
                let start = text.find(n).unwrap();
                let end = start + n.len();
                assert_eq!(may_begin(text.as_bytes(), start) && may_end(text.as_bytes(), end), expected, "{text}");
            }
        }
    }
}
