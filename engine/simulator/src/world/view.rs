//! The functions with which contenders look at the world and change it.

use control::{QueueSample, Replicas, Stage, Totals, Work};

use super::World;
use super::event::{Event, Wake};
use super::pool::Phase;
use crate::Time;
use crate::scenario::Scenario;

impl World {
    #[allow(missing_docs)] // the name says it
    pub fn now(&self) -> Time {
        self.now
    }

    #[allow(missing_docs)] // the name says it
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Reads a queue, and counts the read; `None` if the queue cannot be read.
    pub fn read(&mut self, queue: &str) -> Option<QueueSample> {
        self.tally.scaler_polled();
        if !self.scenario.can_be_read(queue, self.now) {
            return None;
        }
        let name = self.names.iter().find(|name| name.as_str() == queue)?;
        let stats = self.broker.stats(self.now, name)?;
        Some(QueueSample {
            ready: stats.ready as u64,
            in_flight: stats.in_flight as u64,
            totals: Some(Totals { published: stats.total.published, acked: stats.total.acked }),
            clock: Some(self.now),
            metric: None,
        })
    }

    /// The containers of the workload with this index.
    pub fn replicas(&self, workload: usize) -> Replicas {
        self.pools[workload].seen().replicas()
    }

    /// How many containers of the workload with this index are busy, and how many can be stopped;
    /// `None` without a queue. While the queue cannot be read, none counts as stoppable.
    pub fn at_work(&self, workload: usize) -> Option<Work> {
        let queue = self.scenario.workloads[workload].queue.as_ref()?;
        let (pool, known) = (&self.pools[workload], self.scenario.can_be_read(queue, self.now));
        let stoppable = pool.containers.iter().filter(|it| known && it.retired && !it.stopping);
        Some(Work { busy: pool.seen().busy, stoppable: stoppable.count() as u32 })
    }

    /// A workload's containers: the number of each, and the stage of its start.
    pub fn instances(&self, workload: usize) -> impl Iterator<Item = (u64, Stage)> {
        self.pools[workload].containers.iter().map(|it| {
            let stage = match it.phase {
                _ if it.stopping => Stage::Spoilt,
                Phase::Pending { .. } | Phase::Leaving => Stage::Spoilt,
                Phase::Starting => Stage::Starting,
                Phase::Ready => Stage::Started,
            };
            (it.number, stage)
        })
    }

    /// Writes the desired count of the workload with this index.
    pub fn scale(&mut self, workload: usize, to: u32) {
        let before = self.set_count(workload, to);
        if before != to {
            self.tally.written(workload, before, to);
        }
    }

    /// Sets, before the start, how many containers of a workload are at work from the beginning.
    pub(crate) fn place_at_first(&mut self, workload: usize, count: u32) {
        let had = self.replicas(workload).desired;
        if count >= had {
            self.begin_with(workload, count - had);
        } else {
            self.dismiss(workload, had - count);
        }
    }

    /// Sets a workload's count before the start. Containers with a place are at work, others wait.
    pub(crate) fn fill_at_first(&mut self, workload: usize, count: u32) {
        let had = self.replicas(workload).desired;
        let possible = (had + self.free()).min(count);
        self.place_at_first(workload, possible.max(had));
        self.set_count(workload, count);
    }

    /// Schedules a wake of the contender.
    pub fn wake_at(&mut self, at: Time, wake: Wake) {
        self.agenda.add(at, Event::Wake(wake));
    }

    /// Whether a container was made, ended or became ready since the last call of this function.
    pub(crate) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}
