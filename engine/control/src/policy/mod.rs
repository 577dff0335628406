//! The rules that turn a queue's state into a wanted count.
//!
//! A recommendation is absolute, made from the rule's own last one and the measurements, never
//! from what happens to run: a workload that is still starting neither blocks nor cascades.

mod estimate;
mod figure;
mod queue;
mod rate;
mod remainder;
mod simple_queue;

pub use queue::PdController;
pub use rate::Rate;
pub use simple_queue::SimpleQueue;

use crate::Time;
use crate::fleet::Fleet;
use crate::reading::{QueueSample, Reading};
use crate::why::{Limit, Term};
use crate::workload::Rule;

/// Why a rule does not go down to none.
const ONE_STAYS: &str = "one stays while there is work";

/// A rule and what it remembers.
#[derive(Debug, Clone)]
pub enum Policy {
    /// As many as the arrivals need.
    Rate(Box<Rate>),
    /// One container more or fewer a round.
    SimpleQueue(SimpleQueue),
    /// A PD controller on the queue's length.
    Queue(PdController),
    /// Whatever the others leave.
    Remainder,
}

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
    fn least(&self) -> u32 {
        self.min.max(u32::from(self.has_work()))
    }

    /// Whether a message waits or is with a worker.
    fn has_work(&self) -> bool {
        let QueueSample { ready, in_flight, .. } = self.reading.sample;
        ready > 0 || in_flight > 0
    }
}

/// What a rule wants, and why.
#[derive(Debug, Clone, PartialEq)]
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
        let (terms, limited_by, until) = (Vec::new(), None, None);
        Recommendation { wanted, terms, limited_by, until, because: because.into() }
    }
}

impl Policy {
    /// The policy of a workload whose queue has `desired` containers now.
    pub fn new(rule: &Rule, desired: u32) -> Policy {
        match rule {
            Rule::Rate(settings) => Policy::Rate(Box::new(Rate::new(settings.clone(), desired))),
            Rule::SimpleQueue(target) => {
                Policy::SimpleQueue(SimpleQueue::new(target.clone(), desired))
            }
            Rule::Queue(target) => Policy::Queue(PdController::new(target.clone(), desired)),
            Rule::Remainder => Policy::Remainder,
        }
    }

    /// Goes on from `count`, where that is more than it wanted last: while it could not be asked,
    /// that many were given.
    pub fn resume(&mut self, count: u32) {
        match self {
            Policy::SimpleQueue(policy) => policy.resume(count),
            Policy::Queue(policy) => policy.resume(count),
            Policy::Rate(policy) => policy.resume(count),
            Policy::Remainder => {}
        }
    }

    /// Goes on from `count`, whatever it wanted last: somebody else has set it. What was learned
    /// stays.
    pub fn begin_at(&mut self, count: u32) {
        match self {
            Policy::SimpleQueue(policy) => policy.begin_at(count),
            Policy::Queue(policy) => policy.begin_at(count),
            Policy::Rate(policy) => policy.begin_at(count),
            Policy::Remainder => {}
        }
    }

    /// What the rule wants after what is seen now: for its queue as a whole, whoever else works
    /// on it.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        match self {
            Policy::Rate(policy) => policy.recommend(sight),
            Policy::SimpleQueue(policy) => policy.recommend(sight),
            Policy::Queue(policy) => policy.recommend(sight),
            Policy::Remainder => remainder::recommend(sight.fleet.max),
        }
    }
}
