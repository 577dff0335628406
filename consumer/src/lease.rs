//! The lease of one job: extending, acking and releasing it.

use std::time::Duration;

use client::{Backoff, Error, WorkQueue};
use service::Shutdown;
use tokio::time::{Instant, sleep};

/// The timeout of a call about a lease; a longer one would delay the shutdown.
const LONGEST_CALL: Duration = Duration::from_secs(1);
/// How often an ack is tried once the shutdown has begun.
const TRIES: u32 = 4;

/// One job that is ours until its lease expires.
#[derive(Debug)]
pub struct Lease<Q> {
    queue: Q,
    receipt: String,
    length: Duration,
    /// When the queue redelivers the job, as far as we know.
    until: Instant,
}

impl<Q: WorkQueue> Lease<Q> {
    /// The lease of a job that was received just now.
    pub fn new(queue: &Q, receipt: &str, length: Duration) -> Lease<Q> {
        // A call must fail early enough for the next one to come in time.
        let queue = queue.clone().with_timeout((length / 3).min(LONGEST_CALL));
        Lease { queue, receipt: receipt.to_owned(), length, until: Instant::now() + length }
    }

    /// Extends the lease each time a third of it has passed. Returns only when it is lost.
    pub async fn keep(&mut self) {
        loop {
            sleep(self.length / 3).await;
            let asked = Instant::now();
            match self.queue.extend(&self.receipt, self.length).await {
                Ok(()) => self.until = asked + self.length,
                Err(Error::Stale(_)) => return,
                // The job may still be ours: the next call or the ack will show it.
                Err(error) => tracing::debug!("lease not extended: {error}"),
            }
        }
    }

    /// Acks the job and retries until the queue answers: a queue that stands still expires no
    /// lease, so that the job may be ours for longer than we know. Once the shutdown has begun
    /// there are only a few more tries, and only while the lease lasts.
    ///
    /// # Errors
    /// [`Error::Stale`] when the job is no longer ours; [`Error::Away`] when the queue did not
    /// answer before the shutdown, so that it will redeliver the job.
    pub async fn ack(self, leaving: &Shutdown) -> Result<(), Error> {
        let mut backoff = Backoff::default();
        let mut tries = TRIES;
        loop {
            let error = match self.queue.ack(&self.receipt).await {
                Err(error) if error.is_passing() => error,
                heard => return heard,
            };
            let (wait, is_news) = backoff.failed();
            if leaving.is_set() {
                tries -= 1;
                if tries == 0 || Instant::now() >= self.until {
                    return Err(error);
                }
            } else if is_news {
                tracing::warn!("a job is done, but {error}; retrying the ack");
            }
            // The next try comes well before the end of a lease that was just extended.
            sleep(wait.min(self.length / 3)).await;
        }
    }

    /// Releases the job, so that another consumer gets it at once; our attempt does not count.
    ///
    /// # Errors
    /// As for [`Lease::ack`]; another consumer then gets the job when the lease expires.
    pub async fn hand_back(self) -> Result<(), Error> {
        self.queue.release(&self.receipt).await
    }
}
