//! Rights that are missing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::demo::{Demo, LOOK};
use crate::forward::{troubled, workload};
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
    let may_not = "may not scale deployment/consumer; grant it with ";
    let line = named(&demo, may_not, Duration::from_secs(10)).await;
    engine.ticks(6).await;
    assert_eq!(demo.seen.replicas("consumer"), 1);
    let words = ["may not scale deployment/consumer"];
    assert!(troubled(&engine.state().await, &words), "{}", engine.state().await);
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
    // A watch that runs may go on to its end.
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
async fn where_pods_may_be_listed_and_not_watched_it_is_said_once_and_nothing_is_scaled() {
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

/// Waits until the log names a right; returns the line that grants it.
async fn named(demo: &Demo, may_not: &str, within: Duration) -> String {
    let end = Instant::now() + within;
    loop {
        let log = demo.engine_log().await;
        if let Some((_, line)) = log.split_once(may_not) {
            let line = line.split('"').next().unwrap().to_owned();
            println!("{line}");
            return line;
        }
        assert!(Instant::now() < end, "the log does not say: {may_not}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Does what the log says, as a person would.
fn paste(line: &str) {
    let done = std::process::Command::new("sh").args(["-c", line]).status().unwrap();
    assert!(done.success(), "{line}: {done}");
}

/// Takes the right to a kind of object away.
async fn without(demo: &Demo, resource: &str) {
    let patch = |at| json!([{"op": "remove", "path": format!("/rules/{at}")}]);
    change_role(demo, resource, patch).await;
}

/// Changes the role by a patch that is made from the place of a resource's rule in it.
async fn change_role(demo: &Demo, resource: &str, patch: impl Fn(usize) -> Value) {
    let role = demo.kubectl(&["get", "role", "engine", "-o", "json"]).await;
    let role: Value = serde_json::from_str(&role).unwrap();
    let rules = role["rules"].as_array().unwrap();
    let at = rules.iter().position(|rule| rule["resources"][0] == resource).unwrap();
    let patch = patch(at).to_string();
    demo.kubectl(&["patch", "role", "engine", "--type=json", "-p", &patch]).await;
}

/// Gives the engine the right to scale these alone.
async fn may_scale(demo: &Demo, names: &[&str]) {
    let patch = |at| {
        let path = format!("/rules/{at}/resourceNames");
        json!([{"op": "replace", "path": path, "value": names}])
    };
    change_role(demo, "deployments/scale", patch).await;
}
