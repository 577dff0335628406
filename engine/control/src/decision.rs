//! What changes.

/// One workload's new count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whose.
    pub workload: String,
    /// What it was told to have before.
    pub from: u32,
    /// What it is told to have now.
    pub to: u32,
    /// What kind of change it is.
    pub reason: Reason,
    /// How many of those that leave are at work. 0 but where more urgent work, a lower maximum or
    /// a lower capacity takes more than are idle.
    pub at_work: u32,
    /// The whole sentence, for page, log and events alike.
    pub text: String,
}

/// Kinds of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It gets more.
    ScaledUp,
    /// It needs fewer.
    ScaledDown,
    /// It would need them, but others need them more.
    Preempted,
}

impl Reason {
    /// The reason's name, as the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::ScaledUp => "scaled_up",
            Reason::ScaledDown => "scaled_down",
            Reason::Preempted => "preempted",
        }
    }
}
