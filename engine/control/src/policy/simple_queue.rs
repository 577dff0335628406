//! The rule `simple-queue`: one container more while the queue is over its target, one fewer
//! while it is under the deadband.

use crate::policy::sight::{ONE_STAYS, Recommendation, Sight};
use crate::why::Limit;
use crate::workload::QueueTarget;

/// The rule's state: what it wanted last.
#[derive(Debug, Clone)]
pub struct SimpleQueue {
    target: QueueTarget,
    pub(super) wanted: u32,
}

impl SimpleQueue {
    /// Begins with what is there.
    pub fn new(target: QueueTarget, desired: u32) -> SimpleQueue {
        SimpleQueue { target, wanted: desired }
    }

    /// Goes on from `count`.
    pub fn begin_at(&mut self, count: u32) {
        self.wanted = count;
    }

    /// One step after what is seen.
    pub fn recommend(&mut self, sight: &Sight) -> Recommendation {
        let ready = sight.reading.sample.ready;
        let error = self.target.error(ready as f64);
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
        let target = self.target.length;
        let mut because = match error {
            e if e > 0.0 => format!("queue {ready} is over target {target}, one more"),
            e if e < 0.0 => format!("queue {ready} is under the band, one fewer"),
            _ => format!("queue {ready} is in the band to {target}"),
        };
        if limited_by == Some(Limit::AtWork) {
            because = format!("queue {ready} is under the band; {ONE_STAYS}");
        }
        Recommendation { limited_by, ..Recommendation::plain(self.wanted, because) }
    }
}
