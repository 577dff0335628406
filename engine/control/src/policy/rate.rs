//! The rule `rate`: as many containers as the arrivals need, and more for the backlog.
//!
//! `need = lambda / (rho mu) + max(0, Q - target) / (T mu) + max(0, lambda - mu ready) L / (T mu)`
//!
//! with `lambda` the arrivals per second, `mu` the jobs per second of a busy container, `Q` the
//! waiting messages, `L` the time that containers take to start, and the constants `rho` and `T`.
//! The rule raises at once. It lowers to the largest need within its window. Between the two lies a
//! dead zone in which nothing changes, because arrivals are noisy.

use crate::Time;
use crate::policy::estimate::{Average, Service, ServiceRate, Window};
use crate::policy::figure::{Figure, ceil};
use crate::policy::sight::{Recommendation, Sight, one_stays, step_words};
use crate::reading::{QueueSample, Reading, Totals};
use crate::why::{Limit, Term};
use crate::workload::RateSettings;

/// rho: the share of their time that containers should be busy.
const BUSY: f64 = 0.8;
/// The share of busy time up to which no containers are added.
const MOST_BUSY: f64 = 0.9;
/// T: the messages over the target should be done within this many seconds.
const CATCH_UP: f64 = 5.0;
/// The time constant of the fast average of the arrivals, which detects steps.
const FAST: Time = Time::from_secs(2);
/// The arrivals have risen if the fast average exceeds the slow one by this many deviations.
const STEP: f64 = 3.0;

/// The rule's state.
#[derive(Debug, Clone)]
pub struct Rate {
    settings: RateSettings,
    /// The last recommended count.
    pub(super) wanted: u32,
    fast: Average,
    slow: Average,
    service: ServiceRate,
    window: Window,
    last: Option<Reading>,
    /// Messages that arrived between the last two readings.
    arrived: u64,
    /// Whether the queue reports its length but no totals.
    depth_only: bool,
}

/// The containers needed for the arrivals, for the backlog and for the start-up time.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// Arrivals per second.
    lambda: f64,
    /// Jobs per second of a busy container.
    mu: f64,
    backlog: f64,
    start_up: f64,
}

impl Need {
    fn by_rate(&self) -> f64 {
        self.lambda / (BUSY * self.mu)
    }

    fn total(&self) -> f64 {
        self.by_rate() + self.backlog + self.start_up
    }

    /// The smallest count that suffices for the moment, with containers as busy as `MOST_BUSY`.
    fn least(&self) -> f64 {
        self.lambda / (MOST_BUSY * self.mu) + self.backlog + self.start_up
    }
}

impl Rate {
    /// Makes the rule's state from `desired`, the present desired count.
    pub fn new(settings: RateSettings, desired: u32) -> Rate {
        Rate {
            wanted: desired,
            fast: Average::new(FAST),
            slow: Average::new(settings.average),
            service: ServiceRate::new(settings.service_time),
            window: Window::new(settings.window),
            last: None,
            arrived: 0,
            depth_only: false,
            settings,
        }
    }

    /// Continues from `count`, whatever the rule wanted last.
    pub fn begin_at(&mut self, count: u32) {
        self.wanted = count;
    }

    /// Takes one step based on the present reading, and returns the new wanted count.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        if self.last.is_none() {
            // Earlier needs are unknown, so the present count is taken as the last need.
            self.window.add(sight.now, self.wanted);
        }
        // The time for which the engine stood still does not age the remembered needs.
        self.window.pass_over(sight.stood_still);
        self.measure(sight);
        let sample = &sight.reading.sample;
        let need = self.need(sight);
        let asked = match &need {
            Some(need) => self.by_need(need, sample),
            None => self.by_depth(sample),
        };
        let max = sight.fleet.max;
        let floor = sight.least().min(max);
        let bounded = asked.clamp(floor, max);
        self.window.add(sight.now, bounded);
        self.wanted = self.next(need.as_ref(), bounded).clamp(floor, max);
        let until = (bounded < self.wanted).then(|| self.window.until_below(self.wanted));
        let limited_by = match () {
            () if asked > max => Some(Limit::Max),
            () if asked < sight.min && self.wanted <= sight.min => Some(Limit::Min),
            () if asked < floor && self.wanted <= floor => Some(Limit::AtWork),
            () => None,
        };
        Recommendation {
            wanted: self.wanted,
            terms: need.as_ref().map_or_else(Vec::new, |need| self.terms(need)),
            limited_by,
            until: until.flatten(),
            because: self.words(sample, need.as_ref(), asked, limited_by),
        }
    }

    /// The next wanted count. It rises at once if the need leaves the dead zone or the arrivals
    /// have risen by more than noise. It falls to the largest need in the window.
    fn next(&self, need: Option<&Need>, asked: u32) -> u32 {
        let least = need.map_or(f64::from(asked), Need::least);
        match asked > self.wanted {
            true if least > f64::from(self.wanted) || self.sees_step() => asked,
            true => self.wanted,
            false => self.window.largest().min(self.wanted),
        }
    }

    /// Whether the arrivals have risen: random ones at the slow average's rate would hardly ever
    /// lift the fast average this high. By Campbell's theorem, its variance is rate / (2 tau).
    fn sees_step(&self) -> bool {
        let slow = self.slow.level();
        let deviation = (slow / (2.0 * FAST.as_secs_f64())).sqrt();
        self.fast.level() > slow + STEP * deviation
    }

    /// Updates the averages, the service rate and the arrivals from a reading.
    fn measure(&mut self, sight: &Sight) {
        let reading = &sight.reading;
        let last = self.last.replace(*reading);
        let sample = &reading.sample;
        if sample.totals.is_some() || sample.ready + sample.in_flight > 0 {
            self.depth_only = sample.totals.is_none();
        }
        // After a restart of the queue's process, its totals say nothing about this interval.
        let Some(last) = last.filter(|last| reading.taken_at != last.taken_at) else { return };
        let Some(Totals { published, acked }) = sample.since(&last.sample) else { return };
        self.arrived = published;
        // Nothing can be learned from an interval of unknown length.
        let Some(between) = reading.since(&last, sight.stood_still) else { return };
        let dt = between.as_secs_f64();
        if dt <= 0.0 {
            return;
        }
        let rate = self.arrived as f64 / dt;
        self.fast.add(rate, dt);
        self.slow.add(rate, dt);
        let at_work = (last.sample.in_flight + sample.in_flight) as f64 / 2.0;
        let all_busy = last.sample.ready > 0 && sample.ready > 0;
        self.service.add(Service { jobs: acked, at_work, all_busy }, dt);
    }

    fn need(&self, sight: &Sight) -> Option<Need> {
        let sample = &sight.reading.sample;
        let mu = self.service.get().filter(|_| !self.depth_only)?;
        let lambda = self.fast.level().max(self.slow.level());
        let waiting = sample.ready as f64 - f64::from(self.settings.target.length);
        let missing = lambda - mu * f64::from(sight.fleet.ready);
        // Until a start has been seen, starts are assumed to take no time.
        let start_up = sight.start_up.unwrap_or_default().as_secs_f64();
        Some(Need {
            lambda,
            mu,
            backlog: waiting.max(0.0) / (CATCH_UP * mu),
            start_up: missing.max(0.0) * start_up / (CATCH_UP * mu),
        })
    }

    /// The count for a need. Without work it is set to 0, because averages never fall to 0.
    fn by_need(&self, need: &Need, sample: &QueueSample) -> u32 {
        if self.is_quiet(sample) && need.by_rate() < 1.0 { 0 } else { ceil(need.total()) }
    }

    fn is_quiet(&self, sample: &QueueSample) -> bool {
        sample.ready == 0 && sample.in_flight == 0 && self.arrived == 0 && !self.depth_only
    }

    /// The count while the service rate is unknown: one more or one fewer, by the queue's length.
    fn by_depth(&self, sample: &QueueSample) -> u32 {
        if self.is_quiet(sample) && self.fast.level() == 0.0 {
            return 0;
        }
        let error = self.settings.target.error(sample.ready as f64);
        let more_than_work = u64::from(self.wanted) > sample.in_flight;
        match error {
            e if e > 0.0 => self.wanted.saturating_add(1),
            e if e < 0.0 && more_than_work => self.wanted.saturating_sub(1),
            _ => self.wanted,
        }
    }

    fn terms(&self, need: &Need) -> Vec<Term> {
        vec![
            Term { name: "arrivals_per_s", value: need.lambda },
            Term { name: "arrivals_slow_per_s", value: self.slow.level() },
            Term { name: "service_rate_per_s", value: need.mu },
            Term { name: "by_rate", value: need.by_rate() },
            Term { name: "backlog", value: need.backlog },
            Term { name: "start_up", value: need.start_up },
            Term { name: "need", value: need.total() },
            Term { name: "largest_need", value: self.window.largest().into() },
        ]
    }

    fn words(
        &self,
        sample: &QueueSample,
        need: Option<&Need>,
        asked: u32,
        limited_by: Option<Limit>,
    ) -> String {
        let mut words = match need {
            Some(need) => arithmetic(need, asked),
            None => self.unknown(sample),
        };
        let (wanted, span) = (self.wanted, Figure(self.settings.window.as_secs_f64()));
        if limited_by == Some(Limit::AtWork) {
            words += &format!("; {}", one_stays(sample));
        } else if asked > wanted && need.is_some_and(|need| need.least() <= f64::from(wanted)) {
            words += &format!("; {wanted} suffice at {} % load", 100.0 * MOST_BUSY);
        } else if asked < wanted && self.window.largest() >= wanted && need.is_some() {
            words += &format!("; {wanted} were needed in the last {span} s");
        }
        words
    }

    fn unknown(&self, sample: &QueueSample) -> String {
        let known = match (self.depth_only, sample.metric) {
            (_, Some(_)) => "a metric has no totals of jobs",
            (true, None) => "the queue reports its length only",
            (false, None) => "the service rate is not known yet",
        };
        format!("{} ({known})", step_words(&self.settings.target, sample))
    }
}

fn arithmetic(need: &Need, asked: u32) -> String {
    // Tenths do not matter in a high rate.
    let lambda = if need.lambda < 10.0 { need.lambda } else { need.lambda.round() };
    let [load, lambda, mu] = [100.0 * BUSY, lambda, need.mu].map(Figure);
    let work = format!("each worker does {mu}/s, kept at {load} % load");
    let mut words = format!("{lambda} jobs/s arrive, {work}: {asked} needed");
    for (name, part) in [("backlog", need.backlog), ("start-up time", need.start_up)] {
        if part >= 0.1 {
            words += &format!(", {} for the {name}", Figure(part));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_gives_the_arithmetic() {
        let need = Need { lambda: 30.0, mu: 5.0, backlog: 1.0, start_up: 0.0 };
        let at_5 = "30 jobs/s arrive, each worker does 5/s, kept at 80 % load: 9 needed";
        assert_eq!(arithmetic(&need, 9), format!("{at_5}, 1 for the backlog"));
        let need = Need { lambda: 0.04, mu: 0.01, backlog: 0.0, start_up: 0.6 };
        let slow = "0.04 jobs/s arrive, each worker does 0.01/s, kept at 80 % load: 6 needed";
        assert_eq!(arithmetic(&need, 6), format!("{slow}, 0.6 for the start-up time"));
    }
}
