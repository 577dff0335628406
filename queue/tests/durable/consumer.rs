//! Consumers that are killed while they have a message.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, Job, QueueArgs, ReceiveOptions, WorkQueue};

use crate::program::{Folder, Program};

const LEASE: Duration = Duration::from_secs(1);
/// 200 ms are promised; the rest is a margin for busy machines.
const LATE: Duration = Duration::from_millis(600);
/// The variable with the queue's address for the consumer.
const QUEUE_URL: &str = "QUEUE_OF_A_CONSUMER";
const HOLDS: &str = "the consumer holds a message";

async fn take(client: &Client, worker: &str) -> Job {
    let wait = Duration::from_secs(20);
    let options = ReceiveOptions { max: 1, wait, lease: LEASE, worker: worker.to_owned() };
    client.receive(&options).await.unwrap().jobs.remove(0)
}

/// Receives a message, extends its lease for a while, and then waits to be killed.
#[tokio::test]
#[ignore = "the consumer process that the next test kills"]
async fn consumer() {
    let Ok(url) = std::env::var(QUEUE_URL) else { return };
    let (queue_url, queue) = (url.parse().unwrap(), "jobs".to_owned());
    let client = Client::new(&QueueArgs { queue_url, queue, queue_token_file: None }).unwrap();
    let message = take(&client, "killed").await;
    for _ in 0..3 {
        tokio::time::sleep(LEASE / 3).await;
        client.extend(&message.receipt, LEASE).await.unwrap();
    }
    println!("{HOLDS}");
    // Its connection stays open until its process has ended.
    std::future::pending::<()>().await;
}

fn start_consumer(url: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "consumer::consumer", "--nocapture"]);
    command.env(QUEUE_URL, url).stdout(Stdio::piped()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_of_a_killed_consumer_goes_to_another_one_after_its_lease() {
    let folder = Folder::new("consumer");
    let program = Program::start(folder.path());
    let client = program.client();
    client.publish("a".into()).await.unwrap();
    let mut consumer = start_consumer(&program.url);
    let mut lines = BufReader::new(consumer.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == HOLDS), "it extends its lease");
    let other = tokio::spawn(async move { (take(&client, "other").await, Instant::now()) });
    let killed = Instant::now();
    consumer.kill().unwrap();
    consumer.wait().unwrap();
    let (message, came) = other.await.unwrap();
    let after = came - killed;
    println!("with another one {after:?} after the kill; its lease of {LEASE:?} had just begun");
    let attempts = &program.ok("GET /jobs/messages", "")["messages"][0]["attempts"];
    assert_eq!((attempts, message.body), (&2.into(), b"a".to_vec()));
    assert!(after <= LEASE + LATE, "{after:?}");
    let stats = program.ok("GET /jobs", "");
    let number = |name: &str| stats[name].as_u64().unwrap();
    // Only its lease ended: a client that got the whole answer is never taken for one that got
    // none.
    assert_eq!((number("lease_expired_total"), number("undelivered_total")), (1, 0));
    assert_eq!((number("in_flight"), number("ready"), number("waiting")), (1, 0, 0));
    program.leave();
}
