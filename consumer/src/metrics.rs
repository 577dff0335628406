//! The consumer's metrics.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, Registry};

/// The consumer's counters and its histogram.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `consumer_jobs_processed_total`: only jobs whose ack the queue has confirmed.
    pub processed: IntCounter,
    /// `consumer_job_duration_seconds`: the time from a job's receive to its ack.
    pub duration: Histogram,
    /// `consumer_jobs_stale_total`: jobs whose lease expired before they were done.
    pub stale: IntCounter,
    /// `consumer_jobs_handed_back_total`: jobs released because the grace period was too short.
    pub handed_back: IntCounter,
    /// `consumer_receive_errors_total`: receives that failed.
    pub receive_errors: IntCounter,
}

impl Metrics {
    /// Registers the metrics.
    ///
    /// # Errors
    /// When metrics with these names are registered already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let count = |name, help| known(registry, IntCounter::new(name, help)?);
        let duration = HistogramOpts::new(
            "consumer_job_duration_seconds",
            "Seconds from the receive to the ack",
        );
        Ok(Metrics {
            processed: count("consumer_jobs_processed_total", "Jobs done")?,
            duration: known(registry, Histogram::with_opts(duration)?)?,
            stale: count("consumer_jobs_stale_total", "Jobs whose lease expired too early")?,
            handed_back: count("consumer_jobs_handed_back_total", "Jobs released on shutdown")?,
            receive_errors: count("consumer_receive_errors_total", "Failed receives")?,
        })
    }
}

fn known<C>(registry: &Registry, metric: C) -> prometheus::Result<C>
where
    C: Collector + Clone + 'static,
{
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}
