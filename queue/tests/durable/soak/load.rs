//! Publishers and workers on kept connections, a hundred messages a call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Semaphore, watch};

use crate::connection::{Connection, request};

/// Messages a call.
pub(crate) const BATCH: u64 = 100;
/// Bytes a message.
const BODY: usize = 100;
/// With a wait that is long enough not to ask all the time, and a lease that never ends here.
const RECEIVE: &str = "POST /v1/queues/jobs/messages/receive?max=100&wait_s=1&lease_s=600";

/// Who is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// All.
    Steady,
    /// Publishers only.
    Fill,
    /// Workers only.
    Drain,
    /// Nobody, for all is done.
    Over,
}

/// What the clients share.
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    /// How many messages there are to be in all.
    total: u64,
    /// Those that somebody publishes or has published.
    begun: AtomicU64,
    /// Those that were answered with 201.
    published: AtomicU64,
    /// Those whose acknowledgement was answered with ok.
    acked: AtomicU64,
    /// So many more may be in the queue.
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

    /// Makes the queue, with room for any load.
    pub(crate) async fn prepare(&self) {
        let limits = r#"{"max_depth": 100000000, "max_bytes": 100000000000}"#;
        let put = request("PUT /v1/queues/jobs", "text/plain", limits);
        let answer = Connection::open(self.address).await.call(&put).await;
        assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    }

    async fn until(&self, so: impl FnMut(&Phase) -> bool) -> Phase {
        *self.phase.subscribe().wait_for(so).await.unwrap()
    }

    /// Publishes, until all messages are.
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

    /// Receives and acknowledges, until it is over.
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
