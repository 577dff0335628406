//! The rule `simple-queue`: one container more while the queue is over its target, one fewer
//! while it is under the deadband.

use crate::policy::Recommendation;
use crate::reading::QueueSample;
use crate::why::Limit;
use crate::workload::{QueueTarget, Workload};

/// The rule's state: what it wanted last.
#[derive(Debug, Clone)]
pub struct SimpleQueue {
    target: QueueTarget,
    wanted: u32,
}

impl SimpleQueue {
    /// Begins with what is there.
    pub fn new(target: QueueTarget, desired: u32) -> SimpleQueue {
        SimpleQueue { target, wanted: desired }
    }

    /// Goes on from `count`, where that is more.
    pub fn resume(&mut self, count: u32) {
        self.wanted = self.wanted.max(count);
    }

    /// One step after this sample.
    pub fn recommend(&mut self, sample: &QueueSample, workload: &Workload) -> Recommendation {
        let error = self.target.error(sample.ready as f64);
        let stepped = match error {
            e if e > 0.0 => self.wanted.saturating_add(1),
            e if e < 0.0 => self.wanted.saturating_sub(1),
            _ => self.wanted,
        };
        self.wanted = stepped.clamp(workload.min, workload.max);
        let (ready, target) = (sample.ready, self.target.length);
        let because = match error {
            e if e > 0.0 => format!("queue {ready} is over target {target}, one more"),
            e if e < 0.0 => format!("queue {ready} is under the band, one fewer"),
            _ => format!("queue {ready} is in the band to {target}"),
        };
        let limited_by = match stepped {
            n if n > workload.max => Some(Limit::Max),
            n if n < workload.min => Some(Limit::Min),
            _ => None,
        };
        Recommendation { limited_by, ..Recommendation::plain(self.wanted, because) }
    }
}
