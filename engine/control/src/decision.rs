//! A decision: the change of one workload's count.

/// One workload's new count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The workload's name.
    pub workload: String,
    /// The desired count before the change.
    pub from: u32,
    /// The new desired count.
    pub to: u32,
    /// The kind of change.
    pub reason: Reason,
    /// The number of removed containers that are busy. It is 0 unless more than the idle
    /// containers have to go, for a higher priority, a lower maximum or a lower capacity.
    pub at_work: u32,
    /// The decision as a sentence, for the page, the log and Kubernetes events.
    pub text: String,
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The workload gets more containers.
    ScaledUp,
    /// The workload needs fewer containers.
    ScaledDown,
    /// The workload needs its containers, but a higher priority or a lower capacity takes them.
    Preempted,
}

impl Reason {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Reason::ScaledUp => "scaled_up",
            Reason::ScaledDown => "scaled_down",
            Reason::Preempted => "preempted",
        }
    }
}
