//! A manifest as a whole.

use crate::described::{Deployment, Service};
use crate::invalid::Places;
use crate::unused::Unused;

/// The parts of a manifest that the engine uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names say it
pub struct Manifest {
    pub deployments: Vec<Deployment>,
    pub services: Vec<Service>,
    /// The objects that only a cluster needs, each as `Kind name`.
    pub cluster_only: Vec<String>,
    /// The parts of the objects that are ignored without a cluster.
    pub unused: Unused,
    /// The lines of the manifest's parts.
    pub places: Places,
}

impl Manifest {
    /// Sets each container's variables with the addresses of the Services in its namespace.
    pub(crate) fn link(&mut self) {
        for deployment in &mut self.deployments {
            let near = self.services.iter().filter(|it| it.namespace == deployment.namespace);
            let all: Vec<_> = near.flat_map(Service::links).collect();
            let containers = deployment.containers.iter_mut();
            containers.filter_map(|it| it.links.as_mut()).for_each(|links| links.clone_from(&all));
        }
    }

    /// The engine's own Deployment, if the manifest has one.
    pub fn engine(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|d| d.is_engine())
    }
}
