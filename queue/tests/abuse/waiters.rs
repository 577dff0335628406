//! Many receivers that wait at one queue: each message wakes one of them, and all get their share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{SOON, Server, answer, send};
use crate::{ALONE, room_for};

const WAITERS: usize = 1000;
const WAIT: &str = "POST /jobs/messages/receive?wait_s=20";
const MESSAGE: &str = r#""body":"x""#;
/// Publishes that are timed in a row; the calmest row counts, for others use the machine, too.
const ROW: usize = 20;
const ROWS: usize = 5;
/// Five are promised.
const MOST: Duration = Duration::from_millis(15);

/// Waits for a message again and again, and tells when each has come.
async fn waiter(mut connection: TcpStream, came: mpsc::UnboundedSender<Instant>) {
    loop {
        send(&mut connection, WAIT, "").await;
        let mut first = [0];
        // Longer than the helper would.
        assert_eq!(timeout(2 * SOON, connection.peek(&mut first)).await.unwrap().unwrap(), 1);
        let said = answer(&mut connection).await;
        assert!(said.contains(MESSAGE), "{said}");
        came.send(Instant::now()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_wakes_one_of_a_thousand_waiters_and_the_others_wait_on() {
    let _alone = ALONE.lock().await;
    assert_eq!(room_for(WAITERS), WAITERS, "raise ulimit -n to {}", 2 * WAITERS + 200);
    let server = Server::start().await;
    let (sender, mut came) = mpsc::unbounded_channel();
    let mut waiters = JoinSet::new();
    for _ in 0..WAITERS {
        waiters.spawn(waiter(server.connect().await, sender.clone()));
    }
    let mut publisher = server.connect().await;
    let mut worst = Vec::new();
    for row in 0..ROWS {
        let mut times = Vec::new();
        for number in 0..ROW {
            server.until(|stats| stats.waiting == WAITERS).await;
            let began = Instant::now();
            send(&mut publisher, "POST /jobs/messages", "x").await;
            let first = timeout(SOON, came.recv()).await.expect("one is woken").unwrap();
            times.push(first - began);
            assert!(answer(&mut publisher).await.starts_with("HTTP/1.1 201"));
            let given = (row * ROW + number + 1) as u64;
            // The one that was woken may be back.
            let stats = server.stats();
            assert_eq!((stats.total.delivered, stats.total.undelivered), (given, 0));
            assert!((WAITERS - 1..=WAITERS).contains(&stats.waiting), "{stats:?}");
            assert!(came.try_recv().is_err(), "one alone");
        }
        worst.push(times.into_iter().max().unwrap());
    }
    println!(
        "the slowest of {ROW} publishes to one of {WAITERS} waiters, in {ROWS} rows: {worst:?}"
    );
    assert!(worst.iter().min() <= Some(&MOST), "{worst:?}");
    assert_eq!(server.stats().total.receive_empty, 0, "nobody was sent away");
    waiters.shutdown().await;
}

const MESSAGES: usize = 10_000;
const SHARERS: usize = 100;
/// So many come at a time, while all wait.
const AT_ONCE: usize = 25;

/// Takes one and asks again, and counts.
async fn share(mut connection: TcpStream, taken: Arc<AtomicUsize>) {
    loop {
        send(&mut connection, WAIT, "").await;
        let said = answer(&mut connection).await;
        assert!(said.contains(MESSAGE), "{said}");
        taken.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_messages_are_shared_by_a_hundred_waiters_alike() {
    let _alone = ALONE.lock().await;
    let server = Server::start().await;
    let shares: Vec<Arc<AtomicUsize>> = (0..SHARERS).map(|_| Arc::default()).collect();
    let mut sharers = JoinSet::new();
    for taken in &shares {
        sharers.spawn(share(server.connect().await, taken.clone()));
    }
    let (began, mut publisher) = (Instant::now(), server.connect().await);
    let lines = "x\n".repeat(AT_ONCE);
    let batch = "POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: q\r\ncontent-type: ";
    let batch = format!("{batch}application/x-ndjson\r\ncontent-length: {}\r\n\r\n", lines.len());
    for _ in 0..MESSAGES / AT_ONCE {
        // Who takes a message that is there already is no waiter.
        server.until(|stats| stats.waiting == SHARERS).await;
        publisher.write_all((batch.clone() + &lines).as_bytes()).await.unwrap();
        assert!(answer(&mut publisher).await.starts_with("HTTP/1.1 201"));
    }
    server.until(|stats| stats.waiting == SHARERS).await;
    let shares: Vec<usize> = shares.iter().map(|taken| taken.load(Ordering::Relaxed)).collect();
    let (least, most) = (*shares.iter().min().unwrap(), *shares.iter().max().unwrap());
    println!("{MESSAGES} over {SHARERS}: {least} to {most} each, in {:?}", began.elapsed());
    // At most half as many again is promised; as the longest waiting is first, it is the same.
    assert_eq!((least, most), (MESSAGES / SHARERS, MESSAGES / SHARERS));
    sharers.shutdown().await;
}
