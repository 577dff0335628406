//! Counts tiles per second. Uses no queue and no clock.

use std::collections::VecDeque;
use std::time::Duration;

/// The time over which the rate is averaged: long enough to be steady, short enough to be current.
const WINDOW: Duration = Duration::from_secs(5);
/// The rate is unknown after this time without an answer; a working queue answers every second.
const DEAF_AFTER: Duration = Duration::from_secs(3);

/// The rate of new tiles.
#[derive(Debug, Default)]
pub struct TileRate {
    /// When the tiles of the last [`WINDOW`] arrived.
    done: VecDeque<Duration>,
    /// The times of the queue's first and latest answers since its last failure.
    heard: Option<(Duration, Duration)>,
}

impl TileRate {
    /// Counts a tile that arrived at `now`. Tiles from before the first answer had waited in the
    /// queue, so they are ignored.
    pub fn tile(&mut self, now: Duration) {
        if self.heard.is_some() {
            self.done.push_back(now);
        }
    }

    /// Notes that the queue has answered: all tiles up to `now` were received.
    pub fn heard(&mut self, now: Duration) {
        let since = self.heard.map_or(now, |(since, _)| since);
        self.heard = Some((since, now));
        while self.done.front().is_some_and(|done| *done + WINDOW < now) {
            self.done.pop_front();
        }
    }

    /// Notes that the queue does not answer any more, so that the rate is unknown.
    pub fn deafen(&mut self) {
        self.heard = None;
        self.done.clear();
    }

    /// Tiles per second over the last 5 s; `None` during the first 2.5 s, and if the queue has not
    /// answered for 3 s.
    pub fn at(&self, now: Duration) -> Option<f64> {
        let (since, until) = self.heard?;
        let known = until.saturating_sub(since).min(WINDOW);
        if now > until + DEAF_AFTER || known * 2 < WINDOW {
            return None;
        }
        let done = self.done.iter().filter(|done| **done + WINDOW > until).count();
        Some(done as f64 / known.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_rate_is_that_of_the_last_five_seconds_and_unknown_before_half_of_them() {
        let mut rate = TileRate::default();
        rate.tile(at(0)); // It was in the queue before.
        rate.heard(at(0));
        for i in 1..=40 {
            assert_eq!(rate.at(at(i * 250)).is_some(), i > 10, "{i}");
            rate.tile(at(i * 250));
            rate.heard(at(i * 250));
        }
        assert_eq!(rate.at(at(10_000)), Some(4.0));
        rate.heard(at(12_500));
        assert_eq!(rate.at(at(12_500)), Some(2.0), "a stall shows");
        rate.heard(at(20_000));
        assert_eq!(rate.at(at(20_000)), Some(0.0));
    }

    #[test]
    fn a_queue_that_does_not_answer_leaves_the_rate_unknown_and_never_zero() {
        let mut rate = TileRate::default();
        (0..=40).for_each(|i| rate.heard(at(i * 250)));
        assert_eq!(rate.at(at(13_000)), Some(0.0));
        assert_eq!(rate.at(at(13_001)), None);
        rate.deafen();
        assert_eq!(rate.at(at(10_000)), None);
    }
}
