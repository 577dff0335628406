//! What the consumer counts.

use prometheus::core::Collector;
use prometheus::{Histogram, HistogramOpts, IntCounter, Registry};

/// The consumer's counters and its histogram.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `consumer_jobs_processed_total`: only what the queue heard to be done.
    pub processed: IntCounter,
    /// `consumer_job_duration_seconds`: from the receive to the ack.
    pub duration: Histogram,
    /// `consumer_jobs_stale_total`: jobs whose lease was over before they were done.
    pub stale: IntCounter,
    /// `consumer_jobs_handed_back_total`: jobs for which no time was left.
    pub handed_back: IntCounter,
    /// `consumer_receive_errors_total`: questions for a job without an answer.
    pub receive_errors: IntCounter,
}

impl Metrics {
    /// Makes the metrics known to `registry`.
    ///
    /// # Errors
    /// When it knows metrics of these names already.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let count = |name, help| known(registry, IntCounter::new(name, help)?);
        let duration =
            HistogramOpts::new("consumer_job_duration_seconds", "From the receive to the ack");
        Ok(Metrics {
            processed: count("consumer_jobs_processed_total", "Jobs done")?,
            duration: known(registry, Histogram::with_opts(duration)?)?,
            stale: count("consumer_jobs_stale_total", "Jobs whose lease was over too early")?,
            handed_back: count("consumer_jobs_handed_back_total", "Jobs handed back on leaving")?,
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
