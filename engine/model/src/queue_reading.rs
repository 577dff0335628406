//! One reading of a queue.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use control::Reading;

/// One reading of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueReading {
    /// The part of the reading that rules use.
    pub reading: Reading,
    /// Jobs lost since the queue's process started; `None` if the queue does not count lost jobs.
    pub lost: Option<u64>,
    /// The workers that have leases on the queue's messages.
    pub leases: LeaseHolders,
    /// 90 % of the last jobs took at most this time from receive to ack; `None` if unknown.
    pub ack_p90: Option<Duration>,
}

/// The workers that have, or had, leases on a queue's messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leases {
    /// The names of the workers that have a lease.
    pub busy: BTreeSet<String>,
    /// The names of workers that had a lease earlier and have no lease now.
    pub idle: BTreeSet<String>,
    /// The number of leases whose workers are unknown.
    pub nameless: u64,
    /// How many jobs each worker has received, counted from an arbitrary moment; a worker whose
    /// count is unknown is missing.
    pub taken: BTreeMap<String, u64>,
    /// When each lease of a busy worker began and when it ends, the oldest first; a worker whose
    /// leases are not known one by one is missing.
    pub held: BTreeMap<String, Vec<Held>>,
    /// When the list was requested.
    pub listed_at: Duration,
}

/// A worker's lease on one job, in the engine's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// When the lease began, or a little earlier.
    pub since: Duration,
    /// When the lease ends unless the worker extends it.
    pub until: Duration,
}

/// The holders of a queue's leases, if the queue reports them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LeaseHolders {
    /// The queue does not list its workers.
    #[default]
    Untold,
    /// The queue lists its workers, but the list could not be read this time.
    Unread,
    /// The queue's workers.
    Listed(Arc<Leases>),
}

impl LeaseHolders {
    /// The listed workers; `None` if the queue lists none or the list could not be read.
    pub fn listed(&self) -> Option<&Leases> {
        match self {
            LeaseHolders::Listed(leases) => Some(leases),
            LeaseHolders::Untold | LeaseHolders::Unread => None,
        }
    }
}

/// A job that was redelivered because its worker was lost, and that was done in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveredJob {
    /// The worker that was lost.
    pub worker: String,
    /// Seconds from the job's delivery to the lost worker until its redelivery.
    pub after_s: f64,
    /// The worker that did the job.
    pub done_by: String,
}
