//! The container time that the background had. Uses no clock.

use std::time::Duration;

/// Adds up the time of the background's ready containers: two containers in 3 s are 6 s.
#[derive(Debug, Clone, Default)]
pub struct SpareTime {
    /// The time up to the last count, in seconds.
    total_s: f64,
    /// The last count and when it was taken; `None` while the count is unknown.
    last: Option<(u32, Duration)>,
    /// Whether there was a count at any time.
    is_known: bool,
}

impl SpareTime {
    /// Notes how many containers are ready from `now` on; `None` if that is unknown. Time in which
    /// the count is unknown is not added.
    pub fn count(&mut self, now: Duration, ready: Option<u32>) {
        self.total_s += self.since_last_s(now);
        self.last = ready.map(|ready| (ready, now));
        self.is_known |= ready.is_some();
    }

    /// The container time until `now` in seconds; `None` before the first count.
    pub fn seconds(&self, now: Duration) -> Option<f64> {
        self.is_known.then(|| self.total_s + self.since_last_s(now))
    }

    fn since_last_s(&self, now: Duration) -> f64 {
        let since = |(ready, at)| f64::from(ready) * now.saturating_sub(at).as_secs_f64();
        self.last.map_or(0.0, since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn each_ready_container_counts_for_as_long_as_it_is_ready() {
        let mut time = SpareTime::default();
        time.count(at(10.0), Some(7));
        assert_eq!(time.seconds(at(12.0)), Some(14.0));
        time.count(at(12.0), Some(1));
        time.count(at(13.0), Some(1));
        assert_eq!(time.seconds(at(15.5)), Some(17.5));
        time.count(at(15.5), Some(0));
        assert_eq!(time.seconds(at(100.0)), Some(17.5));
    }

    #[test]
    fn an_unknown_count_adds_nothing_and_before_the_first_count_the_time_is_unknown() {
        let mut time = SpareTime::default();
        time.count(at(1.0), None);
        assert_eq!(time.seconds(at(2.0)), None, "unknown is not zero");
        time.count(at(2.0), Some(3));
        time.count(at(4.0), None);
        assert_eq!(time.seconds(at(9.0)), Some(6.0));
        time.count(at(9.0), Some(2));
        assert_eq!(time.seconds(at(10.0)), Some(8.0));
    }

    #[test]
    fn a_moment_before_the_last_count_takes_nothing_away() {
        let mut time = SpareTime::default();
        time.count(at(5.0), Some(4));
        assert_eq!(time.seconds(at(4.9)), Some(0.0));
    }
}
