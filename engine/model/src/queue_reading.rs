//! One reading of a queue.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use control::Reading;

/// One reading of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueReading {
    /// The part that rules use.
    pub reading: Reading,
    /// Jobs lost since the queue's process started; `None` if it does not count them.
    pub lost: Option<u64>,
    /// The workers with leases.
    pub leases: LeaseHolders,
    /// The time from receive to ack within which 90 % of the last jobs stayed; `None` if unknown.
    pub ack_p90: Option<Duration>,
}

/// The workers of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leases {
    /// Workers with a lease, by name.
    pub busy: BTreeSet<String>,
    /// Workers that had a lease a while ago, by name.
    pub idle: BTreeSet<String>,
    /// Leases whose workers are unknown.
    pub nameless: u64,
}

/// The information that a queue gives about its workers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LeaseHolders {
    /// It does not list them.
    #[default]
    Untold,
    /// It lists them, but the list could not be read this time.
    Unread,
    /// The list.
    Listed(Arc<Leases>),
}

impl LeaseHolders {
    /// The workers, if they are known.
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
    /// The worker that had it and was lost.
    pub worker: String,
    /// Seconds until it was redelivered.
    pub after_s: f64,
    /// The worker that did it.
    pub done_by: String,
}
