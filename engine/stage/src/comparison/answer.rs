//! The JSON of a comparison.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::contender::Contender;
use super::model::Stage;

/// A comparison as the page gets it. Times are seconds since the last reset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The seed of the random numbers, the same for all contenders.
    pub seed: u64,
    /// The time at which the curves begin.
    pub from: f64,
    /// The time at which the curves end.
    pub until: f64,
    /// The measured time that one job takes, in seconds, by workload.
    pub job_s: BTreeMap<String, f64>,
    /// Whether a background uses the spare capacity; otherwise that capacity stays unused.
    pub remainder: bool,
    /// How long the simulation took in real time, in milliseconds.
    pub cost_ms: f64,
    /// All contenders, this engine first.
    pub contenders: Vec<Contender>,
}

impl Answer {
    /// Simulates all contenders at once, which takes up to a second.
    ///
    /// # Errors
    /// When the scenario cannot be simulated.
    pub fn played(stage: &Stage) -> Result<Answer, String> {
        let began = Instant::now();
        let contenders: Result<Vec<_>, String> =
            stage.parts().into_iter().map(|part| part.play()).collect();
        Ok(Answer::new(stage, contenders?, began.elapsed()))
    }

    /// Combines the results of all contenders; `cost` is how long their simulation took.
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
