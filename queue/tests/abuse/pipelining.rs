//! Calls that are sent without waiting for earlier answers.

use std::fmt::Write;

use tokio::io::AsyncWriteExt;

use crate::head;
use crate::support::{Server, rest};

const CALLS: usize = 200;

/// Publishes with different bodies, a receive without a wait among them, and a last call.
fn calls() -> String {
    let mut calls = String::new();
    for number in 0..CALLS {
        let publish = head("POST /messages");
        let _ = write!(calls, "{publish}content-length: 3\r\n\r\n{number:03}");
        if number % 50 == 7 {
            let receive = head("POST /messages/receive?wait_s=0.05").replace("jobs", "none");
            let _ = write!(calls, "{receive}content-length: 0\r\n\r\n");
        }
    }
    calls + &head("GET ") + "connection: close\r\n\r\n"
}

fn check(answers: &str) {
    let ids = answers.split(r#"{"ids":[""#).skip(1);
    let ids: Vec<usize> = ids.map(|id| id.split('"').next().unwrap().parse().unwrap()).collect();
    assert_eq!(ids, (1..=CALLS).collect::<Vec<_>>(), "each once, and in order");
    assert_eq!(answers.matches(r#"{"messages":[]}"#).count(), CALLS / 50);
    let last = answers.rsplit("\r\n\r\n").next().unwrap();
    assert!(last.contains(&format!(r#""ready":{CALLS},"#)), "{last}");
}

#[tokio::test]
async fn calls_that_are_sent_at_once_are_answered_in_order() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    connection.write_all(calls().as_bytes()).await.unwrap();
    check(&rest(&mut connection).await);
}

#[tokio::test]
async fn calls_that_come_in_any_pieces_are_answered_in_order() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let (calls, mut size) = (calls(), 1);
    let mut left = calls.as_bytes();
    while !left.is_empty() {
        let (piece, more) = left.split_at(size.min(left.len()));
        connection.write_all(piece).await.unwrap();
        // Lets the server read some of them separately.
        tokio::task::yield_now().await;
        (left, size) = (more, size * 7 % 211);
    }
    check(&rest(&mut connection).await);
}

/// The server treats this client as gone: calls that were read before the end are answered, and the
/// last one may not be. But no answered message is missing, and nothing is stuck.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_half_closes_after_its_call_leaves_nothing_stuck() {
    let server = Server::start().await;
    let (mut answered, callers) = (0, 200);
    for _ in 0..callers {
        let mut connection = server.begin("POST /jobs/messages", "x").await;
        connection.shutdown().await.unwrap();
        let said = rest(&mut connection).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 201"), "{said}");
        answered += u64::from(!said.is_empty());
    }
    server.until_metric("queue_connections", 0.0).await;
    let stats = server.stats();
    println!("{answered} of {callers} were answered, {} messages came", stats.ready);
    assert!((answered..=callers).contains(&stats.total.published), "{answered}: {stats:?}");
    assert_eq!(stats.total.published, stats.ready as u64);
}
