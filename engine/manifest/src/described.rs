//! The parts of Deployments and Services that the engine uses.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::program::{self, Program};
use crate::volumes::Mount;

/// The prefix of all the engine's annotations.
pub const PREFIX: &str = "microscaling.com/";

/// The kit's programs except the engine: the only ones that run without a cluster.
pub const PROGRAMS: [&str; 5] = ["queue", "ambassador", "producer", "consumer", "remainder"];

/// The parts of a Deployment that the engine uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Deployment {
    pub name: String,
    /// "default" if the manifest gives none.
    pub namespace: String,
    pub annotations: BTreeMap<String, String>,
    /// The initial number of replicas; 1 if the manifest gives none.
    pub replicas: u32,
    /// The labels of the Deployment's pods, by which a Service selects them.
    pub pod_labels: BTreeMap<String, String>,
    /// How long the Deployment's processes may still run after SIGTERM.
    pub grace: Duration,
    pub containers: Vec<Container>,
}

/// The parts of a container that the engine uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Container {
    pub name: String,
    /// The image, for the page only; the box runs no images.
    pub image: Option<String>,
    /// The program, and its first arguments.
    pub command: Vec<String>,
    /// The arguments after those of `command`.
    pub args: Vec<String>,
    /// The name and value of each variable that has a literal value.
    pub env: Vec<(String, String)>,
    /// The variables with the addresses of the namespace's Services, which a cluster sets before
    /// those of `env`. `None` if the pod has `enableServiceLinks: false`.
    pub links: Option<Vec<(String, String)>>,
    /// The folder for relative paths; "/" if the manifest gives none, as in the kit's image.
    pub working_dir: String,
    pub mounts: Vec<Mount>,
    /// The port numbers of the container's named ports, by name.
    pub ports: BTreeMap<String, u16>,
}

impl Container {
    /// The program's name without its folder; `None` if only the image sets the program.
    pub fn program(&self) -> Option<&str> {
        program::name(self.command.first()?)
    }

    /// Whether the container runs this program of the kit.
    pub fn runs(&self, program: Program) -> bool {
        self.of_the_kit() == Some(program)
    }

    fn of_the_kit(&self) -> Option<Program> {
        Program::of(self.program()?)
    }
}

/// The parts of a Service that the engine uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it
pub struct Service {
    /// The name, which is also the Service's host name in the cluster.
    pub name: String,
    /// "default" if the manifest gives none.
    pub namespace: String,
    /// The labels that a pod must have so that the Service selects it.
    pub selector: BTreeMap<String, String>,
    pub ports: Vec<Port>,
    /// Whether the Service has no address of its own. If so, its name resolves to the pods'
    /// addresses, so clients use the pods' ports.
    pub is_headless: bool,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The port at which clients address the Service.
    pub number: u16,
    /// The port of the selected pods to which this port leads.
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

    /// The variables with the Service's address for pods. Its host is a name, not an IP address.
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

    /// The first container that runs a program of the kit, or else the first of all containers.
    pub fn main(&self) -> Option<&Container> {
        let ours = self.containers.iter().find(|it| it.of_the_kit().is_some());
        ours.or(self.containers.first())
    }
}
