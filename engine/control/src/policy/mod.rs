//! The rules that turn a queue's state into a wanted count.
//!
//! A recommendation is absolute, made from the rule's own last one and the measurements, never
//! from what happens to run: a workload that is still starting neither blocks nor cascades.

mod queue;
mod remainder;
mod simple_queue;

pub use queue::PdController;
pub use simple_queue::SimpleQueue;

use crate::Time;
use crate::reading::QueueSample;
use crate::why::{Limit, Term};
use crate::workload::{Rule, Workload};

/// A rule and what it remembers.
#[derive(Debug, Clone)]
pub enum Policy {
    /// One container more or fewer a round.
    SimpleQueue(SimpleQueue),
    /// A PD controller on the queue's length.
    Queue(PdController),
    /// Whatever the others leave.
    Remainder,
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
            Rule::SimpleQueue(target) => {
                Policy::SimpleQueue(SimpleQueue::new(target.clone(), desired))
            }
            Rule::Queue(target) => Policy::Queue(PdController::new(target.clone(), desired)),
            Rule::Remainder => Policy::Remainder,
        }
    }

    /// What the rule wants after this sample of its queue; rules without a queue ignore it.
    pub fn recommend(
        &mut self,
        now: Time,
        sample: &QueueSample,
        workload: &Workload,
    ) -> Recommendation {
        match self {
            Policy::SimpleQueue(policy) => policy.recommend(sample, workload),
            Policy::Queue(policy) => policy.recommend(now, sample, workload),
            Policy::Remainder => remainder::recommend(workload),
        }
    }
}
