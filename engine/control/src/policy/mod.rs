//! The rules that turn a queue's state into a wanted count.
//!
//! A recommendation is absolute, made from the rule's own last one and the measurements, never
//! from what happens to run: a workload that is still starting neither blocks nor cascades.

mod estimate;
pub(crate) mod figure;
mod queue;
mod rate;
mod remainder;
mod sight;
mod simple_queue;

pub use queue::PdController;
pub use rate::Rate;
pub use sight::{Recommendation, Sight};
pub use simple_queue::SimpleQueue;

use crate::workload::Rule;

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
        if f64::from(count) > self.wanted() {
            self.begin_at(count);
        }
    }

    /// How many it wanted last, a fraction included; whatever the others leave is any number.
    fn wanted(&self) -> f64 {
        match self {
            Policy::SimpleQueue(policy) => policy.wanted.into(),
            Policy::Queue(policy) => policy.level,
            Policy::Rate(policy) => policy.wanted.into(),
            Policy::Remainder => f64::INFINITY,
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
