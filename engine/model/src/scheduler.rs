//! The schedulers run the containers. Others may add schedulers of their own.

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

/// Runs the containers: the box or a cluster.
pub trait Scheduler: fmt::Debug + Send + Sync {
    /// The state of all Deployments, by name.
    fn observe(&self) -> BTreeMap<String, Status>;

    /// Returns when a container was added, became ready or was removed since the last call.
    fn changed(&mut self) -> BoxFuture<'_, ()>;

    /// The Deployments with their annotations; `None` while they are not known.
    fn described(&self) -> Option<Described>;

    /// Sets the replicas of a Deployment. If some containers must leave and the engine chooses,
    /// those in `first` leave first, in this order. The request counts as sent at once; the
    /// future must be driven, and returns its result.
    fn scale(&self, name: &str, replicas: u32, first: &[String]) -> Written;

    /// Edits annotations: all or none, as far as that can be checked in advance.
    fn configure(&self, changes: &[Change]) -> Written;

    /// Kills a container without warning it; the future returns the result.
    fn kill(&self, deployment: &str, container: &str) -> Written;

    /// Whether the engine chooses which containers leave.
    fn chooses(&self) -> bool {
        false
    }

    /// The actions that the scheduler is not allowed to do.
    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    /// Why the engine cannot see the cluster; `None` if it can.
    fn warning(&self) -> Option<String> {
        None
    }

    /// Records on a Deployment what is wrong with it, if the scheduler supports that.
    fn warn(&self, _deployment: &str, _trouble: &Warning) {}

    /// Records a decision on its Deployment, if the scheduler supports that. To be driven once the
    /// decision has been carried out.
    fn announcement(&self, _decision: &Decision) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }

    /// Ends what must not outlive the engine.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}

/// The reasons why a scheduler may not do something, with the fix; `None` if it may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacks {
    /// Killing a container.
    pub kill: Option<String>,
    /// Editing annotations.
    pub configure: Option<String>,
}

/// The result of a request; the request counts as carried out from the moment it was made.
pub type Written = BoxFuture<'static, Result<(), ScaleError>>;

/// The state of a Deployment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// The counts of its containers, by state.
    pub replicas: Replicas,
    /// Its containers, ordered by name.
    pub instances: Vec<Instance>,
    /// Whether a Service leads to it, so that others depend on it.
    pub serves: bool,
    /// Whether it belongs to the demo, so that a reset may stop it.
    pub ours: bool,
    /// How long each container has to end its work after it was asked to stop.
    pub grace: Duration,
    /// The last counters of the containers that have left, summed up by name.
    pub left: BTreeMap<String, f64>,
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Instance {
    /// Unique while it lives.
    pub name: String,
    /// The Deployment it belongs to.
    pub workload: String,
    /// The state of its life.
    pub phase: Phase,
    /// Its process, while it has one.
    pub pid: Option<u32>,
    /// The address of its HTTP server, once that is known.
    pub address: Option<SocketAddr>,
    /// How often it was restarted after a crash.
    pub restarts: u32,
    /// Whether it waits for a machine with room; this wait does not count as its start.
    #[serde(skip)]
    pub waits: bool,
    /// Whether the scheduler considers it unable to work now.
    #[serde(skip)]
    pub is_unready: bool,
}

impl Instance {
    /// The stage of its start.
    pub fn stage(&self) -> Stage {
        match self.phase {
            Phase::Starting if !self.waits => Stage::Starting,
            Phase::Ready => Stage::Started,
            Phase::Starting | Phase::Retiring | Phase::Terminating => Stage::Spoilt,
        }
    }
}

/// The state of a container's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It cannot work yet, or waits to be restarted.
    #[default]
    Starting,
    /// It can work.
    Ready,
    /// It could work, but gets no more jobs, so that it can be stopped.
    Retiring,
    /// It was asked to stop.
    Terminating,
}

/// Why a Deployment was not scaled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// There is no Deployment `name`; the `known` ones are listed.
    #[error("there is no deployment {name}; the deployments are {}", .known.join(", "))]
    #[allow(missing_docs)] // the names say it
    Unknown { name: String, known: Vec<String> },
    /// Another count was wanted before this one was written.
    #[error("a newer count has replaced this one")]
    Superseded,
    /// The engine has no right to; the text has the line that grants it.
    #[error("{0}")]
    Forbidden(String),
    /// It is unknown whether the request was carried out.
    #[error("{0}")]
    Unanswered(String),
    /// The count is not possible for it.
    #[error("{0}")]
    Refused(String),
    /// Annotations are invalid.
    #[error("{}", in_words(.0))]
    BadConfiguration(Vec<InvalidAnnotation>),
}

fn in_words(wrong: &[InvalidAnnotation]) -> String {
    wrong.iter().map(InvalidAnnotation::to_string).collect::<Vec<_>>().join("; ")
}
