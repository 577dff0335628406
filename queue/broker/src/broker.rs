//! The calls on many named queues.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Time;
use crate::event::Event;
use crate::keys::Key;
use crate::limits::{Full, bytes_of};
use crate::message::{Delivery, MessageId, NewMessage, Peeked, Place, WaiterId};
use crate::name::QueueName;
use crate::queue::{Dead, Message, Queue};
use crate::redelivery::Redelivery;
use crate::settings::{Settings, SettingsError};
use crate::stats::Stats;

pub use crate::settle::Stale;

/// Names come from outside, and each new one makes a queue that stays.
pub const MAX_QUEUES: usize = 1000;

/// So many events have room without a new allocation.
const EVENTS: usize = 256;

/// What a receiver asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// At most so many messages; at least 1.
    pub max: usize,
    /// How long they shall belong to it; the queue's setting where it does not say.
    pub lease: Option<Time>,
    /// Its name, for the story of what happens to a message.
    pub worker: Option<Arc<str>>,
}

/// Why a batch was not taken in. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A body is larger than the queue takes.
    #[error("a message of {bytes} bytes is over the queue's limit of {limit}")]
    TooLarge {
        /// The body's size.
        bytes: usize,
        /// The queue's limit.
        limit: usize,
    },
    /// The queue has no room for the batch.
    #[error(transparent)]
    Full(#[from] Full),
    /// Its key was used for another one, and is remembered.
    #[error("its key was used for another publish in the last five minutes")]
    KeyReused,
}

/// A batch that was taken in and is not there yet: it has its numbers, and room is kept for it. It
/// is there once it is given to [`Broker::commit`]; what [`Broker::refuse`] gets never was.
#[derive(Debug)]
pub struct Accepted {
    queue: QueueName,
    messages: Vec<(MessageId, Message)>,
    /// Remembered by the queue until this is refused, or for a while.
    pub(crate) key: Option<Key>,
}

impl Accepted {
    /// Its messages' numbers, in order.
    pub fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.messages.iter().map(|(id, _)| *id)
    }

    /// Where it goes.
    pub fn queue(&self) -> &QueueName {
        &self.queue
    }

    /// Each message's number and bytes, and when it becomes ready, if not at once.
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, &[u8], Option<Time>)> {
        self.messages.iter().map(|(id, message)| (*id, &message.body[..], message.due()))
    }
}

/// Many named queues and what happens in them.
///
/// Calls take `now`, which must not go back; each first ends what is over by then.
/// Publishing, receiving and configuring make a queue that is not there yet.
#[derive(Debug)]
pub struct Broker {
    pub(crate) queues: BTreeMap<QueueName, Queue>,
    /// Part of every receipt, so that those of an earlier run can be told apart.
    pub(crate) run: u32,
    pub(crate) next_message: u64,
    next_waiter: u64,
    /// What happened, where the order between queues matters.
    noted: Vec<(QueueName, Event)>,
}

impl Broker {
    /// An empty broker. `run` should differ from that of any earlier one.
    pub fn new(run: u32) -> Broker {
        let (queues, noted) = (BTreeMap::new(), Vec::new());
        Broker { queues, run, next_message: 1, next_waiter: 1, noted }
    }

    /// The queue, made where it is not there.
    pub(crate) fn queue(&mut self, name: &QueueName) -> &mut Queue {
        let run = self.run;
        self.queues.entry(name.clone()).or_insert_with(|| Queue::new(run))
    }

    /// Whether there may be a queue of this name: it is there, or there are not too many.
    pub fn admits(&self, name: &QueueName) -> bool {
        self.queues.len() < MAX_QUEUES || self.queues.contains_key(name)
    }

    /// Tells a queue its settings; true where this made it.
    ///
    /// # Errors
    /// When a setting is out of range, or dead letters would go round in a circle.
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

    /// A queue's settings; `None` where there is no such queue.
    pub fn settings(&self, name: &QueueName) -> Option<&Settings> {
        self.queues.get(name).map(|queue| &queue.settings)
    }

    /// Takes a batch in, all or nothing. `enqueued_at` (milliseconds since 1970) is for display.
    ///
    /// # Errors
    /// When a body is too large or the queue has no room; nothing is taken in then.
    pub fn publish(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
    ) -> Result<Vec<MessageId>, PublishError> {
        let accepted = self.accept(now, name, batch, enqueued_at)?;
        let ids = accepted.ids().collect();
        self.commit(now, accepted);
        Ok(ids)
    }

    /// Takes a batch in as [`Broker::publish`] does, for it to be there later: nobody sees it yet.
    ///
    /// # Errors
    /// When a body is too large or the queue has no room; nothing is taken in then.
    pub fn accept(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
    ) -> Result<Accepted, PublishError> {
        self.advance(now);
        self.take_in(now, name, batch, enqueued_at, 0)
    }

    /// Keeps room for a batch, where there is room for `beside` bytes more, and numbers it.
    pub(crate) fn take_in(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        beside: u64,
    ) -> Result<Accepted, PublishError> {
        let first = self.next_message;
        let queue = self.queue(name);
        queue.check(&batch, beside)?;
        queue.expected += batch.len();
        queue.expected_bytes += bytes_of(&batch);
        self.next_message += batch.len() as u64;
        let numbered = (first..).map(MessageId).zip(batch);
        let messages = numbered.map(|(id, new)| (id, message(now, new, enqueued_at))).collect();
        Ok(Accepted { queue: name.clone(), messages, key: None })
    }

    /// A batch that was accepted is there from now on. Those with keys come in the order in which
    /// they were accepted, so that keys are forgotten in that order.
    pub fn commit(&mut self, now: Time, accepted: Accepted) {
        self.advance(now);
        let queue = self.queue(&accepted.queue);
        queue.expect_no_longer(&accepted.messages);
        if let Some(key) = accepted.key {
            queue.keys.settle(now, key);
        }
        accepted.messages.into_iter().for_each(|(id, message)| queue.insert(id, message));
        queue.wake(now);
    }

    /// A batch that was accepted never came; its room is free again.
    pub fn refuse(&mut self, accepted: &Accepted) {
        let queue = self.queue(&accepted.queue);
        queue.expect_no_longer(&accepted.messages);
        if let Some(key) = accepted.key {
            queue.keys.free(key);
        }
    }

    /// Gives out what is ready now, at most `request.max`; nothing if nothing is.
    pub fn receive(&mut self, now: Time, name: &QueueName, request: &Request) -> Vec<Delivery> {
        self.advance(now);
        self.queue(name).receive(now, request)
    }

    /// Waits for what is not there yet. The answer comes as [`Event::Delivered`] to this
    /// waiter, at once where something is ready after all.
    pub fn wait(&mut self, now: Time, name: &QueueName, request: Request) -> WaiterId {
        self.advance(now);
        let waiter = WaiterId(self.next_waiter);
        self.next_waiter += 1;
        let queue = self.queue(name);
        queue.wait(waiter, request);
        queue.wake(now);
        waiter
    }

    /// Waits no longer; false where the waiter was served already.
    pub fn cancel(&mut self, name: &QueueName, waiter: WaiterId) -> bool {
        self.queues.get_mut(name).is_some_and(|queue| queue.cancel(waiter))
    }

    /// Counts a receive that went away with nothing.
    pub fn count_empty(&mut self, name: &QueueName) {
        self.queue(name).total.receive_empty += 1;
    }

    /// Throws all messages of a queue away, wherever they are; returns how many.
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

    /// Moves the dead to their queue, over its depth if need be, for nothing may be lost there.
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
        // A death comes after all that happened in both queues, and before what comes of it.
        self.note(&to);
        self.note(name);
        for Dead { id, message } in dead {
            self.queue(&to).insert(id, message.anew());
        }
        self.queue(&to).wake(now);
        self.note(&to);
    }

    /// Puts what happened in a queue up to now behind all that was noted before.
    pub(crate) fn note(&mut self, name: &QueueName) {
        if let Some(queue) = self.queues.get_mut(name) {
            let events = queue.events.drain(..);
            self.noted.extend(events.map(|event| (name.clone(), event)));
        }
    }

    /// When the next lease or delay ends.
    pub fn next_deadline(&self) -> Option<Time> {
        self.queues.values().filter_map(Queue::next_deadline).min()
    }

    /// What happened since the last call, in order within each queue and between queues that the
    /// dead went from and to.
    pub fn take_events(&mut self) -> Vec<(QueueName, Event)> {
        let mut taken = Vec::new();
        self.drain_events(&mut taken);
        taken
    }

    /// The same, put behind what is in `to`, whose room can be used again and again.
    pub fn drain_events(&mut self, to: &mut Vec<(QueueName, Event)>) {
        to.append(&mut self.noted);
        for (name, queue) in &mut self.queues {
            let events = queue.events.drain(..);
            to.extend(events.map(|event| (name.clone(), event)));
            // A large batch would keep its room for ever.
            queue.events.shrink_to(EVENTS);
        }
    }

    /// A look at the oldest messages, wherever they are; `None` where there is no such queue.
    pub fn peek(&self, name: &QueueName, max: usize) -> Option<Vec<Peeked>> {
        self.queues.get(name).map(|queue| queue.peek(max))
    }

    /// The last messages given out again, newest first; `None` where there is no such queue.
    pub fn redelivered(&self, name: &QueueName, max: usize) -> Option<Vec<Redelivery>> {
        self.queues.get(name).map(|queue| queue.redelivered(max))
    }

    /// A queue at this moment; `None` where there is no such queue.
    pub fn stats(&mut self, now: Time, name: &QueueName) -> Option<Stats> {
        self.advance(now);
        self.queues.get(name).map(|queue| queue.stats(now))
    }

    /// The names of all queues, in order.
    pub fn names(&self) -> impl Iterator<Item = &QueueName> {
        self.queues.keys()
    }
}

fn message(now: Time, new: NewMessage, enqueued_at: u64) -> Message {
    let until = now.saturating_add(new.delay);
    let place = if new.delay.is_zero() { Place::Ready } else { Place::Delayed { until } };
    Message { place, ..Message::new(new.body, enqueued_at, now) }
}
