//! Consumers are replaced, evicted and deleted under load.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::EvictParams;

use crate::demo::{CAPACITY, Demo};
use crate::seen::State;

const OVER: &str = "microscaling_over_capacity_seconds_total";

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_rolling_update_of_the_consumer_keeps_to_the_capacity_and_loses_nothing() {
    let demo = under_load().await;
    let began = Instant::now();
    demo.kubectl(&["rollout", "restart", "deployment/consumer"]).await;
    demo.kubectl(&["rollout", "status", "deployment/consumer", "--timeout=60s"]).await;
    println!("rolled out after {:.1?}", began.elapsed());
    lost_none(&demo).await;
    let most = demo.seen.take_most();
    println!("at most {most} of {CAPACITY} lived at one moment");
    assert!(most <= CAPACITY, "{most}");
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_background_makes_room_for_the_replacement_of_an_evicted_consumer() {
    let demo = under_load().await;
    let engine = demo.engine().await;
    demo.steady(Duration::from_secs(8)).await;
    demo.seen.until("the slots are full", Duration::from_secs(30), is_full).await;
    assert_eq!(engine.metric(OVER).await, 0.0);
    assert!(demo.seen.take_most() <= CAPACITY);

    let pods: Api<Pod> = Api::namespaced(demo.client.clone(), &demo.namespace);
    let victim = demo.pods("consumer").await.remove(0);
    let began = Instant::now();
    pods.evict(&victim, &EvictParams::default()).await.unwrap();
    let replaced = |seen: &State| seen.scaled_live() > CAPACITY;
    let over = demo.seen.until("its replacement", Duration::from_secs(5), replaced).await;
    let made_up = |seen: &State| seen.scaled_live() <= CAPACITY;
    let within = demo.seen.until("room for it", Duration::from_secs(10), made_up).await;
    println!("over the capacity for {:.0?}", within - over);
    let changes = demo.seen.changes_since(began);
    for change in &changes {
        println!("{:.0?} after the eviction {change}", change.at - began);
    }
    assert!(changes.iter().any(|c| c.deployment == "remainder" && c.to < c.from));
    println!("by the metric: {:.3} s", engine.metric(OVER).await);
    assert!(engine.metric(OVER).await > 0.0);
    lost_none(&demo).await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn pods_of_a_deleted_deployment_hold_their_slots_until_they_are_gone() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    demo.queue().await.publish(800).await;
    let grown = |seen: &State| seen.all("consumer", 9);
    demo.seen.until("consumers take all they can", Duration::from_secs(30), grown).await;
    let began = Instant::now();
    demo.kubectl(&["delete", "deployment", "consumer"]).await;
    let taken = |seen: &State| seen.live("consumer") == 0 && seen.all("remainder", 10);
    let at = demo.seen.until("the background takes all", Duration::from_secs(30), taken).await;
    println!("the background has all slots {:.1?} after the delete", at - began);
    let most = demo.seen.take_most();
    assert!(most <= CAPACITY, "{most}");
    assert_eq!(engine.metric(OVER).await, 0.0);
}

/// The demo with two producers, and consumers that keep up.
async fn under_load() -> Demo {
    let demo = Demo::start().await;
    demo.scale("producer", 2).await;
    let busy = |seen: &State| seen.ready("consumer") >= 4;
    demo.seen.until("consumers follow", Duration::from_secs(45), busy).await;
    demo
}

/// All slots are in use, and the background has some to give up.
fn is_full(seen: &State) -> bool {
    if seen.replicas("remainder") < 3 {
        return false;
    }
    seen.scaled_live() == CAPACITY && seen.ready("consumer") + seen.ready("remainder") == CAPACITY
}

async fn lost_none(demo: &Demo) {
    demo.scale("producer", 0).await;
    demo.seen
        .until("no producer", Duration::from_secs(30), |seen| seen.live("producer") == 0)
        .await;
    let done = demo.queue().await.all_done(Duration::from_secs(60)).await;
    println!("all {done} jobs are done");
}
