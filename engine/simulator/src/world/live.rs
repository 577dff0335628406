//! What only a live world needs: arrivals that become known later, times that change, and where
//! each container is.

use super::World;
use super::event::Event;
use super::pool::Phase;
use crate::Time;
use crate::span::Span;

/// What a container that has a machine is doing, as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub enum Stand {
    Starting,
    Ready,
    Stopping,
}

/// A container that has a machine, and therefore a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Placed {
    /// The workload's index.
    pub workload: usize,
    /// A number that no other container of this world has.
    pub number: u64,
    pub stand: Stand,
}

impl Placed {
    /// What tells it from all other containers.
    pub(crate) fn id(&self) -> (usize, u64) {
        (self.workload, self.number)
    }
}

impl World {
    /// Schedules the arrival of a job.
    pub(crate) fn expect(&mut self, queue: usize, at: Time) {
        self.agenda.add(at, Event::Arrival { queue, jobs: 1, burst: true });
    }

    /// Sets how long the jobs take that workers get from now on, and how long the containers take
    /// to start that are made from now on.
    pub(crate) fn take(&mut self, workload: usize, job: Span, start: Span) {
        let spec = &mut self.scenario.workloads[workload];
        (spec.job, spec.start) = (job, start);
    }

    /// All containers with a machine, by workload and in the order in which they were made.
    pub(crate) fn placed(&self) -> Vec<Placed> {
        let pools = self.pools.iter().enumerate();
        let all = pools.flat_map(|(i, pool)| pool.containers.iter().map(move |it| (i, it)));
        let placed = all.filter_map(|(workload, it)| {
            let stand = match it.phase {
                Phase::Pending { .. } => return None,
                _ if it.stopping => Stand::Stopping,
                Phase::Leaving => Stand::Stopping,
                Phase::Starting => Stand::Starting,
                Phase::Ready => Stand::Ready,
            };
            Some(Placed { workload, number: it.number, stand })
        });
        placed.collect()
    }

    /// The jobs that wait in all queues together.
    pub(crate) fn waiting(&self) -> u64 {
        self.ready.iter().sum()
    }

    /// How long the oldest waiting job has waited; `None` if none waits.
    pub(crate) fn oldest_wait(&mut self, now: Time) -> Option<Time> {
        let since = now.saturating_sub(self.now);
        self.queue_stats().iter().filter_map(|it| it.oldest_age).max().map(|age| age + since)
    }

    /// The longest wait, since `from`, of the jobs that workers got and of those that still wait.
    pub(crate) fn longest_wait(&mut self, from: Time, now: Time) -> Option<Time> {
        self.tally.longest_wait(from).max(self.oldest_wait(now))
    }

    /// Forgets the figures that a live world does not show.
    pub(crate) fn keep_since(&mut self, from: Time) {
        self.series.points.retain(|point| point.at >= from);
        self.tally.forget(from);
    }
}
