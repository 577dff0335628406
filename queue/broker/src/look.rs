//! What a queue shows of itself, changing nothing.

use crate::Time;
use crate::message::Peeked;
use crate::queue::Queue;
use crate::redelivery::Redelivery;
use crate::stats::Stats;

impl Queue {
    pub(crate) fn peek(&self, max: usize) -> Vec<Peeked> {
        let oldest = self.messages.iter().take(max);
        oldest
            .map(|(id, message)| Peeked {
                id,
                attempts: message.attempts,
                enqueued_at: message.enqueued_at,
                place: message.place.clone(),
                body: message.body.clone(),
            })
            .collect()
    }

    pub(crate) fn redelivered(&self, max: usize) -> Vec<Redelivery> {
        self.redeliveries.newest().take(max).cloned().collect()
    }

    pub(crate) fn stats(&self, now: Time) -> Stats {
        let oldest = self.ready.first().and_then(|id| self.messages.get(*id));
        Stats {
            ready: self.ready.len(),
            in_flight: self.in_flight,
            delayed: self.messages.len() - self.ready.len() - self.in_flight,
            bytes: self.bytes,
            keys: self.keys.len(),
            paused: self.paused,
            waiting: self.waiters.len(),
            oldest_age: oldest.map(|message| now.saturating_sub(message.published)),
            total: self.total,
        }
    }
}
