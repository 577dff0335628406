//! Why a workload has its count. The reason is known in every round, even if nothing changes.

use crate::Time;

/// One quantity in a rule's arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The name with the unit, if any; for example `arrivals_per_s`.
    pub name: &'static str,
    #[allow(missing_docs)] // the name says it
    pub value: f64,
}

/// A limit that keeps a workload from the count that its rule wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The workload's minimum.
    Min,
    /// The workload's maximum.
    Max,
    /// The workload's largest change in one round.
    MaxDelta,
    /// The capacity: other workloads have a higher priority, or need the slots for their minimum.
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
    /// Its containers are busy, so they are not stopped.
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

/// Which reading of its queue a workload lacks. Until it comes, the rule does not decide freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// The queue has never been read.
    FirstReading,
    /// The last reading is this old.
    FreshReading(Time),
    /// The rule decides nothing before a second reading.
    SecondReading,
    /// Readings have returned; nothing is removed before a second one.
    ReadingBeforeRemovals,
}

/// Why a workload has its count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Why {
    /// The count that its rule wants.
    pub wanted: u32,
    /// The rule's arithmetic.
    pub terms: Vec<Term>,
    /// The limit that keeps the count from rising or falling further, if any.
    pub limited_by: Option<Limit>,
    /// The reading that it lacks, if [`Limit::Reading`] limits it.
    pub lacks: Option<Lacks>,
    /// The count to which it may rise without readings, where that is in force.
    pub fallback: Option<u32>,
    /// When the count will change if the queue stays the same; `None` while unknown.
    pub until: Option<Time>,
    /// The whole reason as a sentence, for the page.
    pub text: String,
}
