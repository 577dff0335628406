//! Why a workload has its count. The reason is known in every round, also when nothing changes.

use crate::Time;

/// One quantity in a rule's arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The name with the unit, if any: `arrivals_per_s`.
    pub name: &'static str,
    #[allow(missing_docs)] // the name says it
    pub value: f64,
}

/// What keeps a workload from the count that its rule wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The workload's minimum.
    Min,
    /// The workload's maximum.
    Max,
    /// The workload's largest change in one round.
    MaxDelta,
    /// The capacity: other workloads have a higher priority, or their minimum.
    Capacity,
    /// The slots that are granted to it are not free yet.
    Stopping,
    /// Its queue has no fresh reading.
    Reading,
    /// A person has paused it.
    Paused,
    /// The engine may not scale it; [`Why::text`] says why.
    Blocked,
    /// No machine has room for more of its containers.
    Unschedulable,
    /// The engine has just started and removes nothing yet.
    JustBegun,
    /// Its containers are busy; they are not stopped.
    AtWork,
}

impl Limit {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Min => "min",
            Limit::Max => "max",
            Limit::MaxDelta => "max_delta",
            Limit::Capacity => "capacity",
            Limit::Stopping => "stopping",
            Limit::Reading => "reading",
            Limit::Paused => "paused",
            Limit::Blocked => "held",
            Limit::Unschedulable => "unschedulable",
            Limit::JustBegun => "just_begun",
            Limit::AtWork => "at_work",
        }
    }
}

/// Why a workload has its count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Why {
    /// The count that its rule wants.
    pub wanted: u32,
    /// The rule's arithmetic.
    pub terms: Vec<Term>,
    /// What keeps the count from more, or from fewer; `None` if nothing does.
    pub limited_by: Option<Limit>,
    /// When the count changes if the queue does not; `None` while unknown.
    pub until: Option<Time>,
    /// The whole reason as a sentence, for the page.
    pub text: String,
}
