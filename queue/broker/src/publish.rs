//! Publishes messages, ready at once or delayed. Repeating a publish with its key has no effect.

use crate::Time;
use crate::broker::Broker;
use crate::keys::{KEY_BYTES, Key, Once};
use crate::limits::PublishError;
use crate::message::{Message, MessageId, NewMessage, Place};
use crate::name::QueueName;
use crate::queue::bytes_of;

/// A batch that was accepted but is not visible to receives yet. Its messages have ids, and the
/// queue reserves room. [`Broker::commit`] makes the batch visible; [`Broker::refuse`] drops it.
#[derive(Debug)]
pub struct Accepted {
    queue: QueueName,
    messages: Vec<(MessageId, Message)>,
    /// The key of the publish; `None` if it has no key.
    key: Option<Key>,
}

impl Accepted {
    /// The ids of the batch's messages, in the order of the batch.
    pub fn ids(&self) -> impl Iterator<Item = MessageId> {
        self.messages.iter().map(|(id, _)| *id)
    }

    /// The queue to which the batch is published.
    pub fn queue(&self) -> &QueueName {
        &self.queue
    }

    /// The id and body of each message, and the time when it becomes ready (`None` means at once).
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, &[u8], Option<Time>)> {
        self.messages.iter().map(|(id, message)| (*id, &message.body[..], message.due()))
    }
}

/// The result of a publish with a key.
#[derive(Debug)]
pub enum Tried {
    /// The first publish with this key. It was accepted, and must be committed or refused.
    First(Accepted),
    /// A repeated publish with this key; nothing was accepted.
    Again {
        /// The ids of the messages that the first publish created.
        ids: Vec<MessageId>,
        /// True if the first publish is committed; false while it is neither committed nor refused.
        settled: bool,
    },
}

impl Broker {
    /// Publishes all messages of a batch or none. `enqueued_at` (ms since 1970) is for display.
    ///
    /// # Errors
    /// When a body is too large or the queue has no room; then nothing is published.
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

    /// Accepts a batch as [`Broker::publish`] does, but keeps it invisible until it is committed.
    ///
    /// # Errors
    /// When a body is too large or the queue has no room; then nothing is accepted.
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

    /// Assigns ids to a batch and reserves room for it, if the queue has room for the batch and for
    /// the `beside` bytes of its key.
    fn take_in(
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

    /// Makes an accepted batch visible. Batches with keys must be committed in the order in which
    /// they were accepted, because keys are forgotten in that order.
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

    /// Drops an accepted batch, and frees its key and the room that was reserved for it.
    pub fn refuse(&mut self, accepted: &Accepted) {
        let queue = self.queue(&accepted.queue);
        queue.expect_no_longer(&accepted.messages);
        if let Some(key) = accepted.key {
            queue.keys.free(key);
        }
    }

    /// Accepts a batch of at least one message as [`Broker::accept`] does, unless its key is
    /// remembered. The key is remembered until the batch is refused, or for
    /// [`KEY_KEPT`](crate::keys::KEY_KEPT) after it was committed.
    ///
    /// # Errors
    /// When the key was used for a different batch, a body is too large, or the queue has no room.
    /// Then nothing is accepted, and a new key is not remembered.
    pub fn accept_once(
        &mut self,
        now: Time,
        name: &QueueName,
        batch: Vec<NewMessage>,
        enqueued_at: u64,
        once: Once,
    ) -> Result<Tried, PublishError> {
        self.advance(now);
        let queue = self.queue(name);
        if let Some((ids, settled)) = queue.keys.find(&once)? {
            queue.total.replayed += 1;
            return Ok(Tried::Again { ids, settled });
        }
        let count = batch.len() as u32;
        let mut accepted = self.take_in(now, name, batch, enqueued_at, KEY_BYTES)?;
        let first = accepted.ids().next();
        if let Some(first) = first {
            accepted.key = Some(once.key);
            self.queue(name).keys.begin(once, first, count);
        }
        Ok(Tried::First(accepted))
    }
}

fn message(now: Time, new: NewMessage, enqueued_at: u64) -> Message {
    let until = now.saturating_add(new.delay);
    let place = if new.delay.is_zero() { Place::Ready } else { Place::Delayed { until } };
    Message { place, ..Message::new(new.body, enqueued_at, now) }
}
