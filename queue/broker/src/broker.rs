//! The [`Broker`], which holds many named queues, and the calls on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Time;
use crate::event::Event;
use crate::message::{Dead, Delivery, Receipt, Request, Stale, WaiterId};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::settings::{Settings, SettingsError};

/// A limit is needed, because clients choose the names of queues, and queues are never deleted.
pub const MAX_QUEUES: usize = 1000;

/// A queue keeps memory for this number of events, so that most calls need not allocate any.
const EVENTS: usize = 256;

/// Many named queues, and the events that happened in them.
///
/// The time `now` of a call must not be before that of an earlier call. Each call first ends the
/// leases and delays that are over by `now`. Publishing, receiving and configuring create a queue
/// that does not exist yet.
#[derive(Debug)]
pub struct Broker {
    pub(crate) queues: BTreeMap<QueueName, Queue>,
    /// The number of this run of the process. Receipts contain it, to recognise older receipts.
    pub(crate) run: u32,
    pub(crate) next_message: u64,
    next_waiter: u64,
    /// Events whose order across queues matters. They precede the events that queues still hold.
    noted: Vec<(QueueName, Event)>,
}

impl Broker {
    /// Creates an empty broker. `run` should differ from the `run` of every earlier broker.
    pub fn new(run: u32) -> Broker {
        let (queues, noted) = (BTreeMap::new(), Vec::new());
        Broker { queues, run, next_message: 1, next_waiter: 1, noted }
    }

    /// Returns the queue with this name; creates it if it does not exist.
    pub(crate) fn queue(&mut self, name: &QueueName) -> &mut Queue {
        let run = self.run;
        self.queues.entry(name.clone()).or_insert_with(|| Queue::new(run))
    }

    /// Whether the queue exists, or may be created because the broker has fewer than the maximum.
    pub fn admits(&self, name: &QueueName) -> bool {
        self.queues.len() < MAX_QUEUES || self.queues.contains_key(name)
    }

    /// Replaces a queue's settings; returns whether this created the queue.
    ///
    /// # Errors
    /// When a setting is out of range, or the dead-letter queues would form a cycle.
    pub fn configure(&mut self, name: &QueueName, new: Settings) -> Result<bool, SettingsError> {
        new.check()?;
        let mut next = new.dead_letter_queue.as_ref();
        while let Some(there) = next {
            if there == name {
                let first = new.dead_letter_queue.clone().unwrap_or_else(|| name.clone());
                return Err(SettingsError::Circle(first));
            }
            next = self.queues.get(there).and_then(|q| q.settings.dead_letter_queue.as_ref());
        }
        let made = !self.queues.contains_key(name);
        let queue = self.queue(name);
        queue.events.push(Event::Configured { settings: new.clone() });
        queue.settings = new;
        Ok(made)
    }

    /// A queue's settings; `None` if there is no such queue.
    pub fn settings(&self, name: &QueueName) -> Option<&Settings> {
        self.queues.get(name).map(|queue| &queue.settings)
    }

    /// Delivers ready messages, at most `request.max`; returns an empty list if none is ready.
    pub fn receive(&mut self, now: Time, name: &QueueName, request: &Request) -> Vec<Delivery> {
        self.advance(now);
        self.queue(name).receive(now, request)
    }

    /// Makes a receive wait for messages, and returns its waiter id. An [`Event::Delivered`] with
    /// this id answers the receive; it follows at once if messages are ready already.
    pub fn wait(&mut self, now: Time, name: &QueueName, request: Request) -> WaiterId {
        self.advance(now);
        let waiter = WaiterId(self.next_waiter);
        self.next_waiter += 1;
        let queue = self.queue(name);
        queue.wait(waiter, request);
        queue.wake(now);
        waiter
    }

    /// Stops a receive from waiting; returns false if it was answered already.
    pub fn cancel(&mut self, name: &QueueName, waiter: WaiterId) -> bool {
        self.queues.get_mut(name).is_some_and(|queue| queue.cancel(waiter))
    }

    /// Counts a receive that ended without a message.
    pub fn count_empty(&mut self, name: &QueueName) {
        self.queue(name).total.receive_empty += 1;
    }

    /// Retires a worker: for [`RETIRED_FOR`](crate::RETIRED_FOR) it gets no message, and its
    /// waiting receives end with [`Event::Dismissed`]. Returns how many leases the worker has.
    ///
    /// Later receives of this worker may wait, but get nothing while the worker is retired.
    pub fn retire(&mut self, now: Time, name: &QueueName, worker: &Arc<str>) -> usize {
        self.advance(now);
        let queue = self.queue(name);
        queue.retire(now, worker);
        queue.workers.leases(worker)
    }

    /// Whether a worker of this queue is retired at `now`.
    pub fn is_retired(&mut self, now: Time, name: &QueueName, worker: &str) -> bool {
        self.advance(now);
        self.queues.get(name).is_some_and(|queue| queue.retired.contains(worker))
    }

    /// Undoes deliveries that never reached their worker. The messages are ready again, in their
    /// old places in the queue, and the attempts do not count. Stale receipts are ignored.
    pub fn undeliver(&mut self, now: Time, name: &QueueName, receipts: &[Receipt]) {
        self.advance(now);
        if let Some(queue) = self.queues.get_mut(name) {
            receipts.iter().for_each(|receipt| queue.undeliver(now, *receipt));
            queue.wake(now);
        }
    }

    /// Acks a delivery: its message is done.
    ///
    /// # Errors
    /// When the delivery is over already.
    pub fn ack(&mut self, now: Time, name: &QueueName, receipt: Receipt) -> Result<(), Stale> {
        self.advance(now);
        self.queues.get_mut(name).ok_or(Stale)?.ack(now, receipt)
    }

    /// Hands a message back. It is ready again after `delay`, or dead if this was its last attempt.
    ///
    /// # Errors
    /// When the delivery is over already.
    pub fn nack(
        &mut self,
        now: Time,
        name: &QueueName,
        receipt: Receipt,
        delay: Time,
    ) -> Result<(), Stale> {
        self.hand_back(now, name, |queue| queue.nack(now, receipt, delay))
    }

    /// Hands a message back because its worker must stop. The message is ready again in its old
    /// place. Its first [`FREE_RELEASES`](crate::FREE_RELEASES) releases do not count as attempts;
    /// a later release acts like a [`Broker::nack`] without delay.
    ///
    /// # Errors
    /// When the delivery is over already.
    pub fn release(&mut self, now: Time, name: &QueueName, receipt: Receipt) -> Result<(), Stale> {
        self.hand_back(now, name, |queue| queue.release(now, receipt))
    }

    fn hand_back(
        &mut self,
        now: Time,
        name: &QueueName,
        end: impl FnOnce(&mut Queue) -> Result<Option<Dead>, Stale>,
    ) -> Result<(), Stale> {
        self.advance(now);
        let queue = self.queues.get_mut(name).ok_or(Stale)?;
        let dead = end(queue)?;
        queue.wake(now);
        self.bury(now, name, dead);
        Ok(())
    }

    /// Extends a lease so that it ends at `now` plus `lease`; returns this end.
    ///
    /// # Errors
    /// When the delivery is over already.
    pub fn extend(
        &mut self,
        now: Time,
        name: &QueueName,
        receipt: Receipt,
        lease: Time,
    ) -> Result<Time, Stale> {
        self.advance(now);
        self.queues.get_mut(name).ok_or(Stale)?.extend(now, receipt, lease)
    }

    /// Deletes all messages of a queue, whether ready, delayed or in flight; returns how many.
    pub fn purge(&mut self, now: Time, name: &QueueName) -> u64 {
        self.advance(now);
        self.queues.get_mut(name).map_or(0, |queue| queue.purge(now))
    }

    /// Ends the leases and delays that are over at `now`.
    pub fn advance(&mut self, now: Time) {
        while self.next_deadline().is_some_and(|at| at <= now) {
            let due = |queue: &Queue| queue.next_deadline().is_some_and(|at| at <= now);
            let names = self.queues.iter().filter(|(_, queue)| due(queue));
            let names: Vec<_> = names.map(|(name, _)| name.clone()).collect();
            for name in names {
                let queue = self.queue(&name);
                let dead = queue.advance(now);
                queue.wake(now);
                self.bury(now, &name, dead);
            }
        }
    }

    /// Moves dead messages to the dead-letter queue of `name`, even if this exceeds the limits of
    /// that queue, because no dead letter may be lost.
    pub(crate) fn bury(
        &mut self,
        now: Time,
        name: &QueueName,
        dead: impl IntoIterator<Item = Dead>,
    ) {
        let Some(to) = self.settings(name).and_then(|s| s.dead_letter_queue.clone()) else {
            return;
        };
        let mut dead = dead.into_iter().peekable();
        if dead.peek().is_none() {
            return;
        }
        // Deaths must follow all earlier events of both queues, and precede their consequences.
        self.note(&to);
        self.note(name);
        for Dead { id, message } in dead {
            self.queue(&to).insert(id, message.anew());
        }
        self.queue(&to).wake(now);
        self.note(&to);
    }

    /// Moves a queue's events to the end of `noted`.
    pub(crate) fn note(&mut self, name: &QueueName) {
        if let Some(queue) = self.queues.get_mut(name) {
            let events = queue.events.drain(..);
            self.noted.extend(events.map(|event| (name.clone(), event)));
        }
    }

    /// The next time when a lease, a delay or a similar period ends; `None` if none is running.
    pub fn next_deadline(&self) -> Option<Time> {
        self.queues.values().filter_map(Queue::next_deadline).min()
    }

    /// Takes the events that happened since events were last taken. They are in order within each
    /// queue, and also across queues between which messages moved.
    pub fn take_events(&mut self) -> Vec<(QueueName, Event)> {
        let mut taken = Vec::new();
        self.drain_events(&mut taken);
        taken
    }

    /// Like [`Broker::take_events`], but appends the events to `to`, so that its memory is reused.
    pub fn drain_events(&mut self, to: &mut Vec<(QueueName, Event)>) {
        to.append(&mut self.noted);
        for (name, queue) in &mut self.queues {
            let events = queue.events.drain(..);
            to.extend(events.map(|event| (name.clone(), event)));
            // Without this, the queue would keep the memory for events of one large batch for ever.
            queue.events.shrink_to(EVENTS);
        }
    }

    /// The names of all queues, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &QueueName> {
        self.queues.keys()
    }
}
