//! When jobs arrive.

use std::ops::RangeInclusive;

use crate::Time;
use crate::random::Random;

/// The allowed rates, in jobs per second.
pub(crate) const RATES: RangeInclusive<f64> = 0.0..=10_000.0;
/// The most points of a trace: more than one for each second of a day (86,400).
pub(crate) const MOST_POINTS: usize = 100_000;
/// The most jobs of one burst.
const MOST_AT_ONCE: u32 = 100_000;

/// The arrivals of a queue over time. Rates are jobs per second. With `even`, jobs arrive at
/// equal intervals of 1 / rate; otherwise at random times, as a Poisson process.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the names say it
pub enum Arrivals {
    /// Jobs at equal intervals.
    Constant { rate: f64 },
    /// Jobs at random times.
    Poisson {
        /// Jobs per second on average.
        rate: f64,
    },
    /// The rate `from` until the time `at`, then the rate `to`.
    Step { from: f64, to: f64, at: Time, even: bool },
    /// A low and a high rate in turn, each for half a period, the low rate first.
    Square {
        low: f64,
        high: f64,
        /// The length of both halves together.
        period: Time,
        even: bool,
    },
    /// A rate that goes up and down around a mean.
    Sine {
        mean: f64,
        /// The amplitude; at most the mean.
        swing: f64,
        /// The time from one maximum to the next.
        period: Time,
        even: bool,
    },
    /// Many jobs at one time, on top of a Poisson process.
    Burst {
        rate: f64,
        jobs: u32,
        /// The time of the first burst.
        at: Time,
        /// The time from one burst to the next; `None` for a single burst.
        every: Option<Time>,
    },
    /// A recorded trace: each rate holds from its time until the time of the next one.
    Replay {
        /// Times and rates, in order of time.
        points: Vec<(Time, f64)>,
        even: bool,
    },
    /// Observed arrivals, one by one; scenario files do not have this shape.
    Recorded {
        /// The time of each arrival, in order.
        moments: Vec<Time>,
    },
    /// A trace not read yet; [`crate::Scenario::with_traces`] turns it into a replay.
    Trace {
        /// The file, relative to the scenario's folder.
        file: String,
        even: bool,
    },
}

impl Arrivals {
    /// Returns the first error in the numbers: the key and the text.
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
            Arrivals::Trace { .. } => return Some(("file", "has not been read yet".to_owned())),
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

    /// How many jobs have arrived by `at` seconds on average, without those of bursts.
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

    /// How many jobs arrive in bursts by `end`; an empty burst counts as one job.
    pub(crate) fn in_bursts(&self, end: Time) -> f64 {
        let Arrivals::Burst { jobs, at, every, .. } = self else { return 0.0 };
        let Some(after) = end.checked_sub(*at) else { return 0.0 };
        let further =
            every.map_or(0.0, |every| (after.as_secs_f64() / every.as_secs_f64()).floor());
        f64::from((*jobs).max(1)) * (1.0 + further)
    }

    /// The bursts until `end`: times and numbers of jobs.
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

/// The arrival times of one queue's jobs, without those of bursts.
#[derive(Debug)]
pub struct Stream {
    arrivals: Arrivals,
    random: Random,
    /// The expected number of jobs by the time of the last arrival.
    owed: f64,
    last: f64,
    end: f64,
    /// How often `next` was called.
    asked: usize,
}

impl Stream {
    /// The arrival times until `end`.
    pub fn new(arrivals: Arrivals, random: Random, end: Time) -> Stream {
        Stream { arrivals, random, owed: 0.0, last: 0.0, end: end.as_secs_f64(), asked: 0 }
    }
}

impl Iterator for Stream {
    type Item = Time;

    /// Raises the expected number of jobs by 1, or for a Poisson process by an exponential random
    /// number with mean 1. Returns the time at which the arrivals reach the new number.
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
