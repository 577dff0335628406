//! A manifest as a whole.

use crate::described::{Deployment, Service};
use crate::invalid::Places;
use crate::unused::Unused;

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
    pub unused: Unused,
    /// Where its parts stand.
    pub places: Places,
}

impl Manifest {
    /// Tells each container of the Services in its namespace.
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
