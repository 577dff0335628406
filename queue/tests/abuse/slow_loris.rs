//! 2,000 connections that each send a head, a byte at a time.

use std::time::{Duration, Instant};

use service::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use crate::support::{SOON, Server, answer, send};
use crate::{ALONE, limits, ms, room_for};

const WANTED: usize = 2000;
const HEAD: Duration = Duration::from_secs(6);
/// How often each of them sends a byte; not more often than real attackers.
const BYTE: Duration = Duration::from_secs(1);
/// Jobs that are timed in a series; the fastest series counts, because others use the machine, too.
const ROW: usize = 100;

/// The wanted number, or as many as the limit of open files allows.
fn possible() -> usize {
    let possible = room_for(WANTED);
    if possible < WANTED {
        println!("only {possible} connections: the limit of files allows no more");
    }
    possible
}

/// A job on one connection: publish, receive and ack.
async fn job(connection: &mut TcpStream) {
    for call in ["messages", "messages/receive", "purge"] {
        send(connection, &format!("POST /jobs/{call}"), "").await;
        assert!(answer(connection).await.starts_with("HTTP/1.1 20"));
    }
}

/// The 99th percentile of the times of a series of jobs.
async fn p99(connection: &mut TcpStream) -> Duration {
    let mut times = Vec::new();
    for _ in 0..ROW {
        let began = Instant::now();
        job(connection).await;
        times.push(began.elapsed());
    }
    times.sort();
    times[ROW * 99 / 100]
}

/// The fastest series of both servers, which take turns so that other work on the machine affects
/// both.
async fn calmest(attacked: &Server, other: &Server) -> (Duration, Duration) {
    let (mut one, mut two) = (attacked.connect().await, other.connect().await);
    let (mut best, began) = ((Duration::MAX, Duration::MAX), Instant::now());
    while began.elapsed() < HEAD / 2 {
        best = (best.0.min(p99(&mut one).await), best.1.min(p99(&mut two).await));
    }
    best
}

/// Sends an endless head; returns the time after which the connection was closed.
async fn slow_loris(mut connection: TcpStream, began: Instant) -> Duration {
    connection.write_all(b"POST /v1/queues/jobs/messages HTTP/1.1\r\nhost: ").await.unwrap();
    let (mut from, mut to) = connection.into_split();
    let mut bytes = interval(BYTE);
    let mut scrap = [0; 64];
    loop {
        tokio::select! {
            read = from.read(&mut scrap) => {
                assert!(matches!(read, Ok(0) | Err(_)), "it is never answered");
                return began.elapsed();
            }
            // If it fails, the read reports the end.
            _ = bytes.tick() => drop(to.write_all(b"x").await),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_slow_heads_hardly_slow_others_down_and_are_cut_off() {
    let _alone = ALONE.lock().await;
    let server = Server::with(Limits { head: HEAD, ..limits() }).await;
    let other = Server::start().await;
    let many = possible();
    let mut attack = JoinSet::new();
    for _ in 0..many {
        let connection = server.connect().await;
        attack.spawn(slow_loris(connection, Instant::now()));
    }
    server.until_metric("queue_connections", many as f64).await;
    let (attacked, calm) = calmest(&server, &other).await;
    assert!(server.metric("queue_connections") >= many as f64, "they were all there meanwhile");
    let micros = |time: Duration| time.as_micros();
    let (with, without) = (micros(attacked), micros(calm));
    println!("p99 of a job: {with} us with {many} slow heads, {without} us on a server without");
    let cut = timeout(HEAD + SOON, attack.join_all()).await.expect("all are cut off");
    assert!(cut.iter().all(|after| *after >= HEAD - ms(50)), "none before its time");
    server.until_metric("queue_connections", 0.0).await;
    // At most twice as long is promised; the rest is a margin for busy machines.
    assert!(
        attacked <= 6 * calm.max(Duration::from_micros(200)),
        "{attacked:?} is much more than {calm:?}"
    );
}
