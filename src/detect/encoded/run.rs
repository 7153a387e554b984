//! Runs of letters and digits that hold text, in base64 or hexadecimal digits: takes where a long word begins, gives the
//! values in it.

use super::{Decoded, Scan, base64, hex};
use crate::detect::Match;

/// Characters of a run at most; longer ones are files rather than values.
pub const LONGEST: usize = 640;

/// A first look at the long word at `start`.
#[inline]
pub fn may_begin(text: &[u8], start: usize) -> bool {
    base64::may_begin(text, start) || hex::may_begin(text, start)
}

/// Where the runs begin that go on over `at`, if they began before.
pub fn starts_before(text: &[u8], at: usize) -> impl Iterator<Item = usize> + '_ {
    let before = text[..at].iter().rev().take(LONGEST + 2).take_while(|byte| base64::is_of_run(**byte)).count();
    (at - before..at).filter(|start| base64::run_at(text, *start).is_some() || hex::run_at(text, *start).is_some())
}

/// What the run that begins at `start` holds, if that is text.
pub fn decode(text: &[u8], start: usize) -> Option<Decoded> {
    let hex = || hex::run_at(text, start).and_then(|run| hex::decode(text, &run));
    hex().or_else(|| base64::run_at(text, start).and_then(|run| base64::decode(text, &run)))
}

/// The values in the run that begins at `start`, if what it holds is text.
pub fn within(text: &[u8], start: usize, scan: &mut Scan, out: &mut Vec<Match>) {
    let Some(decoded) = decode(text, start) else { return };
    let found = scan(&decoded.text).into_iter().map(|found| decoded.matched(found));
    // A key within the run would be shown as it is encoded. In a table, what the run says tells without the column.
    out.extend(found.map(|found| Match { key: None, told: Some(found.evidence), ..found }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_seen_from_within() {
        let text = b"x eyJpaW4iOiI5MDA1MTcxMzI3MjgifQ==";
        assert_eq!(starts_before(text, 20).collect::<Vec<_>>(), [2]);
        assert_eq!(starts_before(text, 2).count(), 0);
        let text = b"(0x393030353137313332373238,";
        assert_eq!(starts_before(text, 20).collect::<Vec<_>>(), [1]);
    }
}
