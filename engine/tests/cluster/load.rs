//! The load rises and falls; the demo is created and deleted.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::demo::{CAPACITY, Demo, LOOK, READY};
use crate::forward::workload;

const JOBS: u64 = 2_000;

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_demo_starts_clean_and_load_takes_from_the_background_and_gives_back() {
    let mut demo = Demo::empty_alone().await;
    demo.create().await;
    let ready = demo.at_rest(READY).await;
    println!("all is ready {:.1?} after create", ready - demo.created);
    // The promise is that nothing goes wrong during this time, so the test waits for its end.
    tokio::time::sleep_until((demo.created + Duration::from_secs(20)).into()).await;
    assert_eq!(demo.events("Warning").await, Vec::<String>::new());
    assert_eq!(demo.seen.with(|seen| seen.restarts()), 0);

    let queue = demo.queue().await;
    demo.scale("producer", 1).await;
    demo.seen.until("one produces", READY, |seen| seen.ready("producer") == 1).await;
    let grown = |seen: &crate::seen::State| seen.replicas("consumer") >= 3;
    demo.seen.until("consumers follow one producer", Duration::from_secs(45), grown).await;

    let began = Instant::now();
    demo.scale("producer", 3).await;
    demo.seen.until("three produce", READY, |seen| seen.ready("producer") == 3).await;
    let logs = producer_logs(&demo).await;
    let seven = |seen: &crate::seen::State| seen.ready("consumer") >= 7;
    let at = demo.seen.until("7 consumers", Duration::from_secs(30), seven).await;
    println!("7 consumers are ready {:.1?} after the third producer was asked for", at - began);
    while queue.published().await < JOBS {
        tokio::time::sleep(LOOK).await;
    }

    let began = Instant::now();
    demo.scale("producer", 0).await;
    let mut accepted = 0;
    for log in logs {
        accepted += jobs_of(&log.await.unwrap());
    }
    let at = demo.at_rest(Duration::from_secs(60)).await;
    println!("the background is back {:.1?} after the last producer", at - began);
    let done = queue.all_done(READY).await;
    println!("{accepted} jobs were accepted, {done} are done");
    assert_eq!(done, accepted);
    assert!(done >= JOBS, "{done}");
    let most = demo.seen.take_most();
    println!("at most {most} of {CAPACITY} lived at one moment");
    assert!(most <= CAPACITY, "{most}");
    assert_eq!(demo.seen.with(|seen| seen.restarts()), 0);
}

/// The log of each producer until its end.
async fn producer_logs(demo: &Demo) -> Vec<tokio::task::JoinHandle<String>> {
    let follow = |pod: String| {
        let mut command = tokio::process::Command::new("kubectl");
        command.args(["-n", &demo.namespace, "logs", "--follow", &pod]).kill_on_drop(true);
        let output = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        tokio::spawn(async move {
            let output = output.wait_with_output().await.unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned()
        })
    };
    demo.pods("producer").await.into_iter().map(follow).collect()
}

/// How many jobs the queue has accepted from a producer, by the last line of its log.
fn jobs_of(log: &str) -> u64 {
    let (_, rest) = log.split_once("stopping after ").unwrap_or_else(|| panic!("no end: {log}"));
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn until_the_queue_is_ready_the_page_waits_for_it_and_its_workers_are_held() {
    let demo = Demo::empty().await;
    // The queue is the first Deployment in the manifest.
    let without_queue = demo.manifest().replacen("replicas: 1", "replicas: 0", 1);
    demo.type_in(&["create", "-f", "-"], &without_queue).await;
    let others = |seen: &crate::seen::State| seen.ready("engine") == 1 && seen.all("remainder", 9);
    demo.seen.until("all but the queue", READY, others).await;
    let engine = demo.engine().await;
    let waits = |state: &Value| {
        let headline = state["headline"].as_str().unwrap().to_lowercase();
        headline.contains("waiting for the queue") || headline.contains("has not been read yet")
    };
    engine.until("the page waits for the queue", READY, waits).await;
    println!("{}", workload(&engine.state().await, "consumer")["why"]["text"]);
    assert_eq!(demo.seen.replicas("consumer"), 1);

    demo.scale("queue", 1).await;
    demo.at_rest(READY).await;
    engine.until("it no longer waits", READY, |state| !waits(state)).await;
    let learned = workload(&engine.state().await, "remainder")["start_up_s"].as_f64();
    println!("nine of ten containers of the background start within {learned:?} s");
    assert!(learned.is_some_and(|seconds| (0.1..30.0).contains(&seconds)), "{learned:?}");
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn the_background_gives_way_within_a_tick_and_a_quarter_second() {
    let demo = Demo::start_alone().await;
    // Short averages and windows, so that the demo is soon at rest again.
    demo.annotate("consumer", "scale-down-window=1s").await;
    demo.annotate("consumer", "rate-average=1s").await;
    let queue = demo.queue().await;
    let promise = Duration::from_millis(500 + 250);
    let mut times = Vec::new();
    for _ in 0..20 {
        demo.at_rest(Duration::from_secs(60)).await;
        let began = Instant::now();
        let published = queue.publish(200).await;
        let cut = |seen: &crate::seen::State| seen.changed("remainder", began, |to| to < 9);
        let at = demo.seen.until("the background gives way", promise * 3, cut).await;
        times.push(at.saturating_duration_since(published));
        queue.purge().await;
    }
    println!("the decrease was written after {times:.0?}");
    times.sort();
    println!("p95 of 20: {:.0?}, promised {promise:?}", times[18]);
    assert!(times[18] <= promise * 3);
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn delete_leaves_nothing_but_events() {
    let mut demo = Demo::empty().await;
    // Each namespace gets its service account and certificates shortly after it is created.
    let usual = "get serviceaccount/default configmap/kube-root-ca.crt".split(' ');
    let usual: Vec<&str> = usual.collect();
    let end = Instant::now() + READY;
    while !demo.succeeds(&usual).await {
        assert!(Instant::now() < end, "the namespace has no service account");
        tokio::time::sleep(LOOK).await;
    }
    let before = everything(&demo).await;
    demo.create().await;
    demo.at_rest(READY).await;
    demo.type_in(&["delete", "-f", "-"], &demo.manifest()).await;
    let began = Instant::now();
    loop {
        let after = everything(&demo).await;
        let left: Vec<_> = after.difference(&before).collect();
        if left.is_empty() {
            break;
        }
        assert!(began.elapsed() < READY, "left: {left:?}");
        tokio::time::sleep(LOOK).await;
    }
    println!("nothing is left {:.1?} after delete has returned", began.elapsed());
}

/// The names of all objects in the namespace but Events.
async fn everything(demo: &Demo) -> BTreeSet<String> {
    let listed = ["api-resources", "--verbs=list", "--namespaced", "-o", "name"];
    let kinds = demo.kubectl(&listed).await;
    let kinds: Vec<&str> = kinds.lines().filter(|kind| !kind.starts_with("events")).collect();
    let names = demo.kubectl(&["get", &kinds.join(","), "-o", "name", "--ignore-not-found"]).await;
    names.lines().map(String::from).collect()
}
