//! Reads all queues that workloads follow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use client::{Error, WatchedQueue};
use control::{Reading, Workload};
use model::{Clock, QueueReading, RecoveredJob};
use tokio::sync::{mpsc, watch};

use super::absent::Absent;
use super::origin::Origin;
use super::poll::Poll;

/// The queues that workloads follow. Each queue is read once per tick.
#[derive(Debug)]
pub struct Sources {
    origin: Arc<dyn Origin>,
    tick: Duration,
    clock: Clock,
    latest: BTreeMap<String, watch::Receiver<Option<QueueReading>>>,
    /// Queues that were made unreadable on purpose, each with its last reading before that.
    blind: BTreeMap<String, QueueReading>,
    absent: Absent,
    recovered_tx: mpsc::UnboundedSender<RecoveredJob>,
    recovered_rx: mpsc::UnboundedReceiver<RecoveredJob>,
}

impl Sources {
    /// Follows no queue at first. `origin` opens the followed queues. Each is read once per `tick`.
    pub fn new(origin: Arc<dyn Origin>, tick: Duration, clock: Clock) -> Sources {
        let (recovered_tx, recovered_rx) = mpsc::unbounded_channel();
        let (latest, blind) = (BTreeMap::new(), BTreeMap::new());
        let absent = Absent::default();
        Sources { origin, tick, clock, latest, blind, absent, recovered_tx, recovered_rx }
    }

    /// Follows the queues of these workloads, and stops following all other queues.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn follow(&mut self, workloads: &[Workload]) -> Result<(), Error> {
        let targets = workloads.iter().filter_map(|w| w.rule.target());
        let names: BTreeSet<&String> = targets.map(|target| &target.queue).collect();
        // A poll ends when its receiver is dropped.
        self.latest.retain(|name, _| names.contains(name));
        self.absent.keep(&names);
        for name in names {
            if !self.latest.contains_key(name) {
                let latest = self.read(name)?;
                self.latest.insert(name.clone(), latest);
            }
        }
        Ok(())
    }

    /// Whether a queue of this name is followed.
    pub fn follows(&self, queue: &str) -> bool {
        self.latest.contains_key(queue)
    }

    /// Makes a queue unreadable on purpose if `blind`, or else readable again.
    pub fn set_blind(&mut self, queue: &str, blind: bool) {
        let last = self.latest.get(queue).and_then(|cell| cell.borrow().clone());
        match last {
            Some(look) if blind => drop(self.blind.entry(queue.to_owned()).or_insert(look)),
            _ => drop(self.blind.remove(queue)),
        }
    }

    /// Makes all queues readable again that were made unreadable on purpose.
    pub fn see_all(&mut self) {
        self.blind.clear();
    }

    /// The names of followed queues that do not exist, because nobody has used them yet.
    pub fn absent(&self) -> BTreeSet<String> {
        self.absent.all()
    }

    /// The names of the followed queues.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.latest.keys().map(String::as_str)
    }

    /// Opens the queue of this name. A call on the queue fails after `timeout`.
    ///
    /// # Errors
    /// When the client for the queue cannot be made.
    pub fn queue(&self, name: &str, timeout: Duration) -> Result<Arc<dyn WatchedQueue>, Error> {
        self.origin.queue(name, timeout)
    }

    fn read(&self, name: &str) -> Result<watch::Receiver<Option<QueueReading>>, Error> {
        let (latest, receiver) = watch::channel(None);
        let source = self.origin.source(name, self.tick)?;
        let (absent, recovered) = (self.absent.clone(), self.recovered_tx.clone());
        let poll = Poll { name: name.to_owned(), source, latest, absent, recovered };
        tokio::spawn(poll.run(self.tick, self.clock));
        Ok(receiver)
    }

    /// The last good reading of each followed queue that has been read, with the queue's leases.
    pub fn looks(&self) -> BTreeMap<String, QueueReading> {
        let seen = |name: &String| Some((name.clone(), self.look(name)?));
        self.latest.keys().filter_map(seen).collect()
    }

    /// The last good reading of a queue, with its leases; `None` if no read has succeeded yet.
    pub fn look(&self, queue: &str) -> Option<QueueReading> {
        let blind = self.blind.get(queue).cloned();
        blind.or_else(|| self.latest.get(queue)?.borrow().clone())
    }

    /// The last good reading of each followed queue that has been read.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        self.looks().into_iter().map(|(name, look)| (name, look.reading)).collect()
    }

    /// The jobs of lost workers that were done since `recovered_jobs` was last called.
    pub fn recovered_jobs(&mut self) -> Vec<RecoveredJob> {
        std::iter::from_fn(|| self.recovered_rx.try_recv().ok()).collect()
    }
}
