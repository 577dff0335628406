//! Read access to a queue's state.

use crate::Time;
use crate::broker::Broker;
use crate::message::{Message, MessageId, Peeked, Place};
use crate::name::QueueName;
use crate::queue::Queue;
use crate::redelivery::Redelivery;
use crate::stats::Stats;
use crate::workers::Worker;

impl Broker {
    /// How many messages a queue has accepted so far, committed or not. Right after a message was
    /// accepted, this count is the message's position in the queue, from 1 on. No other message
    /// gets the same position, unless an accepted message is refused later.
    pub fn taken_in(&self, name: &QueueName) -> u64 {
        let queue = self.queues.get(name);
        queue.map_or(0, |queue| queue.total.published + queue.expected as u64)
    }

    /// Whether any worker of any queue has a lease or waits for a message.
    pub fn has_workers(&self) -> bool {
        self.queues.values().any(|queue| queue.in_flight > 0 || !queue.waiters.is_empty())
    }

    /// A queue's `max` oldest messages, whether ready or not; `None` if there is no such queue.
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

    /// The last `max` redeliveries of a queue, newest first; `None` if there is no such queue.
    pub fn redelivered(&self, name: &QueueName, max: usize) -> Option<Vec<Redelivery>> {
        let queue = self.queues.get(name)?;
        Some(queue.redeliveries.newest().take(max).cloned().collect())
    }

    /// A queue's statistics; `None` if there is no such queue.
    pub fn stats(&mut self, now: Time, name: &QueueName) -> Option<Stats> {
        self.advance(now);
        self.queues.get(name).map(|queue| stats(queue, now))
    }

    /// The statistics of all queues, sorted by the queues' names.
    pub fn all_stats(&mut self, now: Time) -> impl Iterator<Item = (&QueueName, Stats)> {
        self.advance(now);
        self.queues.iter().map(move |(name, queue)| (name, stats(queue, now)))
    }

    /// A queue's workers, sorted by name: all that have a lease, and all whose last lease ended
    /// less than [`LISTED`](crate::workers::LISTED) ago. `None` if there is no such queue. Leases
    /// restored from an earlier run have no worker name, so their workers are missing here.
    pub fn workers(&mut self, now: Time, name: &QueueName) -> Option<Vec<Worker>> {
        self.advance(now);
        let queue = self.queues.get(name)?;
        let until = |id: MessageId| match &queue.messages.get(id)?.place {
            Place::InFlight(lease) => Some(lease.until),
            Place::Ready | Place::Delayed { .. } => None,
        };
        let listed = queue.workers.listed(now, until);
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
