//! The words that the elector and the edge around it share.

use std::time::Duration;

/// What a Lease says of its holder. As long as two are equal, nobody has renewed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// Who holds it; none where that is empty.
    pub holder: Option<String>,
    /// When it was renewed, by the holder's clock: only ever compared with itself.
    pub renewed: String,
    /// How often it went from one holder to another.
    pub transitions: i32,
}

/// A Lease as the API server gave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Who holds it.
    pub record: Record,
    /// The object's resourceVersion.
    pub version: String,
    /// Whether a person holds all scaling.
    pub held: bool,
}

/// What to write into the Lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The holder to be; none gives it back.
    pub holder: Option<String>,
    /// The transitions to be.
    pub transitions: i32,
    /// It goes to a new holder, so the time of that is written too.
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
    /// Ask again at this time, unless there is something to tell before.
    Wait(Duration),
    /// The Lease is given back, or it was not ours, or there was no time left.
    Left,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The Lease as it is, also after a write.
    Lease(Observed),
    /// Somebody else has written the Lease since it was read.
    Conflict,
    /// Nothing is known: a write may have been done or not.
    Failed,
}

/// Where this engine stands among its replicas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaderState {
    /// This one may act.
    Leader,
    /// Another one may act, or nobody yet.
    Standby {
        /// Its identity.
        leader: Option<String>,
    },
    /// The Lease could not be read for a while, or not be renewed.
    Unknown,
}
