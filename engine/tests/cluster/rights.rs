//! Rights that are missing.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::demo::{Demo, LOOK};
use crate::seen::State;

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_missing_right_is_named_once_with_its_mend_and_all_else_goes_on() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    may_scale(&demo, &["remainder", "producer"]).await;
    let began = queue.publish(200).await;
    let gives_way = |seen: &State| seen.changed("remainder", began, |to| to < 9);
    demo.seen.until("the background gives way", Duration::from_secs(5), gives_way).await;
    let line = "kubectl create role scale-consumer --verb=get,update,patch \
                --resource=deployments/scale --resource-name=consumer";
    let end = Instant::now() + Duration::from_secs(10);
    while !demo.engine_log().await.contains(line) {
        assert!(Instant::now() < end, "the log does not name the right");
        tokio::time::sleep(LOOK).await;
    }
    engine.ticks(6).await;
    assert_eq!(demo.seen.replicas("consumer"), 1);
    let log = demo.engine_log().await;
    let named: Vec<&str> = log.lines().filter(|said| said.contains(line)).collect();
    println!("{}", named[0]);
    assert_eq!(named.len(), 1);

    may_scale(&demo, &["consumer", "remainder", "producer"]).await;
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    demo.seen.until("it goes on", Duration::from_secs(15), grown).await;
}

/// Gives the engine the right to scale these alone.
async fn may_scale(demo: &Demo, names: &[&str]) {
    let role = demo.kubectl(&["get", "role", "engine", "-o", "json"]).await;
    let role: serde_json::Value = serde_json::from_str(&role).unwrap();
    let rules = role["rules"].as_array().unwrap();
    let scale = rules.iter().position(|rule| rule["resources"][0] == "deployments/scale").unwrap();
    let path = format!("/rules/{scale}/resourceNames");
    let patch = json!([{"op": "replace", "path": path, "value": names}]);
    demo.kubectl(&["patch", "role", "engine", "--type=json", "-p", &patch.to_string()]).await;
}
