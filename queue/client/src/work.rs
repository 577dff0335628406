//! What workers need of a queue, whichever queue it is.

use std::fmt::Debug;
use std::time::Duration;

use crate::error::Error;
use crate::wire::QueueSettings;

/// What to ask of a receive.
#[derive(Debug, Clone)]
pub struct ReceiveOptions {
    /// At most so many messages, 1 to 100.
    pub max: u32,
    /// How long to wait for the first one, at most 20 s.
    pub wait: Duration,
    /// How long the messages shall be ours.
    pub lease: Duration,
    /// Our name, for the queue's story of redelivered messages.
    pub worker: String,
}

/// A message that was given to us under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// By which people find it in the log.
    pub id: String,
    /// The right to end this delivery, as the queue has it.
    pub receipt: String,
    /// The bytes as they were published.
    pub body: Vec<u8>,
}

/// The answer to a receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What we are given; nothing where nothing came within the wait.
    pub jobs: Vec<Job>,
    /// Whether we are retired: we get nothing now, and are about to be stopped. A queue that
    /// retires nobody never says so.
    pub retired: bool,
}

/// A queue as those see it who publish to it and work off what is in it. Clones are the same queue.
///
/// A message is one worker's until its lease ends; then the queue gives it out again. An
/// implementation may write each call as an `async fn`. Its errors are those of [`Error`]: a call
/// that nobody answered is [`Error::Away`], what will never succeed is [`Error::Refused`].
pub trait WorkQueue: Debug + Clone + Send + Sync + 'static {
    /// The same queue, with another time after which a call counts as failed; a receive has it
    /// beyond its wait.
    #[must_use]
    fn with_timeout(self, timeout: Duration) -> Self;

    /// Takes messages, waiting for the first one. Dropping the call takes none, or gives them back.
    ///
    /// # Errors
    /// See [`Error::is_passing`]; [`Error::Unknown`] where the queue comes with its first message.
    fn receive(
        &self,
        options: &ReceiveOptions,
    ) -> impl Future<Output = Result<Given, Error>> + Send;

    /// Makes a lease end `lease` from now.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease was over; [`Error::Away`] passes.
    fn extend(
        &self,
        receipt: &str,
        lease: Duration,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends a delivery: the message is done.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease was over; [`Error::Away`] passes.
    fn ack(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends several deliveries; one whose lease was over stays as it is.
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

    /// Hands a message back because we are told to stop: somebody else gets it at once, and where
    /// the queue counts attempts, this one does not count.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease was over; [`Error::Away`] passes.
    fn release(&self, receipt: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Publishes one message. Where the queue can tell, it comes in once however often it is tried
    /// with the same key, 1 to 255 visible ASCII characters.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_once(
        &self,
        key: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Publishes one message; returns how many messages the queue has taken in, this one included,
    /// a number that no other publisher is told. `None` where the queue does not count them.
    ///
    /// # Errors
    /// See [`Error::is_passing`].
    fn publish_counted(
        &self,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Option<u64>, Error>> + Send;

    /// Tells the queue its settings, and makes it where it is not there. One that is set up
    /// elsewhere leaves this as it is.
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
