//! The data of one round of the control loop, from which a snapshot is built.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use control::{Autoscaler, Decision, Observation, StartUp};
use model::{ControlMode, Leases, Status, Warnings};

use super::controls::Controls;
use crate::contribution::Contributed;

/// The last list of the workers of each queue that lists them.
pub(super) type Lists = BTreeMap<String, Arc<Leases>>;

/// The parts of a snapshot that never change while the engine runs.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// The scheduler's name.
    pub scheduler: &'static str,
    /// The Kubernetes namespace; `None` without a cluster.
    pub namespace: Option<String>,
    /// The kubectl context of the cluster; `None` if the engine runs in a pod or without a cluster.
    pub context: Option<String>,
    /// An artificial delay before each container starts; the page shows it.
    pub start_delay: Duration,
}

/// The data of one round, from which a snapshot is built.
#[derive(Debug)]
pub struct Round<'a> {
    /// The time since the engine began.
    pub now: Duration,
    /// The number of the last tick.
    pub tick: u64,
    /// Whether this round belongs to a tick; other rounds run between two ticks.
    pub is_tick: bool,
    /// The decision core, which explains its decisions.
    pub core: &'a Autoscaler,
    /// The measurements on which the round's decisions are based.
    pub observation: &'a Observation,
    /// The present state of all Deployments.
    pub deployments: BTreeMap<String, Status>,
    /// The decisions of this round.
    pub decisions: &'a [Decision],
    /// How long containers take to start, by Deployment.
    pub start_ups: &'a BTreeMap<String, StartUp>,
    /// The engine's role: `alone`, `leader`, or `standby` with the name of the leader.
    pub standing: String,
    /// Whether the engine scales, is held, or only observes.
    pub mode: ControlMode,
    /// The problems in the configuration, by Deployment.
    pub warnings: &'a Warnings,
    /// Which of the page's controls are disabled, and why.
    pub controls: Controls,
    /// The configuration's version, which changes with each edit.
    pub config: u64,
    /// The values that parts outside the control loop add to the snapshot.
    pub contributed: Contributed,
}

impl Round<'_> {
    /// Deployments that make the load: they are not scaled, and no other Deployment needs them.
    pub(super) fn loads(&self) -> impl Iterator<Item = (&String, &Status)> {
        let config = self.core.config();
        let all = self.deployments.iter();
        all.filter(|(name, status)| !status.serves && config.workload(name).is_none())
    }
}
