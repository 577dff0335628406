//! The consumer against a stand-in for the queue.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../queue/client/tests/another/memory.rs"]
mod memory;
mod stand_in;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::Parser;
use client::{Client, WorkQueue};
use consumer::{Args, Consumer};
use memory::Memory;
use prometheus::Registry;
use service::{Health, Shutdown, Trigger};
use stand_in::{Queue, Script};
use tokio::task::JoinHandle;

/// A consumer at work.
struct Running {
    trigger: Trigger,
    health: Health,
    registry: Registry,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    fn start(url: &str, flags: &[&str]) -> Running {
        let url = format!("--queue-url={url}");
        let args = ["consumer", &url].into_iter().chain(flags.iter().copied());
        let args = Args::parse_from(args);
        Running::on(Client::new(&args.queue).unwrap(), &args)
    }

    fn on(queue: impl WorkQueue, args: &Args) -> Running {
        let (registry, (trigger, shutdown)) = (Registry::new(), Shutdown::new());
        let health = Health::default();
        // As the shell does once the program runs.
        health.set_ready(true);
        let said = health.clone();
        let consumer = Consumer::new(args, queue, "consumer-1", &registry, shutdown, said);
        let consumer = consumer.unwrap();
        let task = tokio::spawn(consumer.run());
        Running { trigger, health, registry, task }
    }

    async fn is_ready(&self, ready: bool) {
        let comes = async {
            while self.health.is_ready() != ready {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), comes).await.unwrap();
    }

    /// Begins the shutdown; returns the final counters, and how long it took.
    async fn leave(self) -> (BTreeMap<String, f64>, Duration) {
        let begun = Instant::now();
        self.trigger.set();
        tokio::time::timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap().unwrap();
        (service::parent::counters(&self.registry), begun.elapsed())
    }
}

#[tokio::test]
async fn a_job_is_acked_after_the_work() {
    let queue = Queue::with_jobs(1).await;
    let begun = Instant::now();
    let running = Running::start(&queue.url, &["--work-time=100ms"]);
    queue.has_heard(Script::Ack(1)).await;
    assert!(begun.elapsed() >= Duration::from_millis(100));
    let (counters, _) = running.leave().await;
    assert_eq!(counters["consumer_jobs_processed_total"], 1.0);
    assert_eq!(queue.worker(), "consumer-1");
}

#[tokio::test]
async fn jobs_come_one_after_the_other() {
    let queue = Queue::with_jobs(2).await;
    let running = Running::start(&queue.url, &["--work-time=1ms"]);
    queue.has_heard(Script::Ack(2)).await;
    running.leave().await;
    let in_turn = [Script::Receive(1), Script::Ack(1), Script::Receive(2), Script::Ack(2)];
    assert_eq!(queue.story()[..4], in_turn);
}

#[tokio::test]
async fn a_job_that_fits_in_the_grace_is_finished() {
    let queue = Queue::with_jobs(2).await;
    let running = Running::start(&queue.url, &["--work-time=300ms"]);
    queue.has_heard(Script::Receive(1)).await;
    let (counters, _) = running.leave().await;
    assert_eq!(queue.story(), [Script::Receive(1), Script::Ack(1)]);
    assert_eq!(counters["consumer_jobs_processed_total"], 1.0);
}

#[tokio::test]
async fn a_job_that_does_not_fit_in_the_grace_is_released_at_once() {
    let queue = Queue::with_jobs(1).await;
    let running = Running::start(&queue.url, &["--work-time=1h"]);
    queue.has_heard(Script::Receive(1)).await;
    let (counters, took) = running.leave().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(queue.story(), [Script::Receive(1), Script::Release(1)]);
    assert_eq!(counters["consumer_jobs_handed_back_total"], 1.0);
    assert_eq!(counters["consumer_jobs_processed_total"], 0.0);
}

#[tokio::test]
async fn a_retired_consumer_is_not_ready_and_asks_again_soon() {
    let queue = Queue::with_jobs(1).await;
    queue.retire(true);
    let running = Running::start(&queue.url, &["--work-time=1ms"]);
    queue.has_heard(Script::Retired(20_000)).await;
    queue.has_heard(Script::Retired(1_000)).await;
    running.is_ready(false).await;
    queue.retire(false);
    queue.has_heard(Script::Ack(1)).await;
    running.is_ready(true).await;
    let (_, took) = running.leave().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn a_retired_consumer_waits_no_longer_than_its_poll_wait() {
    let queue = Queue::with_jobs(0).await;
    queue.retire(true);
    let running = Running::start(&queue.url, &["--poll-wait=300ms"]);
    queue.has_heard_at_least(2).await;
    running.leave().await;
    assert!(queue.story().iter().all(|it| *it == Script::Retired(300)), "{:?}", queue.story());
}

#[tokio::test]
async fn a_waiting_receive_ends_at_once() {
    let queue = Queue::with_jobs(0).await;
    let running = Running::start(&queue.url, &[]);
    queue.has_heard(Script::Wait).await;
    let (_, took) = running.leave().await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    queue.has_heard(Script::WaitCancelled).await;
}

#[tokio::test]
async fn long_work_keeps_its_lease() {
    let queue = Queue::with_jobs(1).await;
    let flags = ["--lease=100ms", "--work-time=300ms"];
    let running = Running::start(&queue.url, &flags);
    queue.has_heard(Script::Ack(1)).await;
    running.leave().await;
    assert!(queue.story().contains(&Script::Extend(1)));
}

#[tokio::test]
async fn a_job_whose_lease_has_expired_is_dropped_without_an_ack() {
    let queue = Queue::with_jobs(1).await;
    queue.end_all_leases();
    let running = Running::start(&queue.url, &["--lease=100ms", "--work-time=1h"]);
    queue.has_heard(Script::Wait).await;
    let (counters, _) = running.leave().await;
    assert_eq!(queue.story()[..2], [Script::Receive(1), Script::Extend(1)]);
    assert!(!queue.story().contains(&Script::Ack(1)));
    assert_eq!(counters["consumer_jobs_stale_total"], 1.0);
}

#[tokio::test]
async fn an_ack_that_got_lost_is_sent_again() {
    let queue = Queue::with_jobs(1).await;
    queue.lose_calls(2);
    let running = Running::start(&queue.url, &["--work-time=1ms"]);
    queue.has_heard(Script::Ack(1)).await;
    let (counters, _) = running.leave().await;
    assert_eq!(counters["consumer_jobs_processed_total"], 1.0);
}

#[tokio::test]
async fn an_ack_is_retried_until_the_queue_answers() {
    let queue = Queue::with_jobs(1).await;
    queue.lose_calls(8);
    // The retries take longer than the lease by the consumer's clock. The clock of a queue that
    // stands still has not moved.
    let running = Running::start(&queue.url, &["--work-time=1ms", "--lease=100ms"]);
    queue.has_heard(Script::Ack(1)).await;
    let (counters, _) = running.leave().await;
    assert_eq!(counters["consumer_jobs_processed_total"], 1.0);
}

#[tokio::test]
async fn a_queue_that_starts_late_is_found() {
    let port = stand_in::free_port();
    let running = Running::start(&format!("http://127.0.0.1:{port}"), &["--work-time=1ms"]);
    let failed = || service::parent::counters(&running.registry)["consumer_receive_errors_total"];
    while failed() == 0.0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let queue = Queue::on_port(port, 1).await;
    queue.has_heard(Script::Ack(1)).await;
    running.leave().await;
}

#[tokio::test]
async fn any_queue_s_jobs_are_acked_or_released_when_they_do_not_fit_in_the_grace() {
    let queue = Memory::new();
    queue.publish(vec![b"short".to_vec()]);
    let short = Args::parse_from(["consumer", "--work-time=1ms"]);
    let running = Running::on(queue.clone(), &short);
    queue.until(|stats| stats.total.acked == 1).await;
    let (counters, _) = running.leave().await;
    assert_eq!(counters["consumer_jobs_processed_total"], 1.0);
    let long = Args::parse_from(["consumer", "--work-time=1h"]);
    let running = Running::on(queue.clone(), &long);
    queue.publish(vec![b"long".to_vec()]);
    queue.until(|stats| stats.in_flight == 1).await;
    let (counters, _) = running.leave().await;
    assert_eq!(counters["consumer_jobs_handed_back_total"], 1.0);
    assert_eq!((queue.bodies(), queue.stats().ready), (vec!["long".to_owned()], 1));
}
