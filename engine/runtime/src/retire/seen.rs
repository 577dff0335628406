//! The last reading of a workload's queue.

use std::collections::BTreeSet;

use model::{Leases, QueueReading};

/// The last reading of a workload's queue.
#[derive(Debug, Clone, Copy)]
pub struct QueueView<'a> {
    /// The workload's name.
    pub name: &'a str,
    /// The last reading.
    pub look: &'a QueueReading,
    /// Whether any lease is held by a worker that is no container of this queue's workloads.
    pub strangers: bool,
}

/// Whether workers other than these containers hold leases.
pub fn strangers(leases: &Leases, ours: &BTreeSet<&str>) -> bool {
    leases.busy.iter().any(|worker| !ours.contains(worker.as_str()))
}
