//! Busy and retired containers of all workloads that follow a queue.

use std::collections::BTreeMap;
use std::time::Duration;

use control::Work;
use model::{QueueReading, Status};

use super::seen::QueueView;
use super::workload_workers::WorkloadWorkers;

/// Busy and retired containers of all workloads that follow a queue.
#[derive(Debug)]
pub struct Retiring {
    /// Whether the engine chooses which containers stop; on Kubernetes the ReplicaSet chooses.
    chooses: bool,
    staffs: BTreeMap<String, WorkloadWorkers>,
}

impl Retiring {
    /// `chooses`: whether the engine chooses which containers stop.
    pub fn new(chooses: bool) -> Retiring {
        Retiring { chooses, staffs: BTreeMap::new() }
    }

    /// Forgets all workloads; called at a reset.
    pub fn clear(&mut self) {
        self.staffs.clear();
    }

    /// Marks retired containers. They still count as ready, because they could work.
    pub fn mark(&self, now: Duration, all: &mut BTreeMap<String, Status>) {
        for (name, status) in all {
            if let Some(staff) = self.staffs.get(name) {
                staff.mark(now, status);
            }
        }
    }

    /// How many containers of a workload are busy, and how many may be stopped.
    pub fn work(&mut self, now: Duration, seen: QueueView<'_>, status: &Status) -> Work {
        let chooses = self.chooses;
        let staff = self.staffs.entry(seen.name.to_owned()).or_default();
        staff.see(now, seen, status, chooses)
    }

    /// The containers to retire now, so that `count` containers of a workload can leave.
    pub fn choose(
        &mut self,
        now: Duration,
        name: &str,
        look: &QueueReading,
        status: &Status,
        count: u32,
    ) -> Vec<String> {
        let (staff, chooses) = (self.staffs.get_mut(name), self.chooses);
        staff.map_or_else(Vec::new, |staff| staff.choose(now, look, status, count, chooses))
    }

    /// Records the answer to a retirement requested at `asked`; `leases` is `None` if unknown.
    pub fn answered(&mut self, name: &str, container: &str, asked: Duration, leases: Option<u64>) {
        if let Some(staff) = self.staffs.get_mut(name) {
            staff.answered(container, asked, leases);
        }
    }

    /// The order in which a workload's containers leave: retired ones first, then those that are
    /// not ready, then idle ones, and busy ones last.
    pub fn order(
        &self,
        now: Duration,
        name: &str,
        look: &QueueReading,
        all: &Status,
    ) -> Vec<String> {
        let staff = self.staffs.get(name);
        staff.map_or_else(Vec::new, |staff| staff.order(now, look.leases.listed(), all))
    }

    /// If idle containers of a workload cannot leave first, a message with the fix; returned once.
    pub fn remedy(&mut self, name: &str) -> Option<String> {
        self.staffs.get_mut(name)?.remedy(name)
    }
}
