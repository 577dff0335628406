//! Publishers and workers on kept connections, 100 messages per call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, watch};

use crate::connection::{Connection, request};

/// Messages per call.
pub(crate) const BATCH: u64 = 100;
/// Bytes per message.
const BODY: usize = 100;
/// The wait is long enough to avoid constant calls, and the lease never ends here.
const RECEIVE: &str = "POST /v1/queues/jobs/messages/receive?max=100&wait_s=1&lease_s=600";

/// Which clients work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Publishers and workers.
    Steady,
    /// Publishers only.
    Fill,
    /// Workers only.
    Drain,
    /// None, because everything is done.
    Over,
}

/// What the clients share.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    /// How many messages are published in total.
    total: u64,
    /// Messages that are being published or were published.
    begun: AtomicU64,
    /// Publishes that were answered with 201.
    published: AtomicU64,
    /// Acks that were answered with ok.
    acked: AtomicU64,
    /// How many more messages the queue may hold.
    pub(crate) room: Semaphore,
    pub(crate) phase: watch::Sender<Phase>,
}

impl Load {
    pub(crate) fn new(address: SocketAddr, total: u64, depth: usize) -> Arc<Load> {
        let (begun, published, acked) = Default::default();
        let (room, phase) = (Semaphore::new(depth), watch::Sender::new(Phase::Steady));
        Arc::new(Load { address, total, begun, published, acked, room, phase })
    }

    pub(crate) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    pub(crate) fn acked(&self) -> u64 {
        self.acked.load(Ordering::Relaxed)
    }

    /// Creates the queue, with room for any load.
    pub(crate) async fn prepare(&self) {
        let limits = r#"{"max_depth": 100000000, "max_bytes": 100000000000}"#;
        let put = request("PUT /v1/queues/jobs", "text/plain", limits);
        let answer = Connection::open(self.address).await.call(&put).await;
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    async fn until(&self, so: impl FnMut(&Phase) -> bool) -> Phase {
        *self.phase.subscribe().wait_for(so).await.unwrap()
    }

    /// Publishes until all messages are published.
    pub(crate) async fn publish(self: Arc<Load>) {
        let mut connection = Connection::open(self.address).await;
        let lines = format!("{}\n", "x".repeat(BODY)).repeat(BATCH as usize);
        let publish = request("POST /v1/queues/jobs/messages", "application/x-ndjson", &lines);
        while self.begun.fetch_add(BATCH, Ordering::Relaxed) < self.total {
            self.until(|phase| *phase != Phase::Drain).await;
            self.room.acquire_many(BATCH as u32).await.unwrap().forget();
            let answer = connection.call(&publish).await;
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
            self.published.fetch_add(BATCH, Ordering::Relaxed);
        }
    }

    /// Receives and acks, until the test is over.
    pub(crate) async fn work(self: Arc<Load>) {
        let mut connection = Connection::open(self.address).await;
        let receive = request(RECEIVE, "text/plain", "");
        while self.until(|phase| *phase != Phase::Fill).await != Phase::Over {
            let answer = connection.call(&receive).await;
            let receipts = answer.split("\"receipt\":\"").skip(1);
            let receipts = receipts.map(|it| it.split('"').next().unwrap());
            let receipts: Vec<_> = receipts.map(|receipt| format!("\"{receipt}\"")).collect();
            if receipts.is_empty() {
                continue;
            }
            let body = format!("{{\"receipts\":[{}]}}", receipts.join(","));
            let ack = request("POST /v1/queues/jobs/messages/ack", "application/json", &body);
            let answer = connection.call(&ack).await;
            assert_eq!(answer.matches("\"ok\"").count(), receipts.len(), "{answer}");
            self.acked.fetch_add(receipts.len() as u64, Ordering::Relaxed);
            self.room.add_permits(receipts.len());
        }
    }
}
