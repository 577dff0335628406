//! The results of one contender.

use serde::Serialize;

/// The results of one contender.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contender {
    /// Its name on the page.
    pub label: String,
    /// Always true: this engine is simulated here, too, so that all meet the same load.
    pub simulated: bool,
    /// Its settings in one line.
    pub settings: String,
    /// Waiting jobs of all queues together, every half second.
    pub queue: Vec<(f64, u64)>,
    /// 99 % of the jobs waited at most this long, in seconds.
    pub job_wait_p99: f64,
    /// Container-seconds of the background at work.
    pub spare_work_done: f64,
    /// Container-seconds of workloads with a queue.
    pub container_seconds: f64,
    /// Requests of workers for a job.
    pub worker_polls: u64,
    /// Requests of the autoscaler for a queue's length.
    pub scaler_polls: u64,
    /// Containers that were started over the capacity.
    pub budget_violations: u64,
}
