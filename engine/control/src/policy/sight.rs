//! What a rule looks at, and what it says then.

use crate::Time;
use crate::reading::{QueueSample, Reading};
use crate::why::{Limit, Term};
use crate::workload::Fleet;

/// Why a rule does not go down to none.
pub(super) const ONE_STAYS: &str = "one stays while there is work";

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The time of the round.
    pub now: Time,
    /// For how long the engine stood still since the rule was last asked.
    pub stood_still: Time,
    /// The last good reading of its queue; an empty one for rules without a queue.
    pub reading: Reading,
    /// All containers that work on the queue, whosever they are.
    pub fleet: Fleet,
    /// The workload's minimum.
    pub min: u32,
    /// How long its containers take to start, nine of ten; `None` while that is unknown.
    pub start_up: Option<Time>,
}

impl Sight {
    /// The fewest there may be: never none while there is anything to do.
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
    /// How many containers.
    pub wanted: u32,
    /// The arithmetic.
    pub terms: Vec<Term>,
    /// What keeps the rule from going on in its direction.
    pub limited_by: Option<Limit>,
    /// When the next change is due if the queue stays as it is.
    pub until: Option<Time>,
    /// The reason in words, without the count.
    pub because: String,
}

impl Recommendation {
    /// A wish without arithmetic.
    pub fn plain(wanted: u32, because: impl Into<String>) -> Recommendation {
        Recommendation { wanted, because: because.into(), ..Recommendation::default() }
    }
}
