//! The kit's own queue as workers and engines see any queue.

use std::time::Duration;

use reqwest::Method;

use crate::client::Client;
use crate::error::Error;
use crate::watch::{Answer, Holders, Numbers, WatchedQueue};
use crate::wire::{Extend, Message, QueueSettings, QueueStats, Redelivery, Workers};
use crate::work::{Given, Job, ReceiveOptions, WorkQueue};

impl WorkQueue for Client {
    fn with_timeout(self, timeout: Duration) -> Client {
        Client::with_timeout(self, timeout)
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let received = self.receive_as(options).await?;
        let job = |Message { id, receipt, body, .. }| Job { id, receipt, body };
        let jobs = received.messages.into_iter().map(job).collect();
        Ok(Given { jobs, retired: received.retired })
    }

    async fn extend(&self, receipt: &str, lease: Duration) -> Result<(), Error> {
        let extend = Extend { lease_s: lease.as_secs_f64() };
        self.send(self.call(Method::PATCH, &["messages", receipt]).json(&extend)).await.map(drop)
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.end("ack", receipt, None).await
    }

    async fn ack_all(&self, receipts: &[&str]) -> Result<(), Error> {
        Client::ack_all(self, receipts).await
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.end("release", receipt, None).await
    }

    async fn publish_once(&self, key: &str, body: Vec<u8>) -> Result<(), Error> {
        Client::publish_once(self, key, body).await.map(drop)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        Client::publish_counted(self, body).await.map(Some)
    }

    async fn configure(&self, settings: &QueueSettings) -> Result<(), Error> {
        self.send(self.call(Method::PUT, &[]).json(settings)).await.map(drop)
    }
}

impl WatchedQueue for Client {
    fn numbers(&self) -> Answer<'_, Numbers> {
        Box::pin(async { self.stats().await.map(Numbers::from) })
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        Box::pin(async { Client::publish_all(self, bodies).await.map(drop) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        Box::pin(async { Client::purge(self).await.map(drop) })
    }

    fn holders(&self) -> Answer<'_, Option<Holders>> {
        Box::pin(async { self.workers().await.map(|all| Some(all.into())) })
    }

    fn retire<'a>(&'a self, worker: &'a str) -> Answer<'a, Option<u64>> {
        Box::pin(async { Client::retire(self, worker).await.map(Some) })
    }

    fn redelivered(&self) -> Answer<'_, Option<Vec<Redelivery>>> {
        Box::pin(async { Client::redelivered(self).await.map(Some) })
    }
}

impl From<QueueStats> for Numbers {
    fn from(stats: QueueStats) -> Numbers {
        let time = |seconds: Option<f64>| Duration::try_from_secs_f64(seconds?).ok();
        Numbers {
            ready: stats.ready,
            in_flight: stats.in_flight,
            published_total: Some(stats.published_total),
            acked_total: Some(stats.acked_total),
            dead_total: Some(stats.dead_total),
            expired_total: Some(stats.expired_total),
            lease_expired_total: Some(stats.lease_expired_total),
            busy_workers: stats.busy_workers,
            ack_p90: time(stats.ack_p90_s),
            clock: time(stats.clock_s),
        }
    }
}

impl From<Workers> for Holders {
    fn from(all: Workers) -> Holders {
        let (busy, idle): (Vec<_>, Vec<_>) = all.workers.into_iter().partition(|it| it.leases > 0);
        let names = |some: Vec<crate::wire::Worker>| some.into_iter().map(|it| it.name).collect();
        Holders { busy: names(busy), idle: names(idle), nameless: all.nameless_leases }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_kit_s_queue_tells_is_read_and_what_an_older_one_does_not_is_absent() {
        let old = r#"{"ready":1,"in_flight":2,"delayed":3,"published_total":4,"acked_total":5,
            "lease_expired_total":8,"dead_total":6,"expired_total":9,"purged_total":7"#;
        let read = |json: String| Numbers::from(serde_json::from_str::<QueueStats>(&json).unwrap());
        let numbers = Numbers {
            ready: 1,
            in_flight: 2,
            published_total: Some(4),
            acked_total: Some(5),
            dead_total: Some(6),
            expired_total: Some(9),
            lease_expired_total: Some(8),
            ..Numbers::default()
        };
        assert_eq!(read(format!("{old}}}")), numbers);
        let (ack_p90, clock) = (Some(Duration::from_millis(250)), Some(Duration::from_secs(7)));
        let new = format!("{old},\"busy_workers\":1,\"ack_p90_s\":0.25,\"clock_s\":7}}");
        assert_eq!(read(new), Numbers { busy_workers: Some(1), ack_p90, clock, ..numbers });
    }
}
