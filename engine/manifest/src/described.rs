//! The parts of a manifest's objects that are used.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::Program;
use crate::volumes::Mount;

/// The prefix of all the engine's annotations.
pub const PREFIX: &str = "microscaling.com/";

/// The kit's programs except the engine; without a cluster no others run.
pub const PROGRAMS: [&str; 4] = ["queue", "producer", "consumer", "remainder"];

/// The parts of a Deployment that are used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Deployment {
    pub name: String,
    /// "default" if not given.
    pub namespace: String,
    pub annotations: BTreeMap<String, String>,
    /// The replicas at the start.
    pub replicas: u32,
    /// The labels by which a Service finds its pods.
    pub pod_labels: BTreeMap<String, String>,
    /// The time that its processes have after SIGTERM.
    pub grace: Duration,
    pub containers: Vec<Container>,
}

/// The parts of a container that are used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Container {
    pub name: String,
    /// For the page; the box runs no images.
    pub image: Option<String>,
    /// The program and its first arguments.
    pub command: Vec<String>,
    /// The further arguments.
    pub args: Vec<String>,
    /// Names and values.
    pub env: Vec<(String, String)>,
    /// The variables that a cluster puts before `env`: the addresses of the Services in the
    /// namespace. `None` if the pod turns them off.
    pub links: Option<Vec<(String, String)>>,
    /// "/" if not given, as in the kit's image.
    pub working_dir: String,
    pub mounts: Vec<Mount>,
    /// The ports with names.
    pub ports: BTreeMap<String, u16>,
}

impl Container {
    /// The program's name without its folder; `None` if only the image defines it.
    pub fn program(&self) -> Option<&str> {
        let path = self.command.first()?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// Whether it runs this program of the kit.
    pub fn runs(&self, program: Program) -> bool {
        self.of_the_kit() == Some(program)
    }

    fn of_the_kit(&self) -> Option<Program> {
        Program::of(self.command.first()?)
    }
}

/// The parts of a Service that are used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Service {
    /// Also its host name in the cluster.
    pub name: String,
    /// "default" if not given.
    pub namespace: String,
    /// The labels of the pods that it selects.
    pub selector: BTreeMap<String, String>,
    pub ports: Vec<Port>,
    /// Whether its name resolves to the pods themselves, so that clients use the pods' ports.
    pub is_headless: bool,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The Service's port.
    pub number: u16,
    /// The pods' port.
    pub target: Target,
}

/// A port of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A port by its number.
    Number(u16),
    /// A port by the name that a container gives it.
    Name(String),
}

impl Service {
    /// Whether this Service selects a Deployment's pods.
    pub fn selects(&self, deployment: &Deployment) -> bool {
        let has = |(key, value)| deployment.pod_labels.get(key) == Some(value);
        let is_near = self.namespace == deployment.namespace;
        is_near && !self.selector.is_empty() && self.selector.iter().all(has)
    }

    /// The variables that give pods its address. Its name stands for its IP address.
    pub(crate) fn links(&self) -> Vec<(String, String)> {
        let Some(port) = self.ports.first().filter(|_| !self.is_headless) else {
            return Vec::new();
        };
        let name = self.name.to_uppercase().replace('-', "_");
        let host = (format!("{name}_SERVICE_HOST"), format!("{}.{}", self.name, self.namespace));
        vec![host, (format!("{name}_SERVICE_PORT"), port.number.to_string())]
    }
}

impl Deployment {
    /// Whether this Deployment runs the engine itself.
    pub fn is_engine(&self) -> bool {
        self.containers.iter().any(|it| it.runs(Program::Engine))
    }

    /// The container with a program of the kit, or else the first one; others are sidecars.
    pub fn main(&self) -> Option<&Container> {
        let ours = self.containers.iter().find(|it| it.of_the_kit().is_some());
        ours.or(self.containers.first())
    }
}
