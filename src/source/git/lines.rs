//! Added lines: takes two versions of a file, gives the lines of the later that the earlier does not have, as `git
//! diff` tells them. Asked only where a value was found, so that a clean commit pays nothing for it.

use std::io;
use std::ops::Range;

use super::{command, start};
use crate::input::ObjectId;

/// The lines of `new` that none of `since` has: numbers from 1, in order.
///
/// Versions are compared as text whatever is in them; a line whose end alone has changed between LF and CR LF is none.
///
/// # Errors
/// A version that is missing.
pub fn added(new: &ObjectId, since: &[ObjectId]) -> io::Result<Vec<Range<u64>>> {
    let mut all: Vec<Range<u64>> = std::iter::once(1..u64::MAX).collect();
    for old in since {
        all = intersect(&all, &between(old, new)?);
    }
    Ok(all)
}

fn between(old: &ObjectId, new: &ObjectId) -> io::Result<Vec<Range<u64>>> {
    let mut git = command();
    git.args(["diff", "--patch", "--unified=0", "--inter-hunk-context=0", "--text", "--ignore-cr-at-eol"]);
    git.args(["--no-ext-diff", "--no-textconv", "--no-color", old.as_str(), new.as_str()]);
    let patch = start(&mut git).and_then(|git| git.end("compare two versions")).map_err(io::Error::other)?;
    // Git compares no lines of files over a gigabyte. A line of a file would have `+` or `-` before it.
    if memchr::memmem::find(&patch, b"\nBinary files ").is_some() {
        return Ok(std::iter::once(1..u64::MAX).collect());
    }
    Ok(patch.split(|byte| *byte == b'\n').filter_map(hunk).collect())
}

/// The lines that a hunk adds: `@@ -1,2 +3,4 @@` adds 4 from 3 on.
fn hunk(line: &[u8]) -> Option<Range<u64>> {
    let line = line.strip_prefix(b"@@ -")?;
    let end = memchr::memchr(b'@', line)?;
    let (_, added) = std::str::from_utf8(&line[..end]).ok()?.trim_end().split_once(" +")?;
    let (start, count) = added.split_once(',').unwrap_or((added, "1"));
    let (start, count): (u64, u64) = (start.parse().ok()?, count.parse().ok()?);
    (count > 0).then_some(start..start + count)
}

/// All lines but these.
pub fn others(lines: &[Range<u64>]) -> Vec<Range<u64>> {
    let starts = std::iter::once(1).chain(lines.iter().map(|range| range.end));
    let ends = lines.iter().map(|range| range.start).chain([u64::MAX]);
    starts.zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty()).collect()
}

fn intersect(a: &[Range<u64>], b: &[Range<u64>]) -> Vec<Range<u64>> {
    let both = |x: &Range<u64>, y: &Range<u64>| x.start.max(y.start)..x.end.min(y.end);
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| both(x, y)));
    pairs.filter(|range| !range.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_hunk_tells_what_it_adds() {
        for (line, lines) in [
            ("@@ -1,0 +2 @@ one", Some(2..3)),
            ("@@ -1,2 +3,4 @@", Some(3..7)),
            ("@@ -5 +0,0 @@", None),
            ("+@@ -1 +1 @@", None),
            ("@@ -1 @@", None),
            ("index 5626abf..814f4a4 100644", None),
        ] {
            assert_eq!(hunk(line.as_bytes()), lines, "{line}");
        }
    }

    #[test]
    fn the_others_are_what_is_left() {
        assert_eq!(others(&[1..5, 8..10]), [5..8, 10..u64::MAX]);
        assert_eq!(others(&[2..3, 3..u64::MAX]), std::iter::once(1..2).collect::<Vec<_>>());
    }

    #[test]
    fn only_what_no_parent_has_is_added() {
        assert_eq!(intersect(&[1..5, 8..10], &[3..9, 12..13]), [3..5, 8..9]);
        assert_eq!(intersect(&[1..5, 20..21], &[5..9, 10..20]), []);
    }
}
