//! A queue as it was seen last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use control::Reading;

/// A queue as it was seen last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueReading {
    /// What rules go by.
    pub reading: Reading,
    /// Jobs that are lost, since the queue's process began; `None` where it does not count them.
    pub lost: Option<u64>,
    /// Who holds its leases.
    pub leases: LeaseHolders,
    /// What nine of ten of the last jobs took from their delivery to their ack, at most; `None`
    /// while that is not known.
    pub ack_p90: Option<Duration>,
}

/// Who holds leases of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leases {
    /// Workers with a lease, by name.
    pub busy: BTreeSet<String>,
    /// Workers that had one a while ago, by name.
    pub idle: BTreeSet<String>,
    /// Leases of which nobody knows whose they are.
    pub nameless: u64,
}

/// What a queue tells of its workers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LeaseHolders {
    /// It tells nothing of them.
    #[default]
    Untold,
    /// It does, but could not be asked this time.
    Unread,
    /// These.
    Listed(Arc<Leases>),
}

impl LeaseHolders {
    /// The workers, where they are known.
    pub fn listed(&self) -> Option<&Leases> {
        match self {
            LeaseHolders::Listed(leases) => Some(leases),
            LeaseHolders::Untold | LeaseHolders::Unread => None,
        }
    }
}

/// A lost worker's job that was done in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveredJob {
    /// Who had it and was lost.
    pub worker: String,
    /// Seconds until it was given out again.
    pub after_s: f64,
    /// Who did it.
    pub done_by: String,
}
