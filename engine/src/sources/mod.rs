//! Where readings come from. Each source reads by itself, a moment before each round, so that a
//! slow or dead one never delays a decision; it only leaves its last reading to grow old.

pub mod queue;
mod streak;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use client::{Client, QueueArgs};
use control::{Reading, Workload};
use reqwest::Url;
use service::TokenFile;
use tokio::sync::watch;
use tokio::time::Instant;

/// The engine's time: since it began, by the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Clock {
        Clock(Instant::now())
    }

    /// The time since the engine began.
    pub fn now(self) -> Duration {
        self.0.elapsed()
    }

    /// When the engine began.
    pub fn began(self) -> Instant {
        self.0
    }
}

/// All queues that are watched.
#[derive(Debug)]
pub struct Sources {
    server: Url,
    token: Option<Arc<TokenFile>>,
    tick: Duration,
    clock: Clock,
    latest: BTreeMap<String, watch::Receiver<Option<Reading>>>,
}

impl Sources {
    /// Sources of a queue server, each read once a tick; none is followed yet.
    pub fn new(server: Url, tick: Duration, clock: Clock) -> Sources {
        Sources { server, token: None, tick, clock, latest: BTreeMap::new() }
    }

    /// The same, read with the token in this file, if any.
    #[must_use]
    pub fn with_token(self, file: Option<TokenFile>) -> Sources {
        Sources { token: file.map(Arc::new), ..self }
    }

    /// Follows exactly the queues that these workloads follow.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn follow(&mut self, workloads: &[Workload]) -> Result<(), client::Error> {
        let targets = workloads.iter().filter_map(|w| w.rule.target());
        let names: BTreeSet<&String> = targets.map(|target| &target.queue).collect();
        // A source ends when nobody looks at what it leaves.
        self.latest.retain(|name, _| names.contains(name));
        for name in names {
            if !self.latest.contains_key(name) {
                let latest = self.read(name)?;
                self.latest.insert(name.clone(), latest);
            }
        }
        Ok(())
    }

    /// A queue of this server, with the token that it wants.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn client(&self, name: &str) -> Result<Client, client::Error> {
        let (queue_url, queue) = (self.server.clone(), name.to_owned());
        let client = Client::new(&QueueArgs { queue_url, queue, queue_token_file: None })?;
        Ok(client.with_token(self.token.clone()))
    }

    fn read(&self, name: &str) -> Result<watch::Receiver<Option<Reading>>, client::Error> {
        let source = queue::QueueSource::new(self.client(name)?, name.to_owned(), self.tick);
        let (sender, receiver) = watch::channel(None);
        tokio::spawn(source.run(self.tick, self.clock, sender));
        Ok(receiver)
    }

    /// The last good reading of each queue; absent where there never was one.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        let latest = self.latest.iter();
        latest.filter_map(|(name, cell)| Some((name.clone(), (*cell.borrow())?))).collect()
    }
}
