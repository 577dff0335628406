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
use crate::reading::Reading;
use crate::why::{Limit, Term};
use crate::workload::{Replicas, Rule, Workload};

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
    /// The last good reading of its queue; an empty one for rules without a queue.
    pub reading: Reading,
    /// The workload's containers.
    pub replicas: Replicas,
    /// How long its containers take to start, nine of ten; `None` while that is unknown.
    pub start_up: Option<Time>,
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
    /// The policy of a workload that has `desired` containers now.
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

    /// What the rule wants after what is seen now.
    pub fn recommend(&mut self, sight: &Sight, workload: &Workload) -> Recommendation {
        let sample = &sight.reading.sample;
        match self {
            Policy::Rate(policy) => policy.recommend(sight, workload),
            Policy::SimpleQueue(policy) => policy.recommend(sample, workload),
            Policy::Queue(policy) => policy.recommend(sight.now, sample, workload),
            Policy::Remainder => remainder::recommend(workload),
        }
    }
}
