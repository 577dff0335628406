//! Publishes with keys, and `kill -9`.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{Client, ReceiveOptions, WorkQueue};
use tokio::task::JoinHandle;

use crate::program::{Folder, Program};

const PUBLISHERS: usize = 8;
const KILLS: usize = 3;

fn all() -> ReceiveOptions {
    let (wait, lease) = (Duration::ZERO, Duration::from_secs(30));
    ReceiveOptions { max: 100, wait, lease, worker: "w".to_owned() }
}

/// Sends a publish without reading its answer.
fn publish_unheard(program: &Program, key: &str, body: &str) -> TcpStream {
    let address = program.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: queue\r\nidempotency-key: {key}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    connection
}

async fn until_published(client: &Client, count: u64) {
    while !client.stats().await.is_ok_and(|stats| stats.published_total == count) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_publish_whose_answer_was_lost_in_a_kill_can_be_retried_and_happens_once() {
    let folder = Folder::new("unheard");
    let mut program = Program::start(folder.path());
    let unheard = publish_unheard(&program, "k", "a");
    until_published(&program.client(), 1).await;
    program.kill();
    drop(unheard);
    for _ in 0..2 {
        let mut program = Program::start(folder.path());
        assert_eq!(program.client().publish_once("k", "a".into()).await.unwrap(), "1");
        assert_eq!(program.client().stats().await.unwrap().published_total, 1);
        program.kill();
    }
    let program = Program::start(folder.path());
    let messages = program.client().receive(&all()).await.unwrap().jobs;
    assert_eq!(messages.len(), 1);
    program.client().ack(&messages[0].receipt).await.unwrap();
    assert_eq!(program.client().publish_once("k", "a".into()).await.unwrap(), "1");
    assert!(program.client().publish_once("k", "b".into()).await.is_err());
    assert_eq!(program.client().publish_once("l", "a".into()).await.unwrap(), "2");
    program.leave();
}

/// Publishers, each with consecutive numbers; they retry each publish until it is answered.
#[derive(Default)]
struct Publishers {
    /// The client of the current program, replaced after each kill.
    client: Mutex<Option<Client>>,
    next: AtomicU64,
    stop: AtomicBool,
    /// The message id of each number.
    answered: Mutex<HashMap<u64, String>>,
    /// How many publishes were retried.
    again: AtomicU64,
}

impl Publishers {
    fn start(self: &Arc<Publishers>) -> JoinHandle<()> {
        let all = self.clone();
        tokio::spawn(async move {
            while !all.stop.load(Ordering::Relaxed) {
                let number = all.next.fetch_add(1, Ordering::Relaxed);
                let message = all.publish(number).await;
                all.answered.lock().unwrap().insert(number, message);
            }
        })
    }

    async fn publish(&self, number: u64) -> String {
        loop {
            let client = self.client.lock().unwrap().clone().unwrap();
            let (key, body) = (format!("key-{number}"), number.to_string().into_bytes());
            match client.publish_once(&key, body).await {
                Ok(message) => return message,
                Err(error) => assert!(error.is_passing(), "{error}"),
            }
            self.again.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_answered(&self, count: usize) {
        while self.answered.lock().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// The message ids of each number, in a queue without workers.
async fn drain(client: &Client) -> BTreeMap<u64, Vec<String>> {
    let mut messages: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    loop {
        let received = client.receive(&all()).await.unwrap().jobs;
        if received.is_empty() {
            return messages;
        }
        for message in received {
            let number = String::from_utf8_lossy(&message.body).parse().unwrap();
            messages.entry(number).or_default().push(message.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_that_retry_until_answered_publish_each_message_once_over_many_kills() {
    let folder = Folder::new("once");
    let publishers = Arc::new(Publishers::default());
    let mut program = Program::start(folder.path());
    *publishers.client.lock().unwrap() = Some(program.client());
    let tasks: Vec<_> = (0..PUBLISHERS).map(|_| publishers.start()).collect();
    for kill in 1..=KILLS {
        publishers.until_answered(300 * kill).await;
        program.kill();
        program = Program::start(folder.path());
        *publishers.client.lock().unwrap() = Some(program.client());
    }
    publishers.until_answered(300 * (KILLS + 1)).await;
    publishers.stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    assert!(publishers.again.load(Ordering::Relaxed) >= KILLS as u64);
    let there = drain(&program.client()).await;
    let answered = publishers.answered.lock().unwrap();
    let answered = answered.iter().map(|(number, message)| (*number, vec![message.clone()]));
    assert_eq!(there, answered.collect());
    program.leave();
}
