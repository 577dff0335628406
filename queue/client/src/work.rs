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
    /// How long to wait for the first one, at most 20 s.
    pub wait: Duration,
    /// How long the leases last.
    pub lease: Duration,
    /// Our name, by which the queue reports redelivered messages.
    pub worker: String,
}

/// A message leased to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The id by which people find the message in the log.
    pub id: String,
    /// The right to end this delivery; opaque.
    pub receipt: String,
    /// As it was published.
    pub body: Vec<u8>,
}

/// The answer to a receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The messages; none if none came within the wait.
    pub jobs: Vec<Job>,
    /// Whether we are retired: we get nothing now, and are about to be stopped. A queue that cannot
    /// retire workers never sets it.
    pub retired: bool,
}

/// A queue as publishers and workers use it. Clones are the same queue.
///
/// A message belongs to one worker until its lease ends; then the queue redelivers it. An
/// implementation may write each call as an `async fn`. Its errors are those of [`Error`]: a call
/// without an answer is [`Error::Away`], and a call that can never succeed is [`Error::Refused`].
pub trait WorkQueue: Debug + Clone + Send + Sync + 'static {
    /// The same queue with another time limit for calls; a receive has it in addition to its wait.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Receives messages, waiting for the first one. Dropping the call takes none, or gives them
    /// back.
    ///
    /// # Errors
    /// See [`Error::is_passing`]; [`Error::Unknown`] if the queue is created only by its first
    /// message.
    fn receive(
        &self,
        options: &ReceiveOptions,
    ) -> impl Future<Output = Result<Given, Error>> + Send;

    /// Extends a lease: it ends `lease` from now.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] passes.
    fn extend(
        &self,
        receipt: &str,
        lease: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks a delivery: its message is done.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] passes.
    fn ack(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks several deliveries; those whose lease is over are skipped.
    ///
    /// # Errors
    /// [`Error::Away`] passes.
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

    /// Hands a message back because we must stop: another worker gets it at once. If the queue
    /// counts attempts, this one does not count.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] passes.
    fn release(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Publishes one message. If the queue knows keys, it publishes the message only once, however
    /// often it is tried with the same key of 1 to 255 visible ASCII characters.
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

    /// Replaces the queue's settings, and creates it if it does not exist. Does nothing for a queue
    /// that is set up elsewhere.
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
