//! What a Deployment says of itself, and which pods are its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::core::{Selector, SelectorExt};

use super::promises::Seen;
use super::writer;

/// What pods have that say nothing else.
const DEFAULT_GRACE: Duration = Duration::from_secs(30);

/// Which pods each Deployment has, by its name.
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

pub(super) fn seen(deployment: &Deployment) -> Seen {
    let count = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
    let status = deployment.status.as_ref();
    Seen {
        version: writer::number(deployment.metadata.resource_version.as_deref()),
        generation: deployment.metadata.generation.unwrap_or_default(),
        observed_generation: status.and_then(|s| s.observed_generation).unwrap_or_default(),
        replicas: count(deployment.spec.as_ref().and_then(|spec| spec.replicas)),
        status_replicas: count(status.and_then(|status| status.replicas)),
    }
}

/// What demo.yaml has made; a namespace may have others that we have no business with.
pub(super) fn is_ours(deployment: &Deployment) -> bool {
    let part_of = deployment.labels().get("app.kubernetes.io/part-of");
    part_of.is_some_and(|part_of| part_of == "microscaling-in-a-box")
}

/// How long its pods have to end their work.
pub(super) fn grace(deployment: &Deployment) -> Duration {
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let seconds = pod.and_then(|pod| pod.termination_grace_period_seconds);
    seconds.and_then(|it| u64::try_from(it).ok()).map_or(DEFAULT_GRACE, Duration::from_secs)
}

/// The kit's own servers make no load; the page offers no slider for them.
pub(super) fn serves(deployment: &Deployment) -> bool {
    let containers = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
    let commands = containers.into_iter().flat_map(|pod| &pod.containers);
    let mut programs = commands.filter_map(|container| container.command.as_ref()?.first());
    programs.any(|program| program.ends_with("queue") || program.ends_with("engine"))
}
