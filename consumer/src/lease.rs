//! The lease of one job: extending, acking and releasing it.

use std::sync::Once;
use std::time::Duration;

use client::{Backoff, Error, WorkQueue};
use service::Shutdown;
use tokio::time::{Instant, sleep};

/// The longest timeout of a call about a lease; a longer one would delay the shutdown.
const LONGEST_CALL: Duration = Duration::from_secs(1);
/// How often an ack is tried after the shutdown has begun.
const TRIES: u32 = 4;

/// Reported once, not for each job: the queue cannot extend leases.
static CANNOT_EXTEND: Once = Once::new();

/// The lease of one job, which belongs to this worker until the lease expires.
#[derive(Debug)]
pub struct Lease<Q> {
    queue: Q,
    receipt: String,
    length: Duration,
    /// When the lease ends and the queue redelivers the job, as far as this worker knows.
    until: Instant,
}

impl<Q: WorkQueue> Lease<Q> {
    /// Creates the lease of a job that was received just now. The lease lasts for `length`.
    pub fn new(queue: &Q, receipt: &str, length: Duration) -> Lease<Q> {
        // A call must fail early enough to leave time for the next call before the lease expires.
        let queue = queue.clone().with_timeout((length / 3).min(LONGEST_CALL));
        Lease { queue, receipt: receipt.to_owned(), length, until: Instant::now() + length }
    }

    /// Extends the lease each time a third of it has passed. Returns only when the lease is lost. If
    /// the queue cannot extend leases, the job goes on and may be redelivered meanwhile.
    pub async fn keep(&mut self) {
        loop {
            sleep(self.length / 3).await;
            let asked = Instant::now();
            match self.queue.extend(&self.receipt, self.length).await {
                Ok(()) => self.until = asked + self.length,
                Err(Error::Stale(_)) => return,
                Err(error @ Error::Unsupported(_)) => {
                    CANNOT_EXTEND.call_once(|| {
                        tracing::warn!("{error}; jobs longer than their lease are done twice");
                    });
                    std::future::pending::<()>().await;
                }
                // The lease may still be valid: the next extension or the ack will show this.
                Err(error) => tracing::debug!("lease not extended: {error}"),
            }
        }
    }

    /// Acks the job and retries until the queue answers. While the queue is down, no lease expires,
    /// so the job may belong to this worker for longer than the worker knows. After the shutdown
    /// has begun, the ack is only tried a few more times, and only while the lease lasts.
    ///
    /// # Errors
    /// [`Error::Stale`] when the lease has expired; [`Error::Away`] when the queue did not answer
    /// before the shutdown; the queue will then redeliver the job.
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
            // Waits at most a third of the lease, so that the next try comes before the lease ends.
            sleep(wait.min(self.length / 3)).await;
        }
    }

    /// Releases the job, so that another consumer gets it at once; this attempt does not count.
    ///
    /// # Errors
    /// As for [`Lease::ack`]; another consumer then gets the job only when the lease expires.
    pub async fn hand_back(self) -> Result<(), Error> {
        self.queue.release(&self.receipt).await
    }
}
