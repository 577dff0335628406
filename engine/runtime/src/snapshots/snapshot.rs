//! All state at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use control::{Config, Reading};
use model::{Instance, Status};
use serde_json::Value;

use super::deaths::DeadContainer;
use super::history::Point;
use super::jobs::TakenJobs;
use super::log::Entry;
use super::state::State;

/// All state at one moment. All that is shown comes from one snapshot, so that its numbers agree.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The number of the snapshot since the engine began.
    pub seq: u64,
    /// The run's random number; a reset or a restart of the engine begins another run.
    pub run: u32,
    /// The API's state.
    pub state: State,
    /// The grid: each slot's container; `None` for a free slot.
    pub slots: Vec<Option<Instance>>,
    /// The jobs that the grid's containers took, by queue; without queues that do not count them.
    pub jobs: BTreeMap<String, TakenJobs>,
    /// Dead containers whose jobs wait until their leases end, by slot.
    pub dead: BTreeMap<usize, DeadContainer>,
    /// The chart's point for this tick; `None` for a snapshot between two ticks.
    pub point: Option<Point>,
    /// The log entries since the previous snapshot.
    pub news: Vec<Entry>,
    /// New values from parts outside the control loop, by the name of their list.
    pub fresh: Vec<(&'static str, Vec<Value>)>,
    /// All containers, and the counters of containers that are gone, by Deployment.
    pub deployments: BTreeMap<String, Status>,
    /// The inputs of the round's decisions.
    pub seen: Arc<RoundInputs>,
}

/// The inputs of a round's decisions; the comparison simulates other autoscalers with them.
#[derive(Debug, Clone)]
pub struct RoundInputs {
    /// When this run began. Some readings may be older.
    pub origin: Duration,
    /// The workloads and their rules.
    pub config: Config,
    /// The last good reading, by queue.
    pub readings: BTreeMap<String, Reading>,
    /// The 90th percentile of start-up times, by workload.
    pub start_ups: BTreeMap<String, Duration>,
}
