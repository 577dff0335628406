//! What was measured, and how old it is. A failure is never a zero: it is no reading at all.

use std::collections::BTreeMap;

use crate::Time;
use crate::workload::Replicas;

/// After this time a reading says nothing any more.
pub const FAILED_AFTER: Time = Time::from_secs(10);

/// Between two looks that are further apart the engine stood still: it looks once a round. Four
/// rounds, and at least this long.
const SHORTEST_STANDSTILL: Time = Time::from_secs(2);

/// Whether the engine stood still between two looks, with rounds `tick` apart.
pub(crate) fn is_standstill(between: Time, tick: Time) -> bool {
    between > SHORTEST_STANDSTILL.max(4 * tick)
}

/// A queue at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueSample {
    /// Messages that wait for a receiver.
    pub ready: u64,
    /// Messages with a receiver.
    pub in_flight: u64,
    /// What it has counted; `None` where it does not count.
    pub totals: Option<Totals>,
    /// The time by the queue's own clock, which stands still when its process does; `None` where
    /// the queue does not tell.
    pub clock: Option<Time>,
}

/// What a queue has counted since its process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages taken in.
    pub published: u64,
    /// Messages done.
    pub acked: u64,
}

impl QueueSample {
    /// What was counted between `earlier` and this one; `None` where nobody counts, or the queue's
    /// process began anew in between.
    pub fn since(&self, earlier: &QueueSample) -> Option<Totals> {
        let (now, before) = self.totals.zip(earlier.totals)?;
        Some(Totals {
            published: now.published.checked_sub(before.published)?,
            acked: now.acked.checked_sub(before.acked)?,
        })
    }

    /// Whether the queue's process began anew between `earlier` and this one.
    pub fn restarted_since(&self, earlier: &QueueSample) -> bool {
        self.totals.is_some() && earlier.totals.is_some() && self.since(earlier).is_none()
    }
}

/// The last good measurement of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// What was measured.
    pub sample: QueueSample,
    /// When.
    pub taken_at: Time,
}

impl Reading {
    /// How much time of the queue lies between `earlier` and this reading, where the engine stood
    /// still for so long. `None` where nobody knows: the queue does not tell its time, and may have
    /// stood still as well.
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
    /// At most two rounds old.
    Fresh,
    /// At most ten seconds old.
    Stale,
    /// Older, or never taken.
    #[default]
    Failed,
}

impl Freshness {
    /// The freshness of a reading at `now`, with rounds `tick` apart.
    pub fn of(reading: Option<&Reading>, now: Time, tick: Time) -> Freshness {
        match reading.map(|reading| now.saturating_sub(reading.taken_at)) {
            Some(age) if age <= 2 * tick => Freshness::Fresh,
            Some(age) if age <= FAILED_AFTER => Freshness::Stale,
            _ => Freshness::Failed,
        }
    }

    /// The state's name, as the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Freshness::Fresh => "fresh",
            Freshness::Stale => "stale",
            Freshness::Failed => "failed",
        }
    }
}

/// All that a round looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observation {
    /// Containers by workload. While one is missing, nobody grows.
    pub replicas: BTreeMap<String, Replicas>,
    /// The last good reading by queue; absent where there never was one.
    pub readings: BTreeMap<String, Reading>,
    /// How long containers take to start, nine of ten, by workload; absent where none was seen to.
    pub start_ups: BTreeMap<String, Time>,
    /// Who is at work, by workload. Where a workload with a queue is absent, as many are busy as
    /// its queue has in flight, and any of the others may be stopped.
    pub work: BTreeMap<String, Work>,
}

/// What a workload's containers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Its live containers that hold a lease, those on their way out excluded.
    pub busy: u32,
    /// How many may be stopped at this moment without throwing work away: they hold no lease and
    /// will get none.
    pub stoppable: u32,
}
