//! [`Period`]: how long data may be kept, as a policy file writes it.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;

/// How long data may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Period {
    Days(u16),
    Months(u16),
    Years(u16),
    Unlimited,
    /// Until the person withdraws the consent.
    UntilWithdrawal,
    /// Until the purpose of collection is reached.
    UntilPurpose,
}

impl Period {
    /// Whether it is a number of days, months or years.
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Days(_) | Self::Months(_) | Self::Years(_))
    }

    /// The last day of a counted period that begins on `first`, by the calendar: of months and years the same day, or
    /// the last day of a month that has no such day. None for a period without a count, and beyond the year 9999.
    pub fn last_day(self, first: Date) -> Option<Date> {
        let span = match self {
            Self::Days(n) => Span::new().days(n),
            Self::Months(n) => Span::new().months(n),
            Self::Years(n) => Span::new().try_years(n).ok()?,
            Self::Unlimited | Self::UntilWithdrawal | Self::UntilPurpose => return None,
        };
        first.checked_add(span).ok()
    }
}

impl FromStr for Period {
    type Err = String;

    /// Reads `Nd`, `Nm`, `Ny`, `unlimited`, `until-withdrawal` or `until-purpose`.
    fn from_str(text: &str) -> Result<Self, String> {
        let period = match text {
            "unlimited" => Some(Self::Unlimited),
            "until-withdrawal" => Some(Self::UntilWithdrawal),
            "until-purpose" => Some(Self::UntilPurpose),
            _ => counted(text),
        };
        period.ok_or_else(|| {
            let text = text.escape_debug();
            format!(
                "`{text}` is no period: write a number of days, months or years such as 30d, 6m or 3y, \
                 or unlimited, until-withdrawal, until-purpose"
            )
        })
    }
}

fn counted(text: &str) -> Option<Period> {
    let unit = match text.as_bytes().last()? {
        b'd' => Period::Days,
        b'm' => Period::Months,
        b'y' => Period::Years,
        _ => return None,
    };
    let count = &text[..text.len() - 1];
    // Parsing alone would let a sign through.
    let is_count = count.bytes().all(|b| b.is_ascii_digit());
    count.parse().ok().filter(|n| is_count && *n > 0).map(unit)
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(n) => write!(f, "{n}d"),
            Self::Months(n) => write!(f, "{n}m"),
            Self::Years(n) => write!(f, "{n}y"),
            Self::Unlimited => f.write_str("unlimited"),
            Self::UntilWithdrawal => f.write_str("until-withdrawal"),
            Self::UntilPurpose => f.write_str("until-purpose"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_reads_as_it_is_written() {
        let periods = [
            ("30d", Period::Days(30)),
            ("6m", Period::Months(6)),
            ("3y", Period::Years(3)),
            ("unlimited", Period::Unlimited),
            ("until-withdrawal", Period::UntilWithdrawal),
            ("until-purpose", Period::UntilPurpose),
        ];
        for (text, period) in periods {
            assert_eq!(text.parse(), Ok(period));
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn a_period_ends_by_the_calendar() {
        let cases = [
            ("30d", (2024, 2, 15), Some((2024, 3, 16))),
            ("1m", (2024, 1, 31), Some((2024, 2, 29))),
            ("18m", (2023, 3, 1), Some((2024, 9, 1))),
            ("3y", (2021, 3, 1), Some((2024, 3, 1))),
            ("1y", (2020, 2, 29), Some((2021, 2, 28))),
            ("65535d", (2024, 1, 1), Some((2203, 6, 7))),
            ("65535y", (2024, 1, 1), None),
            ("65535m", (9000, 1, 1), None),
            ("unlimited", (2024, 1, 1), None),
            ("until-withdrawal", (2024, 1, 1), None),
            ("until-purpose", (2024, 1, 1), None),
        ];
        let date = |(year, month, day): (i16, i8, i8)| Date::new(year, month, day).unwrap();
        for (period, first, last) in cases {
            assert_eq!(period.parse::<Period>().unwrap().last_day(date(first)), last.map(date), "{period}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in ["", "d", "3", "0y", "-3y", "+3y", "3 y", "3w", "3Y", "٣y", "99999y", "forever"] {
            assert!(text.parse::<Period>().unwrap_err().contains("is no period"), "{text}");
        }
    }
}
