//! Computes when jobs are due: each job one gap after the previous job was due. The queue's answer
//! does not count, so that slow publishes do not lower the mean rate.

use std::time::Duration;

use rand::Rng;
use tokio::time::Instant;

use crate::gaps::Gaps;

/// Jobs that are late by at most this time are still published; later jobs are skipped.
const SLACK: Duration = Duration::from_secs(1);

/// Computes when the next job is due.
#[derive(Debug)]
pub struct Schedule<R> {
    gaps: Gaps<R>,
    due: Instant,
}

impl<R: Rng> Schedule<R> {
    /// Creates a schedule whose first job is due at `now`.
    pub fn new(gaps: Gaps<R>, now: Instant) -> Schedule<R> {
        Schedule { gaps, due: now }
    }

    /// The time when the next job is due; in the past if the producer is late.
    pub fn due(&self) -> Instant {
        self.due
    }

    /// Computes when the next job is due, after a job was published at `now`.
    pub fn advance(&mut self, now: Instant) {
        let gap = self.gaps.draw();
        let on_time = self.due + gap;
        let lag = now.saturating_duration_since(on_time);
        self.due = if lag > SLACK { now + gap } else { on_time };
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const GAP: Duration = Duration::from_millis(100);

    fn ten_a_second(now: Instant) -> Schedule<StdRng> {
        Schedule::new(Gaps::new(10.0, 0.0, StdRng::seed_from_u64(1)), now)
    }

    #[test]
    fn slow_publishes_do_not_lower_the_rate() {
        let start = Instant::now();
        let mut schedule = ten_a_second(start);
        for _ in 0..50 {
            let answered = schedule.due() + GAP * 3;
            schedule.advance(answered);
        }
        assert_eq!(schedule.due(), start + GAP * 50);
    }

    #[test]
    fn a_lag_of_a_second_is_caught_up_with() {
        let start = Instant::now();
        let mut schedule = ten_a_second(start);
        schedule.advance(start + GAP + SLACK);
        assert_eq!(schedule.due(), start + GAP);
    }

    #[test]
    fn the_jobs_of_a_longer_lag_are_skipped() {
        let start = Instant::now();
        let mut schedule = ten_a_second(start);
        let back = start + Duration::from_secs(60);
        schedule.advance(back);
        assert_eq!(schedule.due(), back + GAP);
    }
}
