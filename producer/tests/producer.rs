//! The producer against a stand-in for the queue.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../../queue/client/tests/another/memory.rs"]
mod memory;
mod stand_in;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::Parser;
use client::Client;
use memory::Memory;
use producer::{Args, Producer};
use prometheus::Registry;
use service::Shutdown;
use stand_in::{Answer, Queue};

fn producer(queue: &Queue, flags: &[&str], shutdown: Shutdown) -> (Producer<Client>, Registry) {
    let url = format!("--queue-url={}", queue.url);
    let args = Args::parse_from(["producer", &url].into_iter().chain(flags.iter().copied()));
    let (queue, registry) = (Client::new(&args.queue).unwrap(), Registry::new());
    let producer = Producer::new(&args, queue, "producer-1", &registry, shutdown);
    (producer.unwrap(), registry)
}

fn published(registry: &Registry) -> f64 {
    service::parent::counters(registry)["producer_jobs_published_total"]
}

/// Publishes that failed, by reason.
fn reasons(registry: &Registry) -> BTreeMap<String, u64> {
    let families = registry.gather();
    let errors = families.iter().find(|it| it.name() == "producer_publish_errors_total");
    let count = |metric: &prometheus::proto::Metric| {
        (metric.get_label()[0].value().to_owned(), metric.get_counter().get_value() as u64)
    };
    errors.unwrap().get_metric().iter().map(count).collect()
}

#[tokio::test]
async fn it_publishes_count_jobs_of_the_right_size_and_exits() {
    let queue = Queue::start([]).await;
    let (_trigger, shutdown) = Shutdown::new();
    let flags = ["--rate=1000", "--count=3", "--payload-bytes=24"];
    let (producer, registry) = producer(&queue, &flags, shutdown);
    producer.run().await.unwrap();
    let jobs = queue.jobs();
    assert_eq!(jobs, [1, 2, 3].map(|n| format!("job {n} of producer-1 ....")));
    assert_eq!(published(&registry), 3.0);
}

#[tokio::test]
async fn a_job_whose_answer_was_lost_is_published_again_and_kept_once() {
    let queue = Queue::start([Answer::Taken, Answer::Lost, Answer::Lost, Answer::Taken]).await;
    let (_trigger, shutdown) = Shutdown::new();
    let flags = ["--rate=1000", "--count=3", "--payload-bytes=24"];
    let (producer, registry) = producer(&queue, &flags, shutdown);
    producer.run().await.unwrap();
    assert_eq!(queue.jobs(), [1, 2, 3].map(|n| format!("job {n} of producer-1 ....")));
    assert_eq!(published(&registry), 3.0);
}

#[tokio::test]
async fn producers_with_the_same_name_use_different_keys() {
    let queue = Queue::start([]).await;
    for _ in 0..2 {
        let (_trigger, shutdown) = Shutdown::new();
        let (producer, _) = producer(&queue, &["--count=1", "--seed=1"], shutdown);
        producer.run().await.unwrap();
    }
    assert_eq!(queue.jobs().len(), 2);
}

#[tokio::test]
async fn an_outage_and_its_end_are_logged_once_each() {
    let (lines, _guard) = stand_in::Lines::capture();
    let queue = Queue::start([Answer::Taken, Answer::Away, Answer::Away, Answer::Away]).await;
    let (_trigger, shutdown) = Shutdown::new();
    let (producer, registry) = producer(&queue, &["--rate=1000", "--count=2"], shutdown);
    producer.run().await.unwrap();
    assert_eq!(lines.count("skipping jobs until"), 1);
    assert_eq!(lines.count("accepts jobs again"), 1);
    let counters = service::parent::counters(&registry);
    assert_eq!(counters["producer_publish_errors_total"], 3.0);
    assert_eq!(published(&registry), 2.0);
}

#[tokio::test]
async fn a_full_disk_is_logged_with_the_queues_message_and_counted_as_failing() {
    let (lines, _guard) = stand_in::Lines::capture();
    let queue = Queue::start([Answer::DiskFull]).await;
    let (_trigger, shutdown) = Shutdown::new();
    let (producer, registry) = producer(&queue, &["--rate=1000", "--count=1"], shutdown);
    // A series that begins at 0 shows its first error as a step.
    assert_eq!(reasons(&registry), client::Error::REASONS.map(|it| (it.to_owned(), 0)).into());
    producer.run().await.unwrap();
    assert_eq!((lines.count("the disk is full; skipping"), lines.count("no sense")), (1, 0));
    assert_eq!(reasons(&registry)["failing"], 1);
}

#[tokio::test]
async fn jobs_missed_while_the_queue_is_full_are_skipped() {
    let queue = Queue::start([Answer::Full { retry_after_s: 2 }]).await;
    let (trigger, shutdown) = Shutdown::new();
    let (producer, _) = producer(&queue, &["--rate=100", "--jitter=0"], shutdown);
    let begun = Instant::now();
    let running = tokio::spawn(producer.run());
    queue.has_jobs(21).await;
    // 200 fell due in the first 2 s; if they came as a burst, 21 would take no time.
    assert!(begun.elapsed() >= Duration::from_millis(2190));
    trigger.set();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_publish_under_way_is_counted_before_the_exit() {
    let queue = Queue::start([Answer::Slow]).await;
    let (trigger, shutdown) = Shutdown::new();
    let (producer, registry) = producer(&queue, &["--rate=1000"], shutdown);
    let running = tokio::spawn(producer.run());
    queue.has_jobs(1).await;
    trigger.set();
    running.await.unwrap().unwrap();
    assert_eq!((queue.jobs().len(), published(&registry)), (1, 1.0));
}

#[tokio::test]
async fn a_permanent_refusal_ends_the_producer() {
    let queue = Queue::start([Answer::Refused]).await;
    let (_trigger, shutdown) = Shutdown::new();
    let (producer, _) = producer(&queue, &[], shutdown);
    let error = format!("{:#}", producer.run().await.unwrap_err());
    assert!(error.contains("no job can be published") && error.contains("too large"), "{error}");
}

#[tokio::test]
async fn jobs_go_to_any_queue() {
    let (queue, (_trigger, shutdown)) = (Memory::new(), Shutdown::new());
    let args = Args::parse_from(["producer", "--rate=1000", "--count=3", "--payload-bytes=24"]);
    let producer = Producer::new(&args, queue.clone(), "producer-1", &Registry::new(), shutdown);
    producer.unwrap().run().await.unwrap();
    assert_eq!(queue.bodies(), [1, 2, 3].map(|n| format!("job {n} of producer-1 ....")));
}
