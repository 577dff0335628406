//! The engine's Prometheus metrics.

use std::time::Duration;

use control::{Decision, Freshness};
use prometheus::{
    Counter, GaugeVec, Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

use crate::snapshots::state::{QueueState, State, WorkloadState};

/// Histogram buckets in seconds: a decision takes microseconds, and the last bucket is one tick.
const BUCKETS: [f64; 8] = [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.1, 0.5];

/// The engine's Prometheus metrics.
#[derive(Debug, Clone)]
pub struct Metrics {
    replicas: IntGaugeVec,
    wanted: IntGaugeVec,
    queue_target: IntGaugeVec,
    metric_value: GaugeVec,
    target_per_container: GaugeVec,
    start_up: GaugeVec,
    capacity: IntGauge,
    tick: IntGauge,
    decisions: IntCounterVec,
    duration: Histogram,
    over_capacity: Counter,
}

impl Metrics {
    /// Creates and registers the metrics.
    ///
    /// # Errors
    /// A metric of the same name is already registered.
    pub fn register(registry: &Registry) -> prometheus::Result<Metrics> {
        let replicas = Opts::new(
            "microscaling_replicas",
            "Containers of a scaled workload, by state: desired, ready, starting, terminating.",
        );
        let wanted = Opts::new(
            "microscaling_wanted",
            "Containers that a workload's rule wants, before capacity is allocated.",
        );
        let queue_target =
            Opts::new("microscaling_queue_target", "Target length of a queue, in messages.");
        let metric_value = Opts::new(
            "microscaling_metric_value",
            "Last fresh value of a metric that workloads follow in place of a queue.",
        );
        let target_per_container = Opts::new(
            "microscaling_target_per_container",
            "Value that each container of a workload should have.",
        );
        let start_up = Opts::new(
            "microscaling_start_up_seconds",
            "Start-up time of a workload's containers, 90th percentile.",
        );
        let decisions = Opts::new(
            "microscaling_decisions_total",
            "Changes of a workload's count, by direction: up or down.",
        );
        let duration = HistogramOpts::new(
            "microscaling_decision_duration_seconds",
            "Time of a round from observing to scaling.",
        );
        let metrics = Metrics {
            replicas: IntGaugeVec::new(replicas, &["workload", "state"])?,
            wanted: IntGaugeVec::new(wanted, &["workload", "rule"])?,
            queue_target: IntGaugeVec::new(queue_target, &["queue"])?,
            metric_value: GaugeVec::new(metric_value, &["metric"])?,
            target_per_container: GaugeVec::new(target_per_container, &["workload"])?,
            start_up: GaugeVec::new(start_up, &["workload"])?,
            capacity: IntGauge::new(
                "microscaling_capacity",
                "Containers that all workloads may have together.",
            )?,
            tick: IntGauge::new("microscaling_tick", "Number of the last tick.")?,
            decisions: IntCounterVec::new(decisions, &["workload", "direction"])?,
            over_capacity: Counter::new(
                "microscaling_over_capacity_seconds_total",
                "Seconds over the capacity, because another program or person started containers.",
            )?,
            duration: Histogram::with_opts(duration.buckets(BUCKETS.to_vec()))?,
        };
        registry.register(Box::new(metrics.replicas.clone()))?;
        registry.register(Box::new(metrics.wanted.clone()))?;
        registry.register(Box::new(metrics.queue_target.clone()))?;
        registry.register(Box::new(metrics.metric_value.clone()))?;
        registry.register(Box::new(metrics.target_per_container.clone()))?;
        registry.register(Box::new(metrics.start_up.clone()))?;
        registry.register(Box::new(metrics.capacity.clone()))?;
        registry.register(Box::new(metrics.tick.clone()))?;
        registry.register(Box::new(metrics.decisions.clone()))?;
        registry.register(Box::new(metrics.duration.clone()))?;
        registry.register(Box::new(metrics.over_capacity.clone()))?;
        Ok(metrics)
    }

    /// Records a round's decisions and its duration.
    pub fn decided(&self, decisions: &[Decision], took: Duration) {
        self.duration.observe(took.as_secs_f64());
        for decision in decisions {
            let direction = if decision.to > decision.from { "up" } else { "down" };
            self.decisions.with_label_values(&[decision.workload.as_str(), direction]).inc();
        }
    }

    /// Drops series that depend on the configuration: a rule may have changed, or a queue be gone.
    pub fn forget_settings(&self) {
        self.replicas.reset();
        self.wanted.reset();
        self.queue_target.reset();
        self.metric_value.reset();
        self.target_per_container.reset();
        self.start_up.reset();
    }

    /// Publishes the API's state; the previous round was `since_last` ago.
    pub fn show(&self, state: &State, since_last: Duration) {
        if state.used > state.capacity {
            self.over_capacity.inc_by(since_last.as_secs_f64());
        }
        self.capacity.set(state.capacity.into());
        self.tick.set(state.tick.try_into().unwrap_or(i64::MAX));
        state.queues.iter().for_each(|queue| self.show_queue(queue));
        state.workloads.iter().for_each(|workload| self.show_workload(workload));
    }

    fn show_queue(&self, queue: &QueueState) {
        let name = [queue.name.as_str()];
        if queue.is_metric() {
            match queue.value.filter(|_| queue.status == Freshness::Fresh.name()) {
                Some(value) => self.metric_value.with_label_values(&name).set(value),
                // An unknown value is absent, not the last one. It may be absent already.
                None => drop(self.metric_value.remove_label_values(&name)),
            }
        } else if let Some(target) = queue.target {
            self.queue_target.with_label_values(&name).set(target.into());
        }
    }

    fn show_workload(&self, workload: &WorkloadState) {
        let name = workload.name.as_str();
        let counts = [
            ("desired", workload.desired),
            ("ready", workload.ready),
            ("starting", workload.starting),
            ("terminating", workload.terminating),
        ];
        for (state, count) in counts {
            self.replicas.with_label_values(&[name, state]).set(count.into());
        }
        self.wanted.with_label_values(&[name, workload.rule]).set(workload.why.wanted.into());
        // An unknown start-up time is absent, not 0.
        if let Some(seconds) = workload.start_up_s {
            self.start_up.with_label_values(&[name]).set(seconds);
        }
        if let Some(target) = workload.target_per_container {
            self.target_per_container.with_label_values(&[name]).set(target);
        }
        for direction in ["up", "down"] {
            // Creates the series at 0, so that a graph shows the first decision as a step.
            self.decisions.with_label_values(&[name, direction]);
        }
    }
}
