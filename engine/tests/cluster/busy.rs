//! Busy workers are never stopped, although a ReplicaSet chooses which pods to stop.
//!
//! `MICROSCALING_JOB_SECONDS` (default 3) and `MICROSCALING_CUTS` (default 50) lengthen the tests.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::demo::{CAPACITY, Demo, LOOK, READY};
use crate::forward::Queue;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// demo.yaml with consumers that cannot finish a job once they are asked to stop.
async fn start(job: Duration, changes: &[(&str, &str)]) -> Demo {
    let mut demo = Demo::empty().await;
    let mut manifest = demo.manifest();
    let work = format!("--work-time={}ms", job.as_millis());
    let usual = [
        ("--work-time=200ms", work.as_str()),
        ("- --shutdown-grace=4s", "- --shutdown-grace=400ms"),
    ];
    for (from, to) in usual.iter().chain(changes) {
        assert!(manifest.contains(from), "{from}");
        manifest = manifest.replace(from, to);
    }
    demo.created = Instant::now();
    demo.type_in(&["create", "-f", "-"], &manifest).await;
    demo.at_rest(READY).await;
    demo
}

/// Each job was leased once.
fn nothing_came_back(stats: &Value) {
    for count in ["nacked_total", "released_total", "dead_total", "lease_expired_total"] {
        assert_eq!(stats[count], 0, "{count} in {stats}");
    }
}

async fn done(queue: &Queue, jobs: u64, within: Duration) -> Value {
    let end = Instant::now() + within;
    loop {
        let stats = queue.stats().await;
        if stats["acked_total"].as_u64() >= Some(jobs) {
            return stats;
        }
        assert!(Instant::now() < end, "{jobs} jobs not done within {within:?}: {stats}");
        tokio::time::sleep(LOOK).await;
    }
}

/// Publishes a job each `every` until something has come; how many.
async fn trickle(queue: &Queue, every: Duration, until: impl Future<Output = String>) -> u64 {
    let mut jobs = 0;
    let mut until = std::pin::pin!(until);
    loop {
        tokio::select! {
            _ = &mut until => return jobs,
            () = tokio::time::sleep(every) => {}
        }
        queue.publish(1).await;
        jobs += 1;
    }
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn a_burst_of_long_jobs_is_done_and_no_busy_pod_is_stopped() {
    let job = Duration::from_secs(number("MICROSCALING_JOB_SECONDS", 3));
    let demo = start(job, &[]).await;
    let (queue, began) = (demo.queue().await, Instant::now());
    queue.publish(34).await;
    let stats = done(&queue, 34, 12 * job + 2 * READY).await;
    println!("34 jobs of {job:?} done after {:.1?}", began.elapsed());
    nothing_came_back(&stats);
    demo.at_rest(Duration::from_secs(90)).await;
    nothing_came_back(&queue.stats().await);
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn cuts_under_steady_arrivals_stop_no_busy_pod() {
    let wanted = number("MICROSCALING_CUTS", 50);
    // This rule changes the count by one in each round.
    let changes = [
        ("microscaling.com/rule: rate", "microscaling.com/rule: simple-queue"),
        ("target-queue-length: \"20\"", "target-queue-length: \"2\""),
    ];
    let demo = start(Duration::from_millis(300), &changes).await;
    let (queue, engine) = (demo.queue().await, demo.engine().await);
    demo.scale("producer", 1).await;
    let began = Instant::now();
    let down = "microscaling_decisions_total{direction=\"down\",workload=\"consumer\"}";
    let end = began + Duration::from_secs(20 * wanted);
    while engine.metric_or_zero(down).await < wanted as f64 {
        assert!(Instant::now() < end, "{} cuts", engine.metric_or_zero(down).await);
        tokio::time::sleep(LOOK).await;
    }
    println!("{wanted} cuts after {:.1?}", began.elapsed());
    demo.scale("producer", 0).await;
    demo.seen.until("no producer", READY, |seen| seen.all("producer", 0)).await;
    queue.all_done(2 * READY).await;
    nothing_came_back(&queue.stats().await);
    assert!(demo.seen.take_most() <= CAPACITY);
}

#[tokio::test]
#[ignore = "needs a cluster: scripts/e2e"]
async fn pods_that_do_not_show_that_they_are_retired_stay_until_all_are_idle_with_a_warning() {
    // Like workers that were not written for this engine.
    let changes = [("            failureThreshold: 1\n", "            failureThreshold: 99\n")];
    let demo = start(Duration::from_secs(6), &changes).await;
    let queue = demo.queue().await;
    queue.publish(34).await;
    let words = ["Deployment/consumer BusyUnknown", "readinessProbe", "failureThreshold: 1"];
    let warned = demo.event("Warning", &words, Duration::from_secs(90));
    // Two or three of nine stay busy, so that the others are to leave while not all are idle.
    let jobs = 34 + trickle(&queue, Duration::from_secs(3), warned).await;
    let stats = done(&queue, jobs, 3 * READY).await;
    nothing_came_back(&stats);
    demo.at_rest(Duration::from_secs(90)).await;
}
