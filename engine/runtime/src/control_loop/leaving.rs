//! Idle containers are stopped first, and receive no job before they stop.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use control::{Work, Workload};
use model::QueueReading;
use model::scheduler::Status;
use model::warning::{self, Warning};

use super::ControlLoop;
use crate::retire::{QueueView, strangers};
use crate::snapshots::log::{Kind, LogEvent};

impl ControlLoop {
    /// Observes all Deployments and marks the retired containers in the result.
    pub(super) fn look_around(&mut self, now: Duration) -> BTreeMap<String, Status> {
        for answer in self.retire_calls.answers() {
            let (workload, container) = (&answer.workload, &answer.container);
            self.retiring.answered(workload, container, answer.asked, answer.leases);
        }
        let mut seen = self.components.scheduler.observe();
        self.retiring.mark(now, &mut seen);
        seen
    }

    /// By workload: how many containers are busy, and how many may be stopped.
    pub(super) fn work(
        &mut self,
        now: Duration,
        seen: &BTreeMap<String, Status>,
    ) -> BTreeMap<String, Work> {
        let workloads = self.components.core.config().workloads.iter();
        let on_queues = workloads.filter_map(|workload| {
            Some((&workload.name, queue_of(workload)?, seen.get(&workload.name)?))
        });
        let mut ours: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (_, queue, status) in on_queues.clone() {
            let names = status.instances.iter().map(|it| it.name.as_str());
            ours.entry(queue.as_str()).or_default().extend(names);
        }
        let mut work = BTreeMap::new();
        for (name, queue, status) in on_queues {
            let Some(look) = self.components.sources.look(queue) else { continue };
            let leases = look.leases.listed();
            let strangers = leases.is_some_and(|it| strangers(it, &ours[queue.as_str()]));
            let of_it = QueueView { name, look: &look, strangers };
            work.insert(name.clone(), self.retiring.work(now, of_it, status));
        }
        work
    }

    /// Retires idle containers of workloads for which the core wants fewer containers.
    pub(super) fn retire_idle_ones(&mut self, now: Duration, seen: &BTreeMap<String, Status>) {
        let wanted: Vec<(String, u32)> = self
            .components
            .core
            .to_retire()
            .map(|(name, count)| (name.to_owned(), count))
            .collect();
        for (name, count) in wanted {
            let (Some(status), Some((queue, look))) = (seen.get(&name), self.queue_of(&name))
            else {
                continue;
            };
            for container in self.retiring.choose(now, &name, &look, status, count) {
                let sources = &self.components.sources;
                let call = self.retire_calls.retire(sources, &queue, &name, &container, now);
                self.writes.spawn(call);
            }
            if let Some(text) = self.retiring.remedy(&name) {
                self.say_remedy(now, &name, text);
            }
        }
    }

    fn say_remedy(&mut self, now: Duration, name: &str, text: String) {
        tracing::warn!("{text}");
        let warning = Warning::new(warning::Kind::BusyUnknown, text.clone());
        self.components.scheduler.warn(name, &warning);
        self.builder.tell(now, LogEvent::new(Kind::Warning, text));
    }

    /// The queue that a workload follows and its last reading; `None` if either is missing.
    fn queue_of(&self, workload: &str) -> Option<(String, QueueReading)> {
        let queue = queue_of(self.components.core.config().workload(workload)?)?;
        Some((queue.clone(), self.components.sources.look(queue)?))
    }

    /// The order in which a workload's containers leave; empty if no reading of its queue is known.
    pub(super) fn leave_order(
        &self,
        now: Duration,
        workload: &str,
        seen: &BTreeMap<String, Status>,
    ) -> Vec<String> {
        let (Some(status), Some((_, look))) = (seen.get(workload), self.queue_of(workload)) else {
            return Vec::new();
        };
        self.retiring.order(now, workload, &look, status)
    }

    /// Like `leave_order`, but observes the containers first.
    pub(super) fn leavers(&self, workload: &str) -> Vec<String> {
        let seen = self.components.scheduler.observe();
        self.leave_order(self.components.clock.now(), workload, &seen)
    }
}

/// The queue that a workload follows. A metric has no leases, so nobody knows which containers of a
/// workload on a metric are busy: all of them may be stopped.
fn queue_of(workload: &Workload) -> Option<&String> {
    workload.rule.followed().filter(|followed| followed.is_queue()).map(|queue| &queue.name)
}
