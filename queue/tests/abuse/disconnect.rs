//! A client that hangs up takes no message with it.

use std::time::Duration;

use broker::NewMessage;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{SOON, Server, answer, rest, send};

/// How often each way of hanging up is tried; `ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200)
}

const WAIT: &str = "POST /jobs/messages/receive?wait_s=20";

/// The ways in which a client can hang up.
#[derive(Debug, Clone, Copy)]
enum Leaving {
    /// It closes the connection: the server reads its end.
    Close,
    /// Its process is killed with unread bytes, or its machine resets the connection: the server
    /// reads an error.
    Reset,
    /// It sends nothing more, but might still read; the server treats it as gone.
    HalfClose,
}

impl Leaving {
    /// Hangs up; the remaining connection must stay open until the server has seen it.
    async fn leave(self, mut connection: TcpStream) -> Option<TcpStream> {
        match self {
            Leaving::Close => None,
            Leaving::Reset => {
                connection.set_zero_linger().unwrap();
                None
            }
            Leaving::HalfClose => {
                connection.shutdown().await.unwrap();
                Some(connection)
            }
        }
    }
}

fn publish(server: &Server) {
    let (jobs, new) = (
        "jobs".parse().unwrap(),
        NewMessage { body: b"".as_slice().into(), delay: Duration::ZERO },
    );
    server.hub.call(|broker, now| broker.publish(now, &jobs, vec![new], 0)).unwrap();
}

/// Receives the only message and acks it; returns its attempt.
async fn finish(server: &Server) -> u64 {
    let mut connection = server.begin("POST /jobs/messages/receive", "").await;
    let message = first_message(&answer(&mut connection).await).expect("a message is ready");
    ack(server, &message).await;
    message["attempts"].as_u64().unwrap()
}

fn first_message(answer: &str) -> Option<Value> {
    let json = answer.split_once("\r\n\r\n")?.1;
    let received: Value = serde_json::from_str(json).unwrap();
    received["messages"].get(0).cloned()
}

async fn ack(server: &Server, message: &Value) {
    let body = serde_json::json!({ "receipts": [message["receipt"]] }).to_string();
    let mut connection = server.begin("POST /jobs/messages/ack", &body).await;
    assert!(answer(&mut connection).await.contains("\"ok\""));
}

/// The client hangs up, then a message comes: the client must have no effect.
async fn nothing_is_taken_by(leaving: Leaving, body: &str) {
    let server = Server::start().await;
    for _ in 0..rounds() {
        let connection = server.begin(WAIT, body).await;
        server.until(|stats| stats.waiting == 1).await;
        let left = leaving.leave(connection).await;
        server.until(|stats| stats.waiting == 0).await;
        publish(&server);
        assert_eq!(finish(&server).await, 1);
        drop(left);
    }
    let stats = server.stats();
    assert_eq!((stats.total.acked, stats.in_flight, stats.ready), (rounds(), 0, 0));
    assert_eq!(stats.total.delivered, rounds(), "no message was delivered to a gone client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_closes_takes_nothing_with_it() {
    nothing_is_taken_by(Leaving::Close, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_resets_takes_nothing_with_it() {
    nothing_is_taken_by(Leaving::Reset, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_half_closes_takes_nothing_with_it() {
    nothing_is_taken_by(Leaving::HalfClose, "").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_sent_a_needless_body_takes_nothing_with_it() {
    nothing_is_taken_by(Leaving::Close, &"x".repeat(60_000)).await;
}

/// The message is published over HTTP right after the client has hung up: the server notices both
/// at once, hanging up first. On a busy machine the kernel sometimes lets the publish overtake.
/// Then the server cannot know better, and the end of the lease brings the message back.
async fn nothing_is_taken_right_before_by(leaving: Leaving) {
    let server = Server::start().await;
    let mut by_lease = 0;
    for _ in 0..rounds() {
        let mut publisher = server.connect().await;
        let connection = server.begin(&format!("{WAIT}&lease_s=1"), "").await;
        server.until(|stats| stats.waiting == 1).await;
        let left = leaving.leave(connection).await;
        send(&mut publisher, "POST /jobs/messages", "").await;
        answer(&mut publisher).await;
        server.until(|stats| stats.ready == 1).await;
        by_lease += finish(&server).await - 1;
        drop(left);
    }
    let total = server.stats().total;
    assert_eq!((total.acked, total.lease_expired), (rounds(), by_lease));
    assert!(by_lease <= rounds() / 20, "{by_lease} of {} came back by their lease only", rounds());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_right_after_a_close_is_not_lost() {
    nothing_is_taken_right_before_by(Leaving::Close).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_right_after_a_reset_is_not_lost() {
    nothing_is_taken_right_before_by(Leaving::Reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_right_after_a_half_close_is_not_lost() {
    nothing_is_taken_right_before_by(Leaving::HalfClose).await;
}

/// A half-close at the same moment as a publish: the answer can still be read, and shows where the
/// message is. Either the client or the queue has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_race_either_the_client_or_the_queue_has_the_message() {
    let server = Server::start().await;
    for round in 0..rounds() {
        let connection = server.begin(WAIT, "").await;
        server.until(|stats| stats.waiting == 1).await;
        let (left, ()) = tokio::join!(Leaving::HalfClose.leave(connection), async {
            for _ in 0..round % 8 {
                tokio::task::yield_now().await;
            }
            publish(&server);
        });
        match first_message(&rest(&mut left.unwrap()).await) {
            Some(message) => ack(&server, &message).await,
            None => {
                server.until(|stats| stats.ready == 1).await;
                assert_eq!(finish(&server).await, 1);
            }
        }
    }
    let stats = server.stats();
    assert_eq!((stats.total.acked, stats.in_flight, stats.ready), (rounds(), 0, 0));
}

/// Like above, but it is unknown whether the bytes arrived. A message that was sent to a dead
/// connection comes back when its lease ends. None is lost, none stays in flight.
async fn nothing_is_stuck_after_racing(leaving: Leaving) {
    let server = Server::start().await;
    let mut expired = 0;
    for round in 0..rounds() {
        let connection = server.begin(&format!("{WAIT}&lease_s=0.01"), "").await;
        server.until(|stats| stats.waiting == 1).await;
        let leave = tokio::spawn(leaving.leave(connection));
        for _ in 0..round % 8 {
            tokio::task::yield_now().await;
        }
        publish(&server);
        leave.await.unwrap();
        server.until(|stats| (stats.waiting, stats.in_flight, stats.ready) == (0, 0, 1)).await;
        let gone_out = server.stats().total.lease_expired > expired;
        expired += u64::from(gone_out);
        assert_eq!(finish(&server).await, 1 + u64::from(gone_out));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stuck_after_closes_that_race_with_publishing() {
    nothing_is_stuck_after_racing(Leaving::Close).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_stuck_after_resets_that_race_with_publishing() {
    nothing_is_stuck_after_racing(Leaving::Reset).await;
}

#[tokio::test]
async fn a_waiting_receive_ends_at_once_at_the_shutdown() {
    let server = Server::start().await;
    let mut connection = server.begin(WAIT, "").await;
    server.until(|stats| stats.waiting == 1).await;
    server.trigger.set();
    assert!(rest(&mut connection).await.ends_with(r#"{"messages":[]}"#));
    tokio::time::timeout(SOON, server.running).await.unwrap().unwrap().unwrap();
}
