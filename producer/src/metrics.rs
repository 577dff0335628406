//! What the producer counts.

use client::Error;
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// The producer's counters.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `producer_jobs_published_total`: only what the queue said yes to.
    pub published: IntCounter,
    errors: IntCounterVec,
}

impl Metrics {
    /// Makes the counters known to `registry`.
    ///
    /// # Errors
    /// When it knows counters of these names already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let published =
            IntCounter::new("producer_jobs_published_total", "Jobs that the queue has taken")?;
        let errors = Opts::new("producer_publish_errors_total", "Jobs it has not taken, by reason");
        let errors = IntCounterVec::new(errors, &["reason"])?;
        for reason in Error::REASONS {
            // A series that is there at 0 shows its first error as a step.
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
