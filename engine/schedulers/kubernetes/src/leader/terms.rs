//! The types that the elector and the candidate exchange.

use std::time::Duration;

/// The holder and the last renewal of a Lease. If two records are equal, the Lease was not renewed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The holder's identity; `None` if the Lease has no holder.
    pub holder: Option<String>,
    /// When the Lease was renewed, by the holder's clock. It is only compared for equality.
    pub renewed: String,
    /// How often the holder has changed.
    pub transitions: i32,
}

/// A Lease as the API server returned it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// The holder and last renewal of this Lease.
    pub record: Record,
    /// The object's resourceVersion.
    pub version: String,
    /// Whether a person holds all scaling.
    pub held: bool,
}

/// The contents to write into the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The new holder; `None` gives the Lease back.
    pub holder: Option<String>,
    /// How often the holder has changed, as in [`Record`].
    pub transitions: i32,
    /// Whether the holder changes. If it does, the acquire time is written, too.
    pub is_new: bool,
    /// The resourceVersion that the Lease must still have; otherwise the write fails.
    pub version: String,
}

/// The elector's next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Read the Lease, at once.
    Read,
    /// Write this claim, at once.
    Write(Claim),
    /// Wait for an event, at most until this time; then ask for the next step.
    Wait(Duration),
    /// Do nothing more. The Lease was given back, was not held, or could not be given back in time.
    Left,
}

/// The answer to the request of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The current Lease, after a read or a write.
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
    /// Another engine may act, or no engine may act yet.
    Standby {
        /// The other engine's identity; `None` if no engine leads.
        leader: Option<String>,
    },
    /// The Lease could not be read for a while, or could not be renewed.
    Unknown,
}
