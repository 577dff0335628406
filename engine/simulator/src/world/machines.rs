//! Decides which containers get a place on a machine, and which are evicted.

use super::event::{Event, Id};
use super::pool::Phase;
use super::{Machines, World};
use crate::Time;

/// A container that has found no machine for this time counts as unschedulable.
const UNSCHEDULABLE_AFTER: Time = Time::from_secs(10);

impl World {
    /// Sets a workload's count, and starts or stops containers; returns the count before.
    pub(super) fn set_count(&mut self, workload: usize, to: u32) -> u32 {
        let before = std::mem::replace(&mut self.pools[workload].desired, to);
        self.reconcile(workload);
        self.place();
        before
    }

    /// Makes or stops containers until those that stay are as many as desired.
    fn reconcile(&mut self, workload: usize) {
        let (staying, desired) = (self.pools[workload].staying(), self.pools[workload].desired);
        for _ in staying..desired {
            self.create(workload);
        }
        let too_many = self.to_go(workload, staying.saturating_sub(desired));
        too_many.into_iter().for_each(|id| self.stop(id));
    }

    /// Gives places to waiting containers, by priority and age.
    pub(super) fn place(&mut self) {
        while let Some(id) = self.next_to_place() {
            self.begin_start(id);
            self.changed = true;
            let live: u32 = self.pools.iter().map(|pool| pool.seen().placed()).sum();
            self.tally.placed(live > self.scenario.capacity);
        }
        if self.machines == Machines::Preempting {
            self.evict();
        }
        self.note_the_waiting();
    }

    fn next_to_place(&self) -> Option<Id> {
        let free = self.machines == Machines::Ample || self.free() > 0;
        let fits = |i: &usize| free && self.has_room(*i);
        let waiting = (0..self.pools.len()).filter(fits).flat_map(|i| self.pending(i));
        waiting.min_by_key(|id| (self.scenario.workloads[id.workload].priority, id.number))
    }

    fn pending(&self, workload: usize) -> impl Iterator<Item = Id> {
        let all = self.pools[workload].containers.iter();
        let waiting = all.filter(|it| matches!(it.phase, Phase::Pending { .. }));
        waiting.map(move |it| Id { workload, number: it.number })
    }

    fn has_room(&self, workload: usize) -> bool {
        let placed = self.pools[workload].seen().placed();
        self.scenario.workloads[workload].places(self.now).is_none_or(|places| placed < places)
    }

    pub(super) fn free(&self) -> u32 {
        let taken: u32 = self.pools.iter().map(|pool| pool.seen().placed()).sum();
        self.scenario.capacity.saturating_sub(taken)
    }

    /// Marks containers that have waited for 10 s, and schedules this check for new ones that wait.
    fn note_the_waiting(&mut self) {
        let now = self.now;
        for container in self.pools.iter_mut().flat_map(|pool| &mut pool.containers) {
            let Phase::Pending { since, long: false } = container.phase else { continue };
            let due = since + UNSCHEDULABLE_AFTER;
            if due <= now {
                container.phase = Phase::Pending { since, long: true };
                self.changed = true;
            } else if since == now {
                self.agenda.add(due, Event::Places);
            }
        }
    }

    /// Evicts containers of lower priorities until as many leave as wait for a place. The
    /// Deployment of an evicted container makes a new one at once, which then waits.
    fn evict(&mut self) {
        loop {
            let leaving: u32 = self.pools.iter().map(|pool| pool.seen().terminating).sum();
            let Some((victim, waiting)) = self.victim() else { return };
            if leaving >= waiting {
                return;
            }
            self.stop(victim);
            self.reconcile(victim.workload);
        }
    }

    /// The youngest container of the lowest priority that has places. The number says how many
    /// containers of higher priorities wait for a place.
    fn victim(&self) -> Option<(Id, u32)> {
        let priority = |i: usize| self.scenario.workloads[i].priority;
        let holds = |i: &usize| self.pools[*i].seen().placed() > self.pools[*i].seen().terminating;
        let worst = (0..self.pools.len()).filter(holds).max_by_key(|i| priority(*i))?;
        let better = (0..self.pools.len()).filter(|i| priority(*i) < priority(worst));
        let waiting = better.filter(|i| self.has_room(*i)).map(|i| self.pools[i].seen().pending);
        let waiting = waiting.sum();
        let placed = self.pools[worst]
            .containers
            .iter()
            .filter(|it| !it.stopping && !matches!(it.phase, Phase::Pending { .. }));
        let number = placed.map(|it| it.number).max()?;
        (waiting > 0).then_some((Id { workload: worst, number }, waiting))
    }
}
