//! Scenarios on a running box, step by step and by the clock; over the API and the command line.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use support::{State, TestBox, demo_yaml, engine};

/// Three times what was measured; the machine may be busy.
const SOON: Duration = Duration::from_secs(30);
const OPENING: &str = include_str!("../../../scenarios/first-five-minutes.yaml");

/// The opening scenario with other steps.
fn with_steps(steps: &str) -> String {
    let (head, rest) = OPENING.split_once("steps:").unwrap();
    let (_, workloads) = rest.split_once("workloads:").unwrap();
    format!("{head}steps:\n{steps}\nworkloads:{workloads}")
}

fn step(state: &State) -> Option<u64> {
    state.0["scenario"]["step"].as_u64()
}

async fn press(demo: &TestBox, key: &str) -> Value {
    let (status, answer) = demo.post(&format!("/api/v1/scenario/{key}"), json!({})).await;
    assert_eq!(status, 200, "{answer}");
    answer["scenario"].clone()
}

#[tokio::test]
async fn the_opening_s_three_steps_do_what_they_say_and_begin_again_after_a_reset() {
    let demo = TestBox::start(&["--stage", "--start-delay", "1s"]).await;
    let first = demo.until("it waits for its first key", SOON, |it| step(it) == Some(0)).await;
    assert_eq!((&first.0["mode"], &first.0["scenario"]["waits"]), (&json!("live"), &json!(true)));
    assert_eq!(first.workload("remainder", "ready"), 9, "and not before the box is ready");
    let begun = first.0["decisions"].as_array().unwrap().len();
    assert_eq!(press(&demo, "next").await["step"], 1);
    assert_eq!(demo.state().await.0["mode"], "held");
    let state = demo.until("the queue climbs", SOON, |it| it.queue() >= Some(150)).await;
    assert_eq!(state.0["decisions"].as_array().unwrap().len(), begun, "scaling is held");

    assert_eq!(press(&demo, "next").await["step"], 2);
    let (held, tick) = (state.workload("remainder", "desired"), demo.state().await.tick());
    let less = |it: &State| it.workload("remainder", "desired") < held;
    let turned = demo.until("slots change hands", SOON, less).await;
    assert!(turned.tick() <= tick + 3, "{} after {tick}", turned.tick());
    demo.until("the queue is within its target", 3 * SOON, |it| it.queue() <= Some(20)).await;

    assert_eq!(press(&demo, "next").await["step"], 3);
    demo.until("the background is back", 2 * SOON, |it| it.workload("remainder", "ready") == 9)
        .await;
    assert_eq!(press(&demo, "previous").await["step"], 2);
    demo.until("so is its load", SOON, |it| it.deployment("producer", "desired") == 3).await;
    assert_eq!(press(&demo, "previous").await["step"], 1);
    let of = |it: &State| (it.workload("consumer", "ready"), it.workload("remainder", "ready"));
    let first = demo.until("held with one consumer", SOON, |it| of(it) == (1, 9)).await;
    let state = (&first.0["mode"], first.deployment("producer", "desired"));
    assert_eq!(state, (&json!("held"), 3), "the first caption says so");
    for _ in 0..4 {
        press(&demo, "next").await;
    }
    assert_eq!(demo.state().await.0["scenario"]["step"], 3, "a further key ends nothing");
    assert_eq!(press(&demo, "end").await, Value::Null);
    assert_eq!(demo.post("/api/v1/reset", json!({})).await.0, 200);
    demo.until("it waits for its first key", SOON, |it| step(it) == Some(0)).await;
    assert_eq!(press(&demo, "next").await["step"], 1);
    demo.until("again", SOON, |it| it.0["mode"] == "held").await;
}

#[tokio::test]
async fn a_scenario_of_the_flag_is_played_by_the_clock_again_after_a_reset() {
    let name = format!("flag-{}.yaml", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let steps = "  - {caption: Two producers., for: 30s, do: [load: {producer: 2}]}";
    std::fs::write(&file, with_steps(steps)).unwrap();
    let demo = TestBox::start(&["--scenario", file.to_str().unwrap()]).await;
    let plays = |it: &State| step(it) == Some(1) && it.deployment("producer", "desired") == 2;
    let before = demo.until("it plays", SOON, plays).await;
    assert_eq!(demo.post("/api/v1/reset", json!({})).await.0, 200);
    let again = |it: &State| it.0["run"] != before.0["run"] && plays(it);
    demo.until("it plays from its first step on again", SOON, again).await;
    std::fs::remove_file(file).unwrap();
}

/// Plays two steps by hand; returns the counts of consumers and background after each. The loads
/// are so high and so low that the speed of this machine changes nothing.
async fn counts_after_each_step(demo: &TestBox) -> Vec<(u64, u64)> {
    let steps = "  - {caption: Much., for: 9s, do: [load: {producer: 5}]}
  - {caption: Nothing., for: 9s, do: [load: {producer: 0}]}";
    let (status, _) = demo.put_text("/api/v1/scenario?step=true", &with_steps(steps)).await;
    assert_eq!(status, 200);
    let mut all = Vec::new();
    for (ends, key) in [((9, 1), "next"), ((1, 9), "end")] {
        let counts =
            |it: &State| (it.workload("consumer", "ready"), it.workload("remainder", "ready"));
        let state = demo.until("its end", 3 * SOON, |it| counts(it) == ends).await;
        all.push(counts(&state));
        press(demo, key).await;
    }
    all
}

#[tokio::test]
async fn two_plays_with_a_reset_between_reach_the_same_counts_at_each_step() {
    let demo = TestBox::start(&[]).await;
    demo.until("the box is full", SOON, |it| it.workload("remainder", "ready") == 9).await;
    let first = counts_after_each_step(&demo).await;
    assert_eq!(demo.post("/api/v1/reset", json!({})).await.0, 200);
    assert_eq!(counts_after_each_step(&demo).await, first);
}

#[tokio::test]
async fn by_the_clock_it_goes_on_and_leaves_nothing_hidden_or_held() {
    let demo = TestBox::start(&[]).await;
    demo.until("the box is full", SOON, |it| it.workload("remainder", "ready") == 9).await;
    let steps = "  - {caption: One., for: 3s, do: [load: {producer: 1}]}
  - {caption: Two., for: 3s, do: [hold: true, burst: {jobs: 30}, outage: {jobs: 1h},
                                        pause: {remainder: true}]}";
    let (status, answer) = demo.put_text("/api/v1/scenario", &with_steps(steps)).await;
    assert_eq!((status, &answer["scenario"]["caption"]), (200, &json!("One.")), "{answer}");
    let paused = |it: &State| it.0["workloads"][1]["paused"] == true;
    let dark = |it: &State| step(it) == Some(2) && it.0["queues"][0]["status"] == "stale";
    demo.until("the queue is hidden", SOON, |it| dark(it) && paused(it)).await;
    let over = demo.until("it is over", SOON, |it| step(it).is_none()).await;
    assert!(over.0["mode"] == "live" && !paused(&over), "{}", over.0);
    demo.until("it is read again", SOON, |it| it.0["queues"][0]["status"] == "fresh").await;
    assert_eq!(demo.state().await.deployment("producer", "desired"), 1, "the load stays");
    let snapshot = demo.first_event("/page/stream").await;
    let log = snapshot["log"].as_array().unwrap();
    let logged = |kind: &str| log.iter().filter(|it| it["kind"] == kind).collect::<Vec<_>>();
    assert!(logged("scenario").iter().any(|it| it["text"] == "Two."), "{log:?}");
    assert!(logged("burst").iter().all(|it| it["by"] == "the scenario"));
    assert_eq!(logged("burst").len(), 1);
}

#[tokio::test]
async fn a_scenario_that_cannot_be_played_is_refused_in_one_line() {
    let demo = TestBox::start(&[]).await;
    let refused = async |text: String| {
        let (status, answer) = demo.put_text("/api/v1/scenario", &text).await;
        (status, answer["error"]["message"].as_str().unwrap().to_owned())
    };
    let (status, text) = refused(OPENING.replace("capacity: 10", "capacity: ten")).await;
    assert!(status == 400 && text.starts_with("line 7: capacity"), "{status} {text}");
    let (status, text) = refused(
        OPENING.replace("producer: ", "source: ").replace("name: producer", "name: source"),
    )
    .await;
    assert_eq!(status, 400);
    assert!(text.starts_with("there is no deployment source on this engine; it has"), "{text}");
    let (status, text) = refused(with_steps("").replace("steps:\n", "")).await;
    assert!(status == 400 && text.starts_with("it has no steps to play"), "{status} {text}");
    let (status, answer) = demo.post("/api/v1/scenario/next", json!({})).await;
    assert_eq!((status, &answer["error"]["message"]), (409, &json!("no scenario is played")));
    assert_eq!(demo.delete("/api/v1/scenario").await, (200, json!({"scenario": null})));
}

#[tokio::test]
async fn enter_begins_the_next_step_and_each_caption_is_printed() {
    let mut command = engine();
    command.args(["play", "--step", "--listen", "127.0.0.1:0", "--manifest"]).arg(demo_yaml());
    let opening = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/back-to-normal.yaml");
    let mut play =
        command.arg(opening).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(play.stdout.take().unwrap()).lines();
    let mut enter = play.stdin.take().unwrap();
    let mut captions = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains(" of 3  ") {
            enter.write_all(b"\n").await.unwrap();
        }
        captions.push(line);
    }
    assert!(play.wait().await.unwrap().success(), "{captions:?}");
    assert_eq!(captions.len(), 6, "{captions:?}");
    assert!(captions[1].starts_with("  0 of 3  Next: A rush."), "{captions:?}");
    assert!(captions[2].starts_with("  1 of 3  A rush."), "{captions:?}");
    // A busy machine may not have read the queue before it is over.
    let ends = ["  ended; jobs lost: 0", "  ended; jobs lost: not known"];
    assert!(ends.contains(&captions[5].as_str()), "{captions:?}");
}

#[tokio::test]
async fn the_comparison_simulates_others_with_the_same_load() {
    let demo = TestBox::start(&[]).await;
    let (status, answer) = demo.ask("/api/v1/ghosts").await;
    assert!(status == 200 && answer["because"].is_string(), "{answer}");
    demo.scale("producer", 2).await;
    demo.until("jobs are done", SOON, |it| it.0["uptime_s"].as_f64() >= Some(10.0)).await;
    let (status, answer) = demo.ask("/api/v1/ghosts").await;
    assert_eq!(status, 200, "{answer}");
    println!("simulated in {} ms", answer["cost_ms"]);
    let all = answer["contenders"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["label"]), (8, &json!("ours")));
    assert!(all.iter().all(|it| it["simulated"] == true && it["worker_polls"].as_u64() > Some(0)));
    let job = answer["job_s"]["consumer"].as_f64().unwrap();
    assert!((0.19..0.3).contains(&job), "a job takes 200 ms: {job}");
    let (_, again) = demo.ask("/api/v1/ghosts").await;
    assert_eq!(again, answer, "it is reused for two seconds");
}
