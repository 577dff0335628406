//! The numbers of a snapshot that a headline uses.

use std::collections::BTreeMap;

use crate::snapshots::state::{QueueState, RunMode, State, WorkloadState};

/// The numbers of a snapshot that a headline uses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Desired replicas of the Deployments that make the load, by name.
    pub loads: BTreeMap<String, u32>,
    /// All workloads, in the order of the configuration.
    pub workloads: Vec<WorkloadState>,
    /// The queues that workloads follow, each once, in the order of the configuration.
    pub queues: Vec<QueueState>,
    /// Whether all scaling is held.
    pub held: bool,
    /// Whether any Deployment is known.
    pub is_read: bool,
}

impl Facts {
    /// Takes the facts from a state.
    pub(crate) fn of(state: &State, is_read: bool) -> Facts {
        let loads = state.deployments.iter().filter(|it| it.load);
        Facts {
            loads: loads.map(|it| (it.name.clone(), it.desired)).collect(),
            workloads: state.workloads.clone(),
            queues: state.queues.clone(),
            held: state.mode == RunMode::Held,
            is_read,
        }
    }

    pub(super) fn workload(&self, name: &str) -> Option<&WorkloadState> {
        self.workloads.iter().find(|workload| workload.name == name)
    }

    /// The workloads that follow a queue.
    pub(super) fn workers(&self, queue: &str) -> impl Iterator<Item = &WorkloadState> {
        self.workloads.iter().filter(move |it| it.queue.as_deref() == Some(queue))
    }

    /// The desired count of each workload, by name.
    pub(super) fn desired(&self) -> BTreeMap<String, u32> {
        self.workloads.iter().map(|it| (it.name.clone(), it.desired)).collect()
    }
}

impl QueueState {
    /// Jobs that arrive and jobs that are done, per second; `None` while unknown.
    pub(super) fn rates(&self) -> Option<(f64, f64)> {
        self.arrive_s.zip(self.done_s)
    }
}
