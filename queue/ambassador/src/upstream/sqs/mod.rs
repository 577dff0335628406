//! SQS as an upstream: a standard queue of Amazon, or of a server with the same API.
//!
//! # Layout
//! - `shared`: what all calls share
//! - `place`: which SQS
//! - `fault`: what its errors mean
//! - `found`: the queue is found or made; its numbers and its purge
//! - `body`: bodies as text; pure
//! - `publish`: publishing
//! - `receive`: receiving
//! - `unanswered`: acks that may have been carried out
//! - `hidden`: messages that were handed back and stay hidden

use std::sync::Arc;
use std::time::Duration;

use broker::QueueName;
use client::{
    Answer, Error, Given, Numbers, ReceiveOptions, TakenIn, Url, WatchedQueue, WorkQueue,
};
use queue::{Can, Capabilities};
use tokio::sync::Mutex;

use super::{Batch, Levels, Nature, Upstream};
use crate::table::Habits;

mod body;
mod fault;
mod found;
mod hidden;
mod place;
mod publish;
mod receive;
mod shared;
mod unanswered;

use fault::fault;
use hidden::Hidden;
use place::Place;
use shared::{Inner, seconds};
use unanswered::Unanswered;

/// A queue in SQS. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Sqs(Arc<Inner>);

/// Checks an address of SQS.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(url: &Url) -> Result<(), String> {
    Place::of(url).map(drop)
}

impl Sqs {
    /// Prepares the client; the first call looks for the queue.
    ///
    /// # Errors
    /// When the name cannot be that of a queue in SQS, or the address is not valid.
    pub(super) async fn open(url: &Url, queue: &QueueName) -> Result<Sqs, Error> {
        let name = queue.to_string();
        if name.contains('.') {
            let text = format!("{name} cannot be a queue of SQS: its name has a dot");
            return Err(Error::Failing(text));
        }
        let place = Place::of(url).map_err(Error::Failing)?;
        let client = found::client(&place).await;
        let (found, hidden, unanswered) =
            (Mutex::default(), Hidden::default(), Unanswered::default());
        Ok(Sqs(Arc::new(Inner { name, place, client, found, hidden, unanswered })))
    }
}

impl Inner {
    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        let acked = async {
            let delete = self.client.delete_message().queue_url(self.url().await?);
            let deleted = delete.receipt_handle(receipt).send().await;
            deleted.map_err(|error| fault(&error, &self.place.shown))
        };
        let answer = self.within(acked).await.map(drop);
        self.unanswered.heard(receipt, answer)
    }

    /// The message is ready again after this time.
    async fn hide(&self, receipt: &str, time: Duration) -> Result<(), Error> {
        let hidden = async {
            let change = self.client.change_message_visibility().queue_url(self.url().await?);
            let change = change.receipt_handle(receipt).visibility_timeout(seconds(time));
            change.send().await.map_err(|error| fault(&error, &self.place.shown))
        };
        self.within(hidden).await.map(drop)
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.hide(receipt, delay).await?;
        if !delay.is_zero() {
            self.hidden.add(Duration::from_secs(seconds(delay) as u64));
        }
        Ok(())
    }
}

impl Upstream for Sqs {
    fn nature(&self) -> Nature {
        let capabilities = Capabilities {
            extend: Can::Partly("for 12 hours in all"),
            nack_delay: Can::Partly("in whole seconds"),
            publish_delay: Can::Partly("in whole seconds, by at most 15 minutes"),
            whole_batches: Can::Partly("in calls of at most 10 messages and 256 KiB"),
            fencing: Can::Partly("until a restart, whose earlier receipts stay valid"),
            totals: Can::Partly("counted here; what the queue holds is approximate"),
            oldest_age: Can::No,
            idempotency: Can::No,
            peek: Can::No,
            purge: Can::Partly("once a minute"),
            ..Capabilities::ALL
        };
        Nature { capabilities, habits: Habits { renew_every: None, receipts_outlive: true } }
    }

    async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        self.0.publish(batch).await
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.0.nack(receipt, delay).await
    }

    async fn levels(&self) -> Result<Levels, Error> {
        self.0.levels().await
    }
}

impl WorkQueue for Sqs {
    /// All calls have the ambassador's limit.
    fn with_timeout(self, _: Duration) -> Sqs {
        self
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let jobs = self.0.receive(options).await?;
        Ok(Given { jobs, retired: false })
    }

    async fn extend(&self, receipt: &str, lease: Duration) -> Result<(), Error> {
        self.0.hide(receipt, lease).await
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.0.ack(receipt).await
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.0.hide(receipt, Duration::ZERO).await
    }

    /// A standard queue knows no keys.
    async fn publish_once(&self, _: &str, body: Vec<u8>) -> Result<(), Error> {
        self.0.publish(&Batch::of(vec![body])).await.map(drop)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        self.0.publish(&Batch::of(vec![body])).await.map(|taken_in| taken_in.total)
    }
}

impl WatchedQueue for Sqs {
    fn numbers(&self) -> Answer<'_, Numbers> {
        Box::pin(async { self.0.levels().await.map(|levels| levels.numbers) })
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        Box::pin(async { self.0.publish(&Batch::of(bodies.to_vec())).await.map(drop) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        Box::pin(self.0.purge())
    }
}
