//! What a container does from its start to its end.

use broker::{Receipt, Request, WaiterId};

use super::World;
use super::event::{Event, Id};
use super::pool::{Container, Phase, Task};
use crate::Time;

/// The shortest receive call: even an immediate empty answer takes a network round trip.
const ROUND_TRIP: Time = Time::from_millis(50);

impl World {
    /// Adds containers that are at work from the beginning.
    pub(super) fn begin_with(&mut self, workload: usize, count: u32) {
        self.pools[workload].desired += count;
        for _ in 0..count {
            let id = self.create(workload);
            self.set(id, Phase::Starting);
            self.started(id);
        }
    }

    /// Removes containers before the start, as if they had never existed.
    pub(super) fn dismiss(&mut self, workload: usize, count: u32) {
        self.pools[workload].desired -= count;
        for _ in 0..count {
            let Some(container) = self.pools[workload].containers.pop() else { return };
            if let Some(waiter) = container.waiter {
                self.forget(Id { workload, number: container.number }, waiter);
            }
        }
    }

    /// Makes a container without a machine.
    pub(super) fn create(&mut self, workload: usize) -> Id {
        let number = self.next_number;
        self.next_number += 1;
        let pool = &mut self.pools[workload];
        let start = self.scenario.workloads[workload].start.draw(&mut pool.random);
        let (since, uid) = (self.now, pool.uids.number());
        let phase = Phase::Pending { since, long: false };
        let (tasks, waiter, stopping, retired) = (Vec::new(), None, false, false);
        let container =
            Container { number, phase, tasks, waiter, stopping, retired, start, since, uid };
        pool.containers.push(container);
        self.changed = true;
        Id { workload, number }
    }

    /// Starts a container that has found its machine.
    pub(super) fn begin_start(&mut self, id: Id) {
        self.set(id, Phase::Starting);
        let container = self.pools[id.workload].get(id.number);
        let start = container.map_or(Time::ZERO, |it| it.start);
        self.agenda.add(self.now + start, Event::Started(id));
    }

    fn change(&mut self, id: Id, change: impl FnOnce(&mut Container)) {
        if let Some(container) = self.pools[id.workload].get(id.number) {
            change(container);
        }
    }

    fn set(&mut self, id: Id, phase: Phase) {
        self.change(id, |it| it.phase = phase);
    }

    fn is_since_now(&mut self, id: Id) {
        let now = self.now;
        self.change(id, |it| it.since = now);
    }

    fn phase(&mut self, id: Id) -> Option<(Phase, bool)> {
        self.pools[id.workload].get(id.number).map(|it| (it.phase, it.stopping))
    }

    pub(super) fn started(&mut self, id: Id) {
        if self.phase(id) != Some((Phase::Starting, false)) {
            return;
        }
        self.changed = true;
        self.set(id, Phase::Ready);
        self.is_since_now(id);
        self.tally.ready(id.workload, self.pools[id.workload].seen().ready());
        self.poll(id);
    }

    /// Asks the queue for a job, if the container could do one more and does not ask already.
    pub(super) fn poll(&mut self, id: Id) {
        let spec = &self.scenario.workloads[id.workload];
        let (wait, at_once) = (spec.poll_wait.max(ROUND_TRIP), spec.at_once());
        let asks = |it: &mut Container| {
            !it.retired && it.waiter.is_none() && it.tasks.len() < at_once as usize
        };
        if !self.pools[id.workload].get(id.number).is_some_and(asks) {
            return;
        }
        let Some(queue) = self.queue_of(id.workload) else { return };
        self.tally.worker_polled();
        let request = Request { max: 1, lease: None, worker: None };
        let waiter = self.broker.wait(self.now, &self.names[queue], request);
        self.waiters.insert(waiter, id);
        self.change(id, |it| it.waiter = Some(waiter));
        self.hand_out();
        if self.waiters.contains_key(&waiter) {
            self.agenda.add(self.now + wait, Event::PollOver(id, waiter));
        }
    }

    pub(super) fn queue_of(&self, workload: usize) -> Option<usize> {
        self.scenario.queue(self.scenario.workloads[workload].queue.as_ref()?)
    }

    pub(super) fn poll_over(&mut self, id: Id, waiter: WaiterId) {
        if self.waiters.contains_key(&waiter) {
            self.forget(id, waiter);
            self.poll(id);
        }
    }

    /// Ends a container's receive call.
    pub(super) fn forget(&mut self, id: Id, waiter: WaiterId) {
        self.waiters.remove(&waiter);
        self.change(id, |it| it.waiter = None);
        if let Some(queue) = self.queue_of(id.workload) {
            self.broker.cancel(&self.names[queue], waiter);
        }
    }

    pub(super) fn work(&mut self, id: Id, receipt: Receipt) {
        self.tally.taken(receipt.message);
        let pool = &mut self.pools[id.workload];
        let takes = self.scenario.workloads[id.workload].job.draw(&mut pool.random);
        let (since, until) = (self.now, self.now + takes);
        self.change(id, |it| {
            it.waiter = None;
            it.tasks.push(Task { receipt, since, until });
        });
        self.agenda.add(until, Event::Done(id, receipt));
        if let Some(third) = self.extends_after(id).filter(|third| *third < takes) {
            self.agenda.add(self.now + third, Event::Extend(id, receipt));
        }
        self.poll(id);
    }

    /// The time after which a worker extends its lease: a third of the lease, as in our consumers.
    fn extends_after(&self, id: Id) -> Option<Time> {
        self.queue_of(id.workload).map(|queue| self.scenario.queues[queue].lease / 3)
    }

    pub(super) fn extend(&mut self, id: Id, receipt: Receipt) {
        let working = self.is_working_on(id, receipt);
        let (Some(queue), Some(third)) = (self.queue_of(id.workload), self.extends_after(id))
        else {
            return;
        };
        let (now, lease) = (self.now, 3 * third);
        if working && self.broker.extend(now, &self.names[queue], receipt, lease).is_ok() {
            self.agenda.add(now + third, Event::Extend(id, receipt));
        }
    }

    fn is_working_on(&mut self, id: Id, receipt: Receipt) -> bool {
        let works = |it: &mut Container| it.tasks.iter().any(|task| task.receipt == receipt);
        self.pools[id.workload].get(id.number).is_some_and(works)
    }

    pub(super) fn done(&mut self, id: Id, receipt: Receipt) {
        if !self.is_working_on(id, receipt) {
            return;
        }
        if let Some(queue) = self.queue_of(id.workload)
            && self.broker.ack(self.now, &self.names[queue], receipt).is_ok()
        {
            self.tally.acked(receipt.message);
            self.pass_on(id.workload);
        }
        let Some(container) = self.pools[id.workload].get(id.number) else { return };
        container.tasks.retain(|task| task.receipt != receipt);
        match (container.stopping, container.tasks.is_empty()) {
            (false, _) => self.poll(id),
            (true, true) => self.leave(id),
            (true, false) => {}
        }
    }

    fn pass_on(&mut self, workload: usize) {
        let next = self.scenario.workloads[workload].then.as_ref();
        if let Some(queue) = next.and_then(|next| self.scenario.queue(next)) {
            self.publish(queue, 1);
        }
    }

    /// Stops a container. A busy one finishes the jobs that fit in its grace, and releases the
    /// others at once.
    pub(super) fn stop(&mut self, id: Id) {
        let Some(container) = self.pools[id.workload].get(id.number) else { return };
        let (phase, waiter, busy) = (container.phase, container.waiter, container.is_busy());
        container.stopping = true;
        self.changed = true;
        if let Some(waiter) = waiter {
            self.forget(id, waiter);
        }
        match phase {
            // Without a machine nothing runs, so nothing has to stop.
            Phase::Pending { .. } => self.remove(id),
            Phase::Ready if busy => self.stop_at_work(id),
            Phase::Starting | Phase::Ready | Phase::Leaving => self.leave(id),
        }
    }

    fn stop_at_work(&mut self, id: Id) {
        self.tally.stopped_at_work += 1;
        let (grace, now) = (self.scenario.workloads[id.workload].grace, self.now);
        let Some(container) = self.pools[id.workload].get(id.number) else { return };
        let all = std::mem::take(&mut container.tasks).into_iter();
        let (long, fitting): (Vec<Task>, Vec<Task>) =
            all.partition(|task| task.until.saturating_sub(now) > grace);
        let is_free = fitting.is_empty();
        container.tasks = fitting;
        if is_free {
            self.leave(id);
        }
        for task in long {
            self.tally.thrown_away(task.receipt.message, now.saturating_sub(task.since));
            self.hand_back(id, task.receipt);
        }
    }

    fn hand_back(&mut self, id: Id, receipt: Receipt) {
        let Some(queue) = self.queue_of(id.workload) else { return };
        // If the lease has expired, the job is already back on the queue.
        let _ = self.broker.release(self.now, &self.names[queue], receipt);
        self.hand_out();
    }

    fn leave(&mut self, id: Id) {
        self.set(id, Phase::Leaving);
        let pool = &mut self.pools[id.workload];
        let takes = self.scenario.workloads[id.workload].stop.draw(&mut pool.random);
        self.agenda.add(self.now + takes, Event::Gone(id));
    }

    pub(super) fn gone(&mut self, id: Id) {
        self.remove(id);
        self.place();
    }

    fn remove(&mut self, id: Id) {
        self.pools[id.workload].containers.retain(|it| it.number != id.number);
        self.changed = true;
    }

    /// Kills a container, a busy one if any, and restarts it. Its jobs return when their leases
    /// expire.
    pub(super) fn crash(&mut self, workload: usize) {
        let up = |it: &&mut Container| !it.stopping && it.phase == Phase::Ready;
        let alive = self.pools[workload].containers.iter_mut().filter(up);
        // The first of the busy ones, or the first of all.
        let Some(victim) = alive.min_by_key(|it| !it.is_busy()) else { return };
        let id = Id { workload, number: victim.number };
        let (tasks, waiter) = (std::mem::take(&mut victim.tasks), victim.waiter);
        if let Some(waiter) = waiter {
            self.forget(id, waiter);
        }
        for Task { receipt, since, .. } in tasks {
            self.tally.thrown_away(receipt.message, self.now.saturating_sub(since));
        }
        self.changed = true;
        self.is_since_now(id);
        self.begin_start(id);
    }

    /// Of the `count` containers of a workload that would leave first, retires those without a job.
    /// Returns how many it has retired.
    pub(crate) fn retire(&mut self, workload: usize, count: u32) -> u32 {
        let first = self.to_go(workload, count);
        let mut retired = 0;
        for id in first {
            let Some(container) = self.pools[workload].get(id.number) else { continue };
            if container.is_busy() {
                continue;
            }
            container.retired = true;
            retired += 1;
            if let Some(waiter) = container.waiter {
                self.forget(id, waiter);
            }
        }
        retired
    }

    /// Lets retired containers work again, except for stopping ones.
    pub(crate) fn call_back(&mut self) {
        for workload in 0..self.pools.len() {
            let containers = &mut self.pools[workload].containers;
            let mut idle = Vec::new();
            for it in containers.iter_mut().filter(|it| it.retired && !it.stopping) {
                it.retired = false;
                let waits = it.phase == Phase::Ready && it.waiter.is_none();
                idle.extend(waits.then_some(Id { workload, number: it.number }));
            }
            idle.into_iter().for_each(|id| self.poll(id));
        }
    }

    /// The `count` containers of a workload that leave first. Those with a job come last, so that
    /// the jobs that they release do not go to others that are about to leave.
    pub(super) fn to_go(&self, workload: usize, count: u32) -> Vec<Id> {
        let (victims, now) = (self.victims, self.now);
        let staying = self.pools[workload].containers.iter().filter(|it| !it.stopping);
        let mut all: Vec<&Container> = staying.collect();
        all.sort_by_key(|it| victims.rank(it, now));
        all.truncate(count as usize);
        all.sort_by_key(|it| it.is_busy());
        all.into_iter().map(|it| Id { workload, number: it.number }).collect()
    }
}
