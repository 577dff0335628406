//! Implements [`WorkQueue`] and [`WatchedQueue`] for the queue server of this project.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

use crate::client::{Client, LONGEST};
use crate::error::Error;
use crate::watch::{Answer, Held, Holders, Numbers, WatchedQueue};
use crate::wire::{
    Extend, Published, Purged, QueueSettings, QueueStats, RawHeld, RawMessage, RawReceived,
    Receipts, Redelivered, Redelivery, Results, Retired, Worker, Workers,
};
use crate::work::{Given, Job, ReceiveOptions, WorkQueue};

/// Answers with messages have no limit: the queue limits messages when it accepts them.
const ANY_LENGTH: usize = usize::MAX;
/// The maximum length in bytes of a list of workers: some thousand workers with long names.
const LONGEST_LIST: usize = 2 << 20;

impl WorkQueue for Client {
    fn with_timeout(mut self, timeout: Duration) -> Client {
        self.timeout = timeout;
        self
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let call = self.call(Method::POST, &["messages", "receive"]).query(&[
            ("max", options.max.to_string()),
            ("wait_s", options.wait.as_secs_f64().to_string()),
            ("lease_s", options.lease.as_secs_f64().to_string()),
            ("worker", options.worker.clone()),
        ]);
        let call = call.timeout(options.wait + self.timeout);
        let received: RawReceived = self.json(call, ANY_LENGTH).await?;
        received.into_given().map_err(Error::Garbled)
    }

    async fn extend(&self, receipt: &str, lease: Duration) -> Result<(), Error> {
        let extend = Extend { lease_s: lease.as_secs_f64() };
        self.send(self.call(Method::PATCH, &["messages", receipt]).json(&extend)).await.map(drop)
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.end("ack", receipt, None).await
    }

    /// Acks at most 100 deliveries.
    async fn ack_all(&self, receipts: &[&str]) -> Result<(), Error> {
        let receipts = Receipts { receipts, delay_ms: None };
        let call = self.call(Method::POST, &["messages", "ack"]).json(&receipts);
        self.json::<Results>(call, LONGEST).await.map(drop)
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.end("release", receipt, None).await
    }

    async fn publish_once(&self, key: &str, body: Vec<u8>) -> Result<(), Error> {
        Client::publish_once(self, key, body).await.map(drop)
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        let call = self.call(Method::POST, &["messages"]).body(body);
        let Published { published_total, .. } = self.json(call, LONGEST).await?;
        let garbled = || Error::Garbled("a publish without published_total".to_owned());
        published_total.ok_or_else(garbled)
    }

    async fn configure(&self, settings: &QueueSettings) -> Result<(), Error> {
        self.send(self.call(Method::PUT, &[]).json(settings)).await.map(drop)
    }
}

impl WatchedQueue for Client {
    fn numbers(&self) -> Answer<'_, Numbers> {
        Box::pin(async { self.stats().await.map(Numbers::from) })
    }

    /// Publishes at most 10,000 messages.
    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        let call = self.call(Method::POST, &["messages"]);
        let call = call.header(CONTENT_TYPE, "application/x-ndjson").body(bodies.join(&b'\n'));
        Box::pin(async { self.json::<Published>(call, ANY_LENGTH).await.map(drop) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        let call = self.call(Method::POST, &["purge"]);
        Box::pin(async { self.json::<Purged>(call, LONGEST).await.map(drop) })
    }

    /// Workers with a lease are busy; workers whose last lease ended less than 60 s ago are idle.
    fn holders(&self) -> Answer<'_, Option<Holders>> {
        let call = self.call(Method::GET, &["workers"]);
        Box::pin(async { if_told(self.json(call, LONGEST_LIST).await.map(Workers::into)) })
    }

    /// Also ends the worker's waiting receives. Worker names have 1 to 80 printable characters.
    fn retire<'a>(&'a self, worker: &'a str) -> Answer<'a, Option<u64>> {
        let call = self.call(Method::POST, &["workers", worker, "retire"]);
        Box::pin(async { if_told(self.json(call, LONGEST).await.map(|it: Retired| it.leases)) })
    }

    /// Returns at most 20 messages.
    fn redelivered(&self) -> Answer<'_, Option<Vec<Redelivery>>> {
        let call = self.call(Method::GET, &["redelivered"]);
        Box::pin(async {
            if_told(self.json(call, LONGEST).await.map(|it: Redelivered| it.redelivered))
        })
    }
}

/// `None` instead of the error of a queue that does not support the call.
fn if_told<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::Unsupported(_)) => Ok(None),
        answer => answer.map(Some),
    }
}

impl RawReceived {
    pub(crate) fn into_given(self) -> Result<Given, String> {
        let jobs = self.messages.into_iter().map(RawMessage::into_job).collect::<Result<_, _>>()?;
        Ok(Given { jobs, retired: self.retired })
    }
}

impl RawMessage {
    fn into_job(self) -> Result<Job, String> {
        let body = RawMessage::content(self.body, self.body_base64)?;
        let RawMessage { id, receipt, enqueued_at, .. } = self;
        Ok(Job { id, receipt, body, enqueued_at })
    }
}

impl RawMessage {
    /// The bytes of a message, of which one of the two texts has them.
    pub(crate) fn content(body: Option<String>, base64: Option<String>) -> Result<Vec<u8>, String> {
        match (body, base64) {
            (Some(text), None) => Ok(text.into_bytes()),
            (None, Some(base64)) => STANDARD.decode(base64).map_err(|error| error.to_string()),
            _ => Err("a message needs either body or body_base64".to_owned()),
        }
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
            expired_total: stats.expired_total,
            lease_expired_total: Some(stats.lease_expired_total),
            busy_workers: stats.busy_workers,
            ack_p90: time(stats.ack_p90_s),
            clock: time(stats.clock_s),
        }
    }
}

impl From<Workers> for Holders {
    fn from(all: Workers) -> Holders {
        let taken = all.workers.iter().filter_map(|it| Some((it.name.clone(), it.taken?)));
        let taken = taken.collect();
        let busy = all.workers.iter().filter(|it| it.leases > 0);
        let held = busy.filter_map(|it| Some((it.name.clone(), leases(it.held.as_deref()?)?)));
        let held = held.collect();
        let (busy, idle): (Vec<_>, Vec<_>) = all.workers.into_iter().partition(|it| it.leases > 0);
        let names = |some: Vec<Worker>| some.into_iter().map(|it| it.name).collect();
        Holders { busy: names(busy), idle: names(idle), nameless: all.nameless_leases, taken, held }
    }
}

/// A worker's leases; `None` if any of their times is not valid.
fn leases(held: &[RawHeld]) -> Option<Vec<Held>> {
    let time = |seconds: f64| Duration::try_from_secs_f64(seconds).ok();
    held.iter().map(|it| Some(Held { since: time(it.for_s)?, left: time(it.ends_s)? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_of_the_kit_s_queue_are_read_and_those_an_older_one_lacks_are_absent() {
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
