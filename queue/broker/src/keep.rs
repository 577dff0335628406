//! What whoever keeps messages for another run asks of a broker.

use crate::Time;
use crate::broker::Broker;
use crate::keys::KeptKey;
use crate::message::{Message, MessageId, Place};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::restore::{At, Due, Kept};

/// What a message takes beside its body, in bytes.
const RECORD: u64 = 32;

impl Broker {
    /// The number that the next message gets.
    pub fn next_message(&self) -> MessageId {
        MessageId(self.next_message)
    }

    /// The lowest number from this one on that a message has in any queue, wherever it is there, or
    /// by which a key is known: that of the first message that was published with it.
    pub fn oldest_from(&self, from: MessageId) -> Option<MessageId> {
        let oldest = self.queues.values().filter_map(|queue| queue.messages.from(from).next());
        let oldest = oldest.map(|(id, _)| id);
        let keys = |queue: &Queue| queue.keys.between(from, MessageId(u64::MAX)).next();
        oldest.chain(self.queues.values().filter_map(keys)).min()
    }

    /// All these numbers from one on and below another one; one may be there twice.
    pub fn between(&self, from: MessageId, below: MessageId) -> Vec<MessageId> {
        let ids = self.queues.values().map(|queue| queue.messages.from(from).map(|(id, _)| id));
        let messages = ids.flat_map(|ids| ids.take_while(|id| *id < below));
        let keys = self.queues.values().flat_map(|queue| queue.keys.between(from, below));
        messages.chain(keys).collect()
    }

    /// Whether this is one of these numbers.
    pub fn holds(&self, id: MessageId) -> bool {
        self.oldest_from(id) == Some(id)
    }

    /// All that is to be known of a message at `now`, at `wall` in milliseconds since 1970, to have
    /// it again in another run; `None` where it is not there.
    pub fn kept(&self, now: Time, wall: u64, id: MessageId) -> Option<(&QueueName, Kept)> {
        self.queues.iter().find_map(|(name, queue)| {
            let message = queue.messages.get(id)?;
            Some((name, kept(message, now, wall, queue.settings.lease)))
        })
    }

    /// All that is to be known of the key whose first message has this number, at `now` and `wall`
    /// in milliseconds since 1970; `None` where none is remembered.
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

    /// How many bytes all messages and keys take where they are kept, about.
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
