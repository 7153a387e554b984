//! Which of several values that share bytes counts: decided only by what stands nearby, so that it does not depend on
//! where the text is cut.

use super::Match;

/// Puts a match where it belongs: by its start, then its detector. Matches come nearly in order.
pub fn insert(matches: &mut Vec<Match>, found: Match) {
    let order = |m: &Match| (m.span.start, m.detector);
    let before = matches.iter().rposition(|m| order(m) <= order(&found)).map_or(0, |i| i + 1);
    matches.insert(before, found);
}

/// Drops from `matches`, all in order that pass their checks, those that share bytes with one of a higher rank, or with one of
/// the same detector that starts earlier. `rank` is the detector's: less is higher, `None` never gives way.
///
/// A dropped match still drops others: a chain of overlaps of any length is decided pair by pair.
pub fn resolve(matches: &mut Vec<Match>, rank: impl Fn(u16) -> Option<u8>) {
    if matches.len() < 2 {
        return;
    }
    debug_assert!(matches.is_sorted_by_key(|m| (m.span.start, m.detector)));
    if matches.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start) {
        return;
    }
    // The finder may see one value at several places.
    matches.dedup_by(|a, b| a.detector == b.detector && a.span == b.span);
    let gives_way = |m: &Match, other: &Match| {
        if other.span.start >= m.span.end || m.span.start >= other.span.end {
            return false;
        }
        if m.detector == other.detector {
            return other.span.start < m.span.start;
        }
        matches!((rank(m.detector), rank(other.detector)), (Some(mine), Some(its)) if its < mine)
    };
    let near = |i: usize| {
        let m = &matches[i];
        let reach = m.span.start.saturating_sub(super::LONGEST);
        let first = matches.partition_point(|o| o.span.start < reach);
        let last = matches.partition_point(|o| o.span.start < m.span.end);
        &matches[first..last]
    };
    let kept: Vec<bool> = (0..matches.len()).map(|i| !near(i).iter().any(|o| gives_way(&matches[i], o))).collect();
    let mut kept = kept.into_iter();
    matches.retain(|_| kept.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::EvidenceSet;

    fn at(detector: u16, start: usize, end: usize) -> Match {
        Match {
            detector,
            span: start..end,
            evidence: EvidenceSet::new(),
            age: None,
            impersonal: false,
            key: None,
            told: None,
        }
    }

    #[test]
    fn the_higher_rank_and_the_earlier_start_win() {
        let mut matches = Vec::new();
        for m in [at(1, 4, 14), at(0, 0, 20), at(2, 2, 6), at(1, 30, 40), at(1, 35, 45), at(1, 44, 50)] {
            insert(&mut matches, m);
        }
        resolve(&mut matches, |detector| (detector < 2).then_some(detector as u8));
        assert_eq!(matches, [at(0, 0, 20), at(2, 2, 6), at(1, 30, 40)]);
    }
}
