//! The workers of a queue: their leases, and how many messages each worker has taken and acked.
//!
//! Clients choose the workers' names, so only a limited number of idle workers is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::Time;
use crate::message::{Lease, MessageId};

/// How long a worker is listed after its last lease ended.
pub const LISTED: Time = Duration::from_secs(60);
/// If more workers than this are idle, a cleanup forgets some of them.
const MOST_IDLE: usize = 2000;
/// A cleanup keeps this number of idle workers: those that were active last.
const IDLE_KEPT: usize = 1000;
/// The 90th percentile is computed from this number of most recent acks.
const ACKS: usize = 128;

/// A worker with a name.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    pub name: Arc<str>,
    /// How many messages the worker has in flight.
    pub leases: usize,
    /// When the oldest of its leases began; `None` without a lease.
    pub since: Option<Time>,
    /// How many messages the worker received, without deliveries that never reached it.
    pub taken: u64,
    /// How many of the received messages the worker acked.
    pub done: u64,
    pub retired: bool,
    /// Its leases, the oldest first.
    pub held: Vec<Held>,
}

/// A worker's lease on one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// When the lease began.
    pub since: Time,
    /// When the lease ends unless the worker extends it.
    pub until: Time,
}

/// How a lease ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The message was acked.
    Done,
    /// The lease ended without an ack: the message was handed back, or the lease expired.
    Failed,
    /// The delivery never reached the worker.
    NotGiven,
}

#[derive(Debug, Default)]
struct Known {
    leases: Leases,
    taken: u64,
    done: u64,
    /// When the worker's last lease ended; unused while it has a lease.
    idle_since: Time,
}

/// A worker's leases, sorted by their start time. Most workers have only one, which needs no
/// allocation.
#[derive(Debug, Default)]
struct Leases {
    oldest: Option<(Time, MessageId)>,
    later: BTreeSet<(Time, MessageId)>,
}

impl Leases {
    fn len(&self) -> usize {
        usize::from(self.oldest.is_some()) + self.later.len()
    }

    fn since(&self) -> Option<Time> {
        self.oldest.map(|(since, _)| since)
    }

    /// All leases, the oldest first.
    fn all(&self) -> impl Iterator<Item = (Time, MessageId)> {
        self.oldest.iter().chain(&self.later).copied()
    }

    fn insert(&mut self, lease: (Time, MessageId)) {
        let Some(oldest) = self.oldest else {
            self.oldest = Some(lease);
            return;
        };
        self.oldest = Some(oldest.min(lease));
        self.later.insert(oldest.max(lease));
    }

    fn remove(&mut self, lease: (Time, MessageId)) {
        if self.oldest == Some(lease) {
            self.oldest = self.later.pop_first();
        } else {
            self.later.remove(&lease);
        }
    }
}

/// The workers of a queue, with their leases and counts.
#[derive(Debug, Default)]
pub struct Workers {
    known: BTreeMap<Arc<str>, Known>,
    /// How many workers with a name have a lease.
    busy: usize,
    /// How many leases belong to workers without a name.
    nameless: usize,
    /// A ring buffer of the times from delivery to ack, for the last [`ACKS`] acks.
    acks: Vec<Time>,
    /// The index in `acks` where the time of the next ack is stored.
    next_ack: usize,
}

impl Workers {
    /// Records that a message was delivered to a worker; `None` means a worker without a name.
    pub fn given(&mut self, now: Time, id: MessageId, name: Option<&Arc<str>>) {
        let Some(name) = name else {
            self.nameless += 1;
            return;
        };
        let worker = self.known.entry(name.clone()).or_default();
        self.busy += usize::from(worker.leases.len() == 0);
        worker.leases.insert((now, id));
        worker.taken += 1;
    }

    /// Records that a lease ended at `now` in the way `how`.
    pub fn ended(&mut self, now: Time, id: MessageId, lease: &Lease, how: End) {
        let Some(name) = &lease.worker else {
            self.nameless -= 1;
            return;
        };
        let Some(worker) = self.known.get_mut(name) else { return };
        worker.leases.remove((lease.since, id));
        worker.idle_since = now;
        self.busy -= usize::from(worker.leases.len() == 0);
        match how {
            End::Done => worker.done += 1,
            End::Failed => {}
            End::NotGiven => worker.taken -= 1,
        }
        if worker.taken == 0 {
            self.known.remove(name);
        }
        self.forget();
    }

    /// Records that all leases ended at `now`.
    pub fn all_ended(&mut self, now: Time) {
        for worker in self.known.values_mut().filter(|worker| worker.leases.len() > 0) {
            (worker.leases, worker.idle_since) = (Leases::default(), now);
        }
        (self.busy, self.nameless) = (0, 0);
        self.forget();
    }

    /// Records the time from a message's delivery to its ack.
    pub fn took(&mut self, time: Time) {
        match self.acks.get_mut(self.next_ack) {
            Some(oldest) => *oldest = time,
            None => self.acks.push(time),
        }
        self.next_ack = (self.next_ack + 1) % ACKS;
    }

    /// The 90th percentile of the time from delivery to ack; `None` before the first ack.
    pub fn ack_p90(&self) -> Option<Time> {
        let mut acks = self.acks.clone();
        acks.sort_unstable();
        let rank = (9 * acks.len()).div_ceil(10);
        acks.get(rank.checked_sub(1)?).copied()
    }

    /// How many workers have a lease; each nameless lease counts as one worker.
    pub fn busy(&self) -> usize {
        self.busy + self.nameless
    }

    /// How many leases belong to workers without a name.
    pub fn nameless(&self) -> usize {
        self.nameless
    }

    /// How many messages a worker has in flight.
    pub fn leases(&self, name: &str) -> usize {
        self.known.get(name).map_or(0, |worker| worker.leases.len())
    }

    /// Forgets idle workers if there are more than [`MOST_IDLE`]. Each cleanup removes many
    /// workers, so its average cost per call is low.
    fn forget(&mut self) {
        if self.known.len() - self.busy <= MOST_IDLE {
            return;
        }
        let idle = self.known.iter().filter(|(_, worker)| worker.leases.len() == 0);
        let mut idle: Vec<_> =
            idle.map(|(name, worker)| (worker.idle_since, name.clone())).collect();
        idle.sort_unstable();
        let too_many = idle.len().saturating_sub(IDLE_KEPT);
        idle.iter().take(too_many).for_each(|(_, name)| drop(self.known.remove(name)));
    }

    /// Workers with a lease, and those whose last lease ended less than [`LISTED`] ago. `until`
    /// says when the lease on a message ends.
    pub fn listed(
        &self,
        now: Time,
        until: impl Fn(MessageId) -> Option<Time>,
    ) -> impl Iterator<Item = Worker> {
        let held = move |(since, id)| Some(Held { since, until: until(id)? });
        let is_listed = move |worker: &Known| {
            worker.leases.len() > 0 || now.saturating_sub(worker.idle_since) < LISTED
        };
        self.known.iter().filter(move |(_, worker)| is_listed(worker)).map(move |(name, worker)| {
            Worker {
                name: name.clone(),
                leases: worker.leases.len(),
                since: worker.leases.since(),
                taken: worker.taken,
                done: worker.done,
                retired: false,
                held: worker.leases.all().filter_map(&held).collect(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A_MOMENT: Time = Duration::from_millis(1);

    fn lease(since: Time, name: &str) -> Lease {
        Lease { until: since + A_MOMENT, heard: since, since, worker: Some(name.into()) }
    }

    fn works(workers: &mut Workers, at: Time, name: &str) {
        let lease = lease(at, name);
        workers.given(at, MessageId(1), lease.worker.as_ref());
        workers.ended(at, MessageId(1), &lease, End::Done);
    }

    #[test]
    fn of_many_idle_workers_the_last_active_ones_are_remembered() {
        let mut workers = Workers::default();
        let busy = lease(Time::ZERO, "busy");
        workers.given(Time::ZERO, MessageId(7), busy.worker.as_ref());
        for number in 0..=MOST_IDLE as u64 {
            works(&mut workers, number as u32 * A_MOMENT, &format!("w-{number}"));
        }
        let known: Vec<&str> = workers.known.keys().map(|name| &**name).collect();
        assert_eq!((known.len(), workers.busy()), (IDLE_KEPT + 1, 1));
        assert_eq!((known[0], workers.leases("busy")), ("busy", 1));
        assert!(!known.contains(&"w-1000") && known.contains(&"w-1001"), "{known:?}");
    }

    #[test]
    fn a_worker_is_listed_for_a_minute_after_its_last_lease() {
        let mut workers = Workers::default();
        works(&mut workers, A_MOMENT, "ann");
        let listed = |at: Time| {
            workers.listed(at, |_| None).map(|it| (it.taken, it.done)).collect::<Vec<_>>()
        };
        assert_eq!(listed(LISTED), [(1, 1)]);
        assert_eq!(listed(LISTED + A_MOMENT), []);
    }

    #[test]
    fn a_worker_is_at_work_since_its_oldest_lease_began() {
        let mut leases = Leases::default();
        let lease = |at: u64| (Duration::from_secs(at), MessageId(9 - at));
        [3, 1, 2].into_iter().for_each(|at| leases.insert(lease(at)));
        let mut seen = Vec::new();
        for at in [2, 1, 3] {
            leases.remove(lease(at));
            seen.push((leases.len(), leases.since().map(|it| it.as_secs())));
        }
        assert_eq!(seen, [(2, Some(1)), (1, Some(3)), (0, None)]);
    }

    #[test]
    fn the_90th_percentile_of_the_last_acks_is_reported() {
        let mut workers = Workers::default();
        assert_eq!(workers.ack_p90(), None);
        let p90 = |workers: &Workers| workers.ack_p90().map(|it| it.as_secs());
        workers.took(Duration::from_secs(5));
        assert_eq!(p90(&workers), Some(5));
        (0..10).rev().for_each(|at| workers.took(Duration::from_secs(at)));
        // The 10th of 11.
        assert_eq!(p90(&workers), Some(8));
        (0..ACKS as u64).for_each(|at| workers.took(Duration::from_secs(1000 + at)));
        // The 116th of the last 128.
        assert_eq!(p90(&workers), Some(1115));
    }
}
