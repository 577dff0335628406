//! A presenter's commands for a running box over the API: hold, kill, burst, reset.

use std::time::Duration;

use serde_json::{Value, json};

use support::manifest::Manifest;
use support::{LOOK, State, TestBox};

/// Three times what was measured; the machine may be busy.
const SOON: Duration = Duration::from_secs(30);

async fn is_full(demo: &TestBox) {
    let full = |state: &State| state.workload("remainder", "ready") == 9;
    demo.until("the background has its slots", SOON, full).await;
}

/// The log, as a new page gets it.
async fn log(demo: &TestBox) -> Vec<Value> {
    let snapshot = demo.first_event("/page/stream").await;
    snapshot["log"].as_array().unwrap().clone()
}

async fn logged(demo: &TestBox, kind: &str) -> Value {
    let end = std::time::Instant::now() + SOON;
    loop {
        if let Some(entry) = log(demo).await.into_iter().find(|entry| entry["kind"] == kind) {
            return entry;
        }
        assert!(std::time::Instant::now() < end, "no log event of the kind {kind}");
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test]
async fn while_scaling_is_held_the_queue_grows_and_no_workload_is_scaled() {
    let demo = TestBox::start(&[]).await;
    is_full(&demo).await;
    let held = demo.put("/api/v1/hold", json!({"held": true})).await;
    assert_eq!(held, (200, json!({"held": true})));
    assert_eq!(demo.state().await.0["mode"], "held");
    assert_eq!(demo.scale("producer", 3).await.0, 200);
    let climbs = |state: &State| state.queue() > Some(60);
    let state = demo.until("the queue climbs", SOON, climbs).await;
    assert_eq!(state.workload("consumer", "desired"), 1);
    assert_eq!(demo.put("/api/v1/hold", json!({"held": false})).await.0, 200);
    let grown = |state: &State| state.workload("consumer", "ready") >= 7;
    demo.until("consumers come", SOON, grown).await;
    let hold = logged(&demo, "hold").await;
    assert_eq!((&hold["text"], &hold["by"]), (&json!("scaling held"), &json!("the API")));
    let load = logged(&demo, "load").await;
    assert_eq!(load["mark"], "producers 0 -> 3");
}

#[tokio::test]
async fn a_killed_consumer_s_job_is_redelivered_and_the_log_says_so() {
    // The only consumer is in the middle of its first job while others wait.
    let demo = Manifest::of(Duration::from_secs(4)).start(&[]).await;
    is_full(&demo).await;
    assert_eq!(demo.put("/api/v1/hold", json!({"held": true})).await.0, 200);
    demo.scale("producer", 1).await;
    demo.until("jobs wait", SOON, |state| state.queue() > Some(5)).await;
    assert_eq!(demo.jobs().await["in_flight"], 1);
    let (status, killed) = demo.post("/api/v1/workloads/consumer/kill", json!({})).await;
    assert_eq!((status, &killed["killed"]), (200, &json!("consumer-1")));
    assert_eq!(logged(&demo, "kill").await["text"], "consumer-1 killed");
    let story = logged(&demo, "story").await;
    let text = story["text"].as_str().unwrap();
    assert!(
        text.starts_with("consumer-1 was killed while it held 1 job; the job was redelivered"),
        "{text}"
    );
    assert!(text.ends_with("done by consumer-1"), "{text}");
    assert_eq!(demo.state().await.0["lost"], 0);
}

#[tokio::test]
async fn a_burst_has_exactly_its_number_of_jobs() {
    let demo = TestBox::start(&[]).await;
    is_full(&demo).await;
    assert_eq!(demo.post("/api/v1/burst", json!({"jobs": 100})).await, (200, json!({"jobs": 100})));
    assert_eq!(demo.jobs().await["published_total"], 100);
    for jobs in [json!(0), json!(10_001), json!(-1), json!("x")] {
        let (status, _) = demo.post("/api/v1/burst", json!({"jobs": jobs})).await;
        assert!(status == 400 || status == 409, "{jobs}: {status}");
    }
    let body = json!({"jobs": 1, "queue": "nobody"});
    assert_eq!(demo.post("/api/v1/burst", body).await.0, 409);
    assert_eq!(demo.jobs().await["published_total"], 100);
}

#[tokio::test]
async fn a_server_can_be_neither_killed_nor_scaled() {
    let demo = TestBox::start(&[]).await;
    is_full(&demo).await;
    let (status, answer) = demo.post("/api/v1/workloads/queue/kill", json!({})).await;
    assert_eq!(status, 409, "{answer}");
    let (status, answer) = demo.scale("queue", 0).await;
    assert_eq!(status, 409, "{answer}");
    assert_eq!(demo.post("/api/v1/workloads/engine/kill", json!({})).await.0, 404);
    assert_eq!(demo.post("/api/v1/workloads/producer/kill", json!({})).await.0, 409);
}

#[tokio::test]
async fn a_reset_begins_at_second_0_and_clears_all_state() {
    let demo = TestBox::start(&["--opening-load", "producer=2"]).await;
    is_full(&demo).await;
    let before = demo.state().await;
    demo.scale("producer", 3).await;
    demo.post("/api/v1/burst", json!({"jobs": 500})).await;
    demo.put("/api/v1/hold", json!({"held": true})).await;
    demo.until("jobs wait", SOON, |state| state.queue() > Some(100)).await;
    let began = std::time::Instant::now();
    assert_eq!(demo.post("/api/v1/reset", json!({})).await, (200, json!({})));
    println!("a reset took {:.1} s (promised 5)", began.elapsed().as_secs_f64());
    assert!(began.elapsed() < Duration::from_secs(15));
    let after = demo.until("it is read", SOON, |state| state.queue().is_some()).await;
    assert!(after.0["run"] != before.0["run"] && after.0["uptime_s"].as_f64() < Some(10.0));
    assert_eq!((&after.0["mode"], &after.0["lost"]), (&json!("live"), &json!(0)));
    assert_eq!(after.deployment("producer", "desired"), 2, "as at the start");
    let events = log(&demo).await;
    assert_eq!(events[0]["kind"], "reset");
    let known = ["reset", "load", "decision"];
    assert!(
        events.iter().all(|entry| known.iter().any(|kind| entry["kind"] == *kind)),
        "{events:?}"
    );
    let load = events.iter().find(|entry| entry["kind"] == "load").unwrap();
    assert_eq!(
        (&load["text"], &load["by"]),
        (&json!("producers 0 -> 2"), &json!("the opening load"))
    );
    demo.scale("producer", 0).await;
    let done = |state: &State| state.queue() == Some(0) && state.0["queues"][0]["in_flight"] == 0;
    demo.until("the queue is empty", SOON, done).await;
    is_full(&demo).await;
    assert_eq!(demo.jobs().await["in_flight"], 0);
}
