//! What a queue shows of itself, changing nothing.

use crate::Time;
use crate::broker::Broker;
use crate::message::{Message, MessageId, Peeked};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::redelivery::Redelivery;
use crate::stats::Stats;
use crate::workers::Worker;

impl Broker {
    /// How many messages a queue has taken in so far, with those that were accepted and are not
    /// there yet: right after a message was accepted it is that one's place among all of its queue,
    /// from 1, which no other one has unless one before it is refused.
    pub fn taken_in(&self, name: &QueueName) -> u64 {
        let queue = self.queues.get(name);
        queue.map_or(0, |queue| queue.total.published + queue.expected as u64)
    }

    /// Whether anybody has a message, or waits for one.
    pub fn has_workers(&self) -> bool {
        self.queues.values().any(|queue| queue.in_flight > 0 || !queue.waiters.is_empty())
    }

    /// A look at the oldest messages, wherever they are; `None` where there is no such queue.
    pub fn peek(&self, name: &QueueName, max: usize) -> Option<Vec<Peeked>> {
        let peeked = |(id, message): (MessageId, &Message)| Peeked {
            id,
            attempts: message.attempts,
            enqueued_at: message.enqueued_at,
            place: message.place.clone(),
            body: message.body.clone(),
        };
        let queue = self.queues.get(name)?;
        Some(queue.messages.iter().take(max).map(peeked).collect())
    }

    /// The last messages given out again, newest first; `None` where there is no such queue.
    pub fn redelivered(&self, name: &QueueName, max: usize) -> Option<Vec<Redelivery>> {
        let queue = self.queues.get(name)?;
        Some(queue.redeliveries.newest().take(max).cloned().collect())
    }

    /// A queue at this moment; `None` where there is no such queue.
    pub fn stats(&mut self, now: Time, name: &QueueName) -> Option<Stats> {
        self.advance(now);
        self.queues.get(name).map(|queue| stats(queue, now))
    }

    /// All queues at this moment, by name.
    pub fn all_stats(&mut self, now: Time) -> impl Iterator<Item = (&QueueName, Stats)> {
        self.advance(now);
        self.queues.iter().map(move |(name, queue)| (name, stats(queue, now)))
    }

    /// The workers of a queue by name: those with leases, and those that had one within
    /// [`LISTED`](crate::workers::LISTED); `None` where there is no such queue. After a restart
    /// leases are nameless.
    pub fn workers(&mut self, now: Time, name: &QueueName) -> Option<Vec<Worker>> {
        self.advance(now);
        let queue = self.queues.get(name)?;
        let listed = queue.workers.listed(now);
        let of = |worker: Worker| {
            let retired = queue.retired.contains(&worker.name);
            Worker { retired, ..worker }
        };
        Some(listed.map(of).collect())
    }
}

fn stats(queue: &Queue, now: Time) -> Stats {
    let oldest = queue.ready.first().and_then(|id| queue.messages.get(*id));
    Stats {
        ready: queue.ready.len(),
        in_flight: queue.in_flight,
        delayed: queue.messages.len() - queue.ready.len() - queue.in_flight,
        bytes: queue.bytes,
        keys: queue.keys.len(),
        paused: queue.paused,
        waiting: queue.waiters.len(),
        busy_workers: queue.workers.busy(),
        nameless_leases: queue.workers.nameless(),
        ack_p90: queue.workers.ack_p90(),
        oldest_age: oldest.map(|message| now.saturating_sub(message.published)),
        total: queue.total,
    }
}
