//! Where the containers run: a door for what others may add.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use control::{Decision, Replicas, Stage};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use manifest::invalid::InvalidAnnotation;
use serde::Serialize;

use crate::configure::Change;
use crate::settings::Described;
use crate::warning::Warning;

/// Where the containers run.
pub trait Scheduler: fmt::Debug + Send + Sync {
    /// All Deployments as they are, by name.
    fn observe(&self) -> BTreeMap<String, Status>;

    /// Returns when a container has come, become ready, or gone since the last call.
    fn changed(&mut self) -> BoxFuture<'_, ()>;

    /// What it sees of the Deployments' annotations; `None` while that is not known.
    fn described(&self) -> Option<Described>;

    /// Tells a Deployment how many replicas it shall have. Where some are to leave and it is ours
    /// to choose, those named `first` leave first, in this order. The word is given at once; the
    /// future, which needs to be driven, says what came of it.
    fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Written;

    /// Edits annotations; all of them or none, as far as that can be told in advance.
    fn configure(&self, changes: &[Change]) -> Written;

    /// Ends a container without a word to it; the future says what came of it.
    fn kill(&self, deployment: &str, container: &str) -> Written;

    /// Whether the engine chooses which containers leave.
    fn chooses(&self) -> bool {
        false
    }

    /// What it is not allowed to do.
    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    /// What keeps the engine from seeing what there is; `None` where nothing does.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Says on a Deployment what is wrong with it, where Deployments can be written on.
    fn warn(&self, _deployment: &str, _trouble: &Warning) {}

    /// Says on a Deployment what was decided, where Deployments can be written on; to be driven
    /// once it has been carried out.
    fn announcement(&self, _decision: &Decision) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    /// Ends what would not outlive the engine.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}

/// What a scheduler is not allowed to do: `None` where it is, else why not, with the mend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacks {
    /// Ending a container without a word to it.
    pub kill: Option<String>,
    /// Editing annotations.
    pub configure: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It cannot do its work yet, or not now: it waits to be started again.
    #[default]
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
    BadConfiguration(Vec<InvalidAnnotation>),
}

fn in_words(wrong: &[InvalidAnnotation]) -> String {
    wrong.iter().map(InvalidAnnotation::to_string).collect::<Vec<_>>().join("; ")
}
