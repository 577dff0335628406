//! Backoff: waits that grow with each consecutive failure, up to a limit.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(2);

/// Computes the waits after consecutive failures: 0.1 s at first, then doubled up to 2 s.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure. Returns how long to wait, and whether the failure is the first of its
    /// series: only the first one is worth a log line.
    pub fn failed(&mut self) -> (Duration, bool) {
        let wait = FIRST.saturating_mul(1 << self.failures.min(8)).min(LONGEST);
        self.failures += 1;
        (wait, self.failures == 1)
    }

    /// Counts a success; true if it ends a series of failures.
    pub fn succeeded(&mut self) -> bool {
        std::mem::take(&mut self.failures) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_limit_and_only_the_first_failure_is_reported() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.failed(), (Duration::from_millis(100), true));
        assert_eq!(backoff.failed(), (Duration::from_millis(200), false));
        let last = (0..20).map(|_| backoff.failed().0).last();
        assert_eq!(last, Some(LONGEST));
        assert!(backoff.succeeded() && !backoff.succeeded());
        assert_eq!(backoff.failed(), (FIRST, true));
    }
}
