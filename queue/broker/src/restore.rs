//! Rebuilds a broker from the events of an earlier run, replayed in their order.
//!
//! An event of a message that is not there is only counted: the message was done, and its log
//! segment may be deleted already.

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

/// When a message becomes ready, by the wall clock, which outlives the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Milliseconds since 1970.
    pub at: u64,
    /// How long the message was to be hidden, from when the delay was set. It is never hidden for
    /// longer, because the wall clock may have been set since.
    pub delay: Time,
}

/// The state of a message, for another run to restore.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub body: Bytes,
    /// When it was published, in milliseconds since 1970.
    pub enqueued_at: u64,
    /// Deliveries that count against `max_attempts`.
    pub attempts: u32,
    /// How often it was released without its attempt counting.
    pub releases: u32,
    /// All deliveries, including those that do not count.
    pub deliveries: u32,
    /// Which run issued the last receipt; 0 before the first one.
    pub run: u32,
    pub at: At,
}

/// Where a message is, by the wall clock.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Ready,
    Delayed(Due),
    /// In flight, with the length of the lease from its delivery on.
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

/// Collects the events of earlier runs, and makes a broker of them.
#[derive(Debug, Default)]
pub struct Restore {
    parts: BTreeMap<QueueName, Part>,
    /// The last run.
    run: Option<u32>,
    next_message: u64,
}

impl Restore {
    /// A process began; its receipts have this run.
    pub fn started(&mut self, run: u32) {
        self.run = Some(run);
    }

    /// New messages have at least this id.
    pub fn next_message(&mut self, next: MessageId) {
        self.next_message = self.next_message.max(next.0);
    }

    /// A queue was created, or its settings were replaced.
    pub fn configured(&mut self, queue: &QueueName, settings: Settings) {
        self.part(queue).settings = settings;
    }

    /// A queue's totals up to here.
    pub fn counted(&mut self, queue: &QueueName, total: Counters) {
        self.part(queue).total = total;
    }

    /// A message was published.
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

    /// The state of a message. Its earlier events may be gone.
    pub fn moved(&mut self, queue: &QueueName, id: MessageId, kept: Kept) {
        self.next_message(MessageId(id.0 + 1));
        self.part(queue).messages.insert(id, kept);
    }

    /// How often a message was released up to here.
    pub fn releases(&mut self, queue: &QueueName, id: MessageId, count: u32) {
        if let Some(kept) = self.part(queue).messages.get_mut(&id) {
            kept.releases = count;
        }
    }

    /// Messages were published with a key, now or earlier.
    pub fn keyed(&mut self, queue: &QueueName, kept: KeptKey) {
        self.part(queue).keys.insert(kept.once.key, kept);
    }

    /// How many publishes were repeated up to here.
    pub fn replayed(&mut self, queue: &QueueName, total: u64) {
        self.part(queue).total.replayed = total;
    }

    /// How many deliveries were released up to here.
    pub fn released(&mut self, queue: &QueueName, total: u64) {
        self.part(queue).total.released = total;
    }

    /// A message was delivered.
    pub fn delivered(&mut self, queue: &QueueName, receipt: Receipt, lease: Time) {
        let part = self.part(queue);
        part.total.delivered += 1;
        let Some(kept) = part.messages.get_mut(&receipt.message) else { return };
        kept.attempts += 1;
        (kept.deliveries, kept.run) = (receipt.delivery, receipt.run);
        kept.at = At::InFlight(lease);
    }

    /// A client showed the receipt of a delivery that was not logged.
    pub fn recalled(&mut self, queue: &QueueName, receipt: Receipt) {
        let lease = self.part(queue).settings.lease;
        let kept = self.part(queue).messages.get_mut(&receipt.message);
        match kept.map(|kept| (kept.at, kept)) {
            Some((At::Ready, _)) => self.delivered(queue, receipt, lease),
            Some((_, kept)) => (kept.deliveries, kept.run) = (receipt.delivery, receipt.run),
            None => {}
        }
    }

    /// A delivery never reached its worker.
    pub fn undelivered(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.undelivered += 1;
        let Some(kept) = part.messages.get_mut(&id) else { return };
        kept.attempts = kept.attempts.saturating_sub(1);
        kept.at = At::Ready;
    }

    /// A message was acked.
    pub fn acked(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.acked += 1;
        part.messages.remove(&id);
    }

    /// A message went back to its queue.
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

    /// A message was given up, and went `to` its dead-letter queue.
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

    /// A ready message exceeded the queue's `max_age`.
    pub fn expired(&mut self, queue: &QueueName, id: MessageId) {
        let part = self.part(queue);
        part.total.expired += 1;
        part.messages.remove(&id);
    }

    /// A message went back to the queue where it had died.
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

    /// A queue was paused or resumed.
    pub fn paused(&mut self, queue: &QueueName, paused: bool) {
        self.part(queue).paused = paused;
    }

    /// The `count` messages of a queue below this id were deleted.
    pub fn purged(&mut self, queue: &QueueName, count: u64, below: MessageId) {
        let part = self.part(queue);
        part.total.purged += count;
        // Messages that were logged before the purge but not committed then came in after it.
        part.messages = part.messages.split_off(&below);
    }

    fn part(&mut self, queue: &QueueName) -> &mut Part {
        self.parts.entry(queue.clone()).or_default()
    }

    /// The broker of a new run, at `now` by its own clock and `wall` in milliseconds since 1970.
    /// Messages in flight get a fresh lease, and their receipts stay valid until the messages are
    /// redelivered.
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
                // The clock may have been set between two messages; the first one is still not
                // younger.
                age = age.max(Time::from_millis(wall.saturating_sub(kept.enqueued_at)));
                queue.restore(id, kept.message(now, wall, age));
            }
            broker.queues.insert(name, queue);
        }
        broker
    }
}

impl Part {
    /// The totals, including messages that are gone without an event. Their segment was deleted
    /// because they were acked, or purged while a full disk could not log it. They count as acked.
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
    /// How much longer the message is hidden.
    fn left(self, wall: u64) -> Time {
        Time::from_millis(self.at.saturating_sub(wall)).min(self.delay)
    }
}
