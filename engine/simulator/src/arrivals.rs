//! When jobs come.

use std::ops::RangeInclusive;

use crate::Time;
use crate::random::Random;

/// The rates that can be played, in jobs a second.
pub(crate) const RATES: RangeInclusive<f64> = 0.0..=10_000.0;
/// A point for each second of a whole day is more than any talk needs.
pub(crate) const MOST_POINTS: usize = 100_000;
/// Jobs that come in one moment.
const MOST_AT_ONCE: u32 = 100_000;

/// How many jobs a second come, over time. Rates are jobs a second. `even` jobs come like a
/// clock, a gap of 1 / rate each; others as a Poisson process, at random moments.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrivals {
    /// One after the other at equal gaps.
    Constant {
        /// Jobs a second.
        rate: f64,
    },
    /// At random moments.
    Poisson {
        /// Jobs a second on average.
        rate: f64,
    },
    /// Another rate from a moment on.
    Step {
        /// The rate before.
        from: f64,
        /// The rate after.
        to: f64,
        /// The moment.
        at: Time,
        /// Whether they come like a clock.
        even: bool,
    },
    /// A low and a high rate in turn, half a period each, the low one first.
    Square {
        /// The lower rate.
        low: f64,
        /// The higher rate.
        high: f64,
        /// Both together.
        period: Time,
        /// Whether they come like a clock.
        even: bool,
    },
    /// Up and down around a mean.
    Sine {
        /// The rate in the middle.
        mean: f64,
        /// How far it goes up and down; at most the mean.
        swing: f64,
        /// From one top to the next.
        period: Time,
        /// Whether they come like a clock.
        even: bool,
    },
    /// Many jobs in one moment, on top of a steady rate.
    Burst {
        /// The steady rate, Poisson.
        rate: f64,
        /// How many at once.
        jobs: u32,
        /// The moment.
        at: Time,
        /// How long until the next burst; `None` for a single one.
        every: Option<Time>,
    },
    /// A recorded trace: each rate holds from its moment to the next one's.
    Replay {
        /// Moments and rates, in order of time.
        points: Vec<(Time, f64)>,
        /// Whether they come like a clock.
        even: bool,
    },
    /// Jobs that came one by one, as somebody saw them; no file has that.
    Recorded {
        /// When each of them came, in order.
        moments: Vec<Time>,
    },
    /// A trace that is still to be read: [`crate::Scenario::with_traces`] makes it a replay.
    Trace {
        /// The file, beside the scenario's.
        file: String,
        /// Whether they come like a clock.
        even: bool,
    },
}

impl Arrivals {
    /// What is wrong with the numbers: the key and the words; `None` where all is well.
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let rates: Vec<(&'static str, f64)> = match self {
            Arrivals::Constant { rate } | Arrivals::Poisson { rate } => vec![("rate", *rate)],
            Arrivals::Burst { rate, .. } => vec![("rate", *rate)],
            Arrivals::Step { from, to, .. } => vec![("from", *from), ("to", *to)],
            Arrivals::Square { low, high, .. } => vec![("low", *low), ("high", *high)],
            Arrivals::Sine { mean, swing, .. } => {
                vec![("mean", *mean), ("swing", *swing), ("swing", mean - swing)]
            }
            Arrivals::Replay { points, .. } => {
                points.iter().map(|(_, rate)| ("points", *rate)).collect()
            }
            Arrivals::Recorded { .. } => Vec::new(),
            Arrivals::Trace { .. } => return Some(("file", "was not read yet".to_owned())),
        };
        let bad = rates.iter().find(|(_, rate)| !RATES.contains(rate));
        if let Some((key, _)) = bad {
            return Some((key, "must give rates from 0 to 10000 jobs a second".to_owned()));
        }
        self.time_problem()
    }

    fn time_problem(&self) -> Option<(&'static str, String)> {
        let zero = |key| Some((key, "must be more than 0".to_owned()));
        match self {
            Arrivals::Square { period, .. } | Arrivals::Sine { period, .. } if period.is_zero() => {
                zero("period")
            }
            Arrivals::Burst { every: Some(every), .. } if every.is_zero() => zero("every"),
            Arrivals::Burst { jobs, .. } if *jobs > MOST_AT_ONCE => {
                Some(("jobs", format!("is {jobs}; it must be from 0 to {MOST_AT_ONCE}")))
            }
            Arrivals::Replay { points, .. } if !points.is_sorted_by(|a, b| a.0 < b.0) => {
                Some(("points", "must be in order of time".to_owned()))
            }
            Arrivals::Recorded { moments } if !moments.is_sorted() => {
                Some(("moments", "must be in order of time".to_owned()))
            }
            _ => None,
        }
    }

    /// How many jobs have come by `at` seconds on average, bursts not counted.
    pub fn expected(&self, at: f64) -> f64 {
        match self {
            Arrivals::Constant { rate }
            | Arrivals::Poisson { rate }
            | Arrivals::Burst { rate, .. } => rate * at,
            Arrivals::Step { from, to, at: moment, .. } => {
                let moment = moment.as_secs_f64();
                from * at.min(moment) + to * (at - moment).max(0.0)
            }
            Arrivals::Square { low, high, period, .. } => {
                let half = period.as_secs_f64() / 2.0;
                let (whole, rest) = ((at / (2.0 * half)).floor(), at % (2.0 * half));
                let part = low * rest.min(half) + high * (rest - half).max(0.0);
                whole * half * (low + high) + part
            }
            Arrivals::Sine { mean, swing, period, .. } => {
                let turn = std::f64::consts::TAU / period.as_secs_f64();
                mean * at + swing / turn * (1.0 - (turn * at).cos())
            }
            Arrivals::Replay { points, .. } => replayed(points, at),
            Arrivals::Recorded { moments } => {
                moments.partition_point(|moment| moment.as_secs_f64() <= at) as f64
            }
            Arrivals::Trace { .. } => 0.0,
        }
    }

    fn is_even(&self) -> bool {
        match self {
            Arrivals::Constant { .. } | Arrivals::Recorded { .. } => true,
            Arrivals::Poisson { .. } | Arrivals::Burst { .. } => false,
            Arrivals::Step { even, .. }
            | Arrivals::Square { even, .. }
            | Arrivals::Sine { even, .. }
            | Arrivals::Replay { even, .. }
            | Arrivals::Trace { even, .. } => *even,
        }
    }

    /// How many jobs come in bursts by `end`; one that brings none counts as one.
    pub(crate) fn in_bursts(&self, end: Time) -> f64 {
        let Arrivals::Burst { jobs, at, every, .. } = self else { return 0.0 };
        let Some(after) = end.checked_sub(*at) else { return 0.0 };
        let further =
            every.map_or(0.0, |every| (after.as_secs_f64() / every.as_secs_f64()).floor());
        f64::from((*jobs).max(1)) * (1.0 + further)
    }

    /// When many come at once by `end`, and how many.
    pub fn bursts(&self, end: Time) -> Vec<(Time, u32)> {
        let Arrivals::Burst { jobs, at, every, .. } = self else { return Vec::new() };
        let next = |at: &Time| every.map(|every| *at + every);
        let moments = std::iter::successors(Some(*at), next).take_while(|at| *at <= end);
        moments.map(|at| (at, *jobs)).collect()
    }
}

fn replayed(points: &[(Time, f64)], at: f64) -> f64 {
    let ends = points.iter().skip(1).map(|(end, _)| end.as_secs_f64()).chain([f64::INFINITY]);
    let parts = points.iter().zip(ends);
    parts.map(|((from, rate), end)| rate * (at.min(end) - from.as_secs_f64()).max(0.0)).sum()
}

/// The moments of one queue's jobs, bursts not counted.
#[derive(Debug)]
pub struct Stream {
    arrivals: Arrivals,
    random: Random,
    /// So many jobs were to have come by the last one.
    owed: f64,
    last: f64,
    end: f64,
    /// How many were asked for.
    asked: usize,
}

impl Stream {
    /// The moments until `end`.
    pub fn new(arrivals: Arrivals, random: Random, end: Time) -> Stream {
        Stream { arrivals, random, owed: 0.0, last: 0.0, end: end.as_secs_f64(), asked: 0 }
    }
}

impl Iterator for Stream {
    type Item = Time;

    /// Steps of one job, or of an exponential share of one, on the scale of jobs expected; that
    /// is a Poisson process on the scale of time.
    fn next(&mut self) -> Option<Time> {
        self.asked += 1;
        if let Arrivals::Recorded { moments } = &self.arrivals {
            let moment = moments.get(self.asked - 1).copied();
            return moment.filter(|moment| moment.as_secs_f64() <= self.end);
        }
        self.owed += if self.arrivals.is_even() { 1.0 } else { self.random.exponential() };
        if self.arrivals.expected(self.end) < self.owed {
            return None;
        }
        let (mut early, mut late) = (self.last, self.end);
        while late - early > 1e-6 {
            let middle = f64::midpoint(early, late);
            if self.arrivals.expected(middle) < self.owed { early = middle } else { late = middle }
        }
        self.last = late;
        Some(Time::from_secs_f64(late))
    }
}
