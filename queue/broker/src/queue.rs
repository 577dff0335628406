//! One queue: its messages, their places, its waiters and its limits.

use std::collections::{BTreeSet, VecDeque};

use crate::Time;
use crate::event::Event;
use crate::keys::Keys;
use crate::limits::{Full, PublishError};
use crate::message::{Earlier, Message, MessageId, NewMessage, Place, Request, WaiterId};
use crate::redelivery::Redeliveries;
use crate::retire::Retired;
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::stats::Counters;
use crate::workers::Workers;

#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) settings: Settings,
    /// The number of this run of the process; it is part of new receipts.
    pub(crate) run: u32,
    /// The process's run before this one; `None` if this is the first run.
    pub(crate) earlier: Option<Earlier>,
    pub(crate) messages: Shelf,
    /// The size of all bodies in `messages`, in bytes.
    pub(crate) bytes: u64,
    /// How many messages are accepted but not committed.
    pub(crate) expected: usize,
    /// The size of all bodies that are accepted but not committed, in bytes.
    pub(crate) expected_bytes: u64,
    pub(crate) keys: Keys,
    /// Whether the queue is paused, so that receives get nothing.
    pub(crate) paused: bool,
    /// The ready messages, oldest first: a message that comes back returns to its old place.
    pub(crate) ready: BTreeSet<MessageId>,
    /// The end of each lease and delay, with the message's id; soonest first.
    pub(crate) timers: BTreeSet<(Time, MessageId)>,
    pub(crate) in_flight: usize,
    /// The waiting receives, first come, first served. While messages are ready and the queue is
    /// not paused, only receives of retired workers wait here.
    pub(crate) waiters: VecDeque<(WaiterId, Request)>,
    pub(crate) workers: Workers,
    pub(crate) retired: Retired,
    pub(crate) total: Counters,
    pub(crate) redeliveries: Redeliveries,
    pub(crate) events: Vec<Event>,
}

impl Queue {
    pub(crate) fn new(run: u32) -> Queue {
        Queue { run, ..Queue::default() }
    }

    /// How many messages the queue has, including those that are accepted but not committed.
    pub(crate) fn depth(&self) -> usize {
        self.messages.len() + self.expected
    }

    pub(crate) fn insert(&mut self, id: MessageId, message: Message) {
        let due = message.due();
        let (body, enqueued_at) = (message.body.clone(), message.enqueued_at);
        self.events.push(Event::Published { id, body, enqueued_at, due });
        self.total.published += 1;
        self.hold(id, message);
        self.index(id, due);
    }

    /// Inserts a message of an earlier run of the process, in its old place. The lease of a message
    /// in flight is part of `message`.
    pub(crate) fn restore(&mut self, id: MessageId, message: Message) {
        match message.place {
            Place::Ready => self.index(id, None),
            Place::Delayed { until } => self.index(id, Some(until)),
            Place::InFlight(ref lease) => {
                self.workers.given(lease.since, id, lease.worker.as_ref());
                self.timers.insert((lease.until, id));
                self.in_flight += 1;
            }
        }
        self.hold(id, message);
    }

    fn hold(&mut self, id: MessageId, message: Message) {
        self.bytes += message.body.len() as u64;
        self.messages.insert(id, message);
    }

    pub(crate) fn let_go(&mut self, id: MessageId) -> Option<Message> {
        let message = self.messages.remove(id)?;
        self.bytes -= message.body.len() as u64;
        Some(message)
    }

    /// Adds a message to `timers` if it is delayed until `due`, else to `ready`.
    pub(crate) fn index(&mut self, id: MessageId, due: Option<Time>) {
        match due {
            Some(until) => self.timers.insert((until, id)),
            None => self.ready.insert(id),
        };
    }

    /// Deletes all messages, and returns how many; their receipts become stale. The queue still
    /// remembers keys, so that a repeated publish does not publish deleted messages again.
    pub(crate) fn purge(&mut self, now: Time) -> u64 {
        let count = self.messages.len() as u64;
        let below = self.messages.last().map_or(MessageId(0), |last| MessageId(last.0 + 1));
        self.messages = Shelf::default();
        self.bytes = 0;
        self.ready.clear();
        self.timers.clear();
        self.in_flight = 0;
        self.workers.all_ended(now);
        self.total.purged += count;
        self.events.push(Event::Purged { count, below });
        count
    }

    /// Checks whether the queue may accept a batch whose key takes `beside` more bytes.
    pub(crate) fn check(&self, batch: &[NewMessage], beside: u64) -> Result<(), PublishError> {
        let limit = self.settings.max_message_bytes;
        if let Some(bytes) = batch.iter().map(|new| new.body.len()).find(|bytes| *bytes > limit) {
            return Err(PublishError::TooLarge { bytes, limit });
        }
        let (depth, limit) = (self.depth(), self.settings.max_depth);
        if depth + batch.len() > limit {
            return Err(Full::Depth { depth, limit, batch: batch.len() }.into());
        }
        let (bytes, limit) = (self.taken_bytes(), self.settings.max_bytes);
        let batch = bytes_of(batch) + beside;
        if bytes + batch > limit {
            return Err(Full::Bytes { bytes, keys: self.keys.bytes(), limit, batch }.into());
        }
        Ok(())
    }

    /// How many more messages the queue has room for.
    pub(crate) fn free_slots(&self) -> usize {
        self.settings.max_depth.saturating_sub(self.depth())
    }

    /// How many more bytes the queue has room for.
    pub(crate) fn free_bytes(&self) -> u64 {
        self.settings.max_bytes.saturating_sub(self.taken_bytes())
    }

    /// The bytes that count against `max_bytes`: keys, and bodies that are committed or accepted.
    fn taken_bytes(&self) -> u64 {
        self.bytes + self.expected_bytes + self.keys.bytes()
    }

    /// Frees the room that was reserved for a batch that is now committed or refused.
    pub(crate) fn expect_no_longer(&mut self, batch: &[(MessageId, Message)]) {
        self.expected -= batch.len();
        self.expected_bytes -= batch.iter().map(|(_, it)| it.body.len() as u64).sum::<u64>();
    }
}

/// The bytes of all bodies of a batch.
pub(crate) fn bytes_of(batch: &[NewMessage]) -> u64 {
    batch.iter().map(|new| new.body.len() as u64).sum()
}
