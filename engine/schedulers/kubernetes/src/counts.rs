//! Counts pods by phase.

use std::collections::BTreeMap;
use std::time::Duration;

use control::Replicas;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use model::scheduler::{Instance, Phase};

/// A pod counts as unschedulable if no node has had room for it during this time.
pub const UNSCHEDULABLE_AFTER: Duration = Duration::from_secs(10);

/// When the engine first saw that no node has room for a pod, by the pod's UID.
#[derive(Debug, Default)]
pub struct Waiting(BTreeMap<String, Duration>);

impl Waiting {
    /// Updates the record from all pods as they are at `now`.
    pub fn update<'a>(&mut self, now: Duration, pods: impl Iterator<Item = &'a Pod>) {
        let mut waiting = BTreeMap::new();
        for pod in pods.filter(|pod| is_unschedulable(pod)) {
            let uid = pod.uid().unwrap_or_default();
            let since = self.0.get(&uid).copied().unwrap_or(now);
            waiting.insert(uid, since);
        }
        self.0 = waiting;
    }

    fn too_long(&self, pod: &Pod, now: Duration) -> bool {
        let since = pod.uid().and_then(|uid| self.0.get(&uid).copied());
        since.is_some_and(|since| now >= since + UNSCHEDULABLE_AFTER)
    }
}

/// Counts the pods of one Deployment. The caller fills in `desired` and `promised`.
pub fn count<'a>(
    pods: impl Iterator<Item = &'a Pod>,
    waiting: &Waiting,
    now: Duration,
) -> Replicas {
    let mut replicas = Replicas::default();
    for pod in pods {
        match phase(pod) {
            None => {}
            Some(Phase::Ready | Phase::Retiring) => replicas.ready += 1,
            Some(Phase::Terminating) => replicas.terminating += 1,
            Some(Phase::Starting) => {
                replicas.starting += 1;
                replicas.unschedulable += u32::from(waiting.too_long(pod, now));
            }
        }
    }
    replicas
}

/// The phase of a pod; `None` if it has ended and no longer holds a slot.
pub fn phase(pod: &Pod) -> Option<Phase> {
    let status = pod.status.as_ref();
    if matches!(status.and_then(|s| s.phase.as_deref()), Some("Failed" | "Succeeded")) {
        return None;
    }
    if pod.metadata.deletion_timestamp.is_some() {
        return Some(Phase::Terminating);
    }
    Some(if condition(pod, "Ready") == Some(true) { Phase::Ready } else { Phase::Starting })
}

/// Converts pods to the form that the page's grid shows, and sorts them by name.
pub fn instances<'a>(pods: impl Iterator<Item = &'a Pod>, workload: &str) -> Vec<Instance> {
    let mut instances: Vec<_> = pods.filter_map(|pod| instance(pod, workload)).collect();
    instances.sort_by(|a, b| a.name.cmp(&b.name));
    instances
}

fn instance(pod: &Pod, workload: &str) -> Option<Instance> {
    let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_ref());
    let restarts: i32 = statuses.into_iter().flatten().map(|status| status.restart_count).sum();
    Some(Instance {
        name: pod.name_any(),
        workload: workload.to_owned(),
        phase: phase(pod)?,
        restarts: restarts.try_into().unwrap_or_default(),
        waits: is_unschedulable(pod),
        is_unready: condition(pod, "Ready") != Some(true),
        ..Instance::default()
    })
}

fn is_unschedulable(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    conditions.into_iter().flatten().any(|condition| {
        condition.type_ == "PodScheduled"
            && condition.status == "False"
            && condition.reason.as_deref() == Some("Unschedulable")
    })
}

fn condition(pod: &Pod, kind: &str) -> Option<bool> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|c| c.type_ == kind).map(|c| c.status == "True")
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::{PodCondition, PodStatus};
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;

    fn pod(phase: &str, kind: &str, status: &str, reason: Option<&str>) -> Pod {
        let condition = PodCondition {
            type_: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.map(String::from),
            ..PodCondition::default()
        };
        let mut pod = Pod::default();
        pod.metadata.uid = Some(format!("{phase}-{kind}-{status}"));
        pod.status = Some(PodStatus {
            phase: Some(phase.to_owned()),
            conditions: Some(vec![condition]),
            ..PodStatus::default()
        });
        pod
    }

    fn stopping(mut pod: Pod) -> Pod {
        pod.metadata.deletion_timestamp = Some(Time(k8s_openapi::jiff::Timestamp::UNIX_EPOCH));
        pod
    }

    #[test]
    fn a_pod_counts_until_it_is_gone_or_has_ended() {
        let pods = [
            pod("Running", "Ready", "True", None),
            pod("Running", "Ready", "False", None),
            pod("Pending", "PodScheduled", "True", None),
            stopping(pod("Running", "Ready", "True", None)),
            pod("Failed", "Ready", "False", None),
            pod("Succeeded", "Ready", "False", None),
        ];
        let counted = count(pods.iter(), &Waiting::default(), Duration::ZERO);
        assert_eq!((counted.ready, counted.starting, counted.terminating), (1, 2, 1));
    }

    #[test]
    fn a_pod_without_a_node_is_unschedulable_after_ten_seconds() {
        let pods = [pod("Pending", "PodScheduled", "False", Some("Unschedulable"))];
        let mut waiting = Waiting::default();
        let mut after = |seconds| {
            let now = Duration::from_secs(seconds);
            waiting.update(now, pods.iter());
            count(pods.iter(), &waiting, now).unschedulable
        };
        assert_eq!([after(100), after(109), after(110)], [0, 0, 1]);
    }
}
