//! The results of one contender.

use serde::Serialize;

/// The results of one autoscaler, or of a fixed fleet, under the recorded load.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contender {
    /// The contender's name on the page.
    pub label: String,
    /// Always true: even this engine is simulated, so that all contenders meet the same load.
    pub simulated: bool,
    /// The contender's settings in one line.
    pub settings: String,
    /// Waiting jobs in all queues together, as (seconds, count) for every half second.
    pub queue: Vec<(f64, u64)>,
    /// 99 % of the jobs waited at most this long, in seconds.
    pub job_wait_p99: f64,
    /// Container-seconds that the background worked.
    pub spare_work_done: f64,
    /// Container-seconds that workloads with a queue used.
    pub container_seconds: f64,
    /// How often workers asked a queue for a job.
    pub worker_polls: u64,
    /// How often the autoscaler asked for a queue's length.
    pub scaler_polls: u64,
    /// The number of containers started beyond the capacity.
    pub budget_violations: u64,
}
