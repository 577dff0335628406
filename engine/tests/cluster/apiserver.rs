//! An apiserver that does not answer.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::demo::{CAPACITY, Demo, READY};
use crate::forward::workload;
use crate::outside::Outside;
use crate::seen::State;

/// How long it does not answer.
const STOPPED: Duration = Duration::from_secs(15);
/// Three times the promised two ticks of 0.5 s.
const RESUMES: Duration = Duration::from_secs(3);
/// A variable with the command that sends a signal to the apiserver, since no API does.
const SIGNAL: &str = "MICROSCALING_APISERVER_SIGNAL";

/// The apiserver is stopped while this lives.
struct Stopped(String);

impl Stopped {
    fn now(command: String) -> Stopped {
        signal(&command, "STOP");
        Stopped(command)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        signal(&self.0, "CONT");
    }
}

fn signal(command: &str, name: &str) {
    let done = Command::new("sh").args(["-c", &format!("{command} {name}")]).status().unwrap();
    assert!(done.success(), "{command} {name}: {done}");
}

#[tokio::test]
#[ignore = "needs a cluster whose apiserver can be stopped: scripts/e2e"]
async fn while_the_apiserver_does_not_answer_nothing_is_scaled_and_then_it_goes_on() {
    let command = std::env::var(SIGNAL).unwrap_or_else(|_| panic!("{SIGNAL} is not set"));
    let demo = Demo::start_alone().await;
    demo.scale("engine", 0).await;
    demo.seen.until("no engine", READY, |seen| seen.live("engine") == 0).await;
    let outside = Outside::start(&demo).await;
    outside.engine.until("it leads", READY, |state| state["standing"] == "leader").await;
    demo.scale("producer", 2).await;
    demo.seen.until("two produce", READY, |seen| seen.ready("producer") == 2).await;
    let before = outside.engine.state().await;

    let stopped = Stopped::now(command);
    let began = Instant::now();
    let is_stale = |state: &Value| {
        let why = &workload(state, "consumer")["why"];
        why["text"].as_str().unwrap().contains("the apiserver does not answer")
    };
    let took = outside.engine.until("the page says so", STOPPED, is_stale).await;
    println!("the page says after {took:.1?} that the apiserver does not answer");
    let state = outside.engine.state().await;
    for name in ["consumer", "remainder"] {
        let known = |state: &Value| workload(state, name)["ready"].as_u64().unwrap();
        assert!(known(&state) > 0 && known(&before) > 0, "the last known state: {state}");
    }
    tokio::time::sleep_until((began + STOPPED).into()).await;
    let decided = outside.engine.state().await["decisions"][0]["at"].clone();
    assert!(is_stale(&outside.engine.state().await));

    let continued = Instant::now();
    drop(stopped);
    let decides = |state: &Value| !is_stale(state);
    let sees = outside.engine.until("it sees again", READY, decides).await;
    println!("it sees and leads again {sees:.1?} after the apiserver answers");
    let decides = |state: &Value| state["decisions"][0]["at"] != decided;
    let took = outside.engine.until("it decides again", RESUMES, decides).await;
    println!("and decides {took:.1?} later");
    demo.seen
        .until("its write is seen", RESUMES, |seen: &State| {
            seen.changed("remainder", continued, |to| to < 9)
        })
        .await;
    let changes = demo.seen.changes_since(began);
    assert!(changes.iter().all(|change| change.at >= continued), "{changes:?}");

    demo.scale("producer", 0).await;
    demo.seen.until("no producer", READY, |seen| seen.live("producer") == 0).await;
    demo.queue().await.all_done(Duration::from_secs(60)).await;
    let most = demo.seen.take_most();
    assert!(most <= CAPACITY, "{most}");
}
