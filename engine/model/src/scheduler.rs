//! The interface to schedulers, which run the containers. Other crates may add schedulers.

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

/// Runs the containers, in the box or in a cluster.
pub trait Scheduler: fmt::Debug + Send + Sync {
    /// The state of each Deployment, by the Deployment's name.
    fn observe(&self) -> BTreeMap<String, Status>;

    /// Waits until a container was added, became ready or was removed since the last call.
    fn changed(&mut self) -> BoxFuture<'_, ()>;

    /// The Deployments with their annotations; `None` while the scheduler does not know them.
    fn described(&self) -> Option<Described>;

    /// Sets the replicas of a Deployment. If the engine chooses which containers leave, those in
    /// `first` leave first, in this order. The request counts as sent from this call on. The
    /// returned future gives the result, but makes no progress until it is polled.
    fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Written;

    /// Edits annotations. If an error is found before the first edit, no edit is made.
    fn configure(&self, changes: &[Change]) -> Written;

    /// Kills a container at once, without asking it to stop; the future returns the result.
    fn kill(&self, deployment: &str, container: &str) -> Written;

    /// Whether the engine chooses which containers leave when a count is lowered.
    fn chooses(&self) -> bool {
        false
    }

    /// Why the scheduler may not do some actions.
    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    /// Why the engine cannot see the cluster now; `None` if it can.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Records a warning on its Deployment, if the scheduler supports that.
    fn warn(&self, _deployment: &str, _trouble: &Warning) {}

    /// Records a decision on its Deployment, if the scheduler supports that. Poll the future only
    /// after the decision was carried out.
    fn announcement(&self, _decision: &Decision) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    /// Ends everything that must not outlive the engine, such as local processes.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}

/// Why the scheduler may not do some actions, with the fix; `None` for an action that it may do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacks {
    /// Why containers cannot be killed.
    pub kill: Option<String>,
    /// Why annotations cannot be edited.
    pub configure: Option<String>,
}

/// The future result of a request. The request counts as carried out as soon as it is made.
pub type Written = BoxFuture<'static, Result<(), ScaleError>>;

/// The state of a Deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// The number of containers in each state, and the desired number.
    pub replicas: Replicas,
    /// The Deployment's containers, ordered by name.
    pub instances: Vec<Instance>,
    /// Whether a Service sends requests to the Deployment, so that other programs depend on it.
    pub serves: bool,
    /// Whether the Deployment belongs to the demo, so that a reset may stop it.
    pub ours: bool,
    /// How long each container has to end its work after it was asked to stop.
    pub grace: Duration,
    /// The last counters of all containers that have left: one sum for each counter, by its name.
    pub left: BTreeMap<String, f64>,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Instance {
    /// The container's name, which no other container has at the same time.
    pub name: String,
    /// The Deployment that the container belongs to.
    pub workload: String,
    /// The phase of the container's life.
    pub phase: Phase,
    /// The container's process ID; `None` if the container is not a local process.
    pub pid: Option<u32>,
    /// The address of the container's HTTP server; `None` until it is known.
    pub address: Option<SocketAddr>,
    /// How often the container was restarted after a crash.
    pub restarts: u32,
    /// Whether the container waits for a node with free room; this wait is not start time.
    #[serde(skip)]
    pub waits: bool,
    /// Whether the scheduler considers the container unable to work now.
    #[serde(skip)]
    pub is_unready: bool,
}

impl Instance {
    /// The stage that the container's start has reached, for the decision core.
    pub fn stage(&self) -> Stage {
        match self.phase {
            Phase::Starting if !self.waits => Stage::Starting,
            Phase::Ready => Stage::Started,
            Phase::Starting | Phase::Retiring | Phase::Terminating => Stage::Spoilt,
        }
    }
}

/// A phase of a container's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The container cannot work yet, or waits to be restarted.
    #[default]
    Starting,
    /// The container can work.
    Ready,
    /// The container could work, but the queue gives it no more jobs, so that it can be stopped.
    Retiring,
    /// The container was asked to stop.
    Terminating,
}

/// Why a request to a scheduler was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// No Deployment is called `name`; `known` has the names of all Deployments.
    #[error("there is no deployment {name}; the deployments are {}", .known.join(", "))]
    #[allow(missing_docs)] // the names say it
    Unknown { name: String, known: Vec<String> },
    /// Another count was requested before this request was carried out.
    #[error("a newer count has replaced this one")]
    Superseded,
    /// The engine lacks the permission for this; the text has the line that grants it.
    #[error("{0}")]
    Forbidden(String),
    /// It is unknown whether the request was carried out.
    #[error("{0}")]
    Unanswered(String),
    /// The Deployment cannot have this count; the text is the reason.
    #[error("{0}")]
    Refused(String),
    /// These annotations are invalid.
    #[error("{}", in_words(.0))]
    BadConfiguration(Vec<InvalidAnnotation>),
}

fn in_words(wrong: &[InvalidAnnotation]) -> String {
    wrong.iter().map(InvalidAnnotation::to_string).collect::<Vec<_>>().join("; ")
}
