//! What one container does from its start to its end.

use broker::{Receipt, Request, WaiterId};
use control::Replicas;

use super::event::{Event, Id};
use super::{Pool, World};
use crate::Time;

/// Even an empty answer at once takes the time of a question over the network.
const ROUND_TRIP: Time = Time::from_millis(50);
/// A container that has found no machine for so long counts as unschedulable.
pub(super) const UNSCHEDULABLE_AFTER: Time = Time::from_secs(10);

/// One container.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) number: u64,
    pub(super) phase: Phase,
    /// Told to stop; one at work finishes its job first where its grace is long enough for that.
    pub(super) stopping: bool,
    /// It gets no job.
    pub(super) retired: bool,
    /// How long it will take to start, so that its place in a row changes nothing.
    pub(super) start: Time,
    /// Since when it is ready, or else since when it is there.
    pub(super) since: Time,
    /// Says nothing about it, and decides between equals.
    pub(super) uid: u64,
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has no machine.
    Pending { since: Time, long: bool },
    /// It has a machine and is not at work yet.
    Starting,
    /// It waits for a job, where its workload has a queue.
    Idle(Option<WaiterId>),
    /// It has a job.
    Working(Task),
    /// It cleans up.
    Leaving,
}

/// A job under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) receipt: Receipt,
    /// When it began.
    pub(super) since: Time,
    /// When it will be done.
    pub(super) until: Time,
}

/// How many containers of a workload there are, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Told to have.
    pub desired: u32,
    /// Without a machine.
    pub pending: u32,
    /// Of these, for ten seconds.
    pub unschedulable: u32,
    /// With a machine, not at work yet.
    pub starting: u32,
    /// Ready and without a job.
    pub idle: u32,
    /// Ready and with a job.
    pub busy: u32,
    /// Told to stop, not gone yet.
    pub terminating: u32,
}

impl Seen {
    /// Those that can work.
    pub fn ready(&self) -> u32 {
        self.idle + self.busy
    }

    /// Those that have a machine: what the budget is about.
    pub fn placed(&self) -> u32 {
        self.starting + self.ready() + self.terminating
    }

    /// As the core counts them.
    pub fn replicas(&self) -> Replicas {
        Replicas {
            desired: self.desired,
            ready: self.ready(),
            starting: self.starting + self.pending,
            terminating: self.terminating,
            promised: 0,
            unschedulable: self.unschedulable,
        }
    }
}

impl Pool {
    pub(super) fn seen(&self) -> Seen {
        let mut seen = Seen { desired: self.desired, ..Seen::default() };
        for container in &self.containers {
            let count = match container.phase {
                _ if container.stopping => &mut seen.terminating,
                Phase::Pending { long, .. } => {
                    seen.unschedulable += u32::from(long);
                    &mut seen.pending
                }
                Phase::Starting => &mut seen.starting,
                Phase::Idle(_) => &mut seen.idle,
                Phase::Working(_) => &mut seen.busy,
                Phase::Leaving => &mut seen.terminating,
            };
            *count += 1;
        }
        seen
    }

    /// Those that were not told to stop.
    pub(super) fn staying(&self) -> u32 {
        self.containers.iter().filter(|it| !it.stopping).count() as u32
    }

    pub(super) fn get(&mut self, number: u64) -> Option<&mut Container> {
        self.containers.iter_mut().find(|it| it.number == number)
    }
}

impl World {
    /// Containers that are at work from the beginning.
    pub(super) fn begin_with(&mut self, workload: usize, count: u32) {
        self.pools[workload].desired += count;
        for _ in 0..count {
            let id = self.create(workload);
            self.set(id, Phase::Starting);
            self.started(id);
        }
    }

    /// Containers that were not there at the beginning after all.
    pub(super) fn dismiss(&mut self, workload: usize, count: u32) {
        self.pools[workload].desired -= count;
        for _ in 0..count {
            let Some(container) = self.pools[workload].containers.pop() else { return };
            if let Phase::Idle(Some(waiter)) = container.phase {
                self.forget(Id { workload, number: container.number }, waiter);
            }
        }
    }

    /// A container without a machine.
    pub(super) fn create(&mut self, workload: usize) -> Id {
        let number = self.next_number;
        self.next_number += 1;
        let pool = &mut self.pools[workload];
        let start = self.scenario.workloads[workload].start.draw(&mut pool.random);
        let (since, uid) = (self.now, pool.uids.number());
        let phase = Phase::Pending { since, long: false };
        let (stopping, retired) = (false, false);
        let container = Container { number, phase, stopping, retired, start, since, uid };
        pool.containers.push(container);
        self.changed = true;
        Id { workload, number }
    }

    /// A container has found its machine.
    pub(super) fn begin_start(&mut self, id: Id) {
        self.set(id, Phase::Starting);
        let container = self.pools[id.workload].get(id.number);
        let start = container.map_or(Time::ZERO, |it| it.start);
        self.agenda.add(self.now + start, Event::Started(id));
    }

    fn set(&mut self, id: Id, phase: Phase) {
        if let Some(container) = self.pools[id.workload].get(id.number) {
            container.phase = phase;
        }
    }

    fn is_since_now(&mut self, id: Id) {
        let now = self.now;
        if let Some(container) = self.pools[id.workload].get(id.number) {
            container.since = now;
        }
    }

    fn phase(&mut self, id: Id) -> Option<(Phase, bool)> {
        self.pools[id.workload].get(id.number).map(|it| (it.phase, it.stopping))
    }

    pub(super) fn started(&mut self, id: Id) {
        if self.phase(id) != Some((Phase::Starting, false)) {
            return;
        }
        self.changed = true;
        self.set(id, Phase::Idle(None));
        self.is_since_now(id);
        self.tally.ready(id.workload, self.pools[id.workload].seen().ready());
        self.poll(id);
    }

    /// Asks the queue for a job.
    pub(super) fn poll(&mut self, id: Id) {
        let spec = &self.scenario.workloads[id.workload];
        let wait = spec.poll_wait.max(ROUND_TRIP);
        if self.pools[id.workload].get(id.number).is_none_or(|it| it.retired) {
            return;
        }
        let Some(queue) = self.queue_of(id.workload) else { return };
        self.tally.worker_polled();
        let request = Request { max: 1, lease: None, worker: None };
        let waiter = self.broker.wait(self.now, &self.names[queue], request);
        self.waiters.insert(waiter, id);
        self.set(id, Phase::Idle(Some(waiter)));
        self.hand_out();
        if self.waiters.contains_key(&waiter) {
            self.agenda.add(self.now + wait, Event::PollOver(id, waiter));
        }
    }

    pub(super) fn queue_of(&self, workload: usize) -> Option<usize> {
        let name = self.scenario.workloads[workload].queue.as_ref()?;
        self.scenario.queues.iter().position(|queue| queue.name == *name)
    }

    pub(super) fn poll_over(&mut self, id: Id, waiter: WaiterId) {
        if self.waiters.contains_key(&waiter) {
            self.forget(id, waiter);
            self.poll(id);
        }
    }

    /// Asks no more; it waits without a question.
    pub(super) fn forget(&mut self, id: Id, waiter: WaiterId) {
        self.waiters.remove(&waiter);
        if let Some(queue) = self.queue_of(id.workload) {
            self.broker.cancel(&self.names[queue], waiter);
        }
    }

    pub(super) fn work(&mut self, id: Id, receipt: Receipt) {
        self.tally.taken(receipt.message);
        let pool = &mut self.pools[id.workload];
        let takes = self.scenario.workloads[id.workload].job.draw(&mut pool.random);
        let (since, until) = (self.now, self.now + takes);
        self.set(id, Phase::Working(Task { receipt, since, until }));
        self.agenda.add(until, Event::Done(id, receipt));
        if let Some(third) = self.extends_after(id).filter(|third| *third < takes) {
            self.agenda.add(self.now + third, Event::Extend(id, receipt));
        }
    }

    /// Workers extend their lease at a third of it, as ours do.
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
        matches!(self.phase(id), Some((Phase::Working(task), _)) if task.receipt == receipt)
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
        self.set(id, Phase::Idle(None));
        let stopping = self.phase(id).is_some_and(|(_, stopping)| stopping);
        if stopping { self.leave(id) } else { self.poll(id) }
    }

    fn pass_on(&mut self, workload: usize) {
        let Some(next) = &self.scenario.workloads[workload].then else { return };
        if let Some(queue) = self.scenario.queues.iter().position(|queue| queue.name == *next) {
            self.publish(queue, 1);
        }
    }

    /// Tells a container to stop. One at work finishes its job where that fits in its grace, and
    /// hands it back at once where it does not.
    pub(super) fn stop(&mut self, id: Id) {
        let Some((phase, _)) = self.phase(id) else { return };
        self.changed = true;
        if let Some(container) = self.pools[id.workload].get(id.number) {
            container.stopping = true;
        }
        match phase {
            // Nothing runs that would have to end.
            Phase::Pending { .. } => self.remove(id),
            Phase::Idle(Some(waiter)) => {
                self.forget(id, waiter);
                self.leave(id);
            }
            Phase::Working(task) => self.stop_at_work(id, task),
            Phase::Starting | Phase::Idle(None) | Phase::Leaving => self.leave(id),
        }
    }

    fn stop_at_work(&mut self, id: Id, task: Task) {
        self.tally.stopped_at_work += 1;
        let grace = self.scenario.workloads[id.workload].grace;
        if task.until.saturating_sub(self.now) > grace {
            self.leave(id);
            self.tally.thrown_away(task.receipt.message, self.now.saturating_sub(task.since));
            self.hand_back(id, task.receipt);
        }
    }

    fn hand_back(&mut self, id: Id, receipt: Receipt) {
        let Some(queue) = self.queue_of(id.workload) else { return };
        // A lease that is over already has given it back.
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

    /// A container dies and is started again in its place; its job comes back when the lease is
    /// over.
    pub(super) fn crash(&mut self, workload: usize) {
        let up = |it: &&Container| {
            !it.stopping && matches!(it.phase, Phase::Working(_) | Phase::Idle(_))
        };
        let alive: Vec<&Container> = self.pools[workload].containers.iter().filter(up).collect();
        let at_work = alive.iter().find(|it| matches!(it.phase, Phase::Working(_)));
        let Some(victim) = at_work.or(alive.first()) else { return };
        let id = Id { workload, number: victim.number };
        match victim.phase {
            Phase::Idle(Some(waiter)) => self.forget(id, waiter),
            Phase::Working(Task { receipt, since, .. }) => {
                self.tally.thrown_away(receipt.message, self.now.saturating_sub(since));
            }
            _ => {}
        }
        self.changed = true;
        self.is_since_now(id);
        self.begin_start(id);
    }
}
