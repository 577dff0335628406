//! Busy and retired workers: all events are kept, and counted again for each question.

use std::collections::BTreeSet;
use std::sync::Arc;

use broker::workers::{Held, LISTED};
use broker::{Lease, Place, QueueName, RETIRED_FOR, Request, Time, WaiterId, Worker};

use crate::naive::{Model, Queue};

/// An event of a worker's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Taken,
    Done,
    Failed,
    NotGiven,
}

#[derive(Debug, Clone)]
pub(crate) struct Happened {
    at: Time,
    what: What,
    worker: Option<Arc<str>>,
    /// How long it had the message.
    had: Time,
}

#[derive(Debug)]
pub(crate) struct Retirement {
    worker: Arc<str>,
    pub(crate) until: Time,
    notified: bool,
}

impl Queue {
    pub(crate) fn happens(&mut self, at: Time, what: What, lease: &Lease) {
        let (worker, had) = (lease.worker.clone(), at - lease.since);
        self.happened.push(Happened { at, what, worker, had });
    }

    /// A message's lease ends.
    pub(crate) fn ends(&mut self, now: Time, at: usize, what: What) {
        if let Place::InFlight(lease) = self.messages[at].place.clone() {
            self.happens(now, what, &lease);
        }
    }

    /// A worker's leases, the oldest first.
    fn leases(&self, worker: Option<&str>) -> Vec<Held> {
        let leases = self.messages.iter().filter_map(|message| match &message.place {
            Place::InFlight(lease) if lease.worker.as_deref() == worker => {
                Some(((lease.since, message.id), lease.until))
            }
            _ => None,
        });
        let mut leases: Vec<_> = leases.collect();
        leases.sort_unstable();
        leases.into_iter().map(|((since, _), until)| Held { since, until }).collect()
    }

    fn names(&self) -> BTreeSet<Arc<str>> {
        self.happened.iter().filter_map(|it| it.worker.clone()).collect()
    }

    pub(crate) fn nameless(&self) -> usize {
        self.leases(None).len()
    }

    pub(crate) fn busy(&self) -> usize {
        let names = self.names();
        let busy = names.iter().filter(|name| !self.leases(Some(name)).is_empty());
        busy.count() + self.nameless()
    }

    pub(crate) fn ack_p90(&self) -> Option<Time> {
        let acks = self.happened.iter().filter(|it| it.what == What::Done);
        let mut last: Vec<Time> = acks.rev().take(128).map(|it| it.had).collect();
        last.sort();
        // How many acks are not above the 90th percentile: at least 9 of 10, and fewer for any
        // lower time.
        let holds =
            |time: &&Time| 10 * last.iter().filter(|it| it <= time).count() >= 9 * last.len();
        last.iter().find(holds).copied()
    }

    pub(crate) fn workers(&self, now: Time) -> Vec<Worker> {
        let worker = |name: Arc<str>| {
            let all = || self.happened.iter().filter(|it| it.worker.as_ref() == Some(&name));
            let count = |what| all().filter(|it| it.what == what).count() as u64;
            let held = self.leases(Some(&name));
            let taken = count(What::Taken) - count(What::NotGiven);
            let ended = all().filter(|it| it.what != What::Taken).map(|it| it.at).max();
            let listed = !held.is_empty() || ended.is_some_and(|at| now - at < LISTED);
            let retired = self.is_retired(Some(&name));
            let (since, done) = (held.first().map(|it| it.since), count(What::Done));
            let leases = held.len();
            let worker = Worker { name, leases, since, taken, done, retired, held };
            (listed && taken > 0).then_some(worker)
        };
        self.names().into_iter().filter_map(worker).collect()
    }

    pub(crate) fn is_retired(&self, worker: Option<&str>) -> bool {
        self.retired.iter().any(|it| Some(&*it.worker) == worker)
    }

    /// A receive of this worker comes: whether it is retired and did not know that.
    pub(crate) fn tell(&mut self, request: &Request) -> bool {
        let worker = request.worker.as_deref();
        let retired = self.retired.iter_mut().find(|it| Some(&*it.worker) == worker);
        retired.is_some_and(|it| !std::mem::replace(&mut it.notified, true))
    }

    pub(crate) fn end_retirements(&mut self, now: Time) {
        self.retired.retain(|it| it.until > now);
    }
}

impl Model {
    pub(crate) fn retire(&mut self, name: &QueueName, worker: &Arc<str>) -> usize {
        let until = self.now + RETIRED_FOR;
        let queue = self.queue(name);
        let is_its = |(_, request): &(WaiterId, Request)| request.worker.as_ref() == Some(worker);
        let dismissed = queue.waiters.iter().filter(|it| is_its(it)).map(|(waiter, _)| *waiter);
        let dismissed: Vec<_> = dismissed.collect();
        queue.waiters.retain(|it| !is_its(it));
        let before = queue.retired.iter().position(|it| it.worker == *worker);
        let before = before.map(|at| queue.retired.remove(at));
        let notified = !dismissed.is_empty() || before.is_some_and(|it| it.notified);
        queue.retired.push(Retirement { worker: worker.clone(), until, notified });
        queue.dismissed.extend(dismissed);
        queue.leases(Some(worker)).len()
    }
}
