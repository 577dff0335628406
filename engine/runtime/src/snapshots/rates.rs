//! How fast a queue fills and empties, from its counters.

use std::collections::VecDeque;
use std::time::Duration;

use control::{Reading, Totals};

/// Rates are averages over this time: long enough to be steady, short enough to be current.
pub const WINDOW: Duration = Duration::from_secs(5);

/// A queue's last readings.
#[derive(Debug, Clone, Default)]
pub struct Rates(VecDeque<Reading>);

impl Rates {
    /// Adds a reading that is not known yet. If the queue restarted, drops all earlier readings.
    pub fn see(&mut self, reading: &Reading) {
        match self.0.back() {
            Some(last) if last.taken_at == reading.taken_at => return,
            Some(last) if reading.sample.restarted_since(&last.sample) => self.0.clear(),
            _ => {}
        }
        self.0.push_back(*reading);
        while self.0.front().is_some_and(|old| old.taken_at + WINDOW < reading.taken_at) {
            self.0.pop_front();
        }
    }

    /// Messages that arrived and messages that were done, per second, over the last `time` (at most
    /// [`WINDOW`]); `None` until the readings cover half of that time.
    pub fn over(&self, time: Duration) -> Option<(f64, f64)> {
        let last = self.0.back()?;
        let first = self.0.iter().find(|reading| reading.taken_at + time >= last.taken_at)?;
        let known = last.taken_at.saturating_sub(first.taken_at);
        if known * 2 < time.min(WINDOW) {
            return None;
        }
        let Totals { published, acked } = last.sample.since(&first.sample)?;
        let rate = |count: u64| count as f64 / known.as_secs_f64();
        Some((rate(published), rate(acked)))
    }
}

#[cfg(test)]
mod tests {
    use control::QueueSample;

    use super::*;

    fn reading(second: u64, published: u64, acked: u64) -> Reading {
        let totals = Some(Totals { published, acked });
        let sample = QueueSample { totals, ..QueueSample::default() };
        Reading { sample, taken_at: Duration::from_secs(second) }
    }

    #[test]
    fn rates_are_those_of_the_last_seconds() {
        let mut rates = Rates::default();
        (0..20).for_each(|s| rates.see(&reading(s, s * s, 2 * s)));
        // The window reaches from second 14 to second 19.
        assert_eq!(rates.over(WINDOW), Some(((361.0 - 196.0) / 5.0, 2.0)));
        assert_eq!(rates.over(Duration::from_secs(1)), Some((361.0 - 324.0, 2.0)));
    }

    #[test]
    fn a_restart_is_no_negative_rate() {
        let mut rates = Rates::default();
        (0..5).for_each(|s| rates.see(&reading(s, 100, 100)));
        rates.see(&reading(5, 0, 0));
        assert_eq!(rates.over(WINDOW), None);
    }
}
