//! Turns wanted counts into granted counts: first minimums by priority, then wanted counts by
//! priority, then the spare capacity for the background.

/// A workload's claim on the capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The priority; 1 is served first.
    pub priority: u32,
    /// The minimum, served before any wanted count.
    pub min: u32,
    /// The part of `wanted` that is never shared with claims of equal priority.
    pub keeps: u32,
    /// The wanted count.
    pub wanted: u32,
    /// Whether the workload is the background, which uses all slots that other workloads leave.
    pub takes_rest: bool,
    /// Whether the workload keeps the count `wanted`, whatever other workloads want.
    pub frozen: bool,
}

/// The granted counts, in the order of the claims. Their sum is at most `capacity`, except that
/// frozen claims keep their count. Claims of equal priority share, one by one, the slots that none
/// of them keeps.
pub fn allocate(capacity: u32, claims: &[Claim]) -> Vec<u32> {
    let mut given: Vec<u32> = claims.iter().map(|c| if c.frozen { c.wanted } else { 0 }).collect();
    let mut left = capacity.saturating_sub(given.iter().sum());
    for turn in turns(claims) {
        left = share(&turn, &mut given, left, |i| claims[i].min.min(claims[i].wanted));
    }
    for turn in turns(claims) {
        left = share(&turn, &mut given, left, |i| claims[i].keeps.min(claims[i].wanted));
        left = share(&turn, &mut given, left, |i| claims[i].wanted);
    }
    given
}

/// Groups of claims of equal rank, as indices, in the order in which they are served.
fn turns(claims: &[Claim]) -> Vec<Vec<usize>> {
    let rank = |i: usize| (claims[i].takes_rest, claims[i].priority);
    let mut order: Vec<usize> = (0..claims.len()).filter(|i| !claims[*i].frozen).collect();
    order.sort_by_key(|i| rank(*i));
    order.chunk_by(|a, b| rank(*a) == rank(*b)).map(<[usize]>::to_vec).collect()
}

/// Shares `left` slots one by one among equal claims, up to each limit; returns how many remain.
fn share(turn: &[usize], given: &mut [u32], mut left: u32, upto: impl Fn(usize) -> u32) -> u32 {
    loop {
        let before = left;
        for &i in turn {
            if left > 0 && given[i] < upto(i) {
                given[i] += 1;
                left -= 1;
            }
        }
        if left == before {
            return left;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(priority: u32, min: u32, wanted: u32) -> Claim {
        Claim { priority, min, keeps: 0, wanted, takes_rest: false, frozen: false }
    }

    fn rest(min: u32) -> Claim {
        Claim { takes_rest: true, ..claim(2, min, 10) }
    }

    #[test]
    fn the_background_takes_the_spare_capacity() {
        assert_eq!(allocate(10, &[claim(1, 1, 3), rest(1)]), [3, 7]);
    }

    #[test]
    fn a_minimum_comes_before_any_wanted_count() {
        assert_eq!(allocate(10, &[claim(1, 1, 10), rest(1)]), [9, 1]);
    }

    #[test]
    fn if_not_all_minimums_fit_the_first_priority_has_its_own() {
        assert_eq!(allocate(3, &[rest(2), claim(1, 2, 2)]), [1, 2]);
    }

    #[test]
    fn equals_share_evenly() {
        assert_eq!(allocate(9, &[claim(1, 0, 10), claim(1, 0, 10), claim(2, 1, 5)]), [4, 4, 1]);
    }

    #[test]
    fn equals_share_what_none_of_them_keeps_and_higher_priorities_take_from_it() {
        let keeps = Claim { keeps: 6, ..claim(2, 1, 6) };
        assert_eq!(allocate(10, &[claim(2, 1, 10), keeps]), [4, 6]);
        assert_eq!(allocate(10, &[Claim { keeps: 6, ..claim(2, 1, 10) }, keeps]), [5, 5]);
        assert_eq!(allocate(10, &[claim(1, 1, 10), keeps]), [9, 1]);
    }

    #[test]
    fn frozen_claims_keep_their_count_and_the_others_share_the_rest() {
        let frozen = Claim { frozen: true, ..claim(2, 1, 6) };
        assert_eq!(allocate(10, &[claim(1, 1, 10), frozen]), [4, 6]);
    }
}
