//! The rule `rate`: as many containers as the arrivals need, and some more for what waits.
//!
//! `need = lambda / (rho mu) + max(0, Q - target) / (T mu) + max(0, lambda - mu ready) L / (T mu)`
//!
//! with `lambda` the arrivals a second, `mu` the jobs a second of a busy container, `Q` the
//! messages that wait, and `L` the time that containers take to start. It raises at once and
//! lowers to the largest need of a while; in between lies a dead zone, for arrivals are noisy.

use crate::Time;
use crate::policy::estimate::{Average, Service, ServiceRate, Window};
use crate::policy::figure::{Figure, ceil};
use crate::policy::sight::{ONE_STAYS, Recommendation, Sight};
use crate::reading::{QueueSample, Reading, Totals};
use crate::why::{Limit, Term};
use crate::workload::RateSettings;

/// rho: how busy containers are to be.
const BUSY: f64 = 0.8;
/// How busy they may become before there are more of them.
const MOST_BUSY: f64 = 0.9;
/// T: in so many seconds what is over the target shall be done.
const CATCH_UP: f64 = 5.0;
/// The fast average of the arrivals; it sees a step.
const FAST: Time = Time::from_secs(2);
/// So many standard deviations over the slow average, the fast one has seen a step.
const STEP: f64 = 3.0;

/// The rule's state.
#[derive(Debug, Clone)]
pub struct Rate {
    settings: RateSettings,
    /// The last recommendation.
    pub(super) wanted: u32,
    fast: Average,
    slow: Average,
    service: ServiceRate,
    window: Window,
    last: Option<Reading>,
    /// Messages that came between the last two readings.
    arrived: u64,
    /// Whether the source shows messages that it never counted.
    depth_only: bool,
}

/// What the arrivals, the backlog and those that are yet to start need, in containers.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// Arrivals a second.
    lambda: f64,
    /// Jobs a second of a busy container.
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

    /// The least that would do for a moment.
    fn least(&self) -> f64 {
        self.lambda / (MOST_BUSY * self.mu) + self.backlog + self.start_up
    }
}

impl Rate {
    /// Begins with what is there.
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

    /// Goes on from `count`.
    pub fn begin_at(&mut self, count: u32) {
        self.wanted = count;
    }

    /// One step after what is seen.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        if self.last.is_none() {
            // What is there was somebody's need, as far as is known.
            self.window.add(sight.now, self.wanted);
        }
        // What was needed before we stood still is needed yet.
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

    /// Raises at once, where the dead zone ends or what came is no noise; lowers to the largest of
    /// the window. That one covers the slow average, too, for it is part of every need.
    fn next(&self, need: Option<&Need>, asked: u32) -> u32 {
        let least = need.map_or(f64::from(asked), Need::least);
        match asked > self.wanted {
            true if least > f64::from(self.wanted) || self.sees_step() => asked,
            true => self.wanted,
            false => self.window.largest().min(self.wanted),
        }
    }

    /// Whether random arrivals at the slow average's rate would hardly ever lift the fast one so
    /// high. Such an average of Poisson arrivals has the variance rate / (2 tau), by Campbell.
    fn sees_step(&self) -> bool {
        let slow = self.slow.level();
        let deviation = (slow / (2.0 * FAST.as_secs_f64())).sqrt();
        self.fast.level() > slow + STEP * deviation
    }

    /// Takes in a reading.
    fn measure(&mut self, sight: &Sight) {
        let reading = &sight.reading;
        let last = self.last.replace(*reading);
        let sample = &reading.sample;
        if sample.totals.is_some() || sample.ready + sample.in_flight > 0 {
            self.depth_only = sample.totals.is_none();
        }
        // After the queue's process began anew, its totals say nothing about this interval.
        let Some(last) = last.filter(|last| reading.taken_at != last.taken_at) else { return };
        let Some(Totals { published, acked }) = sample.since(&last.sample) else { return };
        self.arrived = published;
        // A gap in time teaches nothing.
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
        // While nobody has been seen to start, it takes no time as far as is known.
        let start_up = sight.start_up.unwrap_or_default().as_secs_f64();
        Some(Need {
            lambda,
            mu,
            backlog: waiting.max(0.0) / (CATCH_UP * mu),
            start_up: missing.max(0.0) * start_up / (CATCH_UP * mu),
        })
    }

    /// Averages never fall to zero; so they count as nothing where nothing is left to do.
    fn by_need(&self, need: &Need, sample: &QueueSample) -> u32 {
        if self.is_quiet(sample) && need.by_rate() < 1.0 { 0 } else { ceil(need.total()) }
    }

    fn is_quiet(&self, sample: &QueueSample) -> bool {
        sample.ready == 0 && sample.in_flight == 0 && self.arrived == 0 && !self.depth_only
    }

    /// One more or fewer by the queue's length, while it is not known what a container does.
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
            Some(need) => arithmetic(need),
            None => self.unknown(sample),
        };
        let (wanted, span) = (self.wanted, Figure(self.settings.window.as_secs_f64()));
        if limited_by == Some(Limit::AtWork) {
            words += &format!("; {ONE_STAYS}");
        } else if asked > wanted && need.is_some_and(|need| need.least() <= f64::from(wanted)) {
            words += &format!("; {wanted} still do");
        } else if asked < wanted && self.window.largest() >= wanted && need.is_some() {
            words += &format!("; {wanted} needed in the last {span} s");
        }
        words
    }

    fn unknown(&self, sample: &QueueSample) -> String {
        let (ready, target) = (sample.ready, self.settings.target.length);
        let known = match self.depth_only {
            true => "only the depth is known",
            false => "no service rate is known yet",
        };
        let compared = match self.settings.target.error(ready as f64) {
            e if e > 0.0 => "over",
            e if e < 0.0 => "under",
            _ => "near",
        };
        format!("{known}: queue {ready} is {compared} target {target}")
    }
}

fn arithmetic(need: &Need) -> String {
    let [busy, lambda, mu, by_rate] = [BUSY, need.lambda, need.mu, need.by_rate()].map(Figure);
    let mut words = format!("{lambda}/s / ({busy} x {mu}/s) = {by_rate}");
    for (name, part) in [("backlog", need.backlog), ("start-up", need.start_up)] {
        if part >= 0.05 {
            words += &format!("; {name} +{}", Figure(part));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_arithmetic() {
        let need = Need { lambda: 30.0, mu: 5.0, backlog: 1.0, start_up: 0.0 };
        assert_eq!(arithmetic(&need), "30/s / (0.8 x 5/s) = 7.5; backlog +1");
        let need = Need { lambda: 0.04, mu: 0.01, backlog: 0.0, start_up: 0.6 };
        assert_eq!(arithmetic(&need), "0.04/s / (0.8 x 0.01/s) = 5; start-up +0.6");
    }
}
