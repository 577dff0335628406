//! What is seen of a workload's containers.

use control::Replicas;

/// How many containers of a workload there are, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContainerCounts {
    /// Told to have.
    pub desired: u32,
    /// Without a machine.
    pub pending: u32,
    /// Of these, for ten seconds.
    pub unschedulable: u32,
    /// With a machine, not at work yet.
    pub starting: u32,
    /// Ready and without a job.
    pub idle: u32,
    /// Ready and with a job.
    pub busy: u32,
    /// Told to stop, not gone yet.
    pub terminating: u32,
}

impl ContainerCounts {
    /// Those that can work.
    pub fn ready(&self) -> u32 {
        self.idle + self.busy
    }

    /// Those that have a machine: what the budget is about.
    pub fn placed(&self) -> u32 {
        self.starting + self.ready() + self.terminating
    }

    /// As the core counts them.
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
