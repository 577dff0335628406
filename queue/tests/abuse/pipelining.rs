//! Calls that are sent without waiting for the answers before them.

use std::fmt::Write;

use tokio::io::AsyncWriteExt;

use crate::head;
use crate::support::{Server, rest};

const CALLS: usize = 200;

/// Publishes, each with its own body; a receive that waits for nothing among them; and one that
/// is the last.
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
        // The server sees some of them by themselves.
        tokio::task::yield_now().await;
        (left, size) = (more, size * 7 % 211);
    }
    check(&rest(&mut connection).await);
}

/// As `printf … | nc -N` does it: nothing more will come, and the answers are still read.
#[tokio::test]
async fn calls_with_an_end_right_behind_them_are_done_and_answered() {
    let server = Server::start().await;
    let mut connection = server.connect().await;
    let calls = calls().replace("?wait_s=0.05", "");
    connection.write_all(calls.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    check(&rest(&mut connection).await);
}
