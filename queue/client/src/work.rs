//! [`WorkQueue`]: what workers need of any queue.

use std::fmt::Debug;
use std::time::Duration;

use crate::error::Error;
use crate::wire::QueueSettings;

/// The arguments of a receive.
#[derive(Debug, Clone)]
pub struct ReceiveOptions {
    /// The most messages to take, 1 to 100.
    pub max: u32,
    /// How long to wait for the first message, at most 20 s.
    pub wait: Duration,
    /// How long the leases last.
    pub lease: Duration,
    /// The name of the worker that receives. The queue lists its workers by these names.
    pub worker: String,
}

/// A message that the queue has leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The message's id, which also stands in log lines about it.
    pub id: String,
    /// The receipt, with which this delivery can be ended. It is opaque.
    pub receipt: String,
    /// The message's bytes, as they were published.
    pub body: Vec<u8>,
}

/// The answer to a receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The messages; empty if no message came within the wait.
    pub jobs: Vec<Job>,
    /// Whether this worker is retired: it gets nothing now, and is about to be stopped. Always
    /// false for a queue that cannot retire workers.
    pub retired: bool,
}

/// A queue as publishers and workers use it. A clone stands for the same queue.
///
/// A message belongs to one worker until its lease ends; then the queue redelivers it. An
/// implementation may write each call as an `async fn`. A call without an answer fails with
/// [`Error::Away`], and a call that can never succeed with [`Error::Refused`].
pub trait WorkQueue: Debug + Clone + Send + Sync + 'static {
    /// The same queue with another time limit for calls. A receive may take its wait in addition.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Receives messages, and waits for the first one. If the returned future is dropped, no
    /// message is lost: none was delivered yet, or the queue gets them back.
    ///
    /// # Errors
    /// See [`Error::is_passing`]. [`Error::Unknown`] if only a publish creates the queue, and
    /// nothing was published yet.
    fn receive(
        &self,
        options: &ReceiveOptions,
    ) -> impl Future<Output = Result<Given, Error>> + Send;

    /// Extends the lease of a delivery, so that it ends `lease` from now.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] is temporary.
    fn extend(
        &self,
        receipt: &str,
        lease: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks a delivery: its message is done.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] is temporary.
    fn ack(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks several deliveries; those whose lease is over are skipped.
    ///
    /// # Errors
    /// [`Error::Away`] is temporary.
    fn ack_all(&self, receipts: &[&str]) -> impl Future<Output = Result<(), Error>> + Send {
        async move {
            for receipt in receipts {
                match self.ack(receipt).await {
                    Ok(()) | Err(Error::Stale(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }
    }

    /// Hands a message back because this worker must stop; another worker gets it at once. If the
    /// queue counts attempts, this attempt does not count.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] is temporary.
    fn release(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Publishes one message. If the queue supports keys, a repeated call with the same key
    /// publishes nothing. A key has 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_once(
        &self,
        key: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Publishes one message; returns how many messages the queue has accepted, including this one.
    /// No other publisher gets the same number. `None` if the queue does not count.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_counted(
        &self,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Option<u64>, Error>> + Send;

    /// Replaces the queue's settings, and creates the queue if it does not exist. The default does
    /// nothing, for queues that are configured by other means.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn configure(
        &self,
        _settings: &QueueSettings,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        std::future::ready(Ok(()))
    }
}
