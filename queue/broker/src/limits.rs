//! How much a queue takes, and how old it lets messages become.

use crate::Time;
use crate::broker::PublishError;
use crate::event::Event;
use crate::message::{MessageId, NewMessage};
use crate::queue::{Message, Queue};

/// The queue has no room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// For so many messages.
    #[error("the queue holds {depth} of at most {limit} messages and has no room for {batch} more")]
    Depth {
        /// Messages in the queue, wherever they are.
        depth: usize,
        /// The queue's limit.
        limit: usize,
        /// Messages in the batch.
        batch: usize,
    },
    /// For so many bytes.
    #[error(
        "the queue holds {bytes} of at most {limit} bytes{} and has no room for {batch} more",
        of_keys(*keys)
    )]
    Bytes {
        /// Bytes in the queue, those for keys included.
        bytes: u64,
        /// What the keys of the last minutes count of these.
        keys: u64,
        /// The queue's limit.
        limit: u64,
        /// Bytes in the batch, and what its key counts.
        batch: u64,
    },
}

fn of_keys(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        _ => format!(", {bytes} of them for the keys of the last five minutes,"),
    }
}

/// The bytes of all bodies of a batch.
pub(crate) fn bytes_of(batch: &[NewMessage]) -> u64 {
    batch.iter().map(|new| new.body.len() as u64).sum()
}

impl Queue {
    /// Whether a batch may come in, with so many bytes beside it.
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

    /// How many messages more it takes.
    pub(crate) fn free_slots(&self) -> usize {
        self.settings.max_depth.saturating_sub(self.depth())
    }

    /// How many bytes more it takes.
    pub(crate) fn free_bytes(&self) -> u64 {
        self.settings.max_bytes.saturating_sub(self.taken_bytes())
    }

    /// What counts of its `max_bytes`: bodies, those that are expected, and keys.
    fn taken_bytes(&self) -> u64 {
        self.bytes + self.expected_bytes + self.keys.bytes()
    }

    /// A batch is there, or never came.
    pub(crate) fn expect_no_longer(&mut self, batch: &[(MessageId, Message)]) {
        self.expected -= batch.len();
        self.expected_bytes -= batch.iter().map(|(_, it)| it.body.len() as u64).sum::<u64>();
    }

    /// When the oldest that is ready is too old. Others are looked at once they are ready.
    pub(crate) fn next_expiry(&self) -> Option<Time> {
        let age = self.settings.max_age?;
        let oldest = self.ready.first().and_then(|id| self.messages.get(*id))?;
        Some(oldest.published.saturating_add(age))
    }

    /// Lets go of what is too old at `now`.
    pub(crate) fn expire(&mut self, now: Time) {
        while self.next_expiry().is_some_and(|at| at <= now) {
            let Some(id) = self.ready.pop_first() else { return };
            self.let_go(id);
            self.total.expired += 1;
            self.events.push(Event::Expired { id });
        }
    }
}
