//! Rebuilds a broker from the events of earlier runs of the process, which are replayed in order.
//!
//! An event of an unknown message is only counted. Such a message was done, and the log segment
//! with its publish may be deleted already.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::Time;
use crate::broker::Broker;
use crate::event::ReturnReason;
use crate::keys::{KeptKey, Key, Keys};
use crate::message::{Earlier, Message, MessageId, Place, Receipt};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::settings::Settings;
use crate::stats::Counters;

/// The time when a message becomes ready, in a form that is still valid after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Milliseconds since 1970.
    pub at: u64,
    /// The original length of the delay. After a restart the message is hidden for at most this
    /// time, even if the wall clock was set back.
    pub delay: Time,
}

/// The state of a message, from which a later run of the process can restore it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub body: Bytes,
    /// When the message was published, in milliseconds since 1970.
    pub enqueued_at: u64,
    /// How many deliveries count against `max_attempts`.
    pub attempts: u32,
    /// How many releases of the message did not count as attempts.
    pub releases: u32,
    /// The number of all deliveries, including those that do not count against `max_attempts`.
    pub deliveries: u32,
    /// The run of the process that issued the last receipt; 0 before the first receipt.
    pub run: u32,
    pub at: At,
}

/// The place of a message, with times that are valid after a restart.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Ready,
    Delayed(Due),
    /// In flight; restoring the message begins a new lease of this length.
    InFlight(Time),
}

#[derive(Debug, Default)]
struct Part {
    settings: Settings,
    total: Counters,
    paused: bool,
    messages: BTreeMap<MessageId, Kept>,
    keys: BTreeMap<Key, KeptKey>,
}

/// Replays the events of earlier runs of the process, and builds a broker from them.
#[derive(Debug, Default)]
pub struct Restore {
    parts: BTreeMap<QueueName, Part>,
    /// The number of the last run that was replayed.
    run: Option<u32>,
    next_message: u64,
}

impl Restore {
    /// Replays the start of the process with the run number `run`.
    pub fn started(&mut self, run: u32) {
        self.run = Some(run);
    }

    /// Replays a record: later messages have the id `next` or higher ids.
    pub fn next_message(&mut self, next: MessageId) {
        self.next_message = self.next_message.max(next.0);
    }

    /// Replays a record: a queue was created, or its settings were replaced.
    pub fn configured(&mut self, queue: &QueueName, settings: Settings) {
        self.part(queue).settings = settings;
    }

    /// Replays the totals that a queue had at this point of the log.
    pub fn counted(&mut self, queue: &QueueName, total: Counters) {
        self.part(queue).total = total;
    }

    /// Replays the publish of one message.
    pub fn published(
        &mut self,
        queue: &QueueName,
        id: MessageId,
        body: Bytes,
        enqueued_at: u64,
        due: Option<Due>,
    ) {
        self.next_message(MessageId(id.0 + 1));
        let at = due.map_or(At::Ready, At::Delayed);
        let part = self.part(queue);
        part.total.published += 1;
        let (attempts, releases, deliveries, run) = (0, 0, 0, 0);
        let kept = Kept { body, enqueued_at, attempts, releases, deliveries, run, at };
        part.messages.insert(id, kept);
    }

    /// Replays a message's state, which was logged again because earlier events may be deleted.
    pub fn moved(&mut self, queue: &QueueName, id: MessageId, kept: Kept) {
        self.next_message(MessageId(id.0 + 1));
        self.part(queue).messages.insert(id, kept);
    }

    /// Replays how often a message had been released by this point of the log.
    pub fn releases(&mut self, queue: &QueueName, id: MessageId, count: u32) {
        if let Some(kept) = self.part(queue).messages.get_mut(&id) {
            kept.releases = count;
        }
    }

    /// Replays a publish with a key, or a key's state that was logged again.
    pub fn keyed(&mut self, queue: &QueueName, kept: KeptKey) {
        self.part(queue).keys.insert(kept.once.key, kept);
    }

    /// Replays how many publishes to a queue had been repeated by this point of the log.
    pub fn replayed(&mut self, queue: &QueueName, total: u64) {
        self.part(queue).total.replayed = total;
    }

    /// Replays how many deliveries of a queue had been released by this point of the log.
    pub fn released(&mut self, queue: &QueueName, total: u64) {
        self.part(queue).total.released = total;
    }

    /// Replays the delivery of a message.
    pub fn delivered(&mut self, queue: &QueueName, receipt: Receipt, lease: Time) {
        let part = self.part(queue);
        part.total.delivered += 1;
        let Some(kept) = part.messages.get_mut(&receipt.message) else { return };
        kept.attempts += 1;
        (kept.deliveries, kept.run) = (receipt.delivery, receipt.run);
        kept.at = At::InFlight(lease);
    }

    /// Replays a record: a client used the receipt of a delivery that was not logged.
    pub fn recalled(&mut self, queue: &QueueName, receipt: Receipt) {
        let lease = self.part(queue).settings.lease;
        let kept = self.part(queue).messages.get_mut(&receipt.message);
        match kept.map(|kept| (kept.at, kept)) {
            Some((At::Ready, _)) => self.delivered(queue, receipt, lease),
            Some((_, kept)) => (kept.deliveries, kept.run) = (receipt.delivery, receipt.run),
            None => {}
        }
    }

    /// Replays a record: a delivery never reached its worker.
    pub fn undelivered(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.undelivered += 1;
        let Some(kept) = part.messages.get_mut(&id) else { return };
        kept.attempts = kept.attempts.saturating_sub(1);
        kept.at = At::Ready;
    }

    /// Replays the ack of a message.
    pub fn acked(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.acked += 1;
        part.messages.remove(&id);
    }

    /// Replays a record: a message went back to its queue, ready at `due` (`None` means at once).
    pub fn returned(
        &mut self,
        queue: &QueueName,
        id: MessageId,
        reason: ReturnReason,
        due: Option<Due>,
    ) {
        let part = self.part(queue);
        part.total.came_back(reason);
        let Some(kept) = part.messages.get_mut(&id) else { return };
        if reason == ReturnReason::Released {
            kept.attempts = kept.attempts.saturating_sub(1);
            kept.releases += 1;
        }
        kept.at = due.map_or(At::Ready, At::Delayed);
    }

    /// Replays a record: a message died and was moved to the queue `to`, or dropped (`None`).
    pub fn dead(
        &mut self,
        queue: &QueueName,
        id: MessageId,
        reason: ReturnReason,
        to: Option<&QueueName>,
    ) {
        let part = self.part(queue);
        part.total.came_back(reason);
        part.total.dead += 1;
        let kept = part.messages.remove(&id);
        if let Some(to) = to {
            self.begins_anew(to, id, kept);
        }
    }

    /// Replays a record: a ready message was dropped because it exceeded the queue's `max_age`.
    pub fn expired(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.expired += 1;
        part.messages.remove(&id);
    }

    /// Replays a redrive, which moved a message from the queue `queue` to the queue `to`.
    pub fn redriven(&mut self, queue: &QueueName, id: MessageId, to: &QueueName) {
        let part = self.part(queue);
        part.total.acked += 1;
        let kept = part.messages.remove(&id);
        self.begins_anew(to, id, kept);
    }

    fn begins_anew(&mut self, queue: &QueueName, id: MessageId, kept: Option<Kept>) {
        let part = self.part(queue);
        part.total.published += 1;
        let anew = kept.map(|kept| Kept { attempts: 0, releases: 0, at: At::Ready, ..kept });
        part.messages.extend(anew.map(|kept| (id, kept)));
    }

    /// Replays a record: a queue was paused or resumed.
    pub fn paused(&mut self, queue: &QueueName, paused: bool) {
        self.part(queue).paused = paused;
    }

    /// Replays a purge, which deleted the `count` messages of a queue that had ids below `below`.
    pub fn purged(&mut self, queue: &QueueName, count: u64, below: MessageId) {
        let part = self.part(queue);
        part.total.purged += count;
        // Messages with higher ids were logged before the purge, but committed after it.
        part.messages = part.messages.split_off(&below);
    }

    fn part(&mut self, queue: &QueueName) -> &mut Part {
        self.parts.entry(queue.clone()).or_default()
    }

    /// Builds the broker for the new run number `run`. `now` is the time by the new run's clock,
    /// and `wall` is the same moment in milliseconds since 1970. Messages in flight get a new
    /// lease, and their receipts stay valid until the messages are redelivered.
    pub fn finish(self, run: u32, now: Time, wall: u64) -> Broker {
        let next = self.next_message.max(1);
        let earlier = self.run.map(|run| Earlier { run, below: MessageId(next) });
        let mut broker = Broker::new(run);
        broker.next_message = next;
        for (name, part) in self.parts {
            let total = part.reconciled();
            let mut queue = Queue::new(run);
            (queue.settings, queue.total, queue.earlier) = (part.settings, total, earlier);
            queue.paused = part.paused;
            queue.keys = Keys::restored(part.keys.into_values(), now, wall);
            let mut age = Time::ZERO;
            for (id, kept) in part.messages.into_iter().rev() {
                // The wall clock may have been set back between two publishes. A message is still
                // at least as old as all messages published after it.
                age = age.max(Time::from_millis(wall.saturating_sub(kept.enqueued_at)));
                queue.restore(id, kept.message(now, wall, age));
            }
            broker.queues.insert(name, queue);
        }
        broker
    }
}

impl Part {
    /// The queue's totals. Messages that left without a logged event count as acked: they were
    /// acked, or were purged while the disk was too full to log it, and their segment was deleted.
    fn reconciled(&self) -> Counters {
        let Counters { published, acked, dead, purged, expired, .. } = self.total;
        let here = self.messages.len() as u64;
        let untold = published.saturating_sub(acked + dead + purged + expired + here);
        Counters { acked: acked + untold, ..self.total }
    }
}

impl Kept {
    fn message(self, now: Time, wall: u64, age: Time) -> Message {
        let place = match self.at {
            At::Ready => Place::Ready,
            At::Delayed(due) => Place::Delayed { until: now + due.left(wall) },
            At::InFlight(lease) => {
                let until = now.saturating_add(lease);
                Place::in_flight(now, until, None)
            }
        };
        let Kept { attempts, releases, deliveries, run, .. } = self;
        let new = Message::new(self.body, self.enqueued_at, now.saturating_sub(age));
        Message { attempts, releases, deliveries, run, place, ..new }
    }
}

impl Due {
    /// How much longer the message is hidden. `wall` is the time now, in milliseconds since 1970.
    fn left(self, wall: u64) -> Time {
        Time::from_millis(self.at.saturating_sub(wall)).min(self.delay)
    }
}
