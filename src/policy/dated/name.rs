//! The date in the name of a file: `20210301`, `2021-03-01`, `01.03.2021`, `2021-03`, also followed by a time of day.

use jiff::civil::Date;

use super::read::{Read, day, digit_runs, number, run, separated};

/// Marks between the parts of a date in a name.
const MARKS: &[u8] = b"-_.";

/// The latest date up to `today` in the name of a file, or else in that of the container it is in. Folders do not count:
/// one that is named after a day often takes in what comes later.
pub fn date(path: &str, today: Date) -> Option<Date> {
    let mut containers = path.rsplit('!').map(|container| container.rsplit('/').next().unwrap_or_default());
    containers.find_map(|name| in_name(name.as_bytes()).filter(|date| *date <= today).max())
}

fn in_name(name: &[u8]) -> impl Iterator<Item = Date> {
    digit_runs(name).filter_map(|at| {
        let digits = name[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        match digits {
            8 | 14 => run(name, at).map(|read| read.date),
            2 | 4 => separated(name, at, MARKS).filter(|read| ends(name, read)).map(|read| read.date),
            _ => None,
        }
        .or_else(|| month(name, at).filter(|_| digits == 4))
    })
}

/// Whether no digit follows, except those of a time of day that begins with another mark.
fn ends(name: &[u8], read: &Read) -> bool {
    !name.get(read.end).is_some_and(u8::is_ascii_digit)
}

/// The last day of `2021-03`.
fn month(name: &[u8], at: usize) -> Option<Date> {
    let mark = name.get(at + 4).filter(|mark| MARKS.contains(mark))?;
    let begins_day = name.get(at + 7) == Some(mark) && name.get(at + 8).is_some_and(u8::is_ascii_digit);
    let ends = !begins_day && !name.get(at + 7).is_some_and(u8::is_ascii_digit);
    let first = day(number(name, at..at + 4)?, number(name, at + 5..at + 7)?, 1)?;
    ends.then(|| first.last_of_month())
}
