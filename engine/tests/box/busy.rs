//! A busy worker is never killed: long jobs in a box of real processes.
//!
//! Jobs take 3 s here. With `MICROSCALING_JOB_SECONDS=30` before `cargo test -p engine-tests
//! --test box busy:: -- --nocapture` they take longer, and it prints how long all took.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use support::manifest::Manifest;
use support::{LOOK, State, TestBox};

const SOON: Duration = Duration::from_secs(30);

/// The time of a job.
fn job() -> Duration {
    let seconds = std::env::var("MICROSCALING_JOB_SECONDS");
    Duration::from_secs(seconds.map_or(3, |text| text.parse().unwrap()))
}

/// A queue of the box, accessed directly.
struct Queue {
    url: String,
    http: reqwest::Client,
}

impl Queue {
    async fn of(demo: &TestBox, name: &str) -> Queue {
        let processes = demo.get("/api/v1/processes").await;
        let url = format!("{}v1/queues/{name}", processes["queue_url"].as_str().unwrap());
        Queue { url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn publish(&self, jobs: usize) {
        let call = self.http.post(format!("{}/messages", self.url));
        let call = call.header("content-type", "application/x-ndjson").body("job\n".repeat(jobs));
        assert_eq!(call.send().await.unwrap().status(), 201);
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until this number of jobs is done; returns the queue's numbers.
    async fn done(&self, jobs: u64, within: Duration) -> Value {
        let end = Instant::now() + within;
        loop {
            let stats = self.get("").await;
            if stats["acked_total"].as_u64() >= Some(jobs) {
                return stats;
            }
            assert!(Instant::now() < end, "{jobs} jobs not done within {within:?}: {stats}");
            sleep(LOOK).await;
        }
    }
}

/// Asserts that each job was received once.
fn nothing_came_back(stats: &Value) {
    for count in ["nacked_total", "released_total", "dead_total", "lease_expired_total"] {
        assert_eq!(stats[count], 0, "{count} in {stats}");
    }
    let given = |name: &str| stats[name].as_u64().unwrap();
    assert_eq!(given("delivered_total") - given("undelivered_total"), given("published_total"));
}

/// The number of decisions to scale the consumer down so far, by the engine's own metrics.
async fn cuts(demo: &TestBox) -> u64 {
    let text = reqwest::get(format!("{}/metrics", demo.url)).await.unwrap().text().await.unwrap();
    let ours = |line: &&str| {
        line.starts_with("microscaling_decisions_total{")
            && line.contains("workload=\"consumer\"")
            && line.contains("direction=\"down\"")
    };
    let count = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap() as u64;
    text.lines().filter(ours).map(count).sum()
}

#[tokio::test]
async fn a_burst_of_long_jobs_is_done_and_no_worker_is_stopped_at_work() {
    let manifest = Manifest::of(job());
    let manifest = if job() < Duration::from_secs(5) { manifest.without_grace() } else { manifest };
    let demo = manifest.start(&[]).await;
    demo.until("the background has its slots", SOON, |s| s.workload("remainder", "ready") == 9)
        .await;
    let (queue, began) = (Queue::of(&demo, "jobs").await, Instant::now());
    queue.publish(34).await;
    let stats = queue.done(34, 12 * job() + SOON).await;
    println!("34 jobs of {:?} done after {:.1?}", job(), began.elapsed());
    nothing_came_back(&stats);
    demo.until("one consumer is left", 2 * SOON, |s| s.workload("consumer", "desired") == 1).await;
    nothing_came_back(&queue.get("").await);
    println!("{} decisions to have fewer", cuts(&demo).await);
}

#[tokio::test]
async fn fifty_cuts_under_steady_arrivals_stop_no_worker_at_work() {
    let wanted: u64 = std::env::var("MICROSCALING_CUTS").map_or(50, |it| it.parse().unwrap());
    let mut manifest = Manifest::of(Duration::from_millis(300)).without_grace();
    // This rule adds or removes one container at each tick.
    manifest.replace("microscaling.com/rule: rate", "microscaling.com/rule: simple-queue");
    manifest.replace("target-queue-length: \"20\"", "target-queue-length: \"2\"");
    let demo = manifest.start(&["--tick", "100ms"]).await;
    demo.scale("producer", 1).await;
    let (queue, began) = (Queue::of(&demo, "jobs").await, Instant::now());
    let end = began + Duration::from_secs(4 * wanted);
    while cuts(&demo).await < wanted {
        assert!(Instant::now() < end, "{} cuts", cuts(&demo).await);
        sleep(LOOK).await;
    }
    println!("{wanted} cuts after {:.1?}", began.elapsed());
    demo.scale("producer", 0).await;
    demo.until("no producer", SOON, |s| s.0["deployments"].to_string().contains("\"ready\":0"))
        .await;
    let published = queue.get("").await["published_total"].as_u64().unwrap();
    let stats = queue.done(published, SOON).await;
    nothing_came_back(&stats);
}

#[tokio::test]
async fn a_more_urgent_workload_takes_busy_slots_and_no_job_is_lost() {
    let demo = Manifest::of(job()).without_grace().with_urgent().start(&[]).await;
    demo.until("all run", SOON, |s| s.workload("urgent", "ready") == 1).await;
    let (jobs, orders) = (Queue::of(&demo, "jobs").await, Queue::of(&demo, "orders").await);
    jobs.publish(34).await;
    demo.until("the jobs have the slots", 2 * SOON, |s| s.workload("consumer", "ready") >= 7).await;
    orders.publish(60).await;
    demo.until("the orders take some", 2 * SOON, |s| s.workload("urgent", "ready") >= 4).await;
    let workers = orders.get("/workers").await;
    let name = workers["workers"][0]["name"].as_str().unwrap();
    assert!(name.starts_with("urgent-"), "a worker has its container's name: {workers}");
    let decisions = demo.state().await.0["decisions"].to_string();
    assert!(decisions.contains("of the removed workers"), "{decisions}");
    orders.done(60, 30 * job() + SOON).await;
    let stats = jobs.done(34, 30 * job() + SOON).await;
    assert_eq!((&stats["dead_total"], &stats["nacked_total"]), (&0.into(), &0.into()), "{stats}");
}

/// Sends a signal to processes.
fn signal(pids: &[u32], name: &str) {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    let kill = std::process::Command::new("kill").arg(format!("-{name}")).args(pids).status();
    assert!(kill.unwrap().success());
}

/// The processes of one Deployment.
async fn pids_of(demo: &TestBox, deployment: &str) -> Vec<u32> {
    let all = demo.get("/api/v1/processes").await["processes"].clone();
    let all = all.as_array().unwrap().clone();
    let own = all.iter().filter(|process| process["workload"] == deployment);
    own.map(|process| process["pid"].as_u64().unwrap() as u32).collect()
}

#[tokio::test]
async fn a_box_that_was_stopped_for_a_while_loses_no_lease_and_keeps_its_counts() {
    const STANDS: Duration = Duration::from_secs(8);
    let demo = TestBox::start(&[]).await;
    demo.scale("producer", 1).await;
    demo.until("three consumers are ready", 2 * SOON, |s| s.workload("consumer", "ready") >= 3)
        .await;
    // Wait until the rule knows the rate of a consumer and has forgotten the first rush.
    let settled = |s: &State| {
        let consumer =
            s.0["workloads"].as_array().unwrap().iter().find(|w| w["name"] == "consumer");
        let text = consumer.unwrap()["why"]["text"].as_str().unwrap().to_owned();
        text.contains("each worker does") && s.workload("consumer", "desired") == 3
    };
    demo.until("the count settles at three", 2 * SOON, settled).await;
    let queue = Queue::of(&demo, "jobs").await;
    let mut everyone = demo.pids().await;
    everyone.push(demo.engine.id().unwrap());
    for stopped in [pids_of(&demo, "queue").await, everyone] {
        signal(&stopped, "STOP");
        sleep(STANDS).await;
        signal(&stopped, "CONT");
        let end = Instant::now() + Duration::from_secs(12);
        let mut least = u64::MAX;
        while Instant::now() < end {
            least = least.min(demo.state().await.workload("consumer", "desired"));
            sleep(LOOK).await;
        }
        assert!(least >= 3, "{least}: {}", demo.state().await.0["decisions"]);
        let stats = queue.get("").await;
        assert_eq!((&stats["lease_expired_total"], &stats["dead_total"]), (&0.into(), &0.into()));
    }
}
