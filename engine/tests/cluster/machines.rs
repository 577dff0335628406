//! Nodes without room.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::api::ListParams;
use serde_json::json;

use crate::demo::{CAPACITY, Demo};
use crate::forward::workload;
use crate::seen::State;

/// Three times the promise: 10 s until a pod counts as unschedulable, and the time to write.
const LENT: Duration = Duration::from_secs(36);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn slots_of_unschedulable_pods_are_lent_to_the_background() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    one_consumer_a_node(&demo).await;
    let fits = nodes(&demo).await;
    assert!(fits < 6, "this test is for fewer nodes than {fits}");

    let began = queue.publish(400).await;
    let grown = |seen: &State| seen.changed("consumer", began, |to| to > fits);
    let grown = demo.seen.until("the consumer grows", Duration::from_secs(15), grown).await;
    let lent = |seen: &State| {
        let consumers = seen.replicas("consumer");
        consumers == fits && seen.replicas("remainder") == CAPACITY as u32 - fits
    };
    let at = demo.seen.until("the slots are lent", LENT, lent).await;
    println!("slots are lent {:.1?} after the consumer grew", at - grown);
    let words = format!("no machine has room for more than {fits}");
    let says = |state: &serde_json::Value| {
        workload(state, "consumer")["why"]["text"].as_str().unwrap().contains(&words)
    };
    engine.until("the page says why", Duration::from_secs(3), says).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_workload_with_unschedulable_pods_can_still_be_scaled_down() {
    let demo = Demo::start().await;
    let queue = demo.queue().await;
    one_consumer_a_node(&demo).await;
    let began = queue.publish(200).await;
    let grown = |seen: &State| seen.changed("consumer", began, |to| to >= 7);
    demo.seen.until("the consumer grows", Duration::from_secs(15), grown).await;
    queue.purge().await;
    let purged = Instant::now();
    let at = demo.at_rest(Duration::from_secs(40)).await;
    println!("at rest {:.1?} after the queue was emptied", at - purged);
    assert!(demo.seen.take_most() <= CAPACITY);
}

/// Lets no node run two consumers; this replaces the one that runs.
async fn one_consumer_a_node(demo: &Demo) {
    let consumers = json!({"matchLabels": {"app.kubernetes.io/name": "consumer"}});
    let apart = json!([{"labelSelector": consumers, "topologyKey": "kubernetes.io/hostname"}]);
    let affinity = json!({
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": apart},
    });
    let patch = json!({"spec": {"template": {"spec": {"affinity": affinity}}}});
    demo.kubectl(&["patch", "deployment", "consumer", "--patch", &patch.to_string()]).await;
    demo.kubectl(&["rollout", "status", "deployment/consumer", "--timeout=30s"]).await;
    demo.at_rest(Duration::from_secs(30)).await;
}

async fn nodes(demo: &Demo) -> u32 {
    let nodes: Api<Node> = Api::all(demo.client.clone());
    nodes.list(&ListParams::default()).await.unwrap().items.len().try_into().unwrap()
}
