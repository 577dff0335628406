//! The spare capacity of the cluster, in slots.
//!
//! A slot is as large as the largest pod of the scaled workloads. A node's room is its size minus
//! the requests of all other pods, including pods that still wait for a node. The scaled workloads'
//! own pods use this room, so their requests are not subtracted.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, Node, Pod, PodSpec};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::ResourceExt;
use model::annotations::CAPACITIES;

use super::counts;
use super::quantity::{thousandths, whole};

type Named = BTreeMap<String, Quantity>;

/// The requests of a pod, or the room of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    /// In millicores.
    pub cpu: u64,
    /// In bytes.
    pub memory: u64,
    /// The number of pods.
    pub pods: u64,
}

/// The number of slots that the nodes have for the scaled workloads, 1 to 1000. The workloads' pod
/// `templates` give a slot a size before a pod exists. `is_own` finds their pods.
///
/// # Errors
/// When the number is unknown; the error is a message for the user.
pub fn capacity<'a>(
    nodes: &[Arc<Node>],
    pods: &'a [Arc<Pod>],
    templates: impl Iterator<Item = &'a PodSpec>,
    is_own: impl Fn(&Pod) -> bool,
) -> Result<u32, String> {
    let live = pods.iter().map(|pod| &**pod).filter(|pod| counts::phase(pod).is_some());
    let (own, others): (Vec<&Pod>, Vec<&Pod>) = live.partition(|pod| is_own(pod));
    let slot = slot(templates.chain(own.iter().filter_map(|pod| pod.spec.as_ref())))?;
    let mut rooms = rooms(nodes, &others)?;
    let mut waiting = Vec::new();
    for pod in others.into_iter().filter(|pod| is_waiting(pod)) {
        waiting.push(requests_of(pod)?);
    }
    seat(&mut rooms, waiting, slot);
    let slots: u64 = rooms.iter().map(|room| room.slots(slot)).sum();
    let most = *CAPACITIES.end();
    Ok(u32::try_from(slots).unwrap_or(most).clamp(*CAPACITIES.start(), most))
}

/// The requests of a whole pod, added up as Kubernetes does: its containers and sidecars run at the
/// same time; its other init containers run earlier, one by one.
///
/// # Errors
/// When a quantity cannot be parsed.
pub fn requests(pod: &PodSpec) -> Result<Amounts, String> {
    let mut side_by_side = Amounts::default();
    for container in &pod.containers {
        side_by_side = side_by_side.plus(requests_of_container(container)?);
    }
    let (mut sidecars, mut most) = (Amounts::default(), Amounts::default());
    for container in pod.init_containers.iter().flatten() {
        let with_it = sidecars.plus(requests_of_container(container)?);
        most = most.largest(with_it);
        if container.restart_policy.as_deref() == Some("Always") {
            sidecars = with_it;
        }
    }
    let sum = side_by_side.plus(sidecars).largest(most);
    let whole_pod = pod.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    let overhead = read(pod.overhead.as_ref(), Amounts::default())?;
    Ok(Amounts { pods: 1, ..read(whole_pod, sum)?.plus(overhead) })
}

fn slot<'a>(pods: impl Iterator<Item = &'a PodSpec>) -> Result<Amounts, String> {
    let mut slot = Amounts::default();
    for pod in pods {
        slot = slot.largest(requests(pod)?);
    }
    if slot.pods == 0 {
        return Err("no workload is scaled, so a slot's size is unknown".to_owned());
    }
    if slot.cpu == 0 && slot.memory == 0 {
        return Err(
            "no scaled workload requests cpu or memory, so a slot's size is unknown".to_owned()
        );
    }
    Ok(slot)
}

/// The room of each node that accepts pods: its size minus the requests of the `others` on it.
fn rooms(nodes: &[Arc<Node>], others: &[&Pod]) -> Result<Vec<Amounts>, String> {
    let mut rooms = BTreeMap::new();
    for node in nodes.iter().filter(|node| accepts_pods(node)) {
        let all = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
        let all = read(all, Amounts::default());
        let all = all.map_err(|why| format!("node/{}: {why}", node.name_any()))?;
        rooms.insert(node.name_any(), all);
    }
    if rooms.is_empty() {
        return Err("no node of the cluster is ready and accepts pods".to_owned());
    }
    for pod in others {
        if let Some(room) = node_of(pod).and_then(|node| rooms.get_mut(node)) {
            *room = room.less(requests_of(pod)?);
        }
    }
    Ok(rooms.into_values().collect())
}

/// Places each waiting pod on the node with the most room. The largest pods come first. A pod that
/// fits on no node is left out, because freeing slots would not help it.
fn seat(rooms: &mut [Amounts], mut waiting: Vec<Amounts>, slot: Amounts) {
    waiting.sort_by_key(|pod| std::cmp::Reverse((pod.cpu, pod.memory)));
    for pod in waiting {
        let fitting = rooms.iter_mut().filter(|room| room.holds(pod));
        if let Some(room) = fitting.max_by_key(|room| room.slots(slot)) {
            *room = room.less(pod);
        }
    }
}

/// Whether a node accepts the demo's pods. It must have no taint, because they tolerate none.
fn accepts_pods(node: &Node) -> bool {
    let spec = node.spec.as_ref();
    let cordoned = spec.and_then(|spec| spec.unschedulable).unwrap_or_default();
    let mut taints = spec.and_then(|spec| spec.taints.as_ref()).into_iter().flatten();
    let tainted = taints.any(|taint| matches!(&*taint.effect, "NoSchedule" | "NoExecute"));
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    let mut conditions = conditions.into_iter().flatten();
    !cordoned && !tainted && conditions.any(|c| c.type_ == "Ready" && c.status == "True")
}

/// Whether a pod has no node, and will be placed as soon as a node has room.
fn is_waiting(pod: &Pod) -> bool {
    let gates = pod.spec.as_ref().and_then(|spec| spec.scheduling_gates.as_ref());
    let gated = gates.is_some_and(|gates| !gates.is_empty());
    node_of(pod).is_none() && !gated && pod.metadata.deletion_timestamp.is_none()
}

fn node_of(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref().filter(|node| !node.is_empty())
}

fn requests_of(pod: &Pod) -> Result<Amounts, String> {
    let asked = pod.spec.as_ref().map(requests).transpose();
    let asked = asked.map_err(|why| format!("pod/{}: {why}", pod.name_any()))?;
    Ok(asked.unwrap_or_default())
}

/// The requests of one container; a limit without a request counts as the request.
fn requests_of_container(container: &Container) -> Result<Amounts, String> {
    let Some(resources) = &container.resources else { return Ok(Amounts::default()) };
    let limits = read(resources.limits.as_ref(), Amounts::default())?;
    read(resources.requests.as_ref(), limits)
}

/// The amounts in a list of resources. Amounts that the list lacks are taken from `other`.
fn read(list: Option<&Named>, other: Amounts) -> Result<Amounts, String> {
    let Some(list) = list else { return Ok(other) };
    let amount = |name, parse: fn(&str) -> Result<u64, String>, other| match list.get(name) {
        None => Ok(other),
        Some(quantity) => parse(&quantity.0).map_err(|why| format!("{name} {why}")),
    };
    Ok(Amounts {
        cpu: amount("cpu", thousandths, other.cpu)?,
        memory: amount("memory", whole, other.memory)?,
        pods: amount("pods", whole, other.pods)?,
    })
}

impl Amounts {
    fn each(self, other: Amounts, of: fn(u64, u64) -> u64) -> Amounts {
        Amounts {
            cpu: of(self.cpu, other.cpu),
            memory: of(self.memory, other.memory),
            pods: of(self.pods, other.pods),
        }
    }

    fn plus(self, other: Amounts) -> Amounts {
        self.each(other, u64::saturating_add)
    }

    fn less(self, other: Amounts) -> Amounts {
        self.each(other, u64::saturating_sub)
    }

    fn largest(self, other: Amounts) -> Amounts {
        self.each(other, u64::max)
    }

    fn holds(self, pod: Amounts) -> bool {
        pod.cpu <= self.cpu && pod.memory <= self.memory && pod.pods <= self.pods
    }

    /// How many slots fit into these amounts. A resource that slots do not request sets no limit.
    fn slots(self, slot: Amounts) -> u64 {
        let times = self.each(slot, |free, size| free.checked_div(size).unwrap_or(u64::MAX));
        times.cpu.min(times.memory).min(times.pods)
    }
}

#[cfg(test)]
mod tests;
