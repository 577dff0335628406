//! Machines without room.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::api::ListParams;
use serde_json::json;

use crate::demo::{CAPACITY, Demo};
use crate::forward::workload;
use crate::seen::State;

/// Ten seconds, and the time it takes to write.
const LENT: Duration = Duration::from_secs(36);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn slots_of_pods_that_find_no_machine_are_lent_to_the_background() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    one_consumer_a_machine(&demo).await;
    let fits = machines(&demo).await;
    assert!(fits < 6, "this test is for fewer machines than {fits}");

    let began = queue.publish(400).await;
    let grown = |seen: &State| seen.changed("consumer", began, |to| to > fits);
    let grown = demo.seen.until("the consumer grows", Duration::from_secs(15), grown).await;
    let lent = |seen: &State| {
        let consumers = seen.replicas("consumer");
        consumers == fits && seen.replicas("remainder") == CAPACITY as u32 - fits
    };
    let at = demo.seen.until("the slots are lent", LENT, lent).await;
    println!("slots are lent {:.1?} after they were asked for", at - grown);
    let words = format!("no machine has room for more than {fits}");
    let says = |state: &serde_json::Value| {
        workload(state, "consumer")["why"]["text"].as_str().unwrap().contains(&words)
    };
    engine.until("the page says why", Duration::from_secs(3), says).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn what_finds_no_machine_can_still_be_scaled_down() {
    let demo = Demo::start().await;
    let queue = demo.queue().await;
    one_consumer_a_machine(&demo).await;
    let began = queue.publish(200).await;
    let grown = |seen: &State| seen.changed("consumer", began, |to| to >= 7);
    demo.seen.until("the consumer grows", Duration::from_secs(15), grown).await;
    queue.purge().await;
    let purged = Instant::now();
    let at = demo.at_rest(Duration::from_secs(40)).await;
    println!("at rest {:.1?} after the queue was emptied", at - purged);
    assert!(demo.seen.take_most() <= CAPACITY);
}

/// No machine takes two consumers; the one that runs is replaced by this.
async fn one_consumer_a_machine(demo: &Demo) {
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

async fn machines(demo: &Demo) -> u32 {
    let nodes: Api<Node> = Api::all(demo.client.clone());
    nodes.list(&ListParams::default()).await.unwrap().items.len().try_into().unwrap()
}
