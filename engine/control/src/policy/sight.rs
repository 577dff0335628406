//! A rule's input and output.

use crate::Time;
use crate::reading::{QueueSample, Reading};
use crate::why::{Limit, Term};
use crate::workload::{Fleet, QueueTarget};

/// Why a rule does not go down to 0.
pub(super) const ONE_STAYS: &str = "one worker stays while there are jobs";

/// How a rule that moves one step at a time describes its queue.
pub(super) fn step_words(target: &QueueTarget, ready: u64) -> String {
    let wait = waiting(ready);
    match target.error(ready as f64) {
        e if e > 0.0 => format!("{wait}, {} are allowed: one more worker", target.length),
        e if e < 0.0 => format!("{wait}, under {target}: one fewer once idle"),
        _ => format!("{wait}, within {target}: no change"),
    }
}

/// The first words on a queue's length.
pub(super) fn waiting(ready: u64) -> String {
    if ready == 1 { "1 job waits".to_owned() } else { format!("{ready} jobs wait") }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The time of the round.
    pub now: Time,
    /// How long the engine stood still since the rule last ran.
    pub stood_still: Time,
    /// The last good reading of the rule's queue; empty for rules without a queue.
    pub reading: Reading,
    /// The containers of all workloads on the queue.
    pub fleet: Fleet,
    /// The workload's minimum.
    pub min: u32,
    /// How long containers of this workload take to start (p90); `None` while unknown.
    pub start_up: Option<Time>,
}

impl Sight {
    /// The smallest allowed count: at least 1 while there is work.
    pub(super) fn least(&self) -> u32 {
        self.min.max(u32::from(self.has_work()))
    }

    /// Whether a message waits or is with a worker.
    fn has_work(&self) -> bool {
        let QueueSample { ready, in_flight, .. } = self.reading.sample;
        ready > 0 || in_flight > 0
    }
}

/// What a rule wants, and why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recommendation {
    /// The number of containers.
    pub wanted: u32,
    /// The quantities of the arithmetic.
    pub terms: Vec<Term>,
    /// What keeps the rule from changing further in the same direction.
    pub limited_by: Option<Limit>,
    /// When the next change is due if the queue does not change.
    pub until: Option<Time>,
    /// The reason as a sentence, without the count.
    pub because: String,
}

impl Recommendation {
    /// A recommendation without arithmetic.
    pub fn plain(wanted: u32, because: impl Into<String>) -> Recommendation {
        Recommendation { wanted, because: because.into(), ..Recommendation::default() }
    }
}
