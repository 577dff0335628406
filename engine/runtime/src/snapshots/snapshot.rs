//! One moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use control::{Config, Reading};
use model::{Instance, Status};
use serde_json::Value;

use super::history::Point;
use super::log::Entry;
use super::state::State;

/// One moment. Everything that is shown comes from one of these, so that numbers agree.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Counts the moments since the engine began.
    pub seq: u64,
    /// What is told apart by a reset or another engine.
    pub run: u32,
    /// What the API answers.
    pub state: State,
    /// The grid: who has which place.
    pub slots: Vec<Option<Instance>>,
    /// What a tick adds to the chart; `None` between ticks.
    pub point: Option<Point>,
    /// What has happened since the moment before.
    pub news: Vec<Entry>,
    /// What has been contributed since the moment before, by the name of its list.
    pub fresh: Vec<(&'static str, Vec<Value>)>,
    /// All containers and those that left, by Deployment.
    pub deployments: BTreeMap<String, Status>,
    /// What the round went by.
    pub seen: Arc<RoundInputs>,
}

/// What a round went by, for those who reckon what others would have done.
#[derive(Debug, Clone)]
pub struct RoundInputs {
    /// When this run began; readings may be from before it.
    pub origin: Duration,
    /// What is scaled, and how.
    pub config: Config,
    /// The last good reading, by queue.
    pub readings: BTreeMap<String, Reading>,
    /// How long containers take to start, nine of ten, by workload.
    pub start_ups: BTreeMap<String, Duration>,
}
