//! What came of one contender.

use serde::Serialize;

/// One contender.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contender {
    /// Its name.
    pub label: String,
    /// Always true: ours is simulated here, too, so that all have met the same load.
    pub simulated: bool,
    /// Its settings in a line.
    pub settings: String,
    /// Jobs that wait in all queues together, every half second.
    pub queue: Vec<(f64, u64)>,
    /// 99 of 100 jobs waited no longer, in seconds.
    pub job_wait_p99: f64,
    /// Containers of the background at work, times seconds.
    pub spare_work_done: f64,
    /// Containers of workloads with a queue, times seconds.
    pub container_seconds: f64,
    /// Questions of workers for a job.
    pub worker_polls: u64,
    /// Questions of whoever scales for a queue's length.
    pub scaler_polls: u64,
    /// Containers that were started over the budget.
    pub budget_violations: u64,
}
