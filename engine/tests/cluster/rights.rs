//! Missing rights.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::demo::{Demo, LOOK};
use crate::forward::{has_warning, workload};
use crate::seen::State;

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_missing_right_is_logged_once_with_its_fix_and_everything_else_goes_on() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    may_scale(&demo, &["remainder", "producer"]).await;
    let began = queue.publish(200).await;
    let gives_way = |seen: &State| seen.changed("remainder", began, |to| to < 9);
    demo.seen.until("the background gives way", Duration::from_secs(5), gives_way).await;
    let may_not = "may not scale deployment/consumer; grant it with ";
    let line = named(&demo, may_not, Duration::from_secs(10)).await;
    engine.ticks(6).await;
    assert_eq!(demo.seen.replicas("consumer"), 1);
    let words = ["may not scale deployment/consumer"];
    assert!(has_warning(&engine.state().await, &words), "{}", engine.state().await);
    assert_eq!(demo.engine_log().await.matches(may_not).count(), 1);

    paste(&line);
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    demo.seen.until("it goes on", Duration::from_secs(15), grown).await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn without_the_right_to_see_pods_nothing_is_scaled_until_it_is_granted() {
    let demo = Demo::start().await;
    let queue = demo.queue().await;
    without(&demo, "pods").await;
    // A running watch goes on until the server ends it.
    let may_not = "may not watch pods; grant it with ";
    let line = named(&demo, may_not, Duration::from_secs(30)).await;
    let engine = demo.engine().await;
    let began = queue.publish(200).await;
    engine.ticks(6).await;
    assert_eq!(demo.seen.changes_since(began), []);
    let why = workload(&engine.state().await, "consumer")["why"]["text"].to_string();
    println!("{why}");
    assert!(why.contains(may_not), "{why}");
    assert_eq!(demo.engine_log().await.matches(may_not).count(), 1);

    paste(&line);
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    demo.seen.until("it goes on", Duration::from_secs(15), grown).await;
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_right_to_list_but_not_to_watch_pods_is_logged_once_and_nothing_is_scaled() {
    let demo = Demo::start().await;
    let (engine, queue) = (demo.engine().await, demo.queue().await);
    let patch = |at: usize| {
        let path = format!("/rules/{at}/verbs");
        json!([{"op": "replace", "path": path, "value": ["get", "list"]}])
    };
    change_role(&demo, "pods", patch).await;
    let may_not = "may not watch pods; grant it with ";
    let line = named(&demo, may_not, Duration::from_secs(30)).await;
    let began = queue.publish(200).await;
    engine.ticks(10).await;
    assert_eq!(demo.seen.changes_since(began), []);
    let log = demo.engine_log().await;
    assert_eq!((log.matches(may_not).count(), log.matches("watched again").count()), (1, 0));

    paste(&line);
    let grown = |seen: &State| seen.replicas("consumer") >= 5;
    demo.seen.until("it goes on", Duration::from_secs(15), grown).await;
}

/// Waits until the log names a missing right; returns the command that grants it.
async fn named(demo: &Demo, may_not: &str, within: Duration) -> String {
    let end = Instant::now() + within;
    loop {
        let log = demo.engine_log().await;
        if let Some((_, line)) = log.split_once(may_not) {
            let line = line.split('"').next().unwrap().to_owned();
            println!("{line}");
            return line;
        }
        assert!(Instant::now() < end, "the log does not contain: {may_not}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Runs the command from the log, as a person would.
fn paste(line: &str) {
    let done = std::process::Command::new("sh").args(["-c", line]).status().unwrap();
    assert!(done.success(), "{line}: {done}");
}

/// Removes all rights to a kind of object.
async fn without(demo: &Demo, resource: &str) {
    let patch = |at| json!([{"op": "remove", "path": format!("/rules/{at}")}]);
    change_role(demo, resource, patch).await;
}

/// Patches the role; `patch` gets the index of the rule for the resource.
async fn change_role(demo: &Demo, resource: &str, patch: impl Fn(usize) -> Value) {
    let role = demo.kubectl(&["get", "role", "engine", "-o", "json"]).await;
    let role: Value = serde_json::from_str(&role).unwrap();
    let rules = role["rules"].as_array().unwrap();
    let at = rules.iter().position(|rule| rule["resources"][0] == resource).unwrap();
    let patch = patch(at).to_string();
    demo.kubectl(&["patch", "role", "engine", "--type=json", "-p", &patch]).await;
}

/// Lets the engine scale only these.
async fn may_scale(demo: &Demo, names: &[&str]) {
    let patch = |at| {
        let path = format!("/rules/{at}/resourceNames");
        json!([{"op": "replace", "path": path, "value": names}])
    };
    change_role(demo, "deployments/scale", patch).await;
}
