//! [`Any`]: an open upstream of any kind. Each call goes on to the variant.

use std::time::Duration;

use broker::Settings;
use client::{
    Answer, Client, Error, Given, Holders, Numbers, QueueSettings, ReceiveOptions, Redelivery,
    Shown, TakenIn, WatchedQueue, WorkQueue,
};

use super::nats::Nats;
use super::nsq::Nsq;
use super::sqs::Sqs;
use super::{Batch, Levels, Nature, Upstream};

/// An open upstream. A new kind is a variant here and in [`Address`](super::Address).
#[derive(Debug, Clone)]
pub enum Any {
    /// The kit's own queue.
    Kit(Client),
    /// NATS JetStream.
    Nats(Nats),
    /// NSQ.
    Nsq(Nsq),
    /// SQS.
    Sqs(Sqs),
}

/// Calls the same method on the variant.
macro_rules! each {
    ($any:expr, $queue:ident => $call:expr) => {
        match $any {
            Any::Kit($queue) => $call,
            Any::Nats($queue) => $call,
            Any::Nsq($queue) => $call,
            Any::Sqs($queue) => $call,
        }
    };
}

impl WorkQueue for Any {
    fn with_timeout(self, timeout: Duration) -> Any {
        match self {
            Any::Kit(queue) => Any::Kit(queue.with_timeout(timeout)),
            Any::Nats(queue) => Any::Nats(queue.with_timeout(timeout)),
            Any::Nsq(queue) => Any::Nsq(queue.with_timeout(timeout)),
            Any::Sqs(queue) => Any::Sqs(queue.with_timeout(timeout)),
        }
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        each!(self, queue => queue.receive(options).await)
    }

    async fn extend(&self, receipt: &str, lease: Duration) -> Result<(), Error> {
        each!(self, queue => queue.extend(receipt, lease).await)
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        each!(self, queue => queue.ack(receipt).await)
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        each!(self, queue => queue.release(receipt).await)
    }

    async fn publish_once(&self, key: &str, body: Vec<u8>) -> Result<(), Error> {
        each!(self, queue => WorkQueue::publish_once(queue, key, body).await)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        each!(self, queue => queue.publish_counted(body).await)
    }

    async fn configure(&self, settings: &QueueSettings) -> Result<(), Error> {
        each!(self, queue => queue.configure(settings).await)
    }
}

impl WatchedQueue for Any {
    fn numbers(&self) -> Answer<'_, Numbers> {
        each!(self, queue => queue.numbers())
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        each!(self, queue => queue.publish_all(bodies))
    }

    fn purge(&self) -> Answer<'_, ()> {
        each!(self, queue => queue.purge())
    }

    fn holders(&self) -> Answer<'_, Option<Holders>> {
        each!(self, queue => queue.holders())
    }

    fn retire<'a>(&'a self, worker: &'a str) -> Answer<'a, Option<u64>> {
        each!(self, queue => queue.retire(worker))
    }

    fn redelivered(&self) -> Answer<'_, Option<Vec<Redelivery>>> {
        each!(self, queue => queue.redelivered())
    }
}

impl Upstream for Any {
    fn nature(&self) -> Nature {
        each!(self, queue => queue.nature())
    }

    async fn publish(&self, batch: &Batch) -> Result<TakenIn, Error> {
        each!(self, queue => Upstream::publish(queue, batch).await)
    }

    async fn nack(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        each!(self, queue => Upstream::nack(queue, receipt, delay).await)
    }

    async fn levels(&self) -> Result<Levels, Error> {
        each!(self, queue => queue.levels().await)
    }

    async fn clear(&self) -> Result<Option<u64>, Error> {
        each!(self, queue => queue.clear().await)
    }

    async fn peek(&self, max: usize) -> Result<Vec<Shown>, Error> {
        each!(self, queue => Upstream::peek(queue, max).await)
    }

    async fn limit(&self, settings: &Settings) -> Result<(), Error> {
        each!(self, queue => queue.limit(settings).await)
    }
}
