//! The engine edits annotations itself, once it has the right.

use std::time::Duration;

use serde_json::{Value, json};

use crate::demo::Demo;
use crate::forward::{Engine, workload};
use crate::overlays::overlay_of;

/// The engine asks for its rights every 5 s.
const SEEN: Duration = Duration::from_secs(20);
/// Three times the promised second until an edit is used.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn an_edit_needs_its_overlay_and_then_changes_the_annotation() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    let refused = |state: &Value| match &state["controls"]["configure"] {
        Value::String(why) => why.contains("deploy/configure"),
        _ => false,
    };
    engine.until("the page says what is missing", SEEN, refused).await;
    let (status, answer) = edit(&engine, "7").await;
    assert_eq!(status, 403, "{answer}");
    assert!(answer.to_string().contains("kubectl create role"), "{answer}");

    demo.type_in(&["apply", "-f", "-"], &overlay_of(&demo, "configure").await).await;
    let granted = |state: &Value| state["controls"]["configure"].is_null();
    engine.until("it may be edited", SEEN, granted).await;
    let (status, answer) = edit(&engine, "7").await;
    assert_eq!(status, 200, "{answer}");
    let seven = |state: &Value| workload(state, "consumer")["target"] == 7;
    let took = engine.until("the new target", SOON, seven).await;
    println!("an edit from the page is used after {took:.0?}");
    let place = r"jsonpath={.metadata.annotations.microscaling\.com/target-queue-length}";
    assert_eq!(demo.kubectl(&["get", "deployment", "consumer", "-o", place]).await, "7");
    let (status, answer) = edit(&engine, "many").await;
    assert_eq!(status, 422, "{answer}");

    let (status, answer) = engine.command("DELETE", "/api/v1/config", json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let twenty = |state: &Value| workload(state, "consumer")["target"] == 20;
    engine.until("the old target", SOON, twenty).await;
}

async fn edit(engine: &Engine, target: &str) -> (u16, Value) {
    let annotations = json!({"microscaling.com/target-queue-length": target});
    let change = json!({"deployment": "consumer", "annotations": annotations});
    engine.command("PUT", "/api/v1/config", json!({"changes": [change]})).await
}
