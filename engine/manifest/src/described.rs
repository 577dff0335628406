//! What is used of the objects in a manifest.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::Program;
use crate::volumes::Mount;

/// What all our annotations begin with.
pub const PREFIX: &str = "microscaling.com/";

/// The programs of the kit that are no engine; without a cluster no others run.
pub const PROGRAMS: [&str; 4] = ["queue", "producer", "consumer", "remainder"];

/// What is used of a Deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its name.
    pub name: String,
    /// Its namespace, "default" where it does not say.
    pub namespace: String,
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
    /// What a cluster puts before that: where the Services of its namespace are. `None` where it
    /// wants none of it.
    pub links: Option<Vec<(String, String)>>,
    /// Where it begins; "/" where it does not say, as the kit's image does.
    pub working_dir: String,
    /// What it mounts.
    pub mounts: Vec<Mount>,
    /// The ports that have names.
    pub ports: BTreeMap<String, u16>,
}

impl Container {
    /// The program's name without its folder; `None` where only the image would know.
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
    pub ports: Vec<Port>,
    /// Whether its name leads to the pods themselves, whose ports count then.
    pub is_headless: bool,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Its number.
    pub number: u16,
    /// Where it leads to.
    pub target: Target,
}

/// A port of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By its number.
    Number(u16),
    /// By the name that a container gives it.
    Name(String),
}

impl Service {
    /// Whether a Deployment's pods are behind this Service.
    pub fn selects(&self, deployment: &Deployment) -> bool {
        let has = |(key, value)| deployment.pod_labels.get(key) == Some(value);
        let is_near = self.namespace == deployment.namespace;
        is_near && !self.selector.is_empty() && self.selector.iter().all(has)
    }

    /// The variables by which pods are told of it. Its name stands for its address.
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

    /// The container with a program of the kit, else the first one; others stand beside it.
    pub fn main(&self) -> Option<&Container> {
        let ours = self.containers.iter().find(|it| it.of_the_kit().is_some());
        ours.or(self.containers.first())
    }
}
