//! The inputs of the rule `rate`, estimated from readings at irregular times.

use std::collections::VecDeque;

use crate::Time;

/// An exponential average of a rate, correct for any interval between readings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Average {
    /// The time constant, in seconds.
    tau: f64,
    /// The average, per second.
    level: f64,
    /// How long rates have been measured so far, in seconds.
    seen: f64,
}

impl Average {
    pub(super) fn new(tau: Time) -> Average {
        Average { tau: tau.as_secs_f64(), level: 0.0, seen: 0.0 }
    }

    /// Takes in a rate that was measured over the last `dt` seconds. The first rate becomes the
    /// level at once. Until the time constant is over, the next rates weigh as in a plain mean. So
    /// the start does not look like a step, and one odd interval at the start is no trend.
    pub(super) fn add(&mut self, rate: f64, dt: f64) {
        self.seen += dt;
        let share = (-dt / self.tau).exp_m1() / (-self.seen / self.tau).exp_m1();
        self.level += (rate - self.level) * share;
    }

    pub(super) fn level(&self) -> f64 {
        self.level
    }
}

/// The time constant with which observed jobs are forgotten, in seconds.
const MEMORY: f64 = 180.0;
/// At least this many jobs are remembered, however long they take.
const MEMORY_JOBS: f64 = 30.0;
/// The configured service time weighs as much as this many observed jobs.
const SEED_JOBS: f64 = 100.0;
/// With fewer observed jobs than this, the service rate is unknown.
const FEWEST_JOBS: f64 = 5.0;
/// The service rate is also unknown until the readings have shown this many busy containers in all:
/// jobs that begin and end between two readings are missed, so a few readings may be far off.
const FEWEST_SEEN: f64 = 100.0;
/// While messages wait, all containers are always busy, so such a reading counts this many times.
const ALL_BUSY: f64 = 10.0;
/// An interval between two readings weighs as if it were at most this long, in seconds.
const LONGEST_GAP: f64 = 5.0;

/// The jobs per second of one busy container: the jobs done divided by the time spent on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ServiceRate {
    jobs: f64,
    /// How long containers were busy, in container-seconds.
    busy: f64,
    /// The busy containers in each reading, summed over all readings.
    seen: f64,
}

/// The work done in one interval between two readings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) jobs: u64,
    /// Busy containers, on average.
    pub(super) at_work: f64,
    /// Whether no container was idle.
    pub(super) all_busy: bool,
}

impl ServiceRate {
    /// Starts from the configured service time, if any.
    pub(super) fn new(service_time: Option<Time>) -> ServiceRate {
        let Some(time) = service_time else { return ServiceRate::default() };
        let busy = SEED_JOBS * time.as_secs_f64();
        ServiceRate { jobs: SEED_JOBS, busy, seen: FEWEST_SEEN }
    }

    /// Takes in the work of the last `dt` seconds.
    pub(super) fn add(&mut self, done: Service, dt: f64) {
        if done.jobs == 0 && done.at_work <= 0.0 {
            // Idle time says nothing about the rate, so nothing is learned or forgotten.
            return;
        }
        let weight = (LONGEST_GAP / dt).min(1.0);
        let keep = (-dt * weight / MEMORY).exp();
        if self.jobs * keep >= MEMORY_JOBS {
            self.jobs *= keep;
            self.busy *= keep;
        }
        self.jobs += done.jobs as f64 * weight;
        self.busy += done.at_work * dt * weight;
        self.seen += done.at_work * if done.all_busy { ALL_BUSY } else { 1.0 };
    }

    /// The jobs per second of one busy container; `None` while too little work has been seen.
    pub(super) fn get(&self) -> Option<f64> {
        let known = self.jobs >= FEWEST_JOBS && self.seen >= FEWEST_SEEN && self.busy > 0.0;
        known.then(|| self.jobs / self.busy)
    }
}

/// Remembers the counts of a time span, and gives the largest of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    span: Time,
    /// Counts with their times, oldest first. A count is dropped when a later one is at least
    /// as high, so the counts descend and the first is the largest.
    counts: VecDeque<(Time, u32)>,
}

impl Window {
    pub(super) fn new(span: Time) -> Window {
        Window { span, counts: VecDeque::new() }
    }

    /// Adds a count at `now`, and drops the counts that are older than the span.
    pub(super) fn add(&mut self, now: Time, count: u32) {
        while self.counts.back().is_some_and(|(_, last)| *last <= count) {
            self.counts.pop_back();
        }
        self.counts.push_back((now, count));
        while self.counts.len() > 1 && self.counts[0].0 + self.span <= now {
            self.counts.pop_front();
        }
    }

    /// Moves the times of all counts forward by `gap`, so that the gap does not age the counts.
    pub(super) fn pass_over(&mut self, gap: Time) {
        self.counts.iter_mut().for_each(|(at, _)| *at += gap);
    }

    pub(super) fn largest(&self) -> u32 {
        self.counts.front().map_or(0, |(_, count)| *count)
    }

    /// When the last count of at least `least` leaves the window; `None` if no count is that high.
    pub(super) fn until_below(&self, least: u32) -> Option<Time> {
        let last = self.counts.iter().rev().find(|(_, count)| *count >= least);
        last.map(|(at, _)| *at + self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: u64) -> Time {
        Time::from_secs(seconds)
    }

    #[test]
    fn an_average_starts_at_the_first_rate_and_weighs_by_the_interval() {
        let (mut often, mut seldom) = (Average::new(second(2)), Average::new(second(2)));
        often.add(10.0, 100.0);
        assert_eq!(often.level(), 10.0);
        seldom.add(10.0, 100.0);
        for _ in 0..8 {
            often.add(24.0, 0.25);
        }
        seldom.add(24.0, 2.0);
        assert!((often.level() - seldom.level()).abs() < 1e-6);
        assert!((often.level() - (24.0 - 14.0 * (-1.0_f64).exp())).abs() < 1e-6);
    }

    #[test]
    fn a_service_rate_is_jobs_divided_by_busy_time() {
        let mut rate = ServiceRate::new(None);
        let done = Service { jobs: 10, at_work: 3.0, all_busy: false };
        rate.add(done, 1.0);
        assert_eq!(rate.get(), None, "too few readings");
        for _ in 0..200 {
            rate.add(done, 1.0);
            rate.add(Service { jobs: 0, at_work: 0.0, ..done }, 1.0);
        }
        assert!((rate.get().unwrap() - 10.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn while_messages_wait_the_service_rate_is_known_sooner() {
        let looks = |all_busy| {
            let mut rate = ServiceRate::new(None);
            let done = Service { jobs: 5, at_work: 1.0, all_busy };
            (1..).find(|_| {
                rate.add(done, 1.0);
                rate.get().is_some()
            })
        };
        assert_eq!((looks(true), looks(false)), (Some(10), Some(100)));
    }

    #[test]
    fn a_configured_service_rate_counts_at_once_and_yields_to_what_is_seen() {
        let mut rate = ServiceRate::new(Some(Time::from_millis(500)));
        assert_eq!(rate.get(), Some(2.0));
        for _ in 0..2000 {
            rate.add(Service { jobs: 5, at_work: 1.0, all_busy: true }, 1.0);
        }
        assert!((rate.get().unwrap() - 5.0).abs() < 0.01);
    }

    #[test]
    fn a_window_forgets_its_largest_in_time() {
        let mut window = Window::new(second(60));
        for (at, count) in [(0, 3), (10, 7), (20, 5), (30, 5), (40, 2)] {
            window.add(second(at), count);
        }
        assert_eq!((window.largest(), window.until_below(7)), (7, Some(second(70))));
        assert_eq!(window.until_below(4), Some(second(90)));
        window.add(second(70), 2);
        assert_eq!((window.largest(), window.until_below(7)), (5, None));
        window.add(second(500), 1);
        assert_eq!(window.largest(), 1);
    }
}
