//! A load of calls on kept connections, one call at a time on each.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::connection::{Connection, request};
use crate::speech::Speech;

/// A kind of load.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Publish,
    /// 100 messages at once.
    Batch,
    /// Publish, receive and ack of one message.
    Cycle,
}

/// The result of a load.
#[derive(Debug)]
pub(crate) struct Load {
    /// Messages, or cycles of three calls.
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Messages, or cycles of three calls.
    pub(crate) count: usize,
    /// The server's processor time per message or cycle; filled in by the caller.
    pub(crate) cost: Duration,
}

/// A load: its kind, connections and duration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) speech: Speech,
    pub(crate) connections: usize,
    /// Bytes of a message.
    pub(crate) body: usize,
    pub(crate) span: Duration,
}

pub(crate) async fn run(address: SocketAddr, plan: Plan) -> Load {
    if plan.speech == Speech::Queue {
        // Room for all messages; the bare server ignores this.
        let limits = r#"{"max_depth": 100000000, "max_bytes": 100000000000}"#;
        let configure = request("PUT /v1/queues/q", "text/plain", limits);
        Connection::open(address).await.call(&configure).await;
    }
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..plan.connections {
        tasks.spawn(client(address, plan, began + plan.span));
    }
    let mut times: Vec<Duration> = tasks.join_all().await.concat();
    let seconds = began.elapsed().as_secs_f64();
    let each = if plan.kind == Kind::Batch { 100 } else { 1 };
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let count = times.len() * each;
    let (per_second, cost) = (count as f64 / seconds, Duration::ZERO);
    Load { per_second, p50: at(0.5), p99: at(0.99), count, cost }
}

/// Loads one connection until `end`; returns how long each round took.
async fn client(address: SocketAddr, plan: Plan, end: Instant) -> Vec<Duration> {
    let mut connection = Connection::open(address).await;
    let one = "x".repeat(plan.body);
    let publish = match plan.kind {
        Kind::Batch => {
            let lines = format!("{one}\n").repeat(100);
            request("POST /v1/queues/q/messages", "application/x-ndjson", &lines)
        }
        _ => plan.speech.publish(&one),
    };
    let receive = request("POST /v1/queues/q/messages/receive", "text/plain", "");
    let mut times = Vec::new();
    while Instant::now() < end {
        let began = Instant::now();
        let answer = connection.call_for(&publish, plan.speech.whole()).await;
        // A full queue refuses messages; such a measurement would be worthless.
        assert!(plan.speech.is_accepted(&answer), "{answer}");
        if plan.kind == Kind::Cycle {
            let answer = connection.call(&receive).await;
            let receipt = answer.split("\"receipt\":\"").nth(1).and_then(|it| it.split('"').next());
            let receipts = format!("{{\"receipts\":[\"{}\"]}}", receipt.unwrap());
            let ack = request("POST /v1/queues/q/messages/ack", "application/json", &receipts);
            let answer = connection.call(&ack).await;
            assert!(answer.contains("\"status\":\"ok\""), "{answer}");
        }
        times.push(began.elapsed());
    }
    times
}
