//! Messages come in: at once or later, and with a key once, however often that is tried.

use crate::Time;
use crate::broker::Broker;
use crate::keys::{KEY_BYTES, Key, Once};
use crate::limits::PublishError;
use crate::message::{Message, MessageId, NewMessage, Place};
use crate::name::QueueName;
use crate::queue::bytes_of;

/// A batch that was taken in and is not there yet: it has its numbers, and room is kept for it. It
/// is there once it is given to [`Broker::commit`]; what [`Broker::refuse`] gets never was.
#[derive(Debug)]
pub struct Accepted {
    queue: QueueName,
    messages: Vec<(MessageId, Message)>,
    /// Remembered by the queue until this is refused, or for a while.
    key: Option<Key>,
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

/// What became of a publish with a key.
#[derive(Debug)]
pub enum Tried {
    /// It is the first with its key, and was taken in; to be committed or refused.
    First(Accepted),
    /// There was one before. Nothing was taken in.
    Again {
        /// The messages of the one before.
        ids: Vec<MessageId>,
        /// Whether they were there already; if not, they are committed or refused yet.
        settled: bool,
    },
}

impl Broker {
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

    /// Takes a batch of at least one in as [`Broker::accept`] does, if it is the first with its
    /// key. The key is remembered until the batch is refused, or for
    /// [`KEY_KEPT`](crate::keys::KEY_KEPT) after it was committed.
    ///
    /// # Errors
    /// When the key was used for something else, or the batch would be refused without a key, too;
    /// then nothing is taken in, and a new key is not remembered.
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
