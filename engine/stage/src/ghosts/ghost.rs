//! What came of one contender.

use serde::Serialize;
use simulator::Row;

/// One contender.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ghost {
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

impl Ghost {
    /// One with its curve and its figures.
    pub fn new(label: String, settings: String, queue: Vec<(f64, u64)>, row: &Row) -> Ghost {
        Ghost {
            label,
            simulated: true,
            settings,
            queue,
            job_wait_p99: row.job_wait_p99,
            spare_work_done: row.spare_work_done,
            container_seconds: row.container_seconds,
            worker_polls: row.worker_polls,
            scaler_polls: row.scaler_polls,
            budget_violations: row.budget_violations,
        }
    }
}
