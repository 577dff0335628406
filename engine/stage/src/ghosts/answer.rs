//! What others would have done, as it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use simulator::Row;

use super::model::Stage;

/// The whole answer. Times are seconds since the last reset, as on the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Which random numbers everyone had.
    pub seed: u64,
    /// From when on it is played.
    pub from: f64,
    /// Until when.
    pub until: f64,
    /// How long a job takes, as measured here, in seconds, by workload.
    pub job_s: BTreeMap<String, f64>,
    /// Whether a background takes what the others leave; where nobody does, what is not used is
    /// saved.
    pub remainder: bool,
    /// How long the reckoning took, in milliseconds.
    pub cost_ms: f64,
    /// Everyone, ours first.
    pub contenders: Vec<Ghost>,
}

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

impl Answer {
    /// All that came of a stage, and what that cost.
    pub fn new(stage: &Stage, contenders: Vec<Ghost>, cost: Duration) -> Answer {
        let workloads = stage.scenario.workloads.iter().filter(|it| it.queue.is_some());
        let thousandths = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        let job = |it: &simulator::scenario::Workload| {
            (it.name.clone(), thousandths(it.job.time.as_secs_f64()))
        };
        Answer {
            seed: stage.scenario.seed,
            from: stage.from,
            until: thousandths(stage.until),
            job_s: workloads.map(job).collect(),
            remainder: stage.has_remainder(),
            cost_ms: (cost.as_secs_f64() * 1000.0).round(),
            contenders,
        }
    }
}
