//! Where readings come from. Each source reads by itself, a moment before each round, so that a
//! slow or dead one never delays a decision; it only leaves its last reading to grow old.

pub mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use client::QueueArgs;
use control::Reading;
use reqwest::Url;
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
    latest: BTreeMap<String, watch::Receiver<Option<Reading>>>,
}

impl Sources {
    /// Begins to read each queue of `names` once a tick.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn start(
        names: &BTreeSet<String>,
        server: &Url,
        tick: Duration,
        clock: Clock,
    ) -> Result<Sources, client::Error> {
        let mut latest = BTreeMap::new();
        for name in names {
            let args = QueueArgs { queue_url: server.clone(), queue: name.clone() };
            let source = queue::QueueSource::new(&args, tick)?;
            let (sender, receiver) = watch::channel(None);
            tokio::spawn(source.run(tick, clock, sender));
            latest.insert(name.clone(), receiver);
        }
        Ok(Sources { latest })
    }

    /// The last good reading of each queue; absent where there never was one.
    pub fn readings(&self) -> BTreeMap<String, Reading> {
        let latest = self.latest.iter();
        latest.filter_map(|(name, cell)| Some((name.clone(), (*cell.borrow())?))).collect()
    }
}
