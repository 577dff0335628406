//! Clients that keep a connection and progress too slowly, or not at all.

use std::time::{Duration, Instant};

use service::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

use crate::support::{SOON, Server, answer, rest, send};
use crate::{head, limits, ms};

const SHORT: Duration = ms(300);
const LATE_HEAD: &str = r#"queue_calls_timed_out_total{part="head"}"#;
const LATE_BODY: &str = r#"queue_calls_timed_out_total{part="body"}"#;
const LATE_ANSWER: &str = r#"queue_calls_timed_out_total{part="answer"}"#;

/// Sends a byte now and then until the server closes the connection; returns its answer.
async fn trickle(connection: TcpStream, byte: &[u8]) -> String {
    let (mut from, mut to) = connection.into_split();
    let mut said = Vec::new();
    let mut now_and_then = interval(SHORT / 20);
    let sending = async {
        loop {
            now_and_then.tick().await;
            if to.write_all(byte).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = sending => {}
        // A reset counts as an end.
        ended = timeout(SOON, from.read_to_end(&mut said)) => drop(ended.expect("it is cut")),
    }
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off() {
    let server = Server::with(Limits { head: SHORT, ..limits() }).await;
    let began = Instant::now();
    let mut connection = server.connect().await;
    connection.write_all(b"GET /v1/queues HTTP/1.1\r\nx: ").await.unwrap();
    assert_eq!(trickle(connection, b"x").await, "");
    assert!(began.elapsed() >= SHORT);
    server.until_metric("queue_connections", 0.0).await;
    assert_eq!(server.metric(LATE_HEAD), 1.0);
}

#[tokio::test]
async fn a_later_head_has_no_more_time_than_the_first() {
    let server = Server::with(Limits { head: SHORT, ..limits() }).await;
    let mut connection = server.begin("GET ", "").await;
    answer(&mut connection).await;
    let began = Instant::now();
    connection.write_all(b"GET").await.unwrap();
    assert_eq!(rest(&mut connection).await, "");
    assert!((SHORT..SOON).contains(&began.elapsed()));
}

#[tokio::test]
async fn a_head_without_an_end_is_answered_431() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    connection.write_all(b"GET /v1/queues HTTP/1.1\r\nx: ").await.unwrap();
    // More than the server reads, and less than it discards.
    connection.write_all(&[b'x'; 1 << 20]).await.unwrap();
    assert!(rest(&mut connection).await.starts_with("HTTP/1.1 431"));
    server.until_metric("queue_connections", 0.0).await;
}

#[tokio::test]
async fn a_connection_on_which_nothing_ever_comes_is_closed() {
    let server = Server::with(Limits { head: SHORT, ..limits() }).await;
    assert_eq!(rest(&mut server.connect().await).await, "");
    server.until_metric("queue_connections", 0.0).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_time() {
    let server = Server::with(Limits { idle: SHORT, ..limits() }).await;
    let mut connection = server.begin("GET ", "").await;
    answer(&mut connection).await;
    let began = Instant::now();
    assert_eq!(rest(&mut connection).await, "");
    // Its timeout began when the answer was sent, a moment before it was read.
    assert!(began.elapsed() >= SHORT - ms(100));
    assert_eq!(server.metric(LATE_HEAD), 0.0, "an idle client is not slow");
}

#[tokio::test]
async fn a_receive_may_wait_longer_than_all_limits() {
    let short = Limits { head: SHORT, idle: SHORT, body: SHORT, answer: SHORT, ..limits() };
    let server = Server::with(short).await;
    let began = Instant::now();
    let mut connection = server.begin("POST /jobs/messages/receive?wait_s=1", "").await;
    assert!(answer(&mut connection).await.ends_with(r#"{"messages":[]}"#));
    assert!(began.elapsed() >= ms(1000));
}

async fn begun(server: &Server, length: &str, body: &str) -> TcpStream {
    let mut connection = server.connect().await;
    let head = head("POST /messages");
    connection.write_all(format!("{head}{length}\r\n\r\n{body}").as_bytes()).await.unwrap();
    connection
}

fn is_408(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("connection: close") && answer.contains("too_slow"), "{answer}");
}

#[tokio::test]
async fn a_body_that_stands_still_is_answered_408() {
    let server = Server::with(Limits { body: SHORT, ..limits() }).await;
    for (length, some) in [
        ("content-length: 10", "half"),
        ("content-length: 10", ""),
        ("transfer-encoding: chunked", "5\r\nhalf"),
        ("transfer-encoding: chunked", ""),
        ("expect: 100-continue\r\ncontent-length: 10", ""),
    ] {
        let answer = rest(&mut begun(&server, length, some).await).await;
        is_408(answer.trim_start_matches("HTTP/1.1 100 Continue\r\n\r\n"));
    }
    assert_eq!((server.metric(LATE_BODY), server.stats().total.published), (5.0, 0));
    server.until_metric("queue_connections", 0.0).await;
}

#[tokio::test]
async fn a_body_that_trickles_is_answered_408() {
    let server = Server::with(Limits { body: SHORT, ..limits() }).await;
    for (length, byte) in
        [("content-length: 100000", "x"), ("transfer-encoding: chunked", "1\r\nx\r\n")]
    {
        let connection = begun(&server, length, "").await;
        is_408(&trickle(connection, byte.as_bytes()).await);
    }
    assert_eq!(server.stats().total.published, 0);
}

#[tokio::test]
async fn a_body_that_progresses_may_take_longer_than_the_limit_for_one_step() {
    let server = Server::with(Limits { body: ms(2000), ..limits() }).await;
    let began = Instant::now();
    let mut connection = begun(&server, &format!("content-length: {}", 6 * Limits::STEP), "").await;
    let mut steps = interval(ms(500));
    for _ in 0..6 {
        steps.tick().await;
        connection.write_all(&[b'x'; Limits::STEP]).await.unwrap();
    }
    assert!(answer(&mut connection).await.starts_with("HTTP/1.1 201"));
    assert!(began.elapsed() > ms(2000));
}

#[tokio::test]
async fn an_unread_answer_is_given_up() {
    let server = Server::with(Limits { answer: SHORT, ..limits() }).await;
    for _ in 0..20 {
        let large = "x".repeat(1 << 20);
        answer(&mut server.begin("POST /jobs/messages", &large).await).await;
    }
    let mut deaf = server.connect().await;
    send(&mut deaf, "GET /jobs/messages?max=100", "").await;
    server.until_metric(LATE_ANSWER, 1.0).await;
    server.until_metric("queue_connections", 0.0).await;
    let mut came = Vec::new();
    let _ = timeout(SOON, deaf.read_to_end(&mut came)).await.expect("it is closed");
    assert!(came.len() < 20 << 20);
}

#[tokio::test]
async fn heads_that_trickle_do_not_delay_the_shutdown() {
    let server = Server::start().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /v1/queues HTTP/1.1\r\nx: ").await.unwrap();
    let mut later = server.begin("GET ", "").await;
    answer(&mut later).await;
    later.write_all(b"GET ").await.unwrap();
    answer(&mut server.begin("GET ", "").await).await;
    server.trigger.set();
    let left = timeout(limits().head / 2, server.running).await;
    left.expect("it does not wait for them").unwrap().unwrap();
}
