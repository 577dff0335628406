//! What the rule `rate` reckons with, estimated from readings that come when they come.

use std::collections::VecDeque;

use crate::Time;

/// An exponential average of a rate, correct for any times between readings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Average {
    /// Its time constant, in seconds.
    tau: f64,
    /// The level, per second.
    level: f64,
    /// How long it has been measured, in seconds.
    seen: f64,
}

impl Average {
    pub(super) fn new(tau: Time) -> Average {
        Average { tau: tau.as_secs_f64(), level: 0.0, seen: 0.0 }
    }

    /// Takes in a rate that was measured over the last `dt` seconds. The first one is the level at
    /// once, and the next ones weigh as in a mean until the time constant is over: a start is no
    /// step, and one odd interval at a start is no trend.
    pub(super) fn add(&mut self, rate: f64, dt: f64) {
        self.seen += dt;
        let share = (-dt / self.tau).exp_m1() / (-self.seen / self.tau).exp_m1();
        self.level += (rate - self.level) * share;
    }

    pub(super) fn level(&self) -> f64 {
        self.level
    }
}

/// So much time at work is remembered, in seconds.
const MEMORY: f64 = 180.0;
/// And at least so many jobs, however long they take.
const MEMORY_JOBS: f64 = 30.0;
/// What is configured weighs as so many jobs that were seen.
const SEED_JOBS: f64 = 100.0;
/// After fewer jobs nothing is known.
const FEWEST_JOBS: f64 = 5.0;
/// And after fewer seen at work, each at each reading: those that came and went in between were
/// missed, so that a few looks may be far from the average.
const FEWEST_SEEN: f64 = 100.0;
/// With messages waiting all were at work all the time, and a look says as much as so many.
const ALL_BUSY: f64 = 10.0;
/// Two readings that are further apart say no more than these seconds would.
const LONGEST_GAP: f64 = 5.0;

/// Jobs a second that one busy container does: jobs done by the time that was spent on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ServiceRate {
    jobs: f64,
    /// Seconds of containers at work.
    busy: f64,
    /// How many were seen at work.
    seen: f64,
}

/// What one interval between two readings says of the service rate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    /// Jobs done.
    pub(super) jobs: u64,
    /// Containers at work, on average.
    pub(super) at_work: f64,
    /// Whether none was idle.
    pub(super) all_busy: bool,
}

impl ServiceRate {
    /// Begins with what is configured: how long a job takes.
    pub(super) fn new(service_time: Option<Time>) -> ServiceRate {
        let Some(time) = service_time else { return ServiceRate::default() };
        let busy = SEED_JOBS * time.as_secs_f64();
        ServiceRate { jobs: SEED_JOBS, busy, seen: FEWEST_SEEN }
    }

    /// Takes in what was done in the last `dt` seconds.
    pub(super) fn add(&mut self, done: Service, dt: f64) {
        if done.jobs == 0 && done.at_work <= 0.0 {
            // Idle times teach nothing, and nothing is forgotten over them.
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

    /// Jobs a second, if enough of them were seen.
    pub(super) fn get(&self) -> Option<f64> {
        let known = self.jobs >= FEWEST_JOBS && self.seen >= FEWEST_SEEN && self.busy > 0.0;
        known.then(|| self.jobs / self.busy)
    }
}

/// The largest count of the last while.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    span: Time,
    /// When each count was, oldest first, without those that a later one reaches; so the counts
    /// descend, and the first is the largest.
    counts: VecDeque<(Time, u32)>,
}

impl Window {
    pub(super) fn new(span: Time) -> Window {
        Window { span, counts: VecDeque::new() }
    }

    /// Adds a count at `now`, and forgets what was longer ago than the window.
    pub(super) fn add(&mut self, now: Time, count: u32) {
        while self.counts.back().is_some_and(|(_, last)| *last <= count) {
            self.counts.pop_back();
        }
        self.counts.push_back((now, count));
        while self.counts.len() > 1 && self.counts[0].0 + self.span <= now {
            self.counts.pop_front();
        }
    }

    /// Goes on as if so much time had not passed.
    pub(super) fn pass_over(&mut self, gap: Time) {
        self.counts.iter_mut().for_each(|(at, _)| *at += gap);
    }

    pub(super) fn largest(&self) -> u32 {
        self.counts.front().map_or(0, |(_, count)| *count)
    }

    /// When the last count that reaches `least` leaves the window.
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
    fn an_average_begins_at_the_first_rate_and_minds_the_time_between_readings() {
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
    fn a_service_rate_is_jobs_by_the_time_spent_on_them_also_in_part_time() {
        let mut rate = ServiceRate::new(None);
        let done = Service { jobs: 10, at_work: 3.0, all_busy: false };
        rate.add(done, 1.0);
        assert_eq!(rate.get(), None, "too few looks");
        for _ in 0..200 {
            rate.add(done, 1.0);
            rate.add(Service { jobs: 0, at_work: 0.0, ..done }, 1.0);
        }
        assert!((rate.get().unwrap() - 10.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn with_messages_waiting_it_is_known_sooner() {
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
    fn a_configured_service_rate_holds_at_once_and_gives_way_to_what_is_seen() {
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
