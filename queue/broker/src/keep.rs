//! Reads the state of messages and keys from a broker, so that the log can write it again.

use crate::Time;
use crate::broker::Broker;
use crate::keys::KeptKey;
use crate::message::{Message, MessageId, Place};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::restore::{At, Due, Kept};

/// About how many bytes a message takes in the log, in addition to its body.
const RECORD: u64 = 32;

impl Broker {
    /// The id that the next published message will have.
    pub fn next_message(&self) -> MessageId {
        MessageId(self.next_message)
    }

    /// The lowest id, at least `from`, of any message or remembered key; `None` if there is no such
    /// id. A key has the id of the first message that was published with it.
    pub fn oldest_from(&self, from: MessageId) -> Option<MessageId> {
        let oldest = self.queues.values().filter_map(|queue| queue.messages.from(from).next());
        let oldest = oldest.map(|(id, _)| id);
        let keys = |queue: &Queue| queue.keys.between(from, MessageId(u64::MAX)).next();
        oldest.chain(self.queues.values().filter_map(keys)).min()
    }

    /// The ids of all messages and keys, from `from` on and below `below`; an id may occur twice.
    pub fn between(&self, from: MessageId, below: MessageId) -> Vec<MessageId> {
        let ids = self.queues.values().map(|queue| queue.messages.from(from).map(|(id, _)| id));
        let messages = ids.flat_map(|ids| ids.take_while(|id| *id < below));
        let keys = self.queues.values().flat_map(|queue| queue.keys.between(from, below));
        messages.chain(keys).collect()
    }

    /// Whether a message or a key has this id.
    pub fn holds(&self, id: MessageId) -> bool {
        self.oldest_from(id) == Some(id)
    }

    /// A message's queue, and its state at `now`, from which a later run can restore the message.
    /// `wall` is `now` in milliseconds since 1970. `None` if there is no such message.
    pub fn kept(&self, now: Time, wall: u64, id: MessageId) -> Option<(&QueueName, Kept)> {
        self.queues.iter().find_map(|(name, queue)| {
            let message = queue.messages.get(id)?;
            Some((name, kept(message, now, wall, queue.settings.lease)))
        })
    }

    /// The queue of the key whose first message has the id `first`, and the key's state at `now`.
    /// `wall` is `now` in milliseconds since 1970. `None` if no such key is remembered.
    pub fn kept_key(
        &self,
        now: Time,
        wall: u64,
        first: MessageId,
    ) -> Option<(&QueueName, KeptKey)> {
        self.queues
            .iter()
            .find_map(|(name, queue)| Some((name, queue.keys.kept(now, wall, first)?)))
    }

    /// About how many bytes all messages and keys take in the log.
    pub fn bytes(&self) -> u64 {
        let messages = |queue: &Queue| queue.bytes + RECORD * queue.messages.len() as u64;
        self.queues.values().map(|queue| messages(queue) + queue.keys.bytes()).sum()
    }
}

fn kept(message: &Message, now: Time, wall: u64, lease: Time) -> Kept {
    let left = |until: Time| until.saturating_sub(now);
    let at = match &message.place {
        Place::Ready => At::Ready,
        Place::Delayed { until } => {
            At::Delayed(Due { at: wall + left(*until).as_millis() as u64, delay: left(*until) })
        }
        Place::InFlight(of) => At::InFlight(left(of.until).max(lease)),
    };
    Kept {
        body: message.body.clone(),
        enqueued_at: message.enqueued_at,
        attempts: message.attempts,
        releases: message.releases,
        deliveries: message.deliveries,
        run: message.run,
        at,
    }
}
