//! All queues that workloads follow.

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

/// All queues that workloads follow, each read once a tick.
#[derive(Debug)]
pub struct Sources {
    origin: Arc<dyn Origin>,
    tick: Duration,
    clock: Clock,
    latest: BTreeMap<String, watch::Receiver<Option<QueueReading>>>,
    /// Queues that are made unreadable on purpose, with their last readings.
    blind: BTreeMap<String, QueueReading>,
    absent: Absent,
    recovered_tx: mpsc::UnboundedSender<RecoveredJob>,
    recovered_rx: mpsc::UnboundedReceiver<RecoveredJob>,
}

impl Sources {
    /// Queues that are opened at `origin` and read once a `tick`; none is followed yet.
    pub fn new(origin: Arc<dyn Origin>, tick: Duration, clock: Clock) -> Sources {
        let (recovered_tx, recovered_rx) = mpsc::unbounded_channel();
        let (latest, blind) = (BTreeMap::new(), BTreeMap::new());
        let absent = Absent::default();
        Sources { origin, tick, clock, latest, blind, absent, recovered_tx, recovered_rx }
    }

    /// Follows exactly the queues of these workloads.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn follow(&mut self, workloads: &[Workload]) -> Result<(), Error> {
        let targets = workloads.iter().filter_map(|w| w.rule.target());
        let names: BTreeSet<&String> = targets.map(|target| &target.queue).collect();
        // Dropping its receiver ends a poll.
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

    /// Makes a queue unreadable, or readable again.
    pub fn set_blind(&mut self, queue: &str, blind: bool) {
        let last = self.latest.get(queue).and_then(|cell| cell.borrow().clone());
        match last {
            Some(look) if blind => drop(self.blind.entry(queue.to_owned()).or_insert(look)),
            _ => drop(self.blind.remove(queue)),
        }
    }

    /// Makes all queues readable again.
    pub fn see_all(&mut self) {
        self.blind.clear();
    }

    /// Followed queues that no one has used yet.
    pub fn absent(&self) -> BTreeSet<String> {
        self.absent.all()
    }

    /// The queues that are followed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.latest.keys().map(String::as_str)
    }

    /// The queue of this name, on which a call fails after `timeout`.
    ///
    /// # Errors
    /// When it cannot be made.
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

    /// The last good reading of each queue with its leases; queues without one are left out.
    pub fn looks(&self) -> BTreeMap<String, QueueReading> {
        let seen = |name: &String| Some((name.clone(), self.look(name)?));
        self.latest.keys().filter_map(seen).collect()
    }

    /// The last good reading of a queue with its leases.
    pub fn look(&self, queue: &str) -> Option<QueueReading> {
        let blind = self.blind.get(queue).cloned();
        blind.or_else(|| self.latest.get(queue)?.borrow().clone())
    }

    /// The last good reading of each queue; queues without one are left out.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        self.looks().into_iter().map(|(name, look)| (name, look.reading)).collect()
    }

    /// Lost workers' jobs that were done since the last call.
    pub fn recovered_jobs(&mut self) -> Vec<RecoveredJob> {
        std::iter::from_fn(|| self.recovered_rx.try_recv().ok()).collect()
    }
}
