//! The API's JSON: what `/api/v1/state` answers.

use std::collections::BTreeMap;
use std::time::Duration;

use control::Rule;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::controls::Controls;

/// The engine at one moment. Times are in seconds since it began, or since the last reset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    /// Which decision round this is.
    pub tick: u64,
    /// What is told apart by a reset or another engine, in hexadecimal digits.
    pub run: String,
    /// The time.
    pub uptime_s: f64,
    /// Where the containers run.
    pub scheduler: &'static str,
    /// The namespace; null in the box.
    pub namespace: Option<String>,
    /// By which of kubectl's contexts the cluster is seen; null in a pod and in the box.
    pub context: Option<String>,
    /// Whether this engine decides (alone, leader), or who does.
    pub standing: String,
    /// What it does now: live, held, looks_on, or replay.
    pub mode: RunMode,
    /// Why it looks on; null where it does not.
    pub because: Option<String>,
    /// How many containers there are, those that are not scaled included.
    pub containers: usize,
    /// What is wrong with the configuration.
    #[serde(rename = "troubles")]
    pub warnings: Vec<String>,
    /// How long a start is made to take.
    pub start_delay_s: f64,
    /// The budget in containers.
    pub capacity: u32,
    /// Live containers of scaled workloads, those on their way out included.
    pub used: u32,
    /// Jobs lost since then: dead, or too old before anybody took them; null until a queue was
    /// read.
    pub lost: Option<u64>,
    /// The one sentence.
    pub headline: String,
    /// Which of the page's controls cannot be used, and why.
    pub controls: Controls,
    /// The configuration's version, which is another one with each change.
    pub config: u64,
    /// What others add, each under a key of its own.
    #[serde(flatten)]
    pub contributed: BTreeMap<&'static str, Value>,
    /// What is scaled, by priority.
    pub workloads: Vec<WorkloadState>,
    /// Deployments that are not scaled: what makes the load, and the queue.
    pub deployments: Vec<DeploymentState>,
    /// The queues that are watched.
    pub queues: Vec<QueueState>,
    /// The last decisions, newest first.
    pub decisions: Vec<DecisionState>,
}

/// What the engine does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunMode {
    /// It decides.
    Live,
    /// A person holds all scaling.
    Held,
    /// It looks on.
    LooksOn,
    /// It shows a recording.
    Replay,
}

/// A scaled workload.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WorkloadState {
    /// Its name.
    pub name: String,
    /// 1 is served first.
    pub priority: u32,
    /// How its wanted count is found.
    pub rule: &'static str,
    /// The queue that it follows; null where it follows none.
    pub queue: Option<String>,
    /// The queue's length that it keeps; null where it follows none.
    pub target: Option<u32>,
    /// Its least count.
    pub min: u32,
    /// Its greatest count.
    pub max: u32,
    /// How many it was told to have.
    pub desired: u32,
    /// Those at work.
    pub ready: u32,
    /// Those not at work yet.
    pub starting: u32,
    /// Those told to stop and not gone yet.
    pub terminating: u32,
    /// What nine of ten of its containers took to start, at most; null until one was seen to.
    pub start_up_s: Option<f64>,
    /// Whether it is frozen.
    pub paused: bool,
    /// Why it has what it has.
    pub why: WhyState,
    /// How often its containers were started again after a crash.
    #[serde(skip)]
    pub restarts: u32,
    /// Whether it has had all it can get for long enough to call that its limit.
    #[serde(skip)]
    pub has_all: bool,
}

/// Why a workload has what it has.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct WhyState {
    /// The whole sentence.
    pub text: String,
    /// How many its rule wants.
    pub wanted: u32,
    /// The rule's arithmetic.
    pub terms: Vec<TermState>,
    /// What keeps it from that, or from fewer; null where nothing does.
    pub limited_by: Option<&'static str>,
    /// When that changes by itself, in seconds of uptime; null where that is not known.
    pub until: Option<f64>,
}

/// A quantity in a rule's arithmetic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermState {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
}

/// A Deployment that is not scaled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentState {
    /// Its name.
    pub name: String,
    /// How many it was told to have.
    pub desired: u32,
    /// Those at work.
    pub ready: u32,
    /// Those not at work yet.
    pub starting: u32,
    /// Those told to stop and not gone yet.
    pub terminating: u32,
    /// Whether it makes the load: it serves nobody else.
    pub load: bool,
}

/// A queue that is watched.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct QueueState {
    /// Its name.
    pub name: String,
    /// Messages that wait; null until it was read.
    pub ready: Option<u64>,
    /// Messages that are worked on; null until it was read.
    pub in_flight: Option<u64>,
    /// The length it shall keep.
    pub target: u32,
    /// The reading's age; null until it was read.
    pub age_s: Option<f64>,
    /// fresh, stale or failed.
    pub status: &'static str,
    /// Messages that arrive a second; null while that is not known.
    #[serde(serialize_with = "in_thousandths")]
    pub arrive_s: Option<f64>,
    /// Messages that are done a second; null while that is not known.
    #[serde(serialize_with = "in_thousandths")]
    pub done_s: Option<f64>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionState {
    /// When, in seconds of uptime.
    pub at: f64,
    /// Whose.
    pub workload: String,
    /// From how many.
    pub from: u32,
    /// To how many.
    pub to: u32,
    /// scaled_up, scaled_down or preempted.
    pub reason: &'static str,
    /// The whole sentence.
    pub text: String,
}

impl State {
    /// Whether a Deployment does background work.
    pub fn is_background(&self, name: &str) -> bool {
        self.workloads.iter().any(|workload| workload.name == name && workload.is_background())
    }
}

impl WorkloadState {
    /// Whether it does background work.
    pub fn is_background(&self) -> bool {
        self.rule == Rule::Remainder.name()
    }
}

/// Seconds, to the millisecond.
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}

/// Three places are more than anyone reads; it also keeps -0.0 and long tails off the wire.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}

fn in_thousandths<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(serializer)
}
