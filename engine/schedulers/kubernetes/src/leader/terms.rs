//! The types that the elector and the candidate exchange.

use std::time::Duration;

/// The holder and the last renewal of a Lease. While two are equal, it was not renewed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The holder's identity; `None` if it is empty.
    pub holder: Option<String>,
    /// When it was renewed, by the holder's clock. It is only compared for equality.
    pub renewed: String,
    /// How often the holder has changed.
    pub transitions: i32,
}

/// A Lease as the API server returned it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Its holder and last renewal.
    pub record: Record,
    /// The object's resourceVersion.
    pub version: String,
    /// Whether a person holds all scaling.
    pub held: bool,
}

/// What to write into the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The new holder; `None` gives the Lease back.
    pub holder: Option<String>,
    /// As in [`Record`].
    pub transitions: i32,
    /// The holder changes, so the acquire time is written too.
    pub is_new: bool,
    /// The write must fail if the object no longer has this resourceVersion.
    pub version: String,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read the Lease, at once.
    Read,
    /// Write it, at once.
    Write(Claim),
    /// Ask again at this time, or after an event before it.
    Wait(Duration),
    /// The end: the Lease was given back, was not ours, or the time for that is over.
    Left,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The current Lease, also after a write.
    Lease(Observed),
    /// Another client has written the Lease since it was read.
    Conflict,
    /// The outcome is unknown: a write may have taken effect or not.
    Failed,
}

/// The state of one engine in the leader election.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaderState {
    /// This engine may act.
    Leader,
    /// Another engine may act, or no engine yet.
    Standby {
        /// Its identity.
        leader: Option<String>,
    },
    /// The Lease could not be read for a while, or could not be renewed.
    Unknown,
}
