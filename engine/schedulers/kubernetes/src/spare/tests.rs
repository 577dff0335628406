//! Tests of the spare capacity, with a few nodes and pods in Kubernetes' own JSON.

use serde_json::{Value, json};

use super::*;

const MI: u64 = 1 << 20;

fn node(name: &str, cpu: &str, memory: &str, pods: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {},
        "status": {
            "allocatable": {"cpu": cpu, "memory": memory, "pods": pods},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    })
}

/// A pod of `app` on a node. If `node` is empty, the pod still waits for a node.
fn pod(app: &str, node: &str, cpu: &str, memory: &str) -> Value {
    let requests = json!({"cpu": cpu, "memory": memory});
    json!({
        "metadata": {"name": app, "labels": {"app": app}},
        "spec": {
            "nodeName": node,
            "containers": [{"name": "c", "resources": {"requests": requests}}],
        },
        "status": {"phase": if node.is_empty() { "Pending" } else { "Running" }},
    })
}

fn parsed<T: serde::de::DeserializeOwned>(all: &[Value]) -> Vec<Arc<T>> {
    all.iter().map(|v| Arc::new(serde_json::from_value(v.clone()).unwrap())).collect()
}

/// The number of slots. The scaled workload is "own", with 100 millicores and 100 MiB per pod.
fn slots(nodes: &[Value], pods: &[Value]) -> Result<u32, String> {
    let template: Pod = serde_json::from_value(pod("own", "", "100m", "100Mi")).unwrap();
    let is_own = |pod: &Pod| pod.labels().get("app").is_some_and(|app| app == "own");
    capacity(&parsed(nodes), &parsed(pods), template.spec.as_ref().into_iter(), is_own)
}

fn asked(spec: Value) -> Result<Amounts, String> {
    requests(&serde_json::from_value(spec).unwrap())
}

fn container(cpu: &str, memory: &str) -> Value {
    json!({"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}}})
}

#[test]
fn the_scarcest_resource_of_each_node_limits_its_slots() {
    let by_cpu = node("a", "1", "8Gi", "110");
    let by_memory = node("b", "8", "350Mi", "110");
    let by_pods = node("c", "8", "8Gi", "2");
    assert_eq!(slots(std::slice::from_ref(&by_cpu), &[]), Ok(10));
    assert_eq!(slots(&[by_cpu, by_memory, by_pods], &[]), Ok(10 + 3 + 2));
}

#[test]
fn room_on_two_nodes_does_not_add_up_to_a_slot() {
    let nodes = [node("a", "150m", "1Gi", "9"), node("b", "150m", "1Gi", "9")];
    assert_eq!(slots(&nodes, &[]), Ok(2));
}

#[test]
fn requests_of_scaled_workloads_count_as_room_and_those_of_others_do_not() {
    let nodes = [node("a", "1", "8Gi", "110")];
    let own = pod("own", "a", "100m", "100Mi");
    assert_eq!(slots(&nodes, &[own.clone(), own.clone()]), Ok(10));
    let other = pod("other", "a", "250m", "1Gi");
    assert_eq!(slots(&nodes, &[own, other]), Ok(7));
}

#[test]
fn waiting_pods_of_others_reduce_the_slots_as_much_as_running_ones() {
    let nodes = [node("a", "1", "8Gi", "110")];
    assert_eq!(slots(&nodes, &[pod("other", "", "500m", "1Gi")]), Ok(5));
    assert_eq!(slots(&nodes, &[pod("other", "a", "500m", "1Gi")]), Ok(5));
    assert_eq!(slots(&nodes, &[pod("own", "", "100m", "100Mi")]), Ok(10));
}

#[test]
fn pods_that_fit_nowhere_or_are_not_to_start_do_not_reduce_the_slots() {
    let nodes = [node("a", "1", "8Gi", "110")];
    assert_eq!(slots(&nodes, &[pod("other", "", "2", "1Gi")]), Ok(10));
    let mut gated = pod("other", "", "500m", "1Gi");
    gated["spec"]["schedulingGates"] = json!([{"name": "wait"}]);
    let mut leaving = pod("other", "", "500m", "1Gi");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(slots(&nodes, &[gated, leaving]), Ok(10));
}

#[test]
fn waiting_pods_are_spread_over_the_nodes() {
    let nodes = [node("a", "1", "8Gi", "110"), node("b", "600m", "8Gi", "110")];
    let waiting = pod("other", "", "500m", "1Gi");
    assert_eq!(slots(&nodes, &[waiting.clone(), waiting.clone()]), Ok(5 + 1));
    assert_eq!(slots(&nodes, &[waiting.clone(), waiting.clone(), waiting]), Ok(1));
}

#[test]
fn ended_pods_hold_no_room_and_stopping_ones_do() {
    let nodes = [node("a", "1", "8Gi", "110")];
    let mut done = pod("other", "a", "500m", "1Gi");
    done["status"]["phase"] = json!("Succeeded");
    assert_eq!(slots(&nodes, &[done]), Ok(10));
    let mut leaving = pod("other", "a", "500m", "1Gi");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(slots(&nodes, &[leaving]), Ok(5));
}

#[test]
fn nodes_that_accept_no_pods_do_not_count() {
    let open = node("open", "200m", "8Gi", "110");
    let closed = |change: fn(&mut Value)| {
        let mut node = node("closed", "8", "8Gi", "110");
        change(&mut node);
        slots(&[open.clone(), node], &[])
    };
    assert_eq!(closed(|node| node["spec"]["unschedulable"] = json!(true)), Ok(2));
    let taint = |node: &mut Value| {
        node["spec"]["taints"] = json!([{"key": "control-plane", "effect": "NoSchedule"}]);
    };
    assert_eq!(closed(taint), Ok(2));
    let not_ready = |node: &mut Value| node["status"]["conditions"][0]["status"] = json!("Unknown");
    assert_eq!(closed(not_ready), Ok(2));
    assert_eq!(slots(&[], &[]).unwrap_err(), "no node of the cluster is ready and accepts pods");
}

#[test]
fn a_slot_has_the_largest_request_of_each_resource() {
    let nodes = [node("a", "1", "1000Mi", "110")];
    let heavy = pod("own", "a", "10m", "500Mi");
    assert_eq!(slots(&nodes, &[heavy]), Ok(2));
}

#[test]
fn the_count_stays_within_the_limits_of_a_capacity() {
    assert_eq!(slots(&[node("a", "1", "1Mi", "110")], &[]), Ok(1));
    assert_eq!(slots(&[node("a", "9000", "9Ti", "99999")], &[]), Ok(1000));
}

#[test]
fn without_requests_a_slot_has_no_size() {
    let nodes = parsed(&[node("a", "1", "1Gi", "110")]);
    let nothing = PodSpec::default();
    let refusal = capacity(&nodes, &[], std::iter::once(&nothing), |_| false).unwrap_err();
    assert!(refusal.contains("requests cpu or memory"), "{refusal}");
    let refusal = capacity(&nodes, &[], std::iter::empty(), |_| false).unwrap_err();
    assert!(refusal.contains("no workload is scaled"), "{refusal}");
}

#[test]
fn an_invalid_quantity_is_reported_with_its_node_or_pod() {
    let nodes = [node("a", "much", "1Gi", "110")];
    assert!(slots(&nodes, &[]).unwrap_err().starts_with("node/a: cpu \"much\" is not a quantity"));
    let nodes = [node("a", "1", "1Gi", "110")];
    let refusal = slots(&nodes, &[pod("other", "a", "1", "some")]).unwrap_err();
    assert!(refusal.starts_with("pod/other: memory \"some\" is not a quantity"), "{refusal}");
}

#[test]
fn init_containers_count_when_they_need_more_than_the_containers() {
    let spec = json!({
        "initContainers": [container("300m", "10Mi"), container("50m", "900Mi")],
        "containers": [container("100m", "100Mi"), container("100m", "100Mi")],
    });
    assert_eq!(asked(spec), Ok(Amounts { cpu: 300, memory: 900 * MI, pods: 1 }));
}

#[test]
fn sidecars_run_beside_everything_that_starts_after_them() {
    let mut sidecar = container("100m", "100Mi");
    sidecar["restartPolicy"] = json!("Always");
    let before = json!({
        "initContainers": [sidecar, container("300m", "10Mi")],
        "containers": [container("100m", "100Mi")],
    });
    assert_eq!(asked(before), Ok(Amounts { cpu: 400, memory: 200 * MI, pods: 1 }));
    let after = json!({
        "initContainers": [container("300m", "10Mi"), sidecar],
        "containers": [container("100m", "100Mi")],
    });
    assert_eq!(asked(after), Ok(Amounts { cpu: 300, memory: 200 * MI, pods: 1 }));
}

#[test]
fn a_pods_own_request_overrides_its_containers_and_overhead_is_added() {
    let spec = json!({
        "containers": [container("100m", "100Mi")],
        "resources": {"requests": {"cpu": "1"}},
        "overhead": {"cpu": "50m", "memory": "20Mi"},
    });
    assert_eq!(asked(spec), Ok(Amounts { cpu: 1050, memory: 120 * MI, pods: 1 }));
}

#[test]
fn a_limit_without_a_request_is_the_request_too() {
    let limited = json!({"name": "c", "resources": {"limits": {"cpu": "200m", "memory": "1Mi"}}});
    let spec = json!({"containers": [limited]});
    assert_eq!(asked(spec), Ok(Amounts { cpu: 200, memory: MI, pods: 1 }));
}
