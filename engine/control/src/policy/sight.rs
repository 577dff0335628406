//! A rule's input and output.

use crate::Time;
use crate::policy::figure::Figure;
use crate::reading::{QueueSample, Reading};
use crate::why::{Limit, Term};
use crate::workload::{Fleet, QueueTarget};

/// Says why a rule does not go down to 0.
pub(super) fn one_stays(sample: &QueueSample) -> &'static str {
    match sample.metric {
        None => "one worker stays while there are jobs",
        Some(_) => "one container stays while the value is above 0",
    }
}

/// The reason, as text, of a rule that changes its count by one at a time.
pub(super) fn step_words(target: &QueueTarget, sample: &QueueSample) -> String {
    let wait = waiting(target, sample);
    match target.error(sample.ready as f64) {
        e if e > 0.0 => format!("{wait}, {} are allowed: one more worker", target.length),
        e if e < 0.0 => format!("{wait}, under {target}: one fewer once idle"),
        _ => format!("{wait}, within {target}: no change"),
    }
}

/// Says how many jobs wait, or a metric's value, as the beginning of a reason.
pub(super) fn waiting(target: &QueueTarget, sample: &QueueSample) -> String {
    match (sample.metric, sample.ready) {
        (Some(value), _) => format!("{} value {}", target.followed.name, Figure(value.get())),
        (None, 1) => "1 job waits".to_owned(),
        (None, ready) => format!("{ready} jobs wait"),
    }
}

/// A rule's input in one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// The time of the round.
    pub now: Time,
    /// How long the engine stood still since the rule last ran.
    pub stood_still: Time,
    /// The last good reading of the rule's queue or metric; empty for rules without one.
    pub reading: Reading,
    /// The containers of all workloads on the queue.
    pub fleet: Fleet,
    /// The workload's minimum.
    pub min: u32,
    /// How long containers of this workload take to start (p90); `None` while unknown.
    pub start_up: Option<Time>,
}

impl Sight {
    /// The smallest count that a rule may want: the minimum, but at least 1 while there is work.
    pub(super) fn least(&self) -> u32 {
        self.min.max(u32::from(self.has_work()))
    }

    /// Whether a message waits or is with a worker.
    fn has_work(&self) -> bool {
        let QueueSample { ready, in_flight, .. } = self.reading.sample;
        ready > 0 || in_flight > 0
    }
}

/// A rule's wanted count, with the reason.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recommendation {
    /// The wanted number of containers.
    pub wanted: u32,
    /// The quantities in the rule's arithmetic; empty if the rule has none.
    pub terms: Vec<Term>,
    /// The limit that keeps the count from changing further in the same direction, if any.
    pub limited_by: Option<Limit>,
    /// When the next change is due if the queue does not change; `None` if no change is due.
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
