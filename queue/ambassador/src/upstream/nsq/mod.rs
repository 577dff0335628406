//! NSQ as an upstream: a topic for each queue, with one channel, in one nsqd.
//!
//! # Layout
//! - `shared`: what all calls share
//! - `place`: where the nsqd is
//! - `frame`: commands and frames of its protocol; pure
//! - `trouble`: what its errors mean
//! - `wire`: a connection
//! - `desk`: which receives wait, and what is in flight; pure
//! - `subscription`: the connection on which all messages are received
//! - `receive`: receiving
//! - `publish`: publishing, on other connections
//! - `publishers`: those that rest
//! - `stats`: its HTTP API

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use broker::QueueName;
use client::{
    Answer, Error, Given, Numbers, ReceiveOptions, TakenIn, Url, WatchedQueue, WorkQueue,
};
use queue::{Can, Capabilities};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{Batch, Levels, Nature, Upstream};
use crate::table::Habits;

mod desk;
mod frame;
mod place;
mod publish;
mod publishers;
mod receive;
mod shared;
mod stats;
mod subscription;
mod trouble;
mod wire;

use frame::{Command, Id};
use place::Place;
use publishers::Publishers;
use shared::Inner;

/// How often a lease is renewed. Two renewals may fail.
const RENEW_EVERY: Duration = Duration::from_secs(10);
/// How long the start waits for the first subscription.
const AT_FIRST: Duration = Duration::from_secs(2);
/// The longest name of a topic.
const LONGEST_NAME: usize = 64;

/// A queue in NSQ. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Nsq(Arc<Inner>);

/// Checks an address of NSQ.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(url: &Url) -> Result<(), String> {
    Place::of(url).map(drop)
}

impl Nsq {
    /// Subscribes; if nsqd is away, the first call that finds it does.
    ///
    /// # Errors
    /// When the name cannot be that of a topic, or the address is not valid.
    pub(super) async fn open(url: &Url, queue: &QueueName) -> Result<Nsq, Error> {
        let name = queue.to_string();
        if name.len() > LONGEST_NAME {
            let text = format!("{name} cannot be a topic of NSQ: it has more than 64 characters");
            return Err(Error::Failing(text));
        }
        let place = Place::of(url).map_err(Error::Failing)?;
        let nsq = Nsq(Arc::new(Inner {
            name,
            place,
            http: stats::http(),
            publishers: Publishers::default(),
            subscription: Mutex::new(None),
            next: AtomicU64::new(1),
        }));
        // So that the channel keeps what others publish from now on. If it fails, calls say why.
        let _ = timeout(AT_FIRST, nsq.0.subscription()).await;
        Ok(nsq)
    }
}

impl Inner {
    /// Ends a delivery, or touches it, on the connection that received it.
    async fn settle(
        &self,
        receipt: &str,
        how: impl FnOnce(Id) -> Command<'static>,
    ) -> Result<(), Error> {
        let stale = |text: &str| Error::Stale(text.to_owned());
        let (connection, id) = receive::read_receipt(receipt)
            .ok_or_else(|| stale("it is no receipt of this queue"))?;
        let known = self.subscription.lock().await.clone();
        let ours = known.filter(|it| it.is_up() && it.number == connection);
        let ours = ours.ok_or_else(|| stale("the connection that received it is lost"))?;
        let command = how(id);
        let ended = ours.written(|desk, out| match command {
            Command::Touch(_) if desk.holds(id) => {
                command.put(out);
                true
            }
            Command::Touch(_) => false,
            _ => desk.end(id, command, out),
        });
        match ended.await.map_err(|trouble| self.error(trouble))? {
            true => Ok(()),
            false => Err(stale("NSQ has taken the message back")),
        }
    }

    async fn hand_back(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.settle(receipt, |id| Command::Req(id, publish::millis(delay))).await
    }

    async fn levels(&self) -> Result<Levels, Error> {
        self.subscription().await?;
        Ok(self.stats().await?.levels())
    }

    async fn purge(&self) -> Result<(), Error> {
        let at = self.subscription().await?;
        // What is delivered meanwhile would be in flight here and deleted there.
        let mut stop = at.stop();
        self.empty().await?;
        stop.emptied = true;
        Ok(())
    }
}

impl Upstream for Nsq {
    fn nature(&self) -> Nature {
        let capabilities = Capabilities {
            extend: Can::Partly("for 15 minutes, or nsqd's --max-msg-timeout"),
            nack_delay: Can::Partly("by at most an hour, or nsqd's --max-req-timeout"),
            publish_delay: Can::Partly("by at most an hour, or nsqd's --max-req-timeout"),
            whole_batches: Can::Partly("yes, without ids; delayed ones one after the other"),
            fencing: Can::Partly("nsqd answers no acks; one that comes too late is logged"),
            totals: Can::Partly("published since nsqd started, all others counted here"),
            oldest_age: Can::No,
            idempotency: Can::No,
            peek: Can::No,
            ..Capabilities::ALL
        };
        let habits = Habits { renew_every: Some(RENEW_EVERY), receipts_outlive: false };
        Nature { capabilities, habits }
    }

    async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        self.0.publish(batch).await
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        self.0.within(self.0.hand_back(receipt, delay)).await
    }

    async fn levels(&self) -> Result<Levels, Error> {
        self.0.within(self.0.levels()).await
    }
}

impl WorkQueue for Nsq {
    /// All calls have the ambassador's limit.
    fn with_timeout(self, _: Duration) -> Nsq {
        self
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let jobs = self.0.receive(options).await?;
        Ok(Given { jobs, retired: false })
    }

    /// A touch begins the connection's time again, whatever the length: the table renews it.
    async fn extend(&self, receipt: &str, _: Duration) -> Result<(), Error> {
        self.0.within(self.0.settle(receipt, Command::Touch)).await
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.0.within(self.0.settle(receipt, Command::Fin)).await
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.0.within(self.0.hand_back(receipt, Duration::ZERO)).await
    }

    /// NSQ knows no keys.
    async fn publish_once(&self, _: &str, body: Vec<u8>) -> Result<(), Error> {
        self.0.publish(&Batch::of(vec![body])).await.map(drop)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        self.0.publish(&Batch::of(vec![body])).await.map(|taken_in| taken_in.total)
    }
}

impl WatchedQueue for Nsq {
    fn numbers(&self) -> Answer<'_, Numbers> {
        Box::pin(async { Upstream::levels(self).await.map(|levels| levels.numbers) })
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        Box::pin(async { self.0.publish(&Batch::of(bodies.to_vec())).await.map(drop) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        Box::pin(self.0.within(self.0.purge()))
    }
}
