//! Where the containers run: a closed set, a module each.

pub mod process;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use control::Replicas;
use serde::Serialize;

/// Where the containers run.
#[derive(Debug)]
pub enum Scheduler {
    /// As processes on this machine.
    Process(process::Pool),
}

/// A Deployment as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Its counts.
    pub replicas: Replicas,
    /// Each container, in the order of their names.
    pub instances: Vec<Instance>,
    /// Whether it is behind a Service, so that others depend on it.
    pub serves: bool,
    /// Sums of the counters of those that left, by name, as they gave them when they left.
    pub left: BTreeMap<String, f64>,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Its name, unique while it lives.
    pub name: String,
    /// The Deployment it belongs to.
    pub workload: String,
    /// How far it is.
    pub phase: Phase,
    /// Its process, while there is one.
    pub pid: Option<u32>,
    /// Where it listens, once it has said so.
    pub address: Option<SocketAddr>,
    /// How often it was started again after a crash.
    pub restarts: u32,
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It cannot do its work yet, or not now: it waits to be started again.
    Starting,
    /// It can.
    Ready,
    /// It was told to stop.
    Terminating,
}

/// Why a Deployment was not scaled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// There is none of that name.
    #[error("there is no deployment {name}; there are {}", .known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The count is not possible for it.
    #[error("{0}")]
    Refused(String),
}

impl Scheduler {
    /// All Deployments as they are, by name.
    pub fn observe(&self) -> BTreeMap<String, Status> {
        match self {
            Scheduler::Process(pool) => pool.observe(),
        }
    }

    /// Tells a Deployment how many replicas it shall have.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot have so many.
    pub fn scale(&self, name: &str, replicas: u32) -> Result<(), ScaleError> {
        match self {
            Scheduler::Process(pool) => pool.scale(name, replicas),
        }
    }

    /// Returns when a container has come, become ready, or gone since the last call.
    pub async fn changed(&mut self) {
        match self {
            Scheduler::Process(pool) => pool.changed().await,
        }
    }

    /// Ends what would not outlive the engine.
    pub async fn shutdown(&self) {
        match self {
            Scheduler::Process(pool) => pool.shutdown().await,
        }
    }
}
