//! The loop that receives jobs and works on them.

use std::time::Duration;

use anyhow::Context;
use client::{Backoff, Error, Given, Job, QueueArgs, ReceiveOptions, WorkQueue};
use prometheus::Registry;
use service::{Health, Shutdown};
use tokio::time::{Instant, sleep, sleep_until};

use crate::args::Args;
use crate::lease::Lease;
use crate::metrics::Metrics;

/// The part of the grace period that is reserved for acking the job.
const ACK_TIME: Duration = Duration::from_millis(500);
/// A receive of a retired worker waits at most this time, so that it soon sees the retirement end.
const RETIRED_WAIT: Duration = Duration::from_secs(1);

/// Receives jobs from a queue and works on them, one at a time.
#[derive(Debug)]
pub struct Consumer<Q> {
    args: Args,
    queue: Q,
    options: ReceiveOptions,
    metrics: Metrics,
    shutdown: Shutdown,
    /// A retired worker reports here that it is not ready, so that a cluster stops it first.
    health: Health,
    retired: bool,
    backoff: Backoff,
}

impl<Q: WorkQueue> Consumer<Q> {
    /// Creates a consumer that the queue knows as `name`. It stops on `shutdown` and reports in
    /// `health` whether it is ready.
    ///
    /// # Errors
    /// When metrics with these names are registered already.
    pub fn new(
        args: &Args,
        queue: Q,
        name: &str,
        registry: &Registry,
        shutdown: Shutdown,
        health: Health,
    ) -> anyhow::Result<Consumer<Q>> {
        let (wait, lease, worker) = (args.poll_wait, args.lease, name.to_owned());
        Ok(Consumer {
            args: args.clone(),
            queue,
            options: ReceiveOptions { max: 1, wait, lease, worker },
            metrics: Metrics::register(registry)?,
            shutdown,
            health,
            retired: false,
            backoff: Backoff::default(),
        })
    }

    /// Works until the shutdown begins. A job in progress is then finished, or released if the
    /// grace period is too short for it.
    ///
    /// # Errors
    /// When the queue permanently refuses to deliver jobs.
    pub async fn run(mut self) -> anyhow::Result<()> {
        let QueueArgs { queue, queue_url, .. } = &self.args.queue;
        tracing::info!("receiving jobs from queue {queue} at {queue_url}");
        while !self.shutdown.is_set() {
            let given = tokio::select! {
                // A job that has arrived must be acked or released, even in a shutdown.
                biased;
                given = self.queue.receive(&self.options) => given,
                () = self.shutdown.wait() => break,
            };
            match given {
                Ok(Given { jobs, retired }) => {
                    self.retire(retired);
                    self.work_on_all(&jobs).await;
                }
                Err(error) => self.rest_after(error).await?,
            }
        }
        tracing::info!("stopping after {} jobs", self.metrics.processed.get());
        Ok(())
    }

    /// Retires this worker or ends its retirement, according to the queue's answer.
    fn retire(&mut self, retired: bool) {
        let was = std::mem::replace(&mut self.retired, retired);
        if was == retired || self.shutdown.is_set() {
            return;
        }
        let longest = if retired { RETIRED_WAIT } else { self.args.poll_wait };
        self.options.wait = self.args.poll_wait.min(longest);
        self.health.set_ready(!retired);
        if retired {
            tracing::info!("retired: this worker gets no more jobs and will be stopped soon");
        } else {
            tracing::info!("no longer retired: this worker gets jobs again");
        }
    }

    async fn work_on_all(&mut self, jobs: &[Job]) {
        if self.backoff.succeeded() {
            tracing::info!("the queue answers again");
        }
        for job in jobs {
            self.work_on(job).await;
        }
    }

    async fn work_on(&self, job: &Job) {
        let received = Instant::now();
        let end = received + self.args.work_time;
        let mut lease = Lease::new(&self.queue, &job.receipt, self.args.lease);
        tokio::select! {
            biased;
            () = sleep_until(end) => {
                self.finish(job, lease.ack(&self.shutdown).await, received);
            }
            () = self.out_of_time(end) => self.give_up(job, lease.hand_back().await),
            () = lease.keep() => self.drop_stale(job),
        }
    }

    /// Returns once the shutdown has begun, but never returns if `end` is within the grace period.
    async fn out_of_time(&self, end: Instant) {
        self.shutdown.wait().await;
        let left = end.saturating_duration_since(Instant::now());
        if ends_in_time(left, self.args.service.shutdown_grace) {
            std::future::pending::<()>().await;
        }
    }

    fn finish(&self, job: &Job, heard: Result<(), Error>, received: Instant) {
        match heard {
            Ok(()) => {
                self.metrics.processed.inc();
                self.metrics.duration.observe(received.elapsed().as_secs_f64());
                tracing::debug!("job {} done", job.id);
            }
            Err(Error::Stale(_)) => self.drop_stale(job),
            Err(error) => tracing::warn!("job {} is done but will be redelivered: {error}", job.id),
        }
    }

    fn give_up(&self, job: &Job, heard: Result<(), Error>) {
        match heard {
            Ok(()) => {
                self.metrics.handed_back.inc();
                tracing::info!("job {} released: no time left to finish it", job.id);
            }
            Err(error) => tracing::warn!("job {} could not be released: {error}", job.id),
        }
    }

    fn drop_stale(&self, job: &Job) {
        self.metrics.stale.inc();
        let lease = humantime::format_duration(self.args.lease);
        tracing::warn!("job {} dropped: its lease of {lease} has expired", job.id);
    }

    /// Counts a failure and waits before the next receive.
    async fn rest_after(&mut self, error: Error) -> anyhow::Result<()> {
        self.metrics.receive_errors.inc();
        // A queue is created by its first job, so an unknown queue is not an error.
        if !error.is_passing() && !matches!(error, Error::Unknown(_)) {
            return Err(error).context("no job can be received");
        }
        let (wait, is_news) = self.backoff.failed();
        if is_news {
            tracing::warn!("{error}; retrying until the queue answers");
        }
        tokio::select! {
            () = self.shutdown.wait() => {}
            () = sleep(wait) => {}
        }
        Ok(())
    }
}

/// Whether a job that needs `left` more time can be finished and acked within `grace`.
fn ends_in_time(left: Duration, grace: Duration) -> bool {
    left + ACK_TIME <= grace
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_ends_in_time_when_its_ack_still_fits_in_the_grace() {
        let ms = Duration::from_millis;
        assert!(ends_in_time(ms(200), ms(10_000)));
        assert!(ends_in_time(ms(9_500), ms(10_000)));
        assert!(!ends_in_time(ms(9_501), ms(10_000)));
        assert!(!ends_in_time(ms(0), ms(0)));
    }
}
