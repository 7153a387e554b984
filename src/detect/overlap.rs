//! Which of several values that share bytes counts: decided only by what stands nearby, so that it does not depend on
//! where the text is cut.

use std::ops::Range;

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
    let ranked: Vec<(u8, Range<usize>)> =
        matches.iter().filter_map(|m| Some((rank(m.detector)?, m.span.clone()))).collect();
    let outranked = |m: &Match| {
        rank(m.detector).is_some_and(|mine| {
            let reach = m.span.start.saturating_sub(super::LONGEST);
            let first = ranked.partition_point(|(_, span)| span.start < reach);
            let near = ranked[first..].iter().take_while(|(_, span)| span.start < m.span.end);
            near.into_iter().any(|(its, span)| *its < mine && m.span.start < span.end)
        })
    };
    let most = matches.iter().map(|m| usize::from(m.detector)).max().unwrap_or(0);
    let mut reaches = vec![Reach::default(); most + 1];
    matches.retain(|m| !reaches[usize::from(m.detector)].covers(&m.span) && !outranked(m));
}

/// How far the values of one detector reach, as they come by their starts.
#[derive(Clone, Copy, Default)]
struct Reach {
    /// Of those that start before the last one.
    before: usize,
    /// Where the last one starts, and how far all reach.
    start: usize,
    end: usize,
}

impl Reach {
    /// Whether the next value shares bytes with one that starts earlier.
    fn covers(&mut self, span: &Range<usize>) -> bool {
        if span.start > self.start {
            (self.before, self.start) = (self.end, span.start);
        }
        self.end = self.end.max(span.end);
        span.start < self.before
    }
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
    /// As the rule says it, of each pair.
    fn pairwise(matches: &[Match], rank: impl Fn(u16) -> Option<u8>) -> Vec<Match> {
        let gives_way = |m: &Match, other: &Match| {
            let shares = other.span.start < m.span.end && m.span.start < other.span.end;
            let ranks = (rank(m.detector), rank(other.detector));
            shares
                && match m.detector == other.detector {
                    true => other.span.start < m.span.start,
                    false => matches!(ranks, (Some(mine), Some(its)) if its < mine),
                }
        };
        matches.iter().filter(|m| !matches.iter().any(|other| gives_way(m, other))).cloned().collect()
    }

    proptest::proptest! {
        #[test]
        fn a_chain_is_decided_pair_by_pair(
            spans in proptest::collection::vec((0..4u16, 0..300usize, 1..80usize), 0..60),
        ) {
            let mut matches = Vec::new();
            for (detector, start, length) in spans {
                insert(&mut matches, at(detector, start, start + length));
            }
            let rank = |detector: u16| (detector < 3).then_some(detector as u8);
            matches.dedup_by(|a, b| a.detector == b.detector && a.span == b.span);
            let expected = pairwise(&matches, rank);
            resolve(&mut matches, rank);
            proptest::prop_assert_eq!(matches, expected);
        }
    }
}
