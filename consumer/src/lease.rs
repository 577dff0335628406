//! The right to one job: keeping it, and the ways it ends.

use std::time::Duration;

use client::{Backoff, Error, WorkQueue};
use service::Shutdown;
use tokio::time::{Instant, sleep};

/// No call about a lease takes longer; it would keep us from leaving in time.
const LONGEST_CALL: Duration = Duration::from_secs(1);
/// How often the queue is told that a job is done once it is time to leave.
const TRIES: u32 = 4;

/// One job that is ours until the lease is over.
#[derive(Debug)]
pub struct Lease<Q> {
    queue: Q,
    receipt: String,
    length: Duration,
    /// When the queue gives the job to someone else, as far as we know.
    until: Instant,
}

impl<Q: WorkQueue> Lease<Q> {
    /// The lease of a job that was received just now and has this receipt.
    pub fn new(queue: &Q, receipt: &str, length: Duration) -> Lease<Q> {
        // A call must fail early enough that the next one still comes in time.
        let queue = queue.clone().with_timeout((length / 3).min(LONGEST_CALL));
        Lease { queue, receipt: receipt.to_owned(), length, until: Instant::now() + length }
    }

    /// Extends the lease whenever a third of it has passed. Returns only when it is lost.
    pub async fn keep(&mut self) {
        loop {
            sleep(self.length / 3).await;
            let asked = Instant::now();
            match self.queue.extend(&self.receipt, self.length).await {
                Ok(()) => self.until = asked + self.length,
                Err(Error::Stale(_)) => return,
                // The job may still be ours: the next call, or the ack, will tell.
                Err(error) => tracing::debug!("lease not extended: {error}"),
            }
        }
    }

    /// Says that the job is done, until the queue hears of it: a queue that stands still ends no
    /// lease meanwhile, so that the job may be ours for longer than we know. Once it is time to
    /// leave it is said a few times more, while the lease lasts.
    ///
    /// # Errors
    /// [`Error::Stale`] when the job is no longer ours; [`Error::Away`] when the queue did not
    /// hear us before we left, so that it will give the job out again.
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
                tracing::warn!("a job is done, but {error}; saying so until it is heard");
            }
            // Well before the end of a lease that has not moved on.
            sleep(wait.min(self.length / 3)).await;
        }
    }

    /// Hands the job back, so that another consumer gets it at once; our attempt does not count.
    ///
    /// # Errors
    /// As for [`Lease::ack`]; another one gets it when the lease is over.
    pub async fn hand_back(self) -> Result<(), Error> {
        self.queue.release(&self.receipt).await
    }
}
