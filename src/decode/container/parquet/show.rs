//! Values as text: takes one as it is stored, gives it as a COPY would have it.

use super::super::cells::Text;
use super::footer::{Leaf, Meaning, Physical};
use super::values::Value;

const DAY: i64 = 86_400;

/// The day from which days of INT96 count.
const JULIAN: i64 = 2_440_588;

/// Adds a value to the cell that has begun.
pub fn show(value: Value, leaf: &Leaf, text: &mut Text) {
    match value {
        Value::Truth(is_true) => text.value(if is_true { b"true" } else { b"false" }),
        Value::Number(number) => shown(number, leaf, text),
        Value::Bytes(bytes) => stored(bytes, leaf, text),
    }
}

fn stored(bytes: &[u8], leaf: &Leaf, text: &mut Text) {
    match (leaf.physical, leaf.meaning) {
        (Physical::Int32, _) => shown(i32::from_le_bytes(array(bytes)).into(), leaf, text),
        (Physical::Int64, _) => shown(i64::from_le_bytes(array(bytes)), leaf, text),
        (Physical::Int96, _) => {
            let nanoseconds = i64::from_le_bytes(array(bytes));
            let day = i64::from(i32::from_le_bytes(array(&bytes[8..]))) - JULIAN;
            let seconds = day * DAY + nanoseconds.div_euclid(1_000_000_000);
            text.value(moment(seconds, nanoseconds.rem_euclid(1_000_000_000), 9).as_bytes());
        }
        (Physical::Float, _) => text.value(real(f32::from_le_bytes(array(bytes))).as_bytes()),
        (Physical::Double, _) => text.value(real(f64::from_le_bytes(array(bytes))).as_bytes()),
        (_, Meaning::Decimal(scale)) if bytes.len() <= 16 => {
            let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
            let number =
                bytes.iter().fold(if negative { -1 } else { 0 }, |number: i128, byte| number << 8 | i128::from(*byte));
            text.value(decimal(number, scale).as_bytes());
        }
        (_, Meaning::Uuid) if bytes.len() == 16 => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            text.value(parts.join("-").as_bytes());
        }
        (Physical::Fixed(2), Meaning::Half) => {
            text.value(half(u16::from_le_bytes(array(bytes))).to_string().as_bytes())
        }
        _ => text.value(bytes),
    }
}

/// A whole number without a point, and one of very many digits with a power of ten.
fn real(number: impl Copy + Into<f64> + ToString + std::fmt::Debug) -> String {
    if number.into().abs() < 1e16 { number.to_string() } else { format!("{number:?}") }
}

/// The first bytes; zeros where there are too few.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

fn shown(number: i64, leaf: &Leaf, text: &mut Text) {
    let shown = match leaf.meaning {
        Meaning::Unsigned if leaf.physical == Physical::Int32 => (number as u32).to_string(),
        Meaning::Unsigned => (number as u64).to_string(),
        Meaning::Decimal(scale) => decimal(number.into(), scale),
        Meaning::Date => date(number).unwrap_or_else(|| number.to_string()),
        Meaning::Time(parts) => time(number.div_euclid(parts), number.rem_euclid(parts), digits(parts)),
        Meaning::Timestamp(parts) => moment(number.div_euclid(parts), number.rem_euclid(parts), digits(parts)),
        _ => number.to_string(),
    };
    text.value(shown.as_bytes());
}

fn digits(parts: i64) -> usize {
    parts.ilog10() as usize
}

fn decimal(number: i128, scale: u32) -> String {
    let digits = format!("{:01$}", number.unsigned_abs(), scale as usize + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale as usize);
    let (sign, point) = (if number < 0 { "-" } else { "" }, if rest.is_empty() { "" } else { "." });
    [sign, whole, point, rest].concat()
}

fn date(day: i64) -> Option<String> {
    let span = jiff::Span::new().try_days(day).ok()?;
    Some(jiff::civil::date(1970, 1, 1).checked_add(span).ok()?.to_string())
}

fn time(seconds: i64, part: i64, digits: usize) -> String {
    let part = format!("{part:0digits$}");
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{:02}:{:02}:{:02}{point}{part}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A moment, of seconds since 1970.
fn moment(seconds: i64, part: i64, digits: usize) -> String {
    match date(seconds.div_euclid(DAY)) {
        Some(date) => format!("{date} {}", time(seconds.rem_euclid(DAY), part, digits)),
        None => seconds.to_string(),
    }
}

/// A number of 16 bits: five of them tell its size.
fn half(bits: u16) -> f32 {
    let (sign, size, rest) = (if bits >> 15 == 1 { -1.0 } else { 1.0 }, bits >> 10 & 31, f32::from(bits & 0x3FF));
    match size {
        0 => sign * rest * 2f32.powi(-24),
        31 if rest == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        size => sign * (1.0 + rest / 1024.0) * 2f32.powi(i32::from(size) - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_what_they_mean() {
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!([decimal(12345, 2), decimal(7, 0)], ["123.45", "7"]);
        assert_eq!(date(-29_083).unwrap(), "1890-05-17");
        assert_eq!((date(i64::MAX), date(i64::MIN)), (None, None));
        assert_eq!(moment(-1, 5, 3), "1969-12-31 23:59:59.005");
        assert_eq!(moment(i64::MIN, 0, 3), i64::MIN.to_string());
        assert_eq!([half(0x3C00), half(0xC000), half(0x7BFF), half(0x0001)], [1.0, -2.0, 65504.0, 2f32.powi(-24)]);
    }
}
