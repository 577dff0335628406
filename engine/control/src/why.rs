//! Why a workload has what it has; known at every round, also when nothing changes.

use crate::Time;

/// One quantity in a rule's arithmetic.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Its name, with its unit where it has one.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

/// What keeps a workload from having what its rule wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Its own minimum.
    Min,
    /// Its own maximum.
    Max,
    /// Its own greatest change a round.
    MaxDelta,
    /// The budget: others come first, or have their minimum.
    Capacity,
    /// Slots that are promised to it but not free yet.
    Stopping,
    /// No fresh reading.
    Reading,
    /// It is frozen.
    Paused,
    /// The engine may not scale it; the sentence tells why.
    Blocked,
    /// No machine has room for more of it.
    Unschedulable,
    /// The engine has just begun and removes nothing yet.
    JustBegun,
    /// Its containers are at work; they are not sent away.
    AtWork,
}

impl Limit {
    /// The limit's name, as the API spells it.
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

/// Why a workload has what it has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Why {
    /// How many its rule wants.
    pub wanted: u32,
    /// The rule's arithmetic.
    pub terms: Vec<Term>,
    /// What keeps it from more, or from fewer.
    pub limited_by: Option<Limit>,
    /// When this will change by itself, if that is known.
    pub until: Option<Time>,
    /// The whole sentence.
    pub text: String,
}
