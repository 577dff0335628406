//! Where the containers run: a closed set, a module each.

pub mod kubernetes;
pub mod process;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use control::{Decision, Replicas, Stage};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;

use crate::board::extras::Controls;
use crate::configure::Change;
use crate::manifest::wrong::Wrong;
use crate::settings::{Edit, Settings};
use crate::trouble::Trouble;

/// Where the containers run.
#[derive(Debug)]
pub enum Scheduler {
    /// As processes on this machine.
    Process(process::Pool),
    /// As pods of a Kubernetes namespace.
    Kubernetes(Box<kubernetes::Cluster>),
}

/// What comes of a word to scale; it counts as carried out from the moment it was given.
pub type Written = BoxFuture<'static, Result<(), ScaleError>>;

/// A Deployment as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Its counts.
    pub replicas: Replicas,
    /// Each container, in the order of their names.
    pub instances: Vec<Instance>,
    /// Whether it is behind a Service, so that others depend on it.
    pub serves: bool,
    /// Whether it belongs to the demo, so that a reset may stop it.
    pub ours: bool,
    /// How long each has to end its work once it was told to stop.
    pub grace: Duration,
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
    /// Whether no machine has room for it; that is no part of its start.
    #[serde(skip)]
    pub waits: bool,
    /// Whether the scheduler takes it for one that cannot work now.
    #[serde(skip)]
    pub is_unready: bool,
}

impl Instance {
    /// How far its start is.
    pub fn stage(&self) -> Stage {
        match self.phase {
            Phase::Starting if !self.waits => Stage::Starting,
            Phase::Ready => Stage::Started,
            Phase::Starting | Phase::Retiring | Phase::Terminating => Stage::Spoilt,
        }
    }
}

/// How far a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It cannot do its work yet, or not now: it waits to be started again.
    Starting,
    /// It can.
    Ready,
    /// It could, and gets no more work, so that it can be stopped.
    Retiring,
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
    /// Another count was wanted before this one was written.
    #[error("another count is wanted by now")]
    Superseded,
    /// The engine has no right to; with the line that grants it.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody knows whether it was.
    #[error("{0}")]
    Unanswered(String),
    /// The count is not possible for it.
    #[error("{0}")]
    Refused(String),
    /// Annotations make no sense.
    #[error("{}", in_words(.0))]
    BadConfiguration(Vec<Wrong>),
}

fn in_words(wrong: &[Wrong]) -> String {
    wrong.iter().map(Wrong::to_string).collect::<Vec<_>>().join("; ")
}

impl Scheduler {
    /// All Deployments as they are, by name.
    pub fn observe(&self) -> BTreeMap<String, Status> {
        match self {
            Scheduler::Process(pool) => pool.observe(),
            Scheduler::Kubernetes(cluster) => cluster.observe(),
        }
    }

    /// Whether the engine chooses which containers leave.
    pub fn chooses(&self) -> bool {
        matches!(self, Scheduler::Process(_))
    }

    /// Tells a Deployment how many replicas it shall have. Where some are to leave and it is ours
    /// to choose, those named `first` leave first, in this order. The word is given at once; the
    /// future, which needs to be driven, says what came of it.
    pub fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Written {
        match self {
            Scheduler::Process(pool) => {
                futures::future::ready(pool.scale(name, replicas, first)).boxed()
            }
            Scheduler::Kubernetes(cluster) => cluster.scale(name, replicas),
        }
    }

    /// Returns when a container has come, become ready, or gone since the last call.
    pub async fn changed(&mut self) {
        match self {
            Scheduler::Process(pool) => pool.changed().await,
            Scheduler::Kubernetes(cluster) => cluster.changed().await,
        }
    }

    /// Reads annotations that may be edited while the engine runs; `None` where nothing has
    /// changed.
    pub fn edits(&self, settings: &mut Settings) -> Option<Edit> {
        match self {
            Scheduler::Process(pool) => pool.edits(settings),
            Scheduler::Kubernetes(cluster) => cluster.edits(settings),
        }
    }

    /// Edits annotations; all of them or none, as far as that can be told in advance.
    pub fn configure(&self, changes: &[Change]) -> Written {
        match self {
            Scheduler::Process(pool) => {
                pool.configure(changes);
                futures::future::ready(Ok(())).boxed()
            }
            Scheduler::Kubernetes(cluster) => cluster.configure(changes),
        }
    }

    /// What keeps the engine from seeing what there is; `None` where nothing does.
    pub fn trouble(&self) -> Option<String> {
        match self {
            Scheduler::Process(_) => None,
            Scheduler::Kubernetes(cluster) => cluster.trouble(),
        }
    }

    /// Says on a Deployment what is wrong with it, where Deployments can be written on.
    pub fn warn(&self, deployment: &str, trouble: &Trouble) {
        match self {
            Scheduler::Process(_) => {}
            Scheduler::Kubernetes(cluster) => cluster.warn(deployment, trouble),
        }
    }

    /// Says on a Deployment what was decided, where Deployments can be written on; to be driven
    /// once it has been carried out.
    pub fn announcement(&self, decision: &Decision) -> BoxFuture<'static, ()> {
        match self {
            Scheduler::Process(_) => futures::future::ready(()).boxed(),
            Scheduler::Kubernetes(cluster) => cluster.announcement(decision),
        }
    }

    /// Ends a container without a word to it; the future says what came of it.
    pub fn kill(&self, deployment: &str, container: &str) -> Written {
        match self {
            Scheduler::Process(pool) => {
                futures::future::ready(pool.kill(deployment, container)).boxed()
            }
            Scheduler::Kubernetes(cluster) => cluster.kill(container),
        }
    }

    /// Which of the page's controls cannot be used here, and why.
    pub fn controls(&self) -> Controls {
        match self {
            Scheduler::Process(_) => Controls::default(),
            Scheduler::Kubernetes(cluster) => cluster.controls(),
        }
    }

    /// Ends what would not outlive the engine.
    pub async fn shutdown(&self) {
        match self {
            Scheduler::Process(pool) => pool.shutdown().await,
            // Pods outlive the engine, and keep the counts that they have.
            Scheduler::Kubernetes(_) => {}
        }
    }
}
