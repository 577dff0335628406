//! [`WatchedQueue`]: the calls that the scaling engine needs from any queue.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use crate::error::Error;
use crate::wire::Redelivery;

/// The pending answer to a call.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The numbers of a queue at one moment. A number that is not reported is `None`, never 0.
///
/// Each total counts from an arbitrary moment. If a total is smaller than before, the queue has
/// started to count from 0 again.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    pub ready: u64,
    pub in_flight: u64,
    /// Messages published.
    pub published_total: Option<u64>,
    pub acked_total: Option<u64>,
    /// Messages given up after too many attempts.
    pub dead_total: Option<u64>,
    /// Messages that expired before a worker took them.
    pub expired_total: Option<u64>,
    /// Deliveries whose lease expired, or whose worker was lost.
    pub lease_expired_total: Option<u64>,
    /// Workers with a lease. A queue that reports this number supports [`WatchedQueue::holders`].
    pub busy_workers: Option<u64>,
    /// The 90th percentile of the time from delivery to ack, over the most recent acks.
    pub ack_p90: Option<Duration>,
    /// The queue's own clock, which stops while the queue's process is stopped. Rates are computed
    /// from this clock.
    pub clock: Option<Duration>,
}

/// The workers of a queue. When a worker receives, it sends the name of its pod or process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holders {
    /// Workers with leases.
    pub busy: Vec<String>,
    /// Workers without a lease that received messages before.
    pub idle: Vec<String>,
    /// The number of leases of workers without a name. If it is above 0, any worker may be busy.
    pub nameless: u64,
    /// How many messages each worker has received, counted from an arbitrary moment. A worker whose
    /// count is not reported is missing.
    pub taken: BTreeMap<String, u64>,
    /// The leases of each busy worker, the oldest first. A worker whose leases are not reported one
    /// by one is missing.
    pub held: BTreeMap<String, Vec<Held>>,
}

/// A worker's lease on one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// For how long the worker has had it.
    pub since: Duration,
    /// When it ends unless the worker extends it, from now.
    pub left: Duration,
}

/// A queue as the engine uses it, which scales its workers and lets people fill and purge it.
///
/// Calls that answer with an `Option` need not be implemented. Their defaults answer `None`, and
/// the engine works without them. The time limit of calls is set when the queue is opened; a call
/// that takes longer fails with [`Error::Away`].
pub trait WatchedQueue: Debug + Send + Sync {
    /// The queue's current numbers.
    ///
    /// # Errors
    /// [`Error::Unknown`] while the queue does not exist. Another error if a number cannot be read:
    /// no number is ever invented.
    fn numbers(&self) -> Answer<'_, Numbers>;

    /// Publishes all messages or none. No message may be empty or contain a line break.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()>;

    /// Deletes all messages of the queue, whether ready, delayed or in flight.
    ///
    /// # Errors
    /// [`Error::Unknown`] while the queue does not exist; for others see [`Error::is_passing`].
    fn purge(&self) -> Answer<'_, ()>;

    /// Returns the workers with and without leases. `None` if the queue does not report workers;
    /// then the engine estimates the number of busy workers from the number of messages in flight.
    ///
    /// # Errors
    /// [`Error::Unknown`] while the queue does not exist; [`Error::Away`] is temporary.
    fn holders(&self) -> Answer<'_, Option<Holders>> {
        untold()
    }

    /// Retires a worker: it gets no message for the next 10 s. Returns how many leases it has; if
    /// it has none, it can be stopped without harm. `None` if the queue cannot retire workers.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn retire<'a>(&'a self, _worker: &'a str) -> Answer<'a, Option<u64>> {
        untold()
    }

    /// The last redelivered messages, newest first; `None` if the queue does not report them.
    ///
    /// # Errors
    /// [`Error::Unknown`] while the queue does not exist; [`Error::Away`] is temporary.
    fn redelivered(&self) -> Answer<'_, Option<Vec<Redelivery>>> {
        untold()
    }
}

/// The answer of a queue that does not support the call.
fn untold<'a, T: Send + 'a>() -> Answer<'a, Option<T>> {
    Box::pin(std::future::ready(Ok(None)))
}
