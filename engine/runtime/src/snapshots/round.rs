//! The input of a snapshot: what a round of the loop knows.

use std::collections::BTreeMap;
use std::time::Duration;

use control::{Autoscaler, Decision, Observation, StartUp};
use model::{ControlMode, Status, Warnings};

use super::controls::Controls;
use crate::contribution::Contributed;

/// What never changes while the engine runs.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// The scheduler's name.
    pub scheduler: &'static str,
    /// The namespace; `None` in the box.
    pub namespace: Option<String>,
    /// The kubectl context of the cluster; `None` in a pod and in the box.
    pub context: Option<String>,
    /// An artificial delay of every start, which the page shows.
    pub start_delay: Duration,
}

/// The data of one round, from which a snapshot is built.
#[derive(Debug)]
pub struct Round<'a> {
    /// The time since the engine began.
    pub now: Duration,
    /// The number of the last tick.
    pub tick: u64,
    /// Whether this round is a tick, and not one between ticks.
    pub is_tick: bool,
    /// The decision core, which explains its decisions.
    pub core: &'a Autoscaler,
    /// The measurements that the round decided by.
    pub observation: &'a Observation,
    /// All Deployments as they are now.
    pub deployments: BTreeMap<String, Status>,
    /// The decisions of this round.
    pub decisions: &'a [Decision],
    /// How long containers take to start, by Deployment.
    pub start_ups: &'a BTreeMap<String, StartUp>,
    /// The engine's leader state: alone, leader, or who leads.
    pub standing: String,
    /// Whether the engine decides, is held or looks on.
    pub mode: ControlMode,
    /// What is wrong with the configuration, by Deployment.
    pub warnings: &'a Warnings,
    /// Which of the page's controls are disabled, and why.
    pub controls: Controls,
    /// The configuration's version, which changes with each edit.
    pub config: u64,
    /// The values that other parts add to the snapshot.
    pub contributed: Contributed,
}

impl Round<'_> {
    /// Deployments that make the load: they are not scaled, and no other depends on them.
    pub(super) fn loads(&self) -> impl Iterator<Item = (&String, &Status)> {
        let config = self.core.config();
        let all = self.deployments.iter();
        all.filter(|(name, status)| !status.serves && config.workload(name).is_none())
    }
}
