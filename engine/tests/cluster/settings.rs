//! Annotations are edited while it runs.

use std::time::Duration;

use serde_json::Value;

use crate::demo::Demo;
use crate::forward::{troubled, workload};

/// An edit counts within a second.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn an_edit_counts_within_a_second_and_a_bad_one_keeps_the_last_good_value() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    let target = |length: u64| move |state: &Value| workload(state, "consumer")["target"] == length;
    demo.annotate("consumer", "target-queue-length=7").await;
    let took = engine.until("the new target", SOON, target(7)).await;
    println!("the new target counts after {took:.0?}");

    demo.annotate("consumer", "target-queue-length=many").await;
    let words = ["target-queue-length", "\"many\""];
    engine.until("the trouble", SOON, |state| troubled(state, &words)).await;
    assert!(target(7)(&engine.state().await));
    let event = ["Deployment/consumer BadConfiguration", words[0], words[1]];
    println!("{}", demo.event("Warning", &event, SOON).await);

    demo.annotate("consumer", "target-queue-length=20").await;
    let mended = |state: &Value| target(20)(state) && !troubled(state, &[]);
    engine.until("it is mended", SOON, mended).await;
    assert_eq!(demo.seen.with(|seen| seen.restarts()), 0);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn what_is_paused_keeps_what_it_has_until_it_is_freed() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    demo.annotate("consumer", "paused=true").await;
    let paused = |state: &Value| workload(state, "consumer")["paused"] == true;
    engine.until("it is paused", SOON, paused).await;
    let began = queue.publish(200).await;
    engine.ticks(6).await;
    assert_eq!(demo.seen.changes_since(began), []);

    demo.annotate("consumer", "paused-").await;
    let grown = |seen: &crate::seen::State| seen.replicas("consumer") >= 5;
    demo.seen.until("it grows again", Duration::from_secs(15), grown).await;
}
