//! The demo's two workloads, and rounds of the core on the observations that a test makes up.
//! Nothing is simulated here: an observation may be one that never occurs in practice, and
//! decisions take effect at once. Tests in which things take time use the simulator.

use std::time::Duration;

use control::{
    Autoscaler, Config, Decision, Observation, QueueSample, QueueTarget, Reading, Replicas, Rule,
    Workload,
};

pub(crate) const TICK: Duration = Duration::from_millis(500);

pub(crate) fn demo(rule: Rule) -> Config {
    let workload = |name: &str, priority, rule| Workload {
        name: name.to_owned(),
        priority,
        min: 1,
        max: 10,
        max_delta: None,
        rule,
        fallback: None,
        paused: false,
        blocked: None,
    };
    let workloads = vec![workload("consumer", 1, rule), workload("remainder", 2, Rule::Remainder)];
    Config { capacity: 10, tick: TICK, workloads }
}

pub(crate) fn target() -> QueueTarget {
    QueueTarget::of_queue("jobs", 20)
}

pub(crate) fn at_rest(desired: u32) -> Replicas {
    Replicas { desired, ready: desired, ..Replicas::default() }
}

/// A core and its observation.
pub(crate) struct Rounds {
    pub(crate) core: Autoscaler,
    pub(crate) now: Duration,
    pub(crate) seen: Observation,
}

impl Rounds {
    pub(crate) fn new(config: Config, counts: [u32; 2]) -> Rounds {
        let names = config.workloads.iter().map(|w| w.name.clone());
        let replicas = names.zip(counts.map(at_rest)).collect();
        let seen = Observation { replicas, ..Observation::default() };
        Rounds { core: Autoscaler::new(config).unwrap(), now: Duration::ZERO, seen }
    }

    /// Makes a reading of a queue at this moment.
    pub(crate) fn read(&mut self, queue: &str, sample: QueueSample) {
        self.seen.readings.insert(queue.to_owned(), Reading { sample, taken_at: self.now });
    }

    /// A round one tick later, with or without a new reading of the queue.
    pub(crate) fn round(&mut self, sample: impl Into<Option<QueueSample>>) -> Vec<Decision> {
        self.now += TICK;
        if let Some(sample) = sample.into() {
            self.read("jobs", sample);
        }
        self.settle()
    }

    /// A whole round at this moment, and the slots that it frees.
    pub(crate) fn settle(&mut self) -> Vec<Decision> {
        let mut all = self.core.step(self.now, &self.seen);
        self.come_true(&all);
        loop {
            let more = self.fill();
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }

    pub(crate) fn fill(&mut self) -> Vec<Decision> {
        let decisions = self.core.fill(self.now, &self.seen);
        self.come_true(&decisions);
        decisions
    }

    fn come_true(&mut self, decisions: &[Decision]) {
        for decision in decisions {
            self.seen.replicas.insert(decision.workload.clone(), at_rest(decision.to));
        }
    }

    pub(crate) fn consumers(&self) -> u32 {
        self.seen.replicas["consumer"].desired
    }

    pub(crate) fn words(&self) -> &str {
        &self.core.why("consumer").unwrap().text
    }
}
