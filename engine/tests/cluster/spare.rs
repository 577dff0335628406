//! `--capacity auto`: as many containers as fit beside the pods of others.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{Node, Pod};
use kube::api::ListParams;
use kube::{Api, ResourceExt};
use serde_json::{Value, json};

use crate::demo::{Demo, kubectl};
use crate::seen::State;

const OVERLAY: &str = include_str!("../../../deploy/capacity-auto/rights.yaml");
/// Three times the promised 5 s until the background makes room.
const ROOM: Duration = Duration::from_secs(15);
/// The size of the other pod, in slots.
const TAKEN: u64 = 3;
/// The pods' requests are chosen so that about this many slots fit into the memory.
const SLOTS: u64 = 8;

/// The right to read the whole cluster, until it is taken back.
struct Rights(String);

impl Rights {
    async fn give(demo: &Demo) -> Rights {
        let mine = format!("namespace: {}", demo.namespace);
        let rights = OVERLAY.replace("namespace: default", &mine);
        kubectl(&["create", "-f", "-"], Some(&rights)).await;
        Rights(rights)
    }

    async fn take(self) {
        kubectl(&["delete", "-f", "-"], Some(&self.0)).await;
    }
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_spare_capacity_is_used_and_given_back_when_other_pods_come() {
    let demo = Demo::start_alone().await;
    let engine = demo.engine().await;
    let slot = memory_of_a_slot(&demo).await;
    let memory = format!("--requests=memory={slot},cpu=1m");
    let limit = format!("--limits=memory={slot},cpu=100m");
    let both = ["consumer", "remainder"];
    for name in both {
        demo.kubectl(&["set", "resources", "deployment", name, &memory, &limit]).await;
    }
    let rights = Rights::give(&demo).await;
    demo.kubectl(&["set", "env", "deployment/engine", "MICROSCALING_CAPACITY=auto"]).await;
    demo.kubectl(&["annotate", "deployment", "remainder", "microscaling.com/max-containers-"])
        .await;
    demo.kubectl(&["rollout", "status", "deployment/engine", "--timeout=30s"]).await;
    drop(engine);
    let engine = demo.engine().await;

    let capacity = |state: &Value| state["capacity"].as_u64().unwrap();
    let spare = |state: &Value| (SLOTS - 1..=SLOTS + 1).contains(&capacity(state));
    engine.until("the spare capacity", ROOM, spare).await;
    let slots = u32::try_from(capacity(&engine.state().await)).unwrap();
    println!("there is room for {slots} slots");
    let full = |seen: &State| seen.all("consumer", 1) && seen.all("remainder", slots - 1);
    demo.seen.until("all of it is taken", Duration::from_secs(60), full).await;

    let began = Instant::now();
    demo.type_in(&["create", "-f", "-"], &tenant(TAKEN * slot).to_string()).await;
    let gives = |seen: &State| seen.replicas("remainder") == slots - 1 - TAKEN as u32;
    let at = demo.seen.until("the background makes room", ROOM, gives).await;
    println!("the background makes room {:.1?} after another pod came", at - began);
    let at = demo.seen.until("the other pod runs", ROOM, |seen| seen.ready("tenant") == 1).await;
    println!("the other pod runs {:.1?} after it came", at - began);

    demo.kubectl(&["delete", "deployment", "tenant"]).await;
    demo.seen.until("the room is taken again", READY_AGAIN, full).await;
    rights.take().await;
}

/// Enough for the end of a pod, a new reading of the cluster, and the starts.
const READY_AGAIN: Duration = Duration::from_secs(40);

/// A Deployment that is not the demo's, with one pod of this size.
fn tenant(memory: u64) -> Value {
    let labels = json!({"app.kubernetes.io/name": "tenant"});
    let amount = json!({"memory": memory.to_string(), "cpu": "1m"});
    let container = json!({
        "name": "tenant",
        "image": image(),
        "command": ["remainder"],
        "readinessProbe": {"exec": {"command": ["remainder", "--version"]}},
        "resources": {"requests": amount, "limits": {"memory": memory.to_string()}},
        "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
        },
    });
    let security = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "tenant"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"securityContext": security, "containers": [container]},
            },
        },
    })
}

fn image() -> &'static str {
    let manifest = include_str!("../../../demo.yaml");
    let mut images = manifest.lines().filter_map(|line| line.trim().strip_prefix("image: "));
    images.next().unwrap()
}

/// The memory of a slot so that about [`SLOTS`] fit on the node beside the other pods.
async fn memory_of_a_slot(demo: &Demo) -> u64 {
    let nodes: Api<Node> = Api::all(demo.client.clone());
    let nodes = nodes.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(nodes.len(), 1, "this test is for one node");
    let status = nodes[0].status.clone().unwrap();
    let there = bytes(&status.allocatable.unwrap()["memory"].0);
    let pods: Api<Pod> = Api::all(demo.client.clone());
    let pods = pods.list(&ListParams::default()).await.unwrap();
    let scaled = ["consumer", "remainder"];
    let others =
        pods.iter().filter(|pod| !scaled.iter().any(|name| pod.name_any().starts_with(name)));
    let asked: u64 = others.map(asked).sum();
    // 2 % are left over, so that the number does not depend on a few bytes.
    (there - asked) / SLOTS / 100 * 98
}

fn asked(pod: &Pod) -> u64 {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    let requests =
        containers.filter_map(|c| c.resources.as_ref()?.requests.as_ref()?.get("memory"));
    requests.map(|memory| bytes(&memory.0)).sum()
}

fn bytes(amount: &str) -> u64 {
    kubernetes::quantity::whole(amount).unwrap()
}
