//! A thousand clients that hang up while their receives wait, each in one of three ways.

use std::collections::BTreeSet;

use broker::NewMessage;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::support::{Server, answer};
use tokio::io::AsyncWriteExt;

const RECEIVERS: usize = 1000;
/// How many wait at a time.
const WAVE: usize = 50;

/// By close, reset or half-close; the remaining connection must stay open until the server has seen
/// it.
async fn hang_up(number: usize, mut connection: TcpStream) -> Option<TcpStream> {
    match number % 3 {
        0 => None,
        1 => {
            connection.set_zero_linger().unwrap();
            None
        }
        _ => {
            connection.shutdown().await.unwrap();
            Some(connection)
        }
    }
}

async fn wave_that_waits(server: &Server, lease: &str) -> Vec<TcpStream> {
    let call = format!("POST /jobs/messages/receive?wait_s=20&lease_s={lease}");
    let mut waiting = Vec::new();
    for _ in 0..WAVE {
        waiting.push(server.begin(&call, "").await);
    }
    server.until(|stats| stats.waiting == WAVE).await;
    waiting
}

fn publish(server: &Server, messages: usize) {
    let jobs = "jobs".parse().unwrap();
    let one = || NewMessage { body: b"".as_slice().into(), delay: std::time::Duration::ZERO };
    let batch = (0..messages).map(|_| one()).collect();
    server.hub.call(|broker, now| broker.publish(now, &jobs, batch, 0)).unwrap();
}

/// Receives and acks all messages; returns their ids and attempts.
async fn drain(server: &Server) -> Vec<(u64, u64)> {
    let mut done = Vec::new();
    loop {
        let mut connection = server.begin("POST /jobs/messages/receive?max=100", "").await;
        let answer = answer(&mut connection).await;
        let json: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let messages = json["messages"].as_array().unwrap();
        if messages.is_empty() {
            return done;
        }
        let number = |value: &Value| value.as_str().unwrap().parse().unwrap();
        let line =
            |message: &Value| (number(&message["id"]), message["attempts"].as_u64().unwrap());
        done.extend(messages.iter().map(line));
        let receipts: Vec<&Value> = messages.iter().map(|message| &message["receipt"]).collect();
        let body = serde_json::json!({ "receipts": receipts }).to_string();
        let mut connection = server.begin("POST /jobs/messages/ack", &body).await;
        assert!(!crate::support::answer(&mut connection).await.contains("stale"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_hangs_up_while_waiting_leaves_nothing_stuck() {
    let server = Server::start().await;
    for wave in 0..RECEIVERS / WAVE {
        let mut left = Vec::new();
        for (number, connection) in wave_that_waits(&server, "30").await.into_iter().enumerate() {
            left.push(hang_up(wave + number, connection).await);
        }
        server.until(|stats| stats.waiting == 0).await;
    }
    publish(&server, RECEIVERS);
    let stats = server.stats();
    assert_eq!((stats.ready, stats.in_flight, stats.total.delivered), (RECEIVERS, 0, 0));
    server.until_metric("queue_connections", 0.0).await;
    let first_attempts = drain(&server).await.into_iter().filter(|(_, attempt)| *attempt == 1);
    assert_eq!(first_attempts.count(), RECEIVERS);
}

/// Messages come while clients hang up: those sent to a gone client come back when their leases
/// end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_lost_or_stuck_where_a_thousand_hang_up_while_messages_come() {
    let server = Server::start().await;
    let mut ids = BTreeSet::new();
    for wave in 0..RECEIVERS / WAVE {
        let mut left = Vec::new();
        for (number, connection) in wave_that_waits(&server, "0.05").await.into_iter().enumerate() {
            let leave = tokio::spawn(hang_up(wave + number, connection));
            publish(&server, 1);
            left.push(leave.await.unwrap());
        }
        let back = (0, 0, WAVE);
        server.until(|stats| (stats.waiting, stats.in_flight, stats.ready) == back).await;
        ids.extend(drain(&server).await.into_iter().map(|(id, _)| id));
    }
    assert_eq!(ids, (1..=RECEIVERS as u64).collect());
    server.until_metric("queue_connections", 0.0).await;
}
