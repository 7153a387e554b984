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

/// Where a match stands among those that share bytes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The detector's: less is higher.
    pub place: u8,
    /// Whether nothing but its column can tell that it is a value: it drops only others of that kind.
    pub of_column: bool,
}

impl Rank {
    fn drops(self, other: Self) -> bool {
        self.place < other.place && (other.of_column || !self.of_column)
    }
}

/// Drops from `matches`, all in order that pass their checks, those that share bytes with one of a higher rank, or with one of
/// the same detector that starts earlier. One without a rank never gives way.
///
/// A dropped match still drops others: a chain of overlaps of any length is decided pair by pair.
pub fn resolve(matches: &mut Vec<Match>, rank: impl Fn(&Match) -> Option<Rank>) {
    if matches.len() < 2 {
        return;
    }
    debug_assert!(matches.is_sorted_by_key(|m| (m.span.start, m.detector)));
    if matches.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start) {
        return;
    }
    // The finder may see one value at several places.
    matches.dedup_by(|a, b| a.detector == b.detector && a.span == b.span);
    let ranked: Vec<(Rank, Range<usize>)> = matches.iter().filter_map(|m| Some((rank(m)?, m.span.clone()))).collect();
    let outranked = |m: &Match| {
        rank(m).is_some_and(|mine| {
            let reach = m.span.start.saturating_sub(super::LONGEST);
            let first = ranked.partition_point(|(_, span)| span.start < reach);
            let near = ranked[first..].iter().take_while(|(_, span)| span.start < m.span.end);
            near.into_iter().any(|(its, span)| its.drops(mine) && m.span.start < span.end)
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
        resolve(&mut matches, ranked_below(2));
        assert_eq!(matches, [at(0, 0, 20), at(2, 2, 6), at(1, 30, 40)]);
    }

    #[test]
    fn what_its_column_alone_tells_drops_its_like() {
        let mut matches = vec![at(0, 0, 12), at(1, 0, 12), at(2, 0, 12)];
        resolve(&mut matches, |m| Some(Rank { place: m.detector as u8, of_column: m.detector != 1 }));
        assert_eq!(matches, [at(0, 0, 12), at(1, 0, 12)]);
    }

    /// Detectors below a number, by their numbers.
    fn ranked_below(most: u16) -> impl Fn(&Match) -> Option<Rank> {
        move |m| (m.detector < most).then_some(Rank { place: m.detector as u8, of_column: false })
    }

    /// As the rule says it, of each pair.
    fn pairwise(matches: &[Match], rank: impl Fn(&Match) -> Option<Rank>) -> Vec<Match> {
        let gives_way = |m: &Match, other: &Match| {
            let shares = other.span.start < m.span.end && m.span.start < other.span.end;
            let ranks = (rank(m), rank(other));
            shares
                && match m.detector == other.detector {
                    true => other.span.start < m.span.start,
                    false => matches!(ranks, (Some(mine), Some(its)) if its.drops(mine)),
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
            let rank = ranked_below(3);
            matches.dedup_by(|a, b| a.detector == b.detector && a.span == b.span);
            let expected = pairwise(&matches, &rank);
            resolve(&mut matches, &rank);
            proptest::prop_assert_eq!(matches, expected);
        }
    }
}
