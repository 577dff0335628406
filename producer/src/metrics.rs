//! The producer's metrics.

use client::Error;
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// The producer's counters.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `producer_jobs_published_total`: only jobs that the queue has accepted.
    pub published: IntCounter,
    errors: IntCounterVec,
}

impl Metrics {
    /// Registers the counters.
    ///
    /// # Errors
    /// When counters with these names are registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let published =
            IntCounter::new("producer_jobs_published_total", "Jobs accepted by the queue")?;
        let errors = Opts::new("producer_publish_errors_total", "Publishes that failed, by reason");
        let errors = IntCounterVec::new(errors, &["reason"])?;
        for reason in Error::REASONS {
            // Each series begins at 0, so that a graph shows even its first error.
            errors.with_label_values(&[reason]);
        }
        registry.register(Box::new(published.clone()))?;
        registry.register(Box::new(errors.clone()))?;
        Ok(Metrics { published, errors })
    }

    /// Counts a publish that failed.
    pub fn failed(&self, error: &Error) {
        self.errors.with_label_values(&[error.reason()]).inc();
    }
}
