//! The numbers of a moment, as far as a headline is about them.

use std::collections::BTreeMap;

use super::words::plural;

/// What is so at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// What makes the load: how many there shall be, by name.
    pub loads: BTreeMap<String, u32>,
    /// What is scaled, in the order of the configuration.
    pub workloads: Vec<WorkloadFacts>,
    /// The queues that are followed, each once, in the same order.
    pub queues: Vec<QueueFacts>,
    /// Whether a person holds all scaling.
    pub held: bool,
    /// Whether any Deployment is known.
    pub is_read: bool,
}

/// A scaled workload.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkloadFacts {
    /// Its name.
    pub name: String,
    /// Whether it does background work.
    pub background: bool,
    /// How many it was told to have.
    pub desired: u32,
    /// Those at work.
    pub ready: u32,
    /// Those told to stop and not gone yet.
    pub terminating: u32,
    /// How often its containers were started again after a crash.
    pub restarts: u32,
    /// Whether it is frozen.
    pub paused: bool,
    /// Whether it has had all it can get for long enough to call that its limit.
    pub has_all: bool,
    /// Why nothing is decided for want of a reading, in words.
    pub unread: Option<String>,
    /// The queue that it follows.
    pub queue: Option<String>,
}

/// A queue that is followed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueueFacts {
    /// Its name.
    pub name: String,
    /// The length it shall keep.
    pub target: u32,
    /// Messages that wait, and those that are worked on; `None` until it was read.
    pub jobs: Option<(u64, u64)>,
    /// Messages a second that arrive, and that are done; `None` while that is not known.
    pub rates: Option<(f64, f64)>,
}

impl Facts {
    pub(super) fn workload(&self, name: &str) -> Option<&WorkloadFacts> {
        self.workloads.iter().find(|workload| workload.name == name)
    }

    /// Those that work on a queue.
    pub(super) fn workers(&self, queue: &str) -> impl Iterator<Item = &WorkloadFacts> {
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

impl WorkloadFacts {
    /// Its name for so many of it; background work is called by what it is.
    pub(super) fn called(&self, count: u32) -> String {
        if self.background { "background".to_owned() } else { plural(&self.name, count) }
    }
}
