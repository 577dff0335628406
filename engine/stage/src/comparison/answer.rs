//! What others would have done, as it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::contender::Contender;
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
    pub contenders: Vec<Contender>,
}

impl Answer {
    /// All that came of a stage, and what that cost.
    pub fn new(stage: &Stage, contenders: Vec<Contender>, cost: Duration) -> Answer {
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
