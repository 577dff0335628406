//! The loop that publishes jobs.

use std::time::Duration;

use anyhow::Context;
use client::{Backoff, Error, WorkQueue};
use prometheus::Registry;
use rand::SeedableRng;
use rand::rngs::StdRng;
use service::Shutdown;
use tokio::time::{Instant, sleep_until};

use crate::args::Args;
use crate::gaps::Gaps;
use crate::metrics::Metrics;
use crate::payload;
use crate::schedule::Schedule;

/// The longest pause before a full queue is tried again, even if the queue asks for a longer one.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// Puts jobs on a queue, one after the other.
#[derive(Debug)]
pub struct Producer<Q> {
    args: Args,
    name: String,
    /// A random part of each job's key, so that producers with the same name never share a key.
    run: u64,
    queue: Q,
    schedule: Schedule<StdRng>,
    metrics: Metrics,
    shutdown: Shutdown,
    backoff: Backoff,
    /// The number of jobs that the queue has accepted.
    published: u64,
}

impl<Q: WorkQueue> Producer<Q> {
    /// Creates a producer, which is named `name` and stops on `shutdown`. Its first job is due now.
    ///
    /// # Errors
    /// When counters with these names are registered already.
    pub fn new(
        args: &Args,
        queue: Q,
        name: &str,
        registry: &Registry,
        shutdown: Shutdown,
    ) -> anyhow::Result<Producer<Q>> {
        let rng = args.seed.map_or_else(rand::make_rng, StdRng::seed_from_u64);
        let gaps = Gaps::new(args.rate, args.jitter, rng);
        Ok(Producer {
            args: args.clone(),
            name: name.to_owned(),
            run: rand::random(),
            queue,
            schedule: Schedule::new(gaps, Instant::now()),
            metrics: Metrics::register(registry)?,
            shutdown,
            backoff: Backoff::default(),
            published: 0,
        })
    }

    /// Publishes jobs until `--count` is reached or the shutdown begins. A publish that is under
    /// way at the shutdown is finished first.
    ///
    /// # Errors
    /// When the queue refuses a job permanently.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let (rate, queue, url) =
            (self.args.rate, &self.args.queue.queue, &self.args.queue.queue_url);
        tracing::info!("publishing {rate} jobs a second to queue {queue} at {url}");
        let mut next = self.schedule.due();
        while !self.is_done() && self.sleep_until(next).await {
            let number = self.published + 1;
            let job = payload::text(number, &self.name, self.args.payload_bytes);
            // A retry has the same key. So if only the answer was lost, the job is not added twice.
            let key = format!("{:016x}-{number}", self.run);
            next = match self.queue.publish_once(&key, job).await {
                Ok(()) => self.taken(Instant::now()),
                Err(error) => Instant::now() + self.rest_after(error)?,
            };
        }
        tracing::info!("stopping after {} jobs", self.published);
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.args.count == Some(self.published)
    }

    /// Sleeps until `time`, and returns true. When the shutdown begins, returns false at once.
    async fn sleep_until(&self, time: Instant) -> bool {
        tokio::select! {
            biased;
            () = self.shutdown.wait() => false,
            () = sleep_until(time) => true,
        }
    }

    /// Counts a published job; returns the time when the next job is due.
    fn taken(&mut self, now: Instant) -> Instant {
        self.published += 1;
        self.metrics.published.inc();
        if self.backoff.succeeded() {
            tracing::info!("the queue accepts jobs again");
        }
        self.schedule.advance(now);
        self.schedule.due()
    }

    /// Counts a failed publish; returns the pause before the next try.
    fn rest_after(&mut self, error: Error) -> anyhow::Result<Duration> {
        self.metrics.failed(&error);
        if !error.is_passing() {
            return Err(error).context("no job can be published");
        }
        let (wait, is_news) = self.backoff.failed();
        if is_news {
            tracing::warn!("{error}; skipping jobs until the queue accepts them again");
        }
        Ok(match error {
            Error::Full { retry_after, .. } if !retry_after.is_zero() => {
                retry_after.min(LONGEST_REST)
            }
            _ => wait,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use client::Client;

    use super::*;

    fn producer() -> Producer<Client> {
        let (args, (_, shutdown)) = (Args::parse_from(["producer"]), Shutdown::new());
        let queue = Client::new(&args.queue).unwrap();
        Producer::new(&args, queue, "p", &Registry::new(), shutdown).unwrap()
    }

    #[test]
    fn a_full_queue_sets_the_pause_up_to_a_limit() {
        for (asked, rest) in [(3, 3), (3600, 5)] {
            let retry_after = Duration::from_secs(asked);
            let full = Error::Full { message: "no room".to_owned(), retry_after };
            assert_eq!(producer().rest_after(full).unwrap(), Duration::from_secs(rest));
        }
    }

    #[test]
    fn the_pause_grows_while_the_queue_is_unreachable() {
        let away = || Error::Away { url: "http://queue".to_owned(), reason: "gone".to_owned() };
        let mut producer = producer();
        let first = producer.rest_after(away()).unwrap();
        assert!(producer.rest_after(away()).unwrap() > first);
    }
}
