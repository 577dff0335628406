//! Annotations are edited while the engine runs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::demo::{CAPACITY, Demo};
use crate::forward::{has_warning, workload};

/// Three times the promised second until an edit is used.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn an_edit_is_used_within_a_second_and_an_invalid_one_keeps_the_last_valid_value() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    let target = |length: u64| move |state: &Value| workload(state, "consumer")["target"] == length;
    demo.annotate("consumer", "target-queue-length=7").await;
    let took = engine.until("the new target", SOON, target(7)).await;
    println!("the new target is used after {took:.0?}");

    demo.annotate("consumer", "target-queue-length=many").await;
    let words = ["target-queue-length", "\"many\""];
    engine.until("the warning", SOON, |state| has_warning(state, &words)).await;
    assert!(target(7)(&engine.state().await));
    let event = ["Deployment/consumer BadConfiguration", words[0], words[1]];
    println!("{}", demo.event("Warning", &event, SOON).await);

    demo.annotate("consumer", "target-queue-length=20").await;
    let fixed = |state: &Value| target(20)(state) && !has_warning(state, &[]);
    engine.until("it is fixed", SOON, fixed).await;
    assert_eq!(demo.seen.with(|seen| seen.restarts()), 0);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_pod_with_two_containers_holds_one_slot() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    let list = demo.kubectl(&["get", "deployment", "remainder", "-o", "json"]).await;
    let deployment: Value = serde_json::from_str(&list).unwrap();
    let mut beside = deployment["spec"]["template"]["spec"]["containers"][0].clone();
    for probe in ["readinessProbe", "livenessProbe", "ports"] {
        beside.as_object_mut().unwrap().remove(probe);
    }
    beside["name"] = "beside".into();
    beside["args"] = json!(["--listen=127.0.0.1:9200", "--duty=1%"]);
    let patch = json!([{"op": "add", "path": "/spec/template/spec/containers/-", "value": beside}]);
    let words = ["patch", "deployment", "remainder", "--type=json", "-p", &patch.to_string()];
    demo.kubectl(&words).await;
    demo.kubectl(&["rollout", "status", "deployment/remainder", "--timeout=60s"]).await;
    demo.at_rest(Duration::from_secs(30)).await;
    let state = engine.state().await;
    assert_eq!((&state["used"], &state["capacity"]), (&json!(10), &json!(10)));
    demo.queue().await.publish(200).await;
    let grown = |seen: &crate::seen::State| seen.replicas("consumer") >= 5;
    demo.seen.until("it scales as before", Duration::from_secs(15), grown).await;
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_paused_workload_keeps_its_count_until_it_is_resumed() {
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
