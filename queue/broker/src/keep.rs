//! What whoever keeps messages for another run asks of a broker.

use crate::Time;
use crate::broker::Broker;
use crate::message::{MessageId, Place};
use crate::name::QueueName;
use crate::queue::Message;
use crate::restore::{At, Due, Kept};

impl Broker {
    /// The number that the next message gets.
    pub fn next_message(&self) -> MessageId {
        MessageId(self.next_message)
    }

    /// The oldest message of all queues with this number or a higher one, wherever it is.
    pub fn oldest_from(&self, from: MessageId) -> Option<MessageId> {
        let oldest = self.queues.values().filter_map(|queue| queue.messages.from(from).next());
        oldest.map(|(id, _)| id).min()
    }

    /// The numbers of all messages from one number on and below another one.
    pub fn between(&self, from: MessageId, below: MessageId) -> Vec<MessageId> {
        let ids = self.queues.values().map(|queue| queue.messages.from(from).map(|(id, _)| id));
        ids.flat_map(|ids| ids.take_while(|id| *id < below)).collect()
    }

    /// Whether a message is in any queue.
    pub fn holds(&self, id: MessageId) -> bool {
        self.queues.values().any(|queue| queue.messages.get(id).is_some())
    }

    /// All that is to be known of a message at `now`, at `wall` in milliseconds since 1970, to have
    /// it again in another run; `None` where it is not there.
    pub fn kept(&self, now: Time, wall: u64, id: MessageId) -> Option<(&QueueName, Kept)> {
        self.queues.iter().find_map(|(name, queue)| {
            let message = queue.messages.get(id)?;
            Some((name, kept(message, now, wall, queue.settings.lease)))
        })
    }

    /// How many bytes the bodies of all messages have.
    pub fn bytes(&self) -> u64 {
        self.queues.values().map(|queue| queue.bytes).sum()
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
        deliveries: message.deliveries,
        run: message.run,
        at,
    }
}
