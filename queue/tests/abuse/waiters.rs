//! Many receives that wait at one queue: each message wakes one, and all clients get their share.

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
/// Publishes that are timed in a series; the fastest series counts, because others use the machine,
/// too.
const ROW: usize = 20;
const ROWS: usize = 5;
/// 5 ms are promised.
const MOST: Duration = Duration::from_millis(15);

/// Waits for messages repeatedly, and reports when each one has come.
async fn waiter(mut connection: TcpStream, came: mpsc::UnboundedSender<Instant>) {
    loop {
        send(&mut connection, WAIT, "").await;
        let mut first = [0];
        // Longer than the helper allows.
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
            // The waiter that was woken may wait again.
            let stats = server.stats();
            assert_eq!((stats.total.delivered, stats.total.undelivered), (given, 0));
            assert!((WAITERS - 1..=WAITERS).contains(&stats.waiting), "{stats:?}");
            assert!(came.try_recv().is_err(), "only one is woken");
        }
        worst.push(times.into_iter().max().unwrap());
    }
    println!(
        "the slowest of {ROW} publishes to one of {WAITERS} waiters, in {ROWS} rows: {worst:?}"
    );
    assert!(worst.iter().min() <= Some(&MOST), "{worst:?}");
    assert_eq!(server.stats().total.receive_empty, 0, "no receive ended without a message");
    waiters.shutdown().await;
}

const MESSAGES: usize = 10_000;
const SHARERS: usize = 100;
/// How many messages come at a time, while all clients wait.
const AT_ONCE: usize = 25;

/// Receives one message after the other, and counts them.
async fn share(mut connection: TcpStream, taken: Arc<AtomicUsize>) {
    loop {
        send(&mut connection, WAIT, "").await;
        let said = answer(&mut connection).await;
        assert!(said.contains(MESSAGE), "{said}");
        taken.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_messages_are_shared_equally_by_a_hundred_waiters() {
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
        // A receive that finds a ready message does not wait.
        server.until(|stats| stats.waiting == SHARERS).await;
        publisher.write_all((batch.clone() + &lines).as_bytes()).await.unwrap();
        assert!(answer(&mut publisher).await.starts_with("HTTP/1.1 201"));
    }
    server.until(|stats| stats.waiting == SHARERS).await;
    let shares: Vec<usize> = shares.iter().map(|taken| taken.load(Ordering::Relaxed)).collect();
    let (least, most) = (*shares.iter().min().unwrap(), *shares.iter().max().unwrap());
    println!("{MESSAGES} over {SHARERS}: {least} to {most} each, in {:?}", began.elapsed());
    // At most half as many again is promised; as the longest waiter is served first, the shares are
    // equal.
    assert_eq!((least, most), (MESSAGES / SHARERS, MESSAGES / SHARERS));
    sharers.shutdown().await;
}
