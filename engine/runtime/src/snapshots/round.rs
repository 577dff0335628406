//! What a round of the loop knows.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Autoscaler, Decision, Observation, StartUp};
use model::{ControlMode, Status, Warnings};

use super::controls::Controls;
use crate::contribution::Contributed;

/// What stays the same for a whole run.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// The scheduler's name.
    pub scheduler: &'static str,
    /// The namespace; `None` in the box.
    pub namespace: Option<String>,
    /// By which of kubectl's contexts the cluster is seen; `None` in a pod and in the box.
    pub context: Option<String>,
    /// How long a start is made to take, for the page to say so.
    pub start_delay: Duration,
}

/// What a round knows.
#[derive(Debug)]
pub struct Round<'a> {
    /// The time since the engine began.
    pub now: Duration,
    /// Which round it is; those between ticks have the last tick's number.
    pub tick: u64,
    /// Whether this is a tick, and not a look in between.
    pub is_tick: bool,
    /// The decision core, for its whys.
    pub core: &'a Autoscaler,
    /// What was measured.
    pub observation: &'a Observation,
    /// All Deployments as they are now.
    pub deployments: BTreeMap<String, Status>,
    /// What was decided.
    pub decisions: &'a [Decision],
    /// How long containers take to start, by Deployment.
    pub start_ups: &'a BTreeMap<String, StartUp>,
    /// Whether this engine decides, or who does.
    pub standing: String,
    /// What it does now.
    pub mode: ControlMode,
    /// What is wrong with the configuration, by Deployment.
    pub warnings: &'a Warnings,
    /// Which of the page's controls can be used.
    pub controls: Controls,
    /// The configuration's version, which is another one with each change.
    pub config: u64,
    /// What others add.
    pub contributed: Contributed,
}

impl Round<'_> {
    /// What is neither scaled nor serves others: what makes the load.
    pub(super) fn loads(&self) -> impl Iterator<Item = (&String, &Status)> {
        let config = self.core.config();
        let all = self.deployments.iter();
        all.filter(|(name, status)| !status.serves && config.workload(name).is_none())
    }
}
