//! Measurements and their age. A failed read gives no reading, not a reading of 0.

use std::collections::BTreeMap;

use crate::Time;
use crate::followed::Amount;
use crate::workload::Replicas;

/// Readings older than this count as failed.
pub const FAILED_AFTER: Time = Time::from_secs(10);

/// The engine observes once a round. If two observations are more than four rounds and more than
/// this time apart, the engine stood still between them.
const SHORTEST_STANDSTILL: Time = Time::from_secs(2);

/// Whether the engine stood still, judged by the time between two observations.
pub(crate) fn is_standstill(between: Time, tick: Time) -> bool {
    between > SHORTEST_STANDSTILL.max(4 * tick)
}

/// The state of a queue at one moment, or the value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueSample {
    /// Messages that wait for a receiver; a metric's value, rounded up.
    pub ready: u64,
    /// Leased messages.
    pub in_flight: u64,
    /// The queue's totals; `None` if the queue reports none.
    pub totals: Option<Totals>,
    /// The time on the queue's own clock, which stops whenever the queue's process stops; `None`
    /// if the queue does not report it.
    pub clock: Option<Time>,
    /// A metric's value; `None` for a queue.
    pub metric: Option<Amount>,
}

/// A queue's counts since its process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages accepted.
    pub published: u64,
    /// Messages whose job is done.
    pub acked: u64,
}

impl QueueSample {
    /// The sample of a metric, which has no messages in flight, no totals and no clock.
    pub fn metric(value: Amount) -> QueueSample {
        QueueSample { ready: value.ceil(), metric: Some(value), ..QueueSample::default() }
    }

    /// The value that the rule `per-container` divides: a metric's value, or the number of a
    /// queue's messages that are not done.
    pub fn value(&self) -> Amount {
        self.metric.unwrap_or(Amount::of(self.ready.saturating_add(self.in_flight)))
    }

    /// The messages counted since `earlier`; `None` if the queue reports no totals, or if its
    /// process restarted in between.
    pub fn since(&self, earlier: &QueueSample) -> Option<Totals> {
        let (now, before) = self.totals.zip(earlier.totals)?;
        Some(Totals {
            published: now.published.checked_sub(before.published)?,
            acked: now.acked.checked_sub(before.acked)?,
        })
    }

    /// Whether the queue's process restarted since `earlier`.
    pub fn restarted_since(&self, earlier: &QueueSample) -> bool {
        self.totals.is_some() && earlier.totals.is_some() && self.since(earlier).is_none()
    }
}

/// The last good measurement of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    #[allow(missing_docs)] // the name says it
    pub sample: QueueSample,
    /// When the read succeeded.
    pub taken_at: Time,
}

impl Reading {
    /// How much time has passed for the queue since `earlier`; `None` if that is unknown. If the
    /// engine stood still (for `stood_still`), a queue that reports no clock may have stood still
    /// as well.
    pub fn since(&self, earlier: &Reading, stood_still: Time) -> Option<Time> {
        match (earlier.sample.clock, self.sample.clock) {
            (Some(before), Some(now)) => Some(now.saturating_sub(before)),
            _ if stood_still.is_zero() => Some(self.taken_at.saturating_sub(earlier.taken_at)),
            _ => None,
        }
    }
}

/// How far a reading can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Freshness {
    /// At most two intervals old.
    Fresh,
    /// At most 10 s old.
    Stale,
    /// Older than 10 s and two intervals, or never taken.
    #[default]
    Failed,
}

impl Freshness {
    /// The freshness at `now` of a reading of what is read once per `interval`.
    pub fn of(reading: Option<&Reading>, now: Time, interval: Time) -> Freshness {
        match reading.map(|reading| now.saturating_sub(reading.taken_at)) {
            Some(age) if age <= 2 * interval => Freshness::Fresh,
            Some(age) if age <= FAILED_AFTER => Freshness::Stale,
            _ => Freshness::Failed,
        }
    }

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Freshness::Fresh => "fresh",
            Freshness::Stale => "stale",
            Freshness::Failed => "failed",
        }
    }
}

/// The input of a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observation {
    /// Containers by workload. While a workload is missing here, no workload gets more containers.
    pub replicas: BTreeMap<String, Replicas>,
    /// The last good reading by name of the queue or metric; absent for one that was never read.
    pub readings: BTreeMap<String, Reading>,
    /// The start-up time (p90) by workload; a workload is absent until one of its starts was seen.
    pub start_ups: BTreeMap<String, Time>,
    /// Busy and stoppable containers by workload. If a workload with a queue is absent, each leased
    /// message of the queue counts as one busy container, and all others may be stopped.
    pub work: BTreeMap<String, Work>,
}

/// How many of a workload's containers are busy, and how many can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Containers that hold a lease; those that are stopping do not count.
    pub busy: u32,
    /// Containers that can be stopped now without throwing work away: they hold no lease and will
    /// get none.
    pub stoppable: u32,
}
