//! NATS JetStream as an upstream: a stream for each queue, with one durable pull consumer.
//!
//! The calls of JetStream are requests with JSON, and are made here as such: so the settings of a
//! stream that others have made are changed without losing those that this program does not know.
//!
//! # Layout
//! - `shared`: what all calls share
//! - `link`: the connection
//! - `reply`: the answers of JetStream, and its errors
//! - `stream`: the stream and its consumer, their numbers and limits
//! - `publish`: publishing, once for each key
//! - `keys`: notices a key that comes with other messages
//! - `pull`: receiving
//! - `ack`: ack, hand back and renew
//! - `returned`: messages that were handed back and wait for their next delivery

use std::sync::Arc;
use std::time::Duration;

use broker::{QueueName, Settings};
use client::{
    Answer, Error, Given, Numbers, ReceiveOptions, Shown, TakenIn, Url, WatchedQueue, WorkQueue,
};
use queue::{Can, Capabilities};
use tokio::sync::Mutex;

use super::{Batch, Levels, Nature, Upstream};
use crate::table::Habits;

mod ack;
mod keys;
mod link;
mod publish;
mod pull;
mod reply;
mod returned;
mod shared;
mod stream;

use keys::Keys;
use link::Link;
use returned::Returned;
use shared::Inner;

/// How often a lease is renewed. Two renewals may fail.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// A queue in NATS JetStream. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Nats(Arc<Inner>);

impl Nats {
    /// Connects to a server; if it is away, calls fail until it is there.
    ///
    /// # Errors
    /// When the name cannot be that of a stream, or the address is not valid.
    pub(super) async fn open(url: &Url, queue: &QueueName) -> Result<Nats, Error> {
        let name = queue.to_string();
        if name.contains('.') {
            let text = format!("{name} cannot be a stream of NATS: its name has a dot");
            return Err(Error::Failing(text));
        }
        let link = Link::open(url).await?;
        let (stream, returned, keys) = (Mutex::new(None), Returned::default(), Keys::default());
        Ok(Nats(Arc::new(Inner { name, link, stream, returned, keys })))
    }
}

impl Upstream for Nats {
    fn nature(&self) -> Nature {
        let capabilities = Capabilities {
            publish_delay: Can::No,
            whole_batches: Can::Partly("one after the other; a key completes it at the next try"),
            fencing: Can::Partly("until a restart, whose earlier receipts stay valid"),
            totals: Can::Partly("published by the server, all others counted here"),
            ..Capabilities::ALL
        };
        let habits = Habits { renew_every: Some(RENEW_EVERY), receipts_outlive: true };
        Nature { capabilities, habits }
    }

    async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        self.0.publish(batch).await
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.0.hand_back(receipt, delay).await
    }

    async fn levels(&self) -> Result<Levels, Error> {
        self.0.levels().await
    }

    async fn clear(&self) -> Result<Option<u64>, Error> {
        self.0.purge().await.map(Some)
    }

    async fn peek(&self, max: usize) -> Result<Vec<Shown>, Error> {
        self.0.peek(max).await
    }

    async fn limit(&self, settings: &Settings) -> Result<(), Error> {
        self.0.limit(settings).await
    }
}

impl WorkQueue for Nats {
    /// All calls have the ambassador's limit.
    fn with_timeout(self, _: Duration) -> Nats {
        self
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let jobs = self.0.receive(options).await?;
        Ok(Given { jobs, retired: false })
    }

    /// The lease is renewed by [`ACK_WAIT`], whatever its length: the table renews it in time.
    async fn extend(&self, receipt: &str, _: Duration) -> Result<(), Error> {
        self.0.renew(receipt).await
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.0.ack(receipt).await
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.0.hand_back(receipt, Duration::ZERO).await
    }

    async fn publish_once(&self, key: &str, body: Vec<u8>) -> Result<(), Error> {
        let once = super::Once { key: key.to_owned(), fingerprint: [0; 16] };
        let batch = Batch { once: Some(once), ..Batch::of(vec![body]) };
        self.0.publish(&batch).await.map(drop)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        self.0.publish(&Batch::of(vec![body])).await.map(|taken_in| taken_in.total)
    }
}

impl WatchedQueue for Nats {
    fn numbers(&self) -> Answer<'_, Numbers> {
        Box::pin(async { self.0.levels().await.map(|levels| levels.numbers) })
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        Box::pin(async { self.0.publish(&Batch::of(bodies.to_vec())).await.map(drop) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        Box::pin(async { self.0.purge().await.map(drop) })
    }
}
