//! [`WorkQueue`]: the calls that workers need from any queue.

use std::fmt::Debug;
use std::time::Duration;

use crate::error::Error;
use crate::wire::QueueSettings;

/// The arguments of [`WorkQueue::receive`].
#[derive(Debug, Clone)]
pub struct ReceiveOptions {
    /// The maximum number of messages to take, 1 to 100.
    pub max: u32,
    /// How long to wait for the first message, at most 20 s.
    pub wait: Duration,
    /// How long the messages are leased to the worker.
    pub lease: Duration,
    /// The name of the worker that receives. The queue lists its workers by these names.
    pub worker: String,
}

/// A message that the queue has leased to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The message's id, which log lines about the message also show.
    pub id: String,
    /// The opaque text that identifies this delivery in calls such as an ack.
    pub receipt: String,
    /// The message's bytes, as they were published.
    pub body: Vec<u8>,
    /// When the message was published, as RFC 3339 text for display; `None` if it is not known.
    pub enqueued_at: Option<String>,
}

/// The answer to [`WorkQueue::receive`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The received messages; empty if no message arrived within [`ReceiveOptions::wait`].
    pub jobs: Vec<Job>,
    /// Whether this worker is retired: it receives no messages now, and is about to be stopped.
    /// Always false for a queue that cannot retire workers.
    pub retired: bool,
}

/// The calls of publishers and workers on a queue. A clone works on the same queue.
///
/// A message belongs to one worker while it is leased; if the lease expires, it is redelivered. An
/// implementation may write each call as an `async fn`. A call that gets no answer fails with
/// [`Error::Away`], and a call that can never succeed with [`Error::Refused`].
pub trait WorkQueue: Debug + Clone + Send + Sync + 'static {
    /// Returns the same queue with another time limit per call. A receive has its wait in addition.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Receives messages, and waits for the first one. If the returned future is dropped, no
    /// message is lost: either none was delivered yet, or the queue takes the delivered ones back.
    ///
    /// # Errors
    /// See [`Error::is_passing`]. Also [`Error::Unknown`] if the queue does not exist yet, because
    /// only a publish creates it.
    fn receive(
        &self,
        options: &ReceiveOptions,
    ) -> impl Future<Output = Result<Given, Error>> + Send;

    /// Extends the lease of a delivery, so that it ends `lease` from now.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Unsupported`] if this queue cannot extend
    /// leases; [`Error::Away`] is temporary.
    fn extend(
        &self,
        receipt: &str,
        lease: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks a delivery, which tells the queue that the message's job is done.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease is over; [`Error::Away`] is temporary.
    fn ack(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Acks several deliveries, and skips those whose lease is over.
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
    /// [`Error::Stale`] when the lease is over; [`Error::Unsupported`] if this queue would count the
    /// attempt; [`Error::Away`] is temporary.
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
    /// No other publisher gets the same number. `None` if the queue does not count its messages.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_counted(
        &self,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Option<u64>, Error>> + Send;

    /// Replaces the queue's settings, and creates the queue if it does not exist. This default
    /// implementation does nothing, because some queues are configured by other means.
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
