//! Waiting longer after each failure in a row, up to a bound.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// How long to wait after failures in a row: 0.1 s, doubling up to 2 s.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure; says how long to wait, and whether it is the first in a row, which is
    /// the one worth a log line.
    pub fn failed(&mut self) -> (Duration, bool) {
        let wait = FIRST.saturating_mul(1 << self.failures.min(8)).min(LONGEST);
        self.failures += 1;
        (wait, self.failures == 1)
    }

    /// Counts a success; true where failures came before it.
    pub fn succeeded(&mut self) -> bool {
        std::mem::take(&mut self.failures) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_only_the_first_failure_is_news() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.failed(), (Duration::from_millis(100), true));
        assert_eq!(backoff.failed(), (Duration::from_millis(200), false));
        let last = (0..20).map(|_| backoff.failed().0).last();
        assert_eq!(last, Some(LONGEST));
        assert!(backoff.succeeded() && !backoff.succeeded());
        assert_eq!(backoff.failed(), (FIRST, true));
    }
}
