//! What is known of all workloads that follow a queue.

use std::collections::BTreeMap;
use std::time::Duration;

use control::Work;
use model::{QueueReading, Status};

use super::seen::QueueView;
use super::workload_workers::WorkloadWorkers;

/// What is known of all workloads that follow a queue.
#[derive(Debug)]
pub struct Retiring {
    /// Whether the engine chooses whom it stops, as in the box.
    chooses: bool,
    staffs: BTreeMap<String, WorkloadWorkers>,
}

impl Retiring {
    /// Nothing is known yet; whether the engine chooses whom it stops.
    pub fn new(chooses: bool) -> Retiring {
        Retiring { chooses, staffs: BTreeMap::new() }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.staffs.clear();
    }

    /// Marks those that are retired. They could work, so they count as ready.
    pub fn mark(&self, now: Duration, all: &mut BTreeMap<String, Status>) {
        for (name, status) in all {
            if let Some(staff) = self.staffs.get(name) {
                staff.mark(now, status);
            }
        }
    }

    /// Who of a workload is busy, and how many may be stopped.
    pub fn work(&mut self, now: Duration, seen: QueueView<'_>, status: &Status) -> Work {
        let chooses = self.chooses;
        let staff = self.staffs.entry(seen.name.to_owned()).or_default();
        staff.see(now, seen, status, chooses)
    }

    /// Those that are to be retired now, so that `count` of a workload can leave.
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

    /// A container was retired, asked at `asked`; with how many leases, or nobody knows.
    pub fn answered(&mut self, name: &str, container: &str, asked: Duration, leases: Option<u64>) {
        if let Some(staff) = self.staffs.get_mut(name) {
            staff.answered(container, asked, leases);
        }
    }

    /// In which order a workload's containers leave: the retired ones, those that do not work yet,
    /// the idle ones, and the busy ones last.
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

    /// What keeps a workload from letting idle ones leave first, told once.
    pub fn remedy(&mut self, name: &str) -> Option<String> {
        self.staffs.get_mut(name)?.remedy(name)
    }
}
