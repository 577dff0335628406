//! The simulator's own counts of a workload's containers.

use control::Replicas;

/// A workload's containers, counted by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContainerCounts {
    /// The desired count last written.
    pub desired: u32,
    /// Containers without a machine.
    pub pending: u32,
    /// Those of `pending` that have waited for a machine for 10 s.
    pub unschedulable: u32,
    /// Containers with a machine that are not ready yet.
    pub starting: u32,
    /// Ready containers without a job.
    pub idle: u32,
    /// Ready containers with a job.
    pub busy: u32,
    /// Containers that are stopping but not gone yet.
    pub terminating: u32,
}

impl ContainerCounts {
    /// Containers that can work.
    pub fn ready(&self) -> u32 {
        self.idle + self.busy
    }

    /// Containers with a machine, which is what the capacity limits.
    pub fn placed(&self) -> u32 {
        self.starting + self.ready() + self.terminating
    }

    /// The same counts in the form that the core takes.
    pub fn replicas(&self) -> Replicas {
        Replicas {
            desired: self.desired,
            ready: self.ready(),
            starting: self.starting + self.pending,
            terminating: self.terminating,
            promised: 0,
            unschedulable: self.unschedulable,
        }
    }
}
