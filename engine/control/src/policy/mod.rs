//! The rules that turn a queue's state, or a metric's value, into a wanted count.
//!
//! A recommendation is a count, not a change. A rule makes it from its own last recommendation and
//! the measurements, never from the running count. So containers that are still starting neither
//! prevent further raises nor lead to too many containers.

mod estimate;
pub(crate) mod figure;
mod per_container;
mod queue;
mod rate;
mod remainder;
mod sight;
mod simple_queue;

pub use per_container::PerContainer;
pub use queue::PdController;
pub use rate::Rate;
pub use sight::{Recommendation, Sight};
pub use simple_queue::SimpleQueue;

use crate::workload::Rule;

/// A rule with its state.
#[derive(Debug, Clone)]
pub enum Policy {
    /// As many containers as the arrivals need.
    Rate(Box<Rate>),
    /// One container more or fewer per round.
    SimpleQueue(SimpleQueue),
    /// A PD controller on the queue's length.
    Queue(PdController),
    /// As many containers as share a value at so much for each.
    PerContainer(PerContainer),
    /// All spare capacity.
    Remainder,
}

impl Policy {
    /// Makes the policy of a rule; `desired` is the count of all workloads on the queue.
    pub fn new(rule: &Rule, desired: u32) -> Policy {
        match rule {
            Rule::Rate(settings) => Policy::Rate(Box::new(Rate::new(settings.clone(), desired))),
            Rule::SimpleQueue(target) => {
                Policy::SimpleQueue(SimpleQueue::new(target.clone(), desired))
            }
            Rule::Queue(target) => Policy::Queue(PdController::new(target.clone(), desired)),
            Rule::PerContainer(settings) => {
                Policy::PerContainer(PerContainer::new(settings.clone(), desired))
            }
            Rule::Remainder => Policy::Remainder,
        }
    }

    /// Continues from `count`, which was granted while there were no readings, if it is more than
    /// the rule wanted last.
    pub fn resume(&mut self, count: u32) {
        if f64::from(count) > self.wanted() {
            self.begin_at(count);
        }
    }

    /// The last wanted count, with a fraction; infinite for the background, which has no limit.
    fn wanted(&self) -> f64 {
        match self {
            Policy::SimpleQueue(policy) => policy.wanted.into(),
            Policy::Queue(policy) => policy.level,
            Policy::Rate(policy) => policy.wanted.into(),
            Policy::PerContainer(policy) => policy.wanted.into(),
            Policy::Remainder => f64::INFINITY,
        }
    }

    /// Continues from `count`, whatever the rule wanted last, because something else has set the
    /// count. The rule keeps what it has learned.
    pub fn begin_at(&mut self, count: u32) {
        match self {
            Policy::SimpleQueue(policy) => policy.begin_at(count),
            Policy::Queue(policy) => policy.begin_at(count),
            Policy::Rate(policy) => policy.begin_at(count),
            Policy::PerContainer(policy) => policy.begin_at(count),
            Policy::Remainder => {}
        }
    }

    /// Returns the count that the rule now wants for all workloads on its queue together.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        match self {
            Policy::Rate(policy) => policy.recommend(sight),
            Policy::SimpleQueue(policy) => policy.recommend(sight),
            Policy::Queue(policy) => policy.recommend(sight),
            Policy::PerContainer(policy) => policy.recommend(sight),
            Policy::Remainder => remainder::recommend(sight.fleet.max),
        }
    }
}
