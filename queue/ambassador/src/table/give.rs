//! Deliveries begin: messages that the upstream has delivered go to a worker.

use std::sync::Arc;

use broker::workers::End;
use broker::{Lease, MessageId, ReturnReason, Time};
use bytes::Bytes;

use super::{Dead, Held, Receipt, Table, Task};

/// A message that the upstream has delivered to the ambassador.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: Arc<str>,
    /// The upstream's receipt.
    pub upstream: Arc<str>,
    pub body: Bytes,
    pub enqueued_at: Option<String>,
}

/// A message as a worker gets it.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone)]
pub struct Delivery {
    pub receipt: Receipt,
    /// How many deliveries count against `max_attempts`, including this one.
    pub attempts: u32,
    pub enqueued_at: Option<String>,
    pub body: Bytes,
}

impl Table {
    /// Leases the messages to a worker. Those that have used up their attempts are given up
    /// instead: that could not be done when their last lease ended.
    pub fn give(
        &mut self,
        now: Time,
        worker: Option<&Arc<str>>,
        lease: Time,
        jobs: Vec<NewJob>,
    ) -> (Vec<Delivery>, Vec<Task>) {
        let (mut given, mut tasks) = (Vec::with_capacity(jobs.len()), Vec::new());
        for job in jobs {
            match self.give_one(now, worker, lease, job) {
                Ok(delivery) => given.push(delivery),
                Err(dead) => tasks.push(Task::Bury(dead)),
            }
        }
        (given, tasks)
    }

    fn give_one(
        &mut self,
        now: Time,
        worker: Option<&Arc<str>>,
        lease: Time,
        job: NewJob,
    ) -> Result<Delivery, Dead> {
        self.end_older(now, &job.id);
        let (number, max_attempts) = (self.next_number, self.rules.max_attempts);
        let known = self.messages.taken(&job.id);
        if known.attempts >= max_attempts {
            let to = self.rules.dead_letter_queue.clone();
            self.messages.went_back(&job.id, |_| {});
            return Err(Dead { id: job.id, upstream: job.upstream, body: job.body, to });
        }
        known.attempts += 1;
        known.deliveries += 1;
        known.in_flight = Some(number);
        let (attempts, again) = (known.attempts, known.deliveries > 1);
        if again {
            self.stories.given_again(&job.id, now, worker.cloned());
        }
        self.next_number += 1;
        self.totals.delivered += 1;
        self.workers.given(now, MessageId(number), worker);
        let NewJob { id, upstream, body, enqueued_at } = job;
        let receipt = Receipt { run: self.run, number, id: id.clone(), upstream: upstream.clone() };
        let delivery = Delivery { receipt, attempts, enqueued_at, body: body.clone() };
        let until = now.saturating_add(lease);
        let next = self.next_look(now, until);
        let lease = Lease { until, since: now, heard: now, worker: worker.cloned() };
        self.timers.insert((next, number));
        self.held.insert(number, Held { id, upstream, body, lease, next, calls: 0 });
        Ok(delivery)
    }

    /// Ends an older delivery of a message that the upstream has delivered again. Its lease there
    /// has ended, so somebody else works on the message from now on.
    fn end_older(&mut self, now: Time, id: &Arc<str>) {
        let Some(older) = self.messages.get(id).and_then(|known| known.in_flight) else { return };
        if let Some(held) = self.take(now, older, End::Failed) {
            self.came_back(held, ReturnReason::LeaseExpired, None);
        }
    }

    /// Undoes a delivery that never reached its worker; its attempt does not count.
    pub fn undeliver(&mut self, now: Time, number: u64) -> Option<Task> {
        let held = self.take(now, number, End::NotGiven)?;
        self.totals.undelivered += 1;
        self.messages.went_back(&held.id, |known| {
            known.attempts = known.attempts.saturating_sub(1);
            known.deliveries = known.deliveries.saturating_sub(1);
        });
        self.stories.not_given(&held.id);
        Some(Task::HandBack { upstream: held.upstream })
    }
}
