//! A presenter's commands from the page, through a port-forward.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::demo::{Demo, LOOK, READY};
use crate::forward::{Engine, workload};
use crate::overlays::overlay_of;
use crate::seen::State;

/// The engine asks for its rights every 5 s.
const SEEN: Duration = Duration::from_secs(20);
/// Three times the promised 15 s.
const RESET: Duration = Duration::from_secs(45);

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_hold_stays_when_another_engine_takes_over() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    assert_eq!(hold(&engine, true).await.0, 200);
    let annotation = r"jsonpath={.metadata.annotations.microscaling\.com/hold}";
    assert_eq!(demo.kubectl(&["get", "lease", "engine", "-o", annotation]).await, "true");
    let load = engine.command("PUT", "/api/v1/deployments/producer/scale", json!({"replicas": 3}));
    assert_eq!(load.await.0, 200);
    let climbs = |state: &Value| state["queues"][0]["ready"].as_u64() > Some(60);
    engine.until("the queue climbs", READY, climbs).await;

    let old = demo.pods("engine").await.remove(0);
    demo.kubectl(&["delete", "pod", &old]).await;
    let new = |seen: &State| seen.ready("engine") == 1;
    demo.seen.until("another engine", READY, new).await;
    let engine = demo.engine().await;
    engine.until("it leads", READY, |state| state["standing"] == "leader").await;
    let began = Instant::now();
    engine.ticks(8).await;
    assert_eq!(engine.state().await["mode"], "held");
    assert_eq!(demo.seen.changes_since(began), []);

    assert_eq!(hold(&engine, false).await.0, 200);
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    demo.seen.until("it goes on", READY, grown).await;
}

async fn hold(engine: &Engine, held: bool) -> (u16, Value) {
    engine.command("PUT", "/api/v1/hold", json!({ "held": held })).await
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_kill_needs_its_overlay_and_the_page_says_so_in_advance() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    let refused = |state: &Value| match &state["controls"]["kill"] {
        Value::String(why) => why.contains("deploy/kill"),
        _ => false,
    };
    engine.until("the button says what is missing", SEEN, refused).await;
    let (status, answer) = kill(&engine).await;
    assert_eq!(status, 409, "{answer}");
    assert!(answer.to_string().contains("kubectl kustomize deploy/kill | sed"), "{answer}");

    demo.type_in(&["apply", "-f", "-"], &overlay_of(&demo, "kill").await).await;
    let granted = |state: &Value| state["controls"]["kill"].is_null();
    let took = engine.until("the button can be used", SEEN, granted).await;
    println!("a right is seen {took:.1?} after it was granted");
    let before = demo.pods("consumer").await.remove(0);
    let (status, answer) = kill(&engine).await;
    assert_eq!((status, answer["killed"].as_str()), (200, Some(before.as_str())));
    let end = Instant::now() + READY;
    while demo.pods("consumer").await.first().is_none_or(|pod| *pod == before) {
        assert!(Instant::now() < end, "no other consumer has come");
        tokio::time::sleep(LOOK).await;
    }
}

async fn kill(engine: &Engine) -> (u16, Value) {
    engine.command("POST", "/api/v1/workloads/consumer/kill", json!({})).await
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_reset_restarts_the_demo_and_stops_no_other_deployment() {
    let demo = Demo::start().await;
    let engine = demo.engine().await;
    add_stranger(&demo).await;
    demo.scale("producer", 3).await;
    let grown = |state: &Value| workload(state, "consumer")["ready"].as_u64() >= Some(5);
    engine.until("the load is there", READY, grown).await;
    let began = Instant::now();
    let (status, answer) = engine.command("POST", "/api/v1/reset", json!({})).await;
    println!("a reset took {:.1?} (promised 15 s): {answer}", began.elapsed());
    assert_eq!(status, 200, "{answer}");
    assert!(began.elapsed() < RESET);
    let state = engine.state().await;
    assert!(state["uptime_s"].as_f64() < Some(5.0), "{state}");
    assert_eq!((&state["lost"], demo.seen.replicas("producer")), (&json!(0), 0));
    assert_eq!(demo.seen.replicas("stranger"), 1);
    demo.kubectl(&["delete", "deployment", "stranger"]).await;
    demo.at_rest(READY).await;
    let stats = demo.queue().await.stats().await;
    assert_eq!((&stats["ready"], &stats["in_flight"]), (&json!(0), &json!(0)));
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_presenter_drives_the_demo_from_the_pages_alone() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/page/cluster.mjs");
    let ready = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/test-browser");
    let ready = Command::new(ready).arg("--ready").status().await.unwrap();
    if !ready.success() {
        println!("Not run: there is no browser; scripts/test-browser installs one.");
        return;
    }
    let demo = Demo::start_alone().await;
    for overlay in ["kill", "configure"] {
        demo.type_in(&["apply", "-f", "-"], &overlay_of(&demo, overlay).await).await;
    }
    let engine = demo.engine().await;
    let granted = |state: &Value| {
        ["kill", "configure"].iter().all(|control| state["controls"][control].is_null())
    };
    engine.until("its rights are known", SEEN, granted).await;
    let done = Command::new("node").arg(script).arg(engine.url()).output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let wrong = String::from_utf8_lossy(&done.stderr);
    println!("{said}");
    assert!(done.status.success(), "{wrong}");
    let annotation = r"jsonpath={.metadata.annotations.microscaling\.com/target-queue-length}";
    assert_eq!(demo.kubectl(&["get", "deployment", "consumer", "-o", annotation]).await, "20");
}

/// Creates a Deployment that is not the demo's and whose pods never start.
async fn add_stranger(demo: &Demo) {
    let producer = demo.kubectl(&["get", "deployment", "producer", "-o", "json"]).await;
    let mut spec = serde_json::from_str::<Value>(&producer).unwrap()["spec"].clone();
    let labels = json!({"app.kubernetes.io/name": "stranger"});
    spec["replicas"] = 1.into();
    spec["selector"]["matchLabels"] = labels.clone();
    spec["template"]["metadata"] = json!({ "labels": labels });
    spec["template"]["spec"]["containers"][0]["image"] = "none.invalid/none".into();
    let stranger = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "stranger"},
        "spec": spec,
    });
    demo.type_in(&["create", "-f", "-"], &stranger.to_string()).await;
}
