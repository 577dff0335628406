//! The parts of the stream's events that a report uses. Fields that are missing, as in recordings
//! of earlier versions, are `None`; other fields are ignored.

use std::collections::BTreeMap;

use control::Source;
use runtime::snapshots::state::SettingsState;
use serde::Deserialize;
use serde_json::Value;

/// The state as flat keys and values.
pub type Keys = BTreeMap<String, Value>;

/// The data of a snapshot.
#[derive(Debug, Deserialize)]
pub(super) struct Full {
    pub(super) t: f64,
    #[serde(default)]
    pub(super) state: Keys,
    #[serde(default)]
    pub(super) history: History,
    #[serde(default)]
    pub(super) log: Vec<Entry>,
}

/// The data of a frame.
#[derive(Debug, Deserialize)]
pub(super) struct Frame {
    pub(super) t: f64,
    /// Whether the frame completes a tick.
    #[serde(default)]
    pub(super) step: bool,
    #[serde(default)]
    pub(super) set: Keys,
    #[serde(default)]
    pub(super) log: Vec<Entry>,
}

/// The chart's points before a snapshot, in columns of the same length.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct History {
    pub(super) t: Vec<f64>,
    pub(super) queues: BTreeMap<String, Vec<Option<u64>>>,
    pub(super) live: BTreeMap<String, Vec<Option<u32>>>,
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// The number of the entry within its run.
    pub id: u64,
    /// The time, in seconds since the run began.
    pub at: f64,
    /// The name of the kind of event.
    pub kind: String,
    /// The event as a sentence.
    pub text: String,
    /// The person or program that caused the event; `None` for the engine's own decisions.
    #[serde(default)]
    pub by: Option<String>,
    /// The event's name on the chart; `None` if the chart does not mark it.
    #[serde(default)]
    pub mark: Option<String>,
}

/// The value of a key `workload/NAME`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // as in `WorkloadState`
pub struct WorkloadKey {
    pub priority: Option<u32>,
    pub rule: Option<String>,
    pub queue: Option<String>,
    pub source: Option<String>,
    pub target: Option<u32>,
    pub target_per_container: Option<f64>,
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub ready: u32,
    pub starting: u32,
    pub terminating: u32,
    pub background: bool,
    pub paused: bool,
    pub start_up_s: Option<f64>,
    pub settings: Option<SettingsState>,
}

impl WorkloadKey {
    /// Containers that exist, in any phase.
    pub(super) fn live(&self) -> u32 {
        self.ready.saturating_add(self.starting).saturating_add(self.terminating)
    }
}

/// The value of a key `queue/NAME`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct QueueKey {
    pub(super) source: Option<String>,
    pub(super) ready: Option<u64>,
    pub(super) in_flight: Option<u64>,
    pub(super) target: Option<u32>,
    pub(super) status: Option<String>,
    pub(super) published_total: Option<u64>,
    pub(super) acked_total: Option<u64>,
}

impl QueueKey {
    /// Whether it is a metric, which has a value but no jobs.
    pub(in crate::report) fn is_metric(&self) -> bool {
        self.source.as_deref().is_some_and(|source| source != Source::Queue.name())
    }
}

/// The value of the key `scenario`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct SceneKey {
    pub(super) name: String,
    pub(super) step: usize,
    pub(super) of: usize,
    pub(super) caption: String,
}

/// The value of the key `status`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // as in `State`
pub struct StatusKey {
    pub scheduler: Option<String>,
    pub namespace: Option<String>,
    pub start_delay_s: Option<f64>,
}
