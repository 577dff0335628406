//! The API's JSON: the answer of `/api/v1/state`.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Lacks, Rule, Source};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::controls::Controls;

/// The state of the engine. Times are in seconds since the engine's start or its last reset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// The number of the last tick.
    pub tick: u64,
    /// The run's number in hexadecimal; a reset or a restart of the engine begins another run.
    pub run: String,
    /// The time of this snapshot.
    pub uptime_s: f64,
    /// The name of the scheduler that runs the containers.
    pub scheduler: &'static str,
    /// The Kubernetes namespace; null without a cluster.
    pub namespace: Option<String>,
    /// The kubectl context of the cluster; null if the engine runs in a pod or without a cluster.
    pub context: Option<String>,
    /// The engine's role: `alone`, `leader`, or `standby` with the name of the leader.
    pub standing: String,
    /// What the engine does now: live, held, looks_on, or replay.
    pub mode: RunMode,
    /// Why the engine only observes; null in the other modes.
    pub because: Option<String>,
    /// The number of all containers, also of Deployments that are not scaled.
    pub containers: usize,
    /// Problems that a person should fix.
    #[serde(rename = "troubles")]
    pub warnings: Vec<String>,
    /// An artificial delay before each container starts.
    pub start_delay_s: f64,
    /// The time between two ticks.
    pub tick_s: f64,
    /// The number of slots.
    pub capacity: u32,
    /// Slots in use, including those of containers that are terminating.
    pub used: u32,
    /// Jobs lost in this run: dead-lettered, or expired before a worker received them; null until a
    /// queue was read.
    pub lost: Option<u64>,
    /// The summary at the top of the page, in English.
    pub headline: String,
    /// The headline as values: a list of claims (`headline::Claim`), one for each sentence; null if
    /// there is no headline.
    pub claim: Value,
    /// Which of the page's controls are disabled, and why.
    pub controls: Controls,
    /// The configuration's version, which changes with each edit.
    pub config: u64,
    /// The values that parts outside the control loop add, each under its own key.
    #[serde(flatten)]
    pub contributed: BTreeMap<&'static str, Value>,
    /// The workloads, by priority.
    pub workloads: Vec<WorkloadState>,
    /// Deployments that are not scaled: those that make the load, and the queue.
    pub deployments: Vec<DeploymentState>,
    /// The queues and metrics that workloads follow.
    pub queues: Vec<QueueState>,
    /// The last decisions, newest first.
    pub decisions: Vec<DecisionState>,
}

/// What the engine does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// The engine decides and scales.
    Live,
    /// All scaling is held.
    Held,
    /// The engine only observes; it scales nothing.
    LooksOn,
    /// The engine plays a recording.
    Replay,
}

/// A workload.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WorkloadState {
    pub name: String,
    /// Priority 1 gets slots first.
    pub priority: u32,
    /// The name of the rule that computes the wanted count.
    pub rule: &'static str,
    /// The queue or metric that the workload follows; null if it follows none.
    pub queue: Option<String>,
    /// Where that is read: `queue`, `prometheus` or `http`; null if it follows none.
    pub source: Option<&'static str>,
    /// The queue length that the rule keeps to; null if it keeps to none.
    pub target: Option<u32>,
    /// The value that each container should have; null for rules without such a target.
    pub target_per_container: Option<f64>,
    /// The lowest count to which the workload is scaled.
    pub min: u32,
    /// The highest count to which the workload is scaled.
    pub max: u32,
    /// The count written to the Deployment.
    pub desired: u32,
    pub ready: u32,
    pub starting: u32,
    pub terminating: u32,
    /// The 90th percentile of the containers' start-up times; null until one was measured.
    pub start_up_s: Option<f64>,
    /// Whether a person has paused the workload.
    pub paused: bool,
    /// The other settings of its rule.
    pub settings: SettingsState,
    /// Why the workload has its present count.
    pub why: WhyState,
    /// How often containers of the workload were restarted after a crash.
    #[serde(skip)]
    pub restarts: u32,
    /// Whether the workload has had all containers that it can get for at least 3 s.
    #[serde(skip)]
    pub has_all: bool,
}

/// The settings with which a workload's rule can be simulated; null where nothing is set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SettingsState {
    /// The largest change of the recommendation in one round.
    pub max_delta: Option<u32>,
    /// The least count once the queue has been unreadable for more than 10 s.
    pub fallback: Option<u32>,
    /// How long the rules `rate` and `per-container` remember a need, in seconds.
    pub window_s: Option<f64>,
    /// The time constant of that rule's slow average of the arrivals, in seconds.
    pub average_s: Option<f64>,
    /// How long a job takes until that rule has learned it, in seconds.
    pub service_time_s: Option<f64>,
}

/// Why a workload has its count.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WhyState {
    /// The explanation as a sentence.
    pub text: String,
    /// The count that the workload's rule wants.
    pub wanted: u32,
    /// The quantities in the rule's formula.
    pub terms: Vec<TermState>,
    /// The limit that keeps the workload from its wanted count; null without one.
    pub limited_by: Option<&'static str>,
    /// When the limit ends by itself, in seconds of uptime; null if that is unknown.
    pub until: Option<f64>,
    /// The reading that the workload lacks; `None` unless the limit is `reading`.
    #[serde(skip)]
    pub lacks: Option<Lacks>,
    /// The count to which it may rise without readings, where that is in force.
    #[serde(skip)]
    pub fallback: Option<u32>,
}

/// A quantity in a rule's formula.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermState {
    pub name: &'static str,
    pub value: f64,
}

/// A Deployment that is not scaled.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentState {
    pub name: String,
    pub desired: u32,
    pub ready: u32,
    pub starting: u32,
    pub terminating: u32,
    /// Whether the Deployment makes the load: then no other Deployment depends on it.
    pub load: bool,
}

/// A queue or metric that workloads follow. The values are null until it was read.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct QueueState {
    pub name: String,
    /// Where it is read: `queue`, `prometheus` or `http`. All but a queue are metrics.
    pub source: &'static str,
    /// A metric's value; null for a queue.
    pub value: Option<f64>,
    /// Messages that wait; a metric's value, rounded up.
    pub ready: Option<u64>,
    /// Messages that workers have leased; null for a metric.
    pub in_flight: Option<u64>,
    /// The length that the first workload on it keeps to; null if its rule keeps to none.
    pub target: Option<u32>,
    /// The value that each container should have; null for rules without such a target.
    pub target_per_container: Option<f64>,
    /// The age of the last reading, in seconds.
    pub age_s: Option<f64>,
    /// The state of the last reading: fresh, stale or failed.
    pub status: &'static str,
    /// Messages per second that arrive; null while unknown.
    #[serde(serialize_with = "in_thousandths")]
    pub arrive_s: Option<f64>,
    /// Messages per second that are done; null while unknown.
    #[serde(serialize_with = "in_thousandths")]
    pub done_s: Option<f64>,
    /// Messages accepted since the queue's process started; null if the queue does not count them.
    pub published_total: Option<u64>,
    /// Messages done since the queue's process started; null if the queue does not count them.
    pub acked_total: Option<u64>,
}

/// A change of a workload's desired count.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionState {
    /// The time of the change, in seconds of uptime.
    pub at: f64,
    pub workload: String,
    pub from: u32,
    pub to: u32,
    /// The kind of change: scaled_up, scaled_down or preempted.
    pub reason: &'static str,
    /// The decision as a sentence.
    pub text: String,
}

impl State {
    /// Whether a Deployment is the background.
    pub fn is_background(&self, name: &str) -> bool {
        self.workloads.iter().any(|workload| workload.name == name && workload.is_background())
    }
}

impl QueueState {
    /// Whether it is a metric, which has a value but no messages.
    pub fn is_metric(&self) -> bool {
        [Source::NAMES[1], Source::NAMES[2]].contains(&self.source)
    }
}

impl WorkloadState {
    /// Whether the workload is the background.
    pub fn is_background(&self) -> bool {
        self.rule == Rule::Remainder.name()
    }
}

/// A time in seconds, rounded to milliseconds.
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}

/// Rounds to three decimals, precise enough for a reader. This avoids -0.0 and long fractions.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}

fn in_thousandths<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(serializer)
}
