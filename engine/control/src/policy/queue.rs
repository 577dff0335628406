//! The rule `queue`: a PD (proportional-derivative) controller on the queue's length.
//!
//! The output is the rate of change of a level `u` of containers:
//! `du/dt = kp e + kd de/dt`, with `e` the distance of the queue's length from the nearer edge of
//! its deadband. The rule raises quickly and lowers slowly. It never lowers so far that more than
//! 90 % of the containers are busy: containers may be busy although the queue is short.

use crate::Time;
use crate::policy::figure::ceil;
use crate::policy::sight::{Recommendation, Sight, one_stays, waiting};
use crate::reading::Reading;
use crate::why::{Limit, Term};
use crate::workload::QueueTarget;

/// Containers per second for each message over the target.
const KP_UP: f64 = 0.15;
/// Containers for each message per second by which the error grows.
const KD_UP: f64 = 0.12;
/// Containers per second for each message under the deadband.
const KP_DOWN: f64 = 0.05;
/// The time constant, in seconds, of the derivative's filter: messages arrive one by one, so the
/// difference of two counts taken half a second apart is mostly noise.
const SLOPE_FILTER: f64 = 0.4;
/// The time constant, in seconds, of the filter of busy containers: about ten jobs of the demo.
const BUSY_FILTER: f64 = 2.0;
/// The highest share of busy containers after a removal. If all are busy, a load that just fits
/// looks the same as one that does not fit.
const MOST_BUSY: f64 = 0.9;
/// The longest time that a step covers, in seconds, even after a longer time without readings.
const LONGEST_STEP: f64 = 1.0;

/// The controller's state.
#[derive(Debug, Clone)]
pub struct PdController {
    target: QueueTarget,
    /// The level `u`: a number of containers with a fraction.
    pub(super) level: f64,
    /// The filtered growth of the error, in messages per second.
    slope: f64,
    /// The filtered number of busy containers.
    busy: f64,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    error: f64,
    reading: Reading,
}

/// How fast one step changes the level, in containers per second.
struct Rates {
    proportional: f64,
    derivative: f64,
}

impl PdController {
    /// Makes the rule's state from `desired`, the present desired count.
    pub fn new(target: QueueTarget, desired: u32) -> PdController {
        let level = f64::from(desired);
        PdController { target, level, slope: 0.0, busy: 0.0, last: None }
    }

    /// Continues from `count`, whatever the rule wanted last.
    pub fn begin_at(&mut self, count: u32) {
        self.level = f64::from(count);
    }

    /// Takes one step based on the present reading, and returns the new wanted count.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        let sample = &sight.reading.sample;
        let error = self.target.error(sample.ready as f64);
        let crossed = error > 0.0 && self.last.is_some_and(|last| last.error <= 0.0);
        let dt = self.measure(sight, error);
        let rates = self.rates(error);
        if crossed {
            // Even the level rounded up was not enough, so the level must not start below that.
            self.level = f64::from(ceil(self.level));
        }
        let moved = self.level + (rates.proportional + rates.derivative) * dt;
        // The floor limits removals; it does not raise the count.
        let floor = self.floor().min(self.level);
        let (least, max) = (f64::from(sight.least()), f64::from(sight.fleet.max));
        self.level = moved.max(floor).clamp(least.min(max), max);
        self.explain(sight, &rates)
    }

    /// Takes in a sample. Returns the seconds since the last sample, or 0 if they are unknown.
    fn measure(&mut self, sight: &Sight, error: f64) -> f64 {
        let (reading, sample) = (sight.reading, sight.reading.sample);
        let last = self.last.replace(Last { error, reading });
        let last = last.filter(|last| !sample.restarted_since(&last.reading.sample));
        let since = |last: Last| Some((last, reading.since(&last.reading, sight.stood_still)?));
        let Some((last, between)) = last.and_then(since) else {
            (self.slope, self.busy) = (0.0, sample.in_flight as f64);
            return 0.0;
        };
        let dt = between.as_secs_f64().min(LONGEST_STEP);
        if dt > 0.0 {
            let slope = (error - last.error) / dt;
            self.slope += (slope - self.slope) * share(dt, SLOPE_FILTER);
            self.busy += (sample.in_flight as f64 - self.busy) * share(dt, BUSY_FILTER);
        }
        dt
    }

    /// The count below which nothing is removed: the busy containers and a small reserve.
    fn floor(&self) -> f64 {
        self.busy / MOST_BUSY
    }

    fn rates(&self, error: f64) -> Rates {
        if error < 0.0 {
            Rates { proportional: KP_DOWN * error, derivative: 0.0 }
        } else {
            Rates {
                proportional: KP_UP * error,
                derivative: KD_UP * self.slope.max(braking(error)),
            }
        }
    }

    fn explain(&self, sight: &Sight, rates: &Rates) -> Recommendation {
        let wanted = ceil(self.level);
        let rate = rates.proportional + rates.derivative;
        let floor = self.floor().max(f64::from(sight.least()));
        let falling = rate < 0.0 && self.level > floor;
        let next = self.level - (f64::from(wanted) - 1.0);
        let due = falling && f64::from(wanted) - 1.0 >= floor;
        let until = due.then(|| sight.now + Time::from_secs_f64(next / -rate));
        let limited_by = match () {
            () if rate > 0.0 && wanted >= sight.fleet.max => Some(Limit::Max),
            () if rate < 0.0 && wanted <= sight.min => Some(Limit::Min),
            () if rate < 0.0 && !due => Some(Limit::AtWork),
            () => None,
        };
        let because = self.words(sight, limited_by);
        let terms = vec![
            Term { name: "proportional_per_s", value: rates.proportional },
            Term { name: "derivative_per_s", value: rates.derivative },
            Term { name: "level", value: self.level },
            Term { name: "at_work", value: self.busy },
        ];
        Recommendation { wanted, terms, limited_by, until, because }
    }

    fn words(&self, sight: &Sight, limited_by: Option<Limit>) -> String {
        let (sample, target) = (&sight.reading.sample, &self.target);
        let at_work = limited_by == Some(Limit::AtWork);
        let wait = waiting(target, sample) + &self.trend();
        match target.error(sample.ready as f64) {
            e if e > 0.0 => format!("{wait}, {} are allowed", target.length),
            0.0 => format!("{wait}, within {target}"),
            _ if at_work && self.floor() < 1.0 => format!("{wait}; {}", one_stays(sample)),
            _ if at_work => format!("{wait}, {:.1} workers are busy on average", self.busy),
            _ => format!("{wait}, under {target}"),
        }
    }

    fn trend(&self) -> String {
        match self.slope.round() {
            s if s >= 1.0 => format!(" (+{s}/s)"),
            s if s <= -1.0 => format!(" ({s}/s)"),
            _ => String::new(),
        }
    }
}

/// The share of a change that passes a first-order filter in `dt` seconds.
fn share(dt: f64, filter: f64) -> f64 {
    1.0 - (-dt / filter).exp()
}

/// The lowest slope that counts: it just cancels the raise that the queue's length causes. So a
/// long queue never loses containers because it shrinks fast.
fn braking(error: f64) -> f64 {
    -KP_UP * error / KD_UP
}
