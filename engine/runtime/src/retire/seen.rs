//! A workload's queue, as far as it is known.

use std::collections::BTreeSet;

use model::{Leases, QueueReading};

/// A workload's queue, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct QueueView<'a> {
    /// The workload.
    pub name: &'a str,
    /// Its queue as it was seen last.
    pub look: &'a QueueReading,
    /// Those that hold leases and are none of our containers.
    pub strangers: bool,
}

/// Whether others than these containers hold leases.
pub fn strangers(leases: &Leases, ours: &BTreeSet<&str>) -> bool {
    leases.busy.iter().any(|worker| !ours.contains(worker.as_str()))
}
