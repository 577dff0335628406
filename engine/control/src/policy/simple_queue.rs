//! The rule `simple-queue`: one more container each round while the queue is over its target, one
//! fewer while it is under the deadband.

use crate::policy::sight::{Recommendation, Sight, one_stays, step_words, waiting};
use crate::why::Limit;
use crate::workload::QueueTarget;

/// The rule's state: its last wanted count.
#[derive(Debug, Clone)]
pub struct SimpleQueue {
    target: QueueTarget,
    pub(super) wanted: u32,
}

impl SimpleQueue {
    /// Makes the rule's state from `desired`, the present desired count.
    pub fn new(target: QueueTarget, desired: u32) -> SimpleQueue {
        SimpleQueue { target, wanted: desired }
    }

    /// Continues from `count`, whatever the rule wanted last.
    pub fn begin_at(&mut self, count: u32) {
        self.wanted = count;
    }

    /// Takes one step based on the present reading, and returns the new wanted count.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        let sample = &sight.reading.sample;
        let error = self.target.error(sample.ready as f64);
        let stepped = match error {
            e if e > 0.0 => self.wanted.saturating_add(1),
            e if e < 0.0 => self.wanted.saturating_sub(1),
            _ => self.wanted,
        };
        let (least, max) = (sight.least(), sight.fleet.max);
        self.wanted = stepped.clamp(least.min(max), max);
        let limited_by = match stepped {
            n if n > max => Some(Limit::Max),
            n if n < sight.min => Some(Limit::Min),
            n if n < least => Some(Limit::AtWork),
            _ => None,
        };
        let because = match limited_by {
            Some(Limit::AtWork) => {
                format!("{}; {}", waiting(&self.target, sample), one_stays(sample))
            }
            _ => step_words(&self.target, sample),
        };
        Recommendation { limited_by, ..Recommendation::plain(self.wanted, because) }
    }
}
