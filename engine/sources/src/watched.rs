//! Reads all queues and metrics that workloads follow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::{Error, WatchedQueue};
use control::{Followed, Reading, Workload};
use model::{Clock, QueueReading, RecoveredJob};
use tokio::sync::{mpsc, watch};

use super::missing::Missing;
use super::origin::Origin;
use super::poll::Poll;

/// The queues and metrics that workloads follow. Each is read once per its interval.
#[derive(Debug)]
pub struct Sources {
    origin: Arc<dyn Origin>,
    tick: Duration,
    clock: Clock,
    watched: BTreeMap<String, Watched>,
    /// Queues and metrics that were made unreadable on purpose, each with its last reading.
    blind: BTreeMap<String, QueueReading>,
    missing: Missing,
    recovered_tx: mpsc::UnboundedSender<RecoveredJob>,
    recovered_rx: mpsc::UnboundedReceiver<RecoveredJob>,
}

/// A queue or metric that is read, and its last good reading.
#[derive(Debug)]
struct Watched {
    followed: Followed,
    latest: watch::Receiver<Option<QueueReading>>,
}

impl Sources {
    /// Follows nothing at first. `origin` opens what is followed. A queue is read once per `tick`,
    /// unless its workload says otherwise.
    pub fn new(origin: Arc<dyn Origin>, tick: Duration, clock: Clock) -> Sources {
        let (recovered_tx, recovered_rx) = mpsc::unbounded_channel();
        let (watched, blind) = (BTreeMap::new(), BTreeMap::new());
        let missing = Missing::default();
        Sources { origin, tick, clock, watched, blind, missing, recovered_tx, recovered_rx }
    }

    /// Follows what these workloads follow, and stops following all else.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn follow(&mut self, workloads: &[Workload]) -> Result<(), Error> {
        let mut wanted: BTreeMap<&String, Followed> = BTreeMap::new();
        for followed in workloads.iter().filter_map(|w| w.rule.followed()) {
            let known = wanted.entry(&followed.name).or_insert_with(|| followed.clone());
            // If workloads on one source differ in the interval, the shortest one counts.
            let interval = known.interval(self.tick).min(followed.interval(self.tick));
            known.interval = Some(interval);
        }
        // A poll ends when its receiver is dropped. Another source under the same name begins
        // without a reading.
        self.watched.retain(|name, it| wanted.get(name) == Some(&it.followed));
        self.missing.keep(&self.watched.keys().collect());
        for (name, followed) in wanted {
            if !self.watched.contains_key(name) {
                self.blind.remove(name);
                let latest = self.read(&followed)?;
                self.watched.insert(name.clone(), Watched { followed, latest });
            }
        }
        Ok(())
    }

    /// The queue or metric of this name, if it is followed.
    pub fn followed(&self, name: &str) -> Option<&Followed> {
        self.watched.get(name).map(|it| &it.followed)
    }

    /// Makes a queue or metric unreadable on purpose if `blind`, or else readable again.
    pub fn set_blind(&mut self, queue: &str, blind: bool) {
        let last = self.watched.get(queue).and_then(|it| it.latest.borrow().clone());
        match last {
            Some(look) if blind => drop(self.blind.entry(queue.to_owned()).or_insert(look)),
            _ => drop(self.blind.remove(queue)),
        }
    }

    /// Makes all queues and metrics readable again that were made unreadable on purpose.
    pub fn see_all(&mut self) {
        self.blind.clear();
    }

    /// The followed queues that nobody has used yet, and the metrics that do not exist or cannot be
    /// read, each with the reason.
    pub fn missing(&self) -> BTreeMap<String, String> {
        self.missing.all()
    }

    /// The names of the followed queues, without metrics.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        let queues = self.watched.iter().filter(|(_, it)| it.followed.is_queue());
        queues.map(|(name, _)| name.as_str())
    }

    /// Opens the queue of this name. A call on the queue fails after `timeout`.
    ///
    /// # Errors
    /// When the client for the queue cannot be made.
    pub fn queue(&self, name: &str, timeout: Duration) -> Result<Arc<dyn WatchedQueue>, Error> {
        self.origin.queue(name, timeout)
    }

    fn read(&self, followed: &Followed) -> Result<watch::Receiver<Option<QueueReading>>, Error> {
        let (latest, receiver) = watch::channel(None);
        let interval = followed.interval(self.tick);
        let source = self.origin.source(followed, interval)?;
        let (missing, recovered) = (self.missing.clone(), self.recovered_tx.clone());
        let poll = Poll { followed: followed.clone(), source, latest, missing, recovered };
        tokio::spawn(poll.run(interval, self.clock));
        Ok(receiver)
    }

    /// The last good reading of each queue and metric that has been read, with a queue's leases.
    pub fn looks(&self) -> BTreeMap<String, QueueReading> {
        let seen = |name: &String| Some((name.clone(), self.look(name)?));
        self.watched.keys().filter_map(seen).collect()
    }

    /// The last good reading of a queue or metric; `None` if no read has succeeded yet.
    pub fn look(&self, queue: &str) -> Option<QueueReading> {
        let blind = self.blind.get(queue).cloned();
        blind.or_else(|| self.watched.get(queue)?.latest.borrow().clone())
    }

    /// The last good reading of each queue and metric that has been read.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        self.looks().into_iter().map(|(name, look)| (name, look.reading)).collect()
    }

    /// The jobs of lost workers that were done since `recovered_jobs` was last called.
    pub fn recovered_jobs(&mut self) -> Vec<RecoveredJob> {
        std::iter::from_fn(|| self.recovered_rx.try_recv().ok()).collect()
    }
}
