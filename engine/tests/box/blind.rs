//! The whole engine while a queue cannot be read: the workload of that queue keeps its count, and
//! all others are scaled.

use std::path::PathBuf;
use std::time::Duration;

use support::fake::{Answer, FakeQueue, failures, ready};
use support::manifest::deployment;
use support::{State, TestBox};

const SOON: Duration = Duration::from_secs(20);
/// Short, so that a reading grows stale soon.
const TICK: f64 = 0.2;

/// Two workloads, `sick` and `well`, with queues of the same names, and the background.
fn manifest(test: &str, sick: &str) -> PathBuf {
    let follows = |queue: &str, more: &str| {
        // This rule changes the count with each reading, so the first wrong reading would show.
        let rule = "microscaling.com/rule: simple-queue";
        let target = "microscaling.com/target-queue-length: \"20\"";
        deployment(queue, &format!("{rule}, microscaling.com/queue: {queue}, {target}, {more}"))
    };
    let text = follows("sick", sick)
        + &follows("well", "microscaling.com/max-containers: \"3\"")
        + &deployment("rest", "microscaling.com/rule: remainder, microscaling.com/priority: \"2\"");
    let path = std::env::temp_dir().join(format!("{test}-{}.yaml", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

async fn start(test: &str, fake: &FakeQueue, sick: &str) -> TestBox {
    let file = manifest(test, sick);
    let tick = format!("{TICK}s");
    let demo = TestBox::start_manifest(&file, &["--queue-url", &fake.url, "--tick", &tick]).await;
    std::fs::remove_file(file).unwrap();
    demo
}

fn has(state: &State, counts: [u64; 3]) -> bool {
    ["sick", "well", "rest"].map(|name| state.workload(name, "ready")) == counts
}

fn queue(state: &State, name: &str) -> serde_json::Value {
    let all = state.0["queues"].as_array().unwrap();
    all.iter().find(|queue| queue["name"] == name).unwrap().clone()
}

fn why(state: &State, name: &str) -> String {
    let all = state.0["workloads"].as_array().unwrap();
    let workload = all.iter().find(|workload| workload["name"] == name).unwrap();
    workload["why"]["text"].as_str().unwrap().to_owned()
}

/// Asserts that the loop had its ticks between two states. Half of them are enough on a busy
/// machine; a loop that waits for a queue would have far fewer.
fn ticked(before: &State, after: &State) {
    let uptime = |state: &State| state.0["uptime_s"].as_f64().unwrap();
    let due = (uptime(after) - uptime(before)) / TICK;
    let ticks = (after.tick() - before.tick()) as f64;
    assert!(ticks >= due / 2.0 - 1.0, "{ticks} ticks, {due:.1} were due");
}

/// Brings `sick` to 4 containers, with a queue length at which it stays there.
async fn four(demo: &TestBox, fake: &FakeQueue) -> State {
    fake.set("sick", ready(50));
    fake.set("well", ready(0));
    demo.until("sick has 4 containers", SOON, |state| has(state, [4, 1, 5])).await;
    fake.set("sick", ready(18));
    demo.until("its queue is back", SOON, |state| queue(state, "sick")["ready"] == 18).await
}

/// Lets one queue fail while the load on the other one comes and goes.
async fn outage(demo: &TestBox, fake: &FakeQueue, answer: &Answer) {
    let before = demo.state().await;
    fake.set("sick", answer.clone());
    let left_alone = |state: &State| {
        assert_eq!(state.workload("sick", "desired"), 4, "{answer:?}: {}", state.0);
        assert_eq!(queue(state, "sick")["ready"], 18, "{answer:?}: {}", state.0);
    };
    let is_stale = |state: &State| {
        left_alone(state);
        queue(state, "sick")["status"] == "stale"
    };
    let stale = demo.until(&format!("{answer:?} leaves it stale"), SOON, is_stale).await;
    let says = why(&stale, "sick");
    assert!(says.starts_with("kept at 4: the last reading of queue sick is"), "{says}");
    for (load, counts) in [(50, [4, 3, 3]), (0, [4, 1, 5])] {
        fake.set("well", ready(load));
        let follows = |state: &State| {
            left_alone(state);
            has(state, counts)
        };
        demo.until(&format!("{answer:?}: the others follow"), SOON, follows).await;
    }
    ticked(&before, &demo.state().await);
    fake.set("sick", ready(18));
    let again = |state: &State| {
        left_alone(state);
        why(state, "sick").contains("within the deadband")
    };
    demo.until("it is read again", SOON, again).await;
}

#[tokio::test]
async fn a_workload_whose_queue_fails_keeps_its_count_and_all_others_are_scaled() {
    let fake = FakeQueue::start();
    let sick = "microscaling.com/max-containers: \"4\"";
    let demo = start("whatever-is-wrong", &fake, sick).await;
    four(&demo, &fake).await;
    for (answer, _) in failures() {
        outage(&demo, &fake, &answer).await;
    }
    // A real zero does scale it down.
    fake.set("sick", ready(0));
    demo.until("it is scaled down for a real zero", SOON, |state| has(state, [1, 1, 8])).await;
}

#[tokio::test]
async fn without_the_queue_server_all_keep_their_counts_and_after_ten_seconds_get_their_fallback() {
    let mut fake = FakeQueue::start();
    let sick = "microscaling.com/fallback-containers: \"6\"";
    let demo = start("whole-server", &fake, sick).await;
    fake.set("sick", ready(18));
    fake.set("well", ready(18));
    let read =
        |state: &State| has(state, [1, 1, 8]) && why(state, "sick").contains("within the deadband");
    let before = demo.until("all is quiet", SOON, read).await;
    fake.refuse().await;
    let falls_back = |state: &State| {
        let age = queue(state, "sick")["age_s"].as_f64().unwrap();
        if age < 10.0 {
            assert_eq!(state.workload("sick", "desired"), 1, "{}", state.0);
        }
        assert_eq!(state.workload("well", "desired"), 1, "{}", state.0);
        has(state, [6, 1, 3])
    };
    let after = demo.until("it has its fallback", SOON, falls_back).await;
    ticked(&before, &after);
    assert_eq!(queue(&after, "sick")["status"], "failed");
    let says = why(&after, "sick");
    assert!(says.ends_with("s old; fallback-containers is 6"), "{says}");

    fake.set("sick", ready(50));
    fake.listen();
    let grows = |state: &State| {
        assert!(state.workload("sick", "desired") >= 6, "{}", state.0);
        state.workload("sick", "desired") > 6
    };
    demo.until("it grows with its queue again", SOON, grows).await;
}
