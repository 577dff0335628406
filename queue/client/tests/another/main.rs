//! A queue that is not the kit's, as an engine and as workers use it.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod memory;

use std::time::Duration;

use client::{Error, Numbers, ReceiveOptions, WatchedQueue, WorkQueue};
use memory::Memory;

fn one() -> ReceiveOptions {
    let (wait, lease, worker) = (Duration::ZERO, Duration::from_secs(30), "a".to_owned());
    ReceiveOptions { max: 10, wait, lease, worker }
}

fn watched(queue: &Memory) -> Box<dyn WatchedQueue> {
    Box::new(queue.clone())
}

#[tokio::test]
async fn an_engine_reads_fills_and_purges_any_queue() {
    let queue = Memory::new();
    let watched = watched(&queue);
    watched.publish_all(&[b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]).await.unwrap();
    let jobs = queue.receive(&ReceiveOptions { max: 2, ..one() }).await.unwrap().jobs;
    queue.ack(&jobs[0].receipt).await.unwrap();
    let (acked_total, absent) = (Some(1), Numbers::default());
    let numbers = Numbers { ready: 1, in_flight: 1, acked_total, ..absent };
    assert_eq!(watched.numbers().await.unwrap(), numbers);
    watched.purge().await.unwrap();
    let empty = Numbers { acked_total, ..absent };
    assert_eq!(watched.numbers().await.unwrap(), empty);
}

#[tokio::test]
async fn a_number_that_a_queue_does_not_report_is_absent_and_never_zero() {
    let watched = watched(&Memory::new());
    assert_eq!(watched.numbers().await.unwrap().published_total, None);
    assert_eq!(watched.holders().await.unwrap(), None);
    assert_eq!(watched.retire("a").await.unwrap(), None);
    assert_eq!(watched.redelivered().await.unwrap(), None);
}

#[tokio::test]
async fn stale_receipts_do_not_keep_other_deliveries_from_being_acked() {
    let queue = Memory::new();
    queue.publish(vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]);
    let jobs = queue.receive(&one()).await.unwrap().jobs;
    queue.release(&jobs[1].receipt).await.unwrap();
    let receipts: Vec<&str> = jobs.iter().map(|job| job.receipt.as_str()).collect();
    assert!(matches!(queue.ack(receipts[1]).await, Err(Error::Stale(_))));
    queue.ack_all(&receipts).await.unwrap();
    assert_eq!((queue.stats().total.acked, queue.bodies()), (2, vec!["b".to_owned()]));
}
