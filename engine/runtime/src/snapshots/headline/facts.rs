//! The numbers of a moment, as far as a headline is about them.

use std::collections::BTreeMap;

use super::words::plural;
use crate::snapshots::state::{QueueState, RunMode, State, WorkloadState};

/// What is so at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// What makes the load: how many there shall be, by name.
    pub loads: BTreeMap<String, u32>,
    /// What is scaled, in the order of the configuration.
    pub workloads: Vec<WorkloadState>,
    /// The queues that are followed, each once, in the same order.
    pub queues: Vec<QueueState>,
    /// Whether a person holds all scaling.
    pub held: bool,
    /// Whether any Deployment is known.
    pub is_read: bool,
}

impl Facts {
    /// Those of a state; `is_read` says whether any Deployment is known.
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

    /// Those that work on a queue.
    pub(super) fn workers(&self, queue: &str) -> impl Iterator<Item = &WorkloadState> {
        self.workloads.iter().filter(move |it| it.queue.as_deref() == Some(queue))
    }

    /// How many each workload was told to have.
    pub(super) fn desired(&self) -> BTreeMap<String, u32> {
        self.workloads.iter().map(|it| (it.name.clone(), it.desired)).collect()
    }

    /// What a queue is called: there is mostly one.
    pub(super) fn called(&self, queue: &str) -> String {
        if self.queues.len() == 1 { "the queue".to_owned() } else { format!("queue {queue}") }
    }
}

impl WorkloadState {
    /// Its name for so many of it; background work is called by what it is.
    pub(super) fn called(&self, count: u32) -> String {
        if self.is_background() { "background".to_owned() } else { plural(&self.name, count) }
    }
}

impl QueueState {
    /// Messages a second that arrive, and that are done; `None` while that is not known.
    pub(super) fn rates(&self) -> Option<(f64, f64)> {
        self.arrive_s.zip(self.done_s)
    }
}
