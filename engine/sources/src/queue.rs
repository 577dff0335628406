//! Reads a queue of any kind as a source of readings.

use std::sync::Arc;
use std::time::Duration;

use client::{Error, Holders, Numbers, WatchedQueue};
use control::{QueueSample, Reading, Totals};
use futures::FutureExt;
use futures::future::BoxFuture;
use model::{Held, LeaseHolders, Leases, MetricSource, QueueReading, ReadError, RecoveredJob};

use tokio::time::Instant;

use super::recovered::RecoveredJobs;

/// The source of one queue's readings.
#[derive(Debug)]
pub struct QueueSource {
    queue: Arc<dyn WatchedQueue>,
    /// The same queue with a shorter timeout, for a second call in the same tick.
    quick: Arc<dyn WatchedQueue>,
    stories: RecoveredJobs,
}

impl QueueSource {
    /// Makes the source of a queue. Both arguments are clients of the same queue. Calls on `queue`
    /// must end before the next reading is due; calls on `quick` must end even sooner.
    pub fn new(queue: Arc<dyn WatchedQueue>, quick: Arc<dyn WatchedQueue>) -> QueueSource {
        QueueSource { queue, quick, stories: RecoveredJobs::default() }
    }

    async fn look(&mut self, taken_at: Duration) -> Result<QueueReading, ReadError> {
        let began = Instant::now();
        let numbers = self.queue.numbers().await.map_err(|error| in_words(&error))?;
        self.stories.see(&numbers);
        let lost = numbers.dead_total.zip(numbers.expired_total).map(|(dead, old)| dead + old);
        let leases = self.leases(&numbers, taken_at + began.elapsed()).await;
        let reading = Reading { sample: sample(&numbers), taken_at };
        Ok(QueueReading { reading, lost, leases, ack_p90: numbers.ack_p90 })
    }

    /// The workers that have leases at `now`, if the queue lists its workers.
    async fn leases(&self, numbers: &Numbers, now: Duration) -> LeaseHolders {
        if numbers.busy_workers.is_none() {
            return LeaseHolders::Untold;
        }
        match self.quick.holders().await {
            Ok(Some(holders)) => LeaseHolders::Listed(Arc::new(leases(now, holders))),
            Ok(None) => LeaseHolders::Untold,
            Err(_) => LeaseHolders::Unread,
        }
    }
}

impl MetricSource for QueueSource {
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>> {
        self.look(now).boxed()
    }

    /// The newly done jobs of lost workers. If a call fails, the next call returns its jobs, too.
    fn stories(&mut self) -> BoxFuture<'_, Vec<RecoveredJob>> {
        async {
            if !self.stories.are_due() {
                return Vec::new();
            }
            match self.queue.redelivered().await {
                Ok(list) => self.stories.take(&list.unwrap_or_default()),
                Err(_) => Vec::new(),
            }
        }
        .boxed()
    }
}

fn in_words(error: &Error) -> ReadError {
    let text = error.to_string();
    if matches!(error, Error::Unknown(_)) {
        ReadError::Absent(text)
    } else {
        ReadError::Failed(text)
    }
}

/// The answer to a call that was made at `listed_at`.
fn leases(listed_at: Duration, holders: Holders) -> Leases {
    let Holders { busy, idle, nameless, taken, held } = holders;
    let in_our_time = |it: client::Held| Held {
        since: listed_at.saturating_sub(it.since),
        until: listed_at + it.left,
    };
    let held = held.into_iter();
    Leases {
        busy: busy.into_iter().collect(),
        idle: idle.into_iter().collect(),
        nameless,
        taken,
        held: held.map(|(name, all)| (name, all.into_iter().map(in_our_time).collect())).collect(),
        listed_at,
    }
}

fn sample(numbers: &Numbers) -> QueueSample {
    let (published, acked) = (numbers.published_total, numbers.acked_total);
    QueueSample {
        ready: numbers.ready,
        in_flight: numbers.in_flight,
        totals: published.zip(acked).map(|(published, acked)| Totals { published, acked }),
        clock: numbers.clock,
        metric: None,
    }
}
