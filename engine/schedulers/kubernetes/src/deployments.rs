//! The fields of a Deployment that the engine uses, and which pods belong to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::core::{Selector, SelectorExt};
use manifest::{Program, parse};

use super::expectations::WatchedDeployment;
use super::writer;

/// The grace period of pods that do not set one.
const DEFAULT_GRACE: Duration = Duration::from_secs(30);

/// Deployments in the form of a manifest. A Deployment is converted again when it changes.
#[derive(Debug, Default)]
pub(super) struct Manifests(BTreeMap<String, (Arc<Deployment>, Option<manifest::Deployment>)>);

impl Manifests {
    /// Converts all present Deployments and returns them sorted by name. A Deployment with values
    /// that no manifest can have, such as -1 replicas, is left out.
    pub(super) fn update(&mut self, all: &[Arc<Deployment>]) -> Vec<manifest::Deployment> {
        let mut before = std::mem::take(&mut self.0);
        let read = |it: &Arc<Deployment>| {
            let name = it.name_any();
            // The store replaces an object that changes, so the same pointer means no change.
            let known = before.remove(&name).filter(|(known, _)| Arc::ptr_eq(known, it));
            (name, known.unwrap_or_else(|| (it.clone(), described(it))))
        };
        self.0 = all.iter().map(read).collect();
        self.0.values().filter_map(|(_, described)| described.clone()).collect()
    }
}

fn described(deployment: &Deployment) -> Option<manifest::Deployment> {
    parse::written_deployment(deployment.name_any(), deployment)
}

/// The pod selector of each Deployment, by name.
pub(super) fn selectors(all: &[Arc<Deployment>]) -> BTreeMap<String, Selector> {
    all.iter().filter_map(|it| Some((it.name_any(), selector(it)?))).collect()
}

pub(super) fn selector(deployment: &Deployment) -> Option<Selector> {
    deployment.spec.as_ref()?.selector.clone().try_into().ok()
}

pub(super) fn pods_of<'a>(deployment: &Deployment, pods: &'a [Arc<Pod>]) -> Vec<&'a Pod> {
    let Some(selector) = selector(deployment) else { return Vec::new() };
    pods.iter().map(|pod| &**pod).filter(|pod| selector.matches(pod.labels())).collect()
}

pub(super) fn seen(deployment: &Deployment) -> WatchedDeployment {
    let count = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    let status = deployment.status.as_ref();
    WatchedDeployment {
        version: writer::number(deployment.metadata.resource_version.as_deref()),
        generation: deployment.metadata.generation.unwrap_or_default(),
        observed_generation: status.and_then(|s| s.observed_generation).unwrap_or_default(),
        replicas: count(deployment.spec.as_ref().and_then(|spec| spec.replicas)),
        status_replicas: count(status.and_then(|status| status.replicas)),
    }
}

/// Whether a Deployment is part of demo.yaml. The namespace may also have other Deployments.
pub(super) fn is_ours(deployment: &Deployment) -> bool {
    let part_of = deployment.labels().get("app.kubernetes.io/part-of");
    part_of.is_some_and(|part_of| part_of == "microscaling-in-a-box")
}

/// How long the pods of a Deployment may take to stop.
pub(super) fn grace(deployment: &Deployment) -> Duration {
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let seconds = pod.and_then(|pod| pod.termination_grace_period_seconds);
    seconds.and_then(|it| u64::try_from(it).ok()).map_or(DEFAULT_GRACE, Duration::from_secs)
}

/// Whether a Deployment runs a server of the demo. Servers make no load and have no slider.
pub(super) fn serves(deployment: &Deployment) -> bool {
    let containers = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let commands = containers.into_iter().flat_map(|pod| &pod.containers);
    let mut programs = commands.filter_map(|container| container.command.as_ref()?.first());
    programs.any(|program| Program::of(program).is_some_and(Program::serves))
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::api::core::v1::{Container, PodSpec};

    fn deployment(name: &str, replicas: i32) -> Arc<Deployment> {
        let mut deployment = Deployment::default();
        deployment.metadata.name = Some(name.to_owned());
        let spec = deployment.spec.get_or_insert_default();
        spec.replicas = Some(replicas);
        let containers = vec![Container::default()];
        spec.template.spec = Some(PodSpec { containers, ..PodSpec::default() });
        Arc::new(deployment)
    }

    fn seen(described: &mut Manifests, all: &[Arc<Deployment>]) -> Vec<(String, u32)> {
        described.update(all).into_iter().map(|it| (it.name, it.replicas)).collect()
    }

    #[test]
    fn deployments_are_sorted_by_name_and_current() {
        let mut described = Manifests::default();
        let (a, b) = (deployment("a", 1), deployment("b", 2));
        let both = [("a".to_owned(), 1), ("b".to_owned(), 2)];
        assert_eq!(seen(&mut described, &[b.clone(), a.clone()]), both);
        assert_eq!(seen(&mut described, &[b.clone(), a]), both);
        let (fewer, more) = (deployment("a", -1), deployment("a", 3));
        assert_eq!(seen(&mut described, &[b.clone(), fewer]), both[1..]);
        assert_eq!(seen(&mut described, &[more]), [("a".to_owned(), 3)]);
        assert_eq!(seen(&mut described, &[b]), both[1..]);
    }
}
