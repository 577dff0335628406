//! `kill -9` under load, repeatedly.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::{Client, Given, ReceiveOptions, WorkQueue};
use tokio::task::JoinHandle;

use crate::program::{Folder, Program};

const PUBLISHERS: usize = 8;
const WORKERS: usize = 4;
/// How many messages a worker gets at a time.
const AT_ONCE: u32 = 5;

/// What the clients observed.
#[derive(Default)]
struct Known {
    /// Publishes that were answered with 201.
    published: HashSet<u64>,
    /// How often each message was received.
    received: HashMap<u64, usize>,
    /// Acks that were answered with ok.
    acked: HashSet<u64>,
}

/// The load on one run of the program.
struct Load {
    known: Arc<Mutex<Known>>,
    /// Bodies are these numbers, each used once.
    next: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Load {
    fn publish(&self, client: Client) -> JoinHandle<()> {
        let (known, next, stop) = (self.known.clone(), self.next.clone(), self.stop.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if client.publish(number.to_string().into_bytes()).await.is_err() {
                    return;
                }
                known.lock().unwrap().published.insert(number);
            }
        })
    }

    /// Works until the program has ended, or, if `to_the_end` is set, until no message comes.
    fn work(&self, client: Client, to_the_end: bool) -> JoinHandle<()> {
        let known = self.known.clone();
        let (wait, lease) = (Duration::from_secs(1), Duration::from_secs(1));
        let options = ReceiveOptions { max: AT_ONCE, wait, lease, worker: "w".to_owned() };
        tokio::spawn(async move {
            while let Ok(Given { jobs: messages, .. }) = client.receive(&options).await {
                if messages.is_empty() && to_the_end {
                    return;
                }
                for message in messages {
                    let number: u64 = String::from_utf8_lossy(&message.body).parse().unwrap();
                    *known.lock().unwrap().received.entry(number).or_default() += 1;
                    match client.ack(&message.receipt).await {
                        Ok(()) => drop(known.lock().unwrap().acked.insert(number)),
                        Err(error) if error.is_passing() => return,
                        Err(_) => {}
                    }
                }
            }
        })
    }

    async fn until_published(&self, count: usize) {
        while self.known.lock().unwrap().published.len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// How often it is killed; `KILLS` asks for more.
fn kills() -> usize {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_confirmed_message_is_lost_by_kills_under_load() {
    let folder = Folder::new("kill");
    let known = Arc::new(Mutex::new(Known::default()));
    let next = Arc::new(AtomicU64::new(0));
    for kill in 1..=kills() {
        let mut program = Program::start(folder.path());
        let (known, next) = (known.clone(), next.clone());
        let load = Load { known, next, stop: Arc::default() };
        let mut tasks: Vec<_> = (0..PUBLISHERS).map(|_| load.publish(program.client())).collect();
        tasks.extend((0..WORKERS).map(|_| load.work(program.client(), false)));
        load.until_published(300 * kill).await;
        program.kill();
        load.stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
    }
    let program = Program::start(folder.path());
    let load = Load { known: known.clone(), next, stop: Arc::default() };
    // Messages in flight come back after their fresh leases, within the workers' wait.
    let workers = (0..WORKERS).map(|_| load.work(program.client(), true));
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let stats = program.client().stats().await.unwrap();
    check(&known.lock().unwrap(), &stats);
    program.leave();
}

fn check(known: &Known, stats: &client::QueueStats) {
    let lost: Vec<_> =
        known.published.iter().filter(|it| !known.received.contains_key(it)).collect();
    assert!(lost.is_empty(), "published and never received: {lost:?}");
    let again = known.acked.iter().filter(|it| known.received[it] > 1).count();
    let (published, received) = (known.published.len(), known.received.len());
    println!("{published} published, {received} received, {again} acked ones came again");
    // At each kill: messages in flight, and acks that were not on the disk yet.
    let most = kills() * WORKERS * AT_ONCE as usize * 2;
    assert!(again <= most, "{again} of at most {most} came again");
    assert_eq!((stats.ready, stats.in_flight), (0, 0));
    let dead = stats.published_total - stats.acked_total;
    assert_eq!(dead, 0, "{stats:?}");
}
