//! Wanted counts into given counts: minimums by priority, then recommendations by priority,
//! and what is left to those who take what is left.

/// What a workload asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// 1 is served first.
    pub priority: u32,
    /// Served before anyone's wish.
    pub min: u32,
    /// So many of what it wants go to none of its equals.
    pub keeps: u32,
    /// How many it wants in all.
    pub wanted: u32,
    /// Whether it takes what is left, after all others.
    pub takes_rest: bool,
    /// Whether it keeps `wanted` whatever the others ask for.
    pub frozen: bool,
}

/// Gives each claim its count, in the order of the claims. The sum is at most `capacity`, but
/// for frozen ones, which keep what they have. Equals share slot by slot what none of them keeps.
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

/// Groups of equals, the first to be served first.
fn turns(claims: &[Claim]) -> Vec<Vec<usize>> {
    let rank = |i: usize| (claims[i].takes_rest, claims[i].priority);
    let mut order: Vec<usize> = (0..claims.len()).filter(|i| !claims[*i].frozen).collect();
    order.sort_by_key(|i| rank(*i));
    order.chunk_by(|a, b| rank(*a) == rank(*b)).map(<[usize]>::to_vec).collect()
}

/// Shares `left` slots among equals, one each in turn, up to what each may have.
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
    fn the_remainder_takes_what_is_left() {
        assert_eq!(allocate(10, &[claim(1, 1, 3), rest(1)]), [3, 7]);
    }

    #[test]
    fn a_minimum_comes_before_any_wish() {
        assert_eq!(allocate(10, &[claim(1, 1, 10), rest(1)]), [9, 1]);
    }

    #[test]
    fn without_room_for_all_minimums_the_first_priority_has_its_own() {
        assert_eq!(allocate(3, &[rest(2), claim(1, 2, 2)]), [1, 2]);
    }

    #[test]
    fn equals_share_evenly() {
        assert_eq!(allocate(9, &[claim(1, 0, 10), claim(1, 0, 10), claim(2, 1, 5)]), [4, 4, 1]);
    }

    #[test]
    fn equals_share_what_none_of_them_keeps_and_the_more_urgent_take_from_it() {
        let keeps = Claim { keeps: 6, ..claim(2, 1, 6) };
        assert_eq!(allocate(10, &[claim(2, 1, 10), keeps]), [4, 6]);
        assert_eq!(allocate(10, &[Claim { keeps: 6, ..claim(2, 1, 10) }, keeps]), [5, 5]);
        assert_eq!(allocate(10, &[claim(1, 1, 10), keeps]), [9, 1]);
    }

    #[test]
    fn the_frozen_keep_theirs_and_the_others_share_the_rest() {
        let frozen = Claim { frozen: true, ..claim(2, 1, 6) };
        assert_eq!(allocate(10, &[claim(1, 1, 10), frozen]), [4, 6]);
    }
}
