//! The manifest: the only description of the demo, read by both worlds.
//!
//! # Layout
//! - [`parse`]: YAML documents into the few things that are used of them
//! - [`annotations`]: the scaling rules, which are annotations on Deployments
//! - [`wrong`]: an annotation that makes no sense
//! - [`unused`]: what a manifest says that a world without a cluster does not honour

pub mod annotations;
pub mod parse;
pub mod unused;
pub mod wrong;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What is used of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Its Deployments, in order.
    pub deployments: Vec<Deployment>,
    /// Its Services, in order.
    pub services: Vec<Service>,
    /// Kinds that only mean something to a cluster, as `Kind name`.
    pub cluster_only: Vec<String>,
    /// What is said in the manifest, but not honoured without a cluster.
    pub unused: unused::Unused,
}

/// What is used of a Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its name.
    pub name: String,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// How many replicas it begins with.
    pub replicas: u32,
    /// The labels of its pods, by which a Service finds them.
    pub pod_labels: BTreeMap<String, String>,
    /// How long its processes have after SIGTERM.
    pub grace: Duration,
    /// Its containers.
    pub containers: Vec<Container>,
}

/// What is used of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its image, which the page shows; the box runs none.
    pub image: Option<String>,
    /// The program and its first words.
    pub command: Vec<String>,
    /// The words after them.
    pub args: Vec<String>,
    /// Its environment: names and values.
    pub env: Vec<(String, String)>,
    /// Where it has directories that are empty when its pod begins, and live as long as that.
    pub empty_dirs: Vec<String>,
}

impl Container {
    /// The program's name without its folder; `None` where only the image would know.
    pub fn program(&self) -> Option<&str> {
        let path = self.command.first()?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        let found = self.env.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is used of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name, which is its host name in the cluster.
    pub name: String,
    /// Its namespace, "default" where it does not say.
    pub namespace: String,
    /// The labels of the pods behind it.
    pub selector: BTreeMap<String, String>,
    /// Its ports.
    pub ports: Vec<u16>,
}

impl Service {
    /// Whether a Deployment's pods are behind this Service.
    pub fn selects(&self, deployment: &Deployment) -> bool {
        let has = |(key, value)| deployment.pod_labels.get(key) == Some(value);
        !self.selector.is_empty() && self.selector.iter().all(has)
    }
}

impl Manifest {
    /// The engine's own Deployment, if the manifest has one.
    pub fn engine(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|d| d.is_engine())
    }
}

impl Deployment {
    /// Whether this Deployment runs the engine itself.
    pub fn is_engine(&self) -> bool {
        self.containers.iter().any(|c| c.program() == Some("engine"))
    }
}

/// Everything that is wrong with a manifest, a line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<String>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Refused {}
