//! A queue that stood still ends no lease, because no worker could extend one meanwhile.

use std::time::{Duration, Instant};

use client::{Client, Job, ReceiveOptions, WorkQueue};

use crate::program::{Folder, Program};

const LEASE: Duration = Duration::from_secs(1);
const LONGER: Duration = Duration::from_secs(3);

async fn take(client: &Client) -> Job {
    let (lease, worker) = (LEASE, "w".to_owned());
    let options = ReceiveOptions { max: 1, wait: Duration::ZERO, lease, worker };
    client.receive(&options).await.unwrap().jobs.remove(0)
}

#[tokio::test]
async fn a_lease_outlives_a_longer_standstill_of_the_queue_and_then_ends_on_time() {
    let folder = Folder::new("standstill");
    let program = Program::under(&[], folder.path());
    let client = program.client();
    for body in ["one", "two"] {
        client.publish(body.into()).await.unwrap();
    }
    let (held, lost) = (take(&client).await, take(&client).await);
    let before = client.stats().await.unwrap().clock_s.unwrap();
    program.stand_still(LONGER);
    client.ack(&held.receipt).await.unwrap();
    let stats = client.stats().await.unwrap();
    assert_eq!(stats.lease_expired_total, 0);
    let passed = stats.clock_s.unwrap() - before;
    assert!((0.0..1.0).contains(&passed), "{passed} s by its own clock");
    let goes_on = Instant::now();
    while client.stats().await.unwrap().lease_expired_total == 0 {
        assert!(goes_on.elapsed() < Duration::from_secs(10), "its lease never ends");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(client.ack(&lost.receipt).await.is_err());
    let said = program.left();
    let lines = said.lines().filter(|line| line.contains("stood still for")).count();
    assert_eq!((lines, said.contains("leases are extended by that")), (1, true), "{said}");
}

#[tokio::test]
async fn a_queue_that_stood_still_without_workers_logs_nothing() {
    let folder = Folder::new("standstill-idle");
    let program = Program::under(&[], folder.path());
    let client = program.client();
    client.publish("one".into()).await.unwrap();
    program.stand_still(Duration::from_millis(1500));
    client.ack(&take(&client).await.receipt).await.unwrap();
    assert!(!program.left().contains("stood still"));
}
