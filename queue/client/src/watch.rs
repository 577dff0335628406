//! What an engine needs of a queue, whichever queue it is.

use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use crate::error::Error;
use crate::wire::Redelivery;

/// The answer to a call that has begun.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A queue at one moment. What it cannot tell is `None`, and never 0.
///
/// Totals count from any moment on. A total that is smaller than before says that the queue began
/// anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Messages that wait for a receiver.
    pub ready: u64,
    /// Messages with a receiver, which has not ended them yet.
    pub in_flight: u64,
    /// Messages taken in.
    pub published_total: Option<u64>,
    /// Messages done.
    pub acked_total: Option<u64>,
    /// Messages given up after too many attempts.
    pub dead_total: Option<u64>,
    /// Messages that nobody took before they were too old.
    pub expired_total: Option<u64>,
    /// Deliveries whose lease ran out, or whose worker was lost.
    pub lease_expired_total: Option<u64>,
    /// Workers with a lease. A queue that tells it also tells who they are
    /// ([`WatchedQueue::holders`]).
    pub busy_workers: Option<u64>,
    /// The time from delivery to ack that 9 of 10 of the last jobs did not exceed.
    pub ack_p90: Option<Duration>,
    /// The queue's own time, which stands still while its process does; rates are measured by it.
    pub clock: Option<Duration>,
}

/// Who holds leases. A worker is called as it called itself when it received: by the name of its
/// pod or process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holders {
    /// Workers with leases.
    pub busy: Vec<String>,
    /// Workers that are known and have none at present.
    pub idle: Vec<String>,
    /// Leases that may be anybody's. While there is one, nobody can say who is idle.
    pub nameless: u64,
}

/// A queue as an engine sees it that scales its workers, and lets people play with it.
///
/// A queue can do without the calls that answer with an `Option`: as they are they answer `None`,
/// and the engine does without. Whoever opens a queue says how long a call may take; one that takes
/// longer is [`Error::Away`].
pub trait WatchedQueue: Debug + Send + Sync {
    /// The queue at this moment.
    ///
    /// # Errors
    /// [`Error::Unknown`] while there is no such queue; else whatever keeps it from being known in
    /// full: no number is ever made up.
    fn numbers(&self) -> Answer<'_, Numbers>;

    /// Publishes messages at once, all or none. None is empty or has a line break in it.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()>;

    /// Throws all messages away, wherever they are.
    ///
    /// # Errors
    /// [`Error::Unknown`] while there is no such queue; else see [`Error::is_passing`].
    fn purge(&self) -> Answer<'_, ()>;

    /// Who holds leases; `None` where the queue does not tell. Then nobody knows who is idle, and
    /// the engine goes by the messages in flight.
    ///
    /// # Errors
    /// [`Error::Unknown`] while there is no such queue; [`Error::Away`] passes.
    fn holders(&self) -> Answer<'_, Option<Holders>> {
        untold()
    }

    /// Retires a worker: for 10 s from now on it gets no message. Returns how many leases it has;
    /// with none it can be stopped without harm. `None` where the queue cannot keep a message from
    /// it.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn retire<'a>(&'a self, _worker: &'a str) -> Answer<'a, Option<u64>> {
        untold()
    }

    /// The last stories of messages that came back, newest first; `None` where nobody tells them.
    ///
    /// # Errors
    /// [`Error::Unknown`] while there is no such queue; [`Error::Away`] passes.
    fn redelivered(&self) -> Answer<'_, Option<Vec<Redelivery>>> {
        untold()
    }
}

/// What a queue answers that cannot tell.
fn untold<'a, T: Send + 'a>() -> Answer<'a, Option<T>> {
    Box::pin(std::future::ready(Ok(None)))
}
