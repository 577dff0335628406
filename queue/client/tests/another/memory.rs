//! A queue other than the kit's: the broker in a test's memory, without a server. It does not count
//! messages, ignores keys, and does not report workers.
#![allow(dead_code, reason = "each file of tests uses its part")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use broker::{Broker, NewMessage, QueueName, Receipt, Request, Stale, Stats, Time};
use client::{Answer, Error, Given, Job, Numbers, ReceiveOptions, WatchedQueue, WorkQueue};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    broker: Mutex<Broker>,
    began: Instant,
    /// Notified when a message comes in or back.
    came: Notify,
}

impl Memory {
    pub(crate) fn new() -> Memory {
        let (broker, began) = (Mutex::new(Broker::new(1)), Instant::now());
        Memory(Arc::new(Inner { broker, began, came: Notify::new() }))
    }

    fn call<T>(&self, call: impl FnOnce(&mut Broker, Time, &QueueName) -> T) -> T {
        let (now, jobs) = (self.0.began.elapsed(), "jobs".parse().unwrap());
        call(&mut self.0.broker.lock().unwrap(), now, &jobs)
    }

    pub(crate) fn stats(&self) -> Stats {
        self.call(|broker, now, jobs| broker.stats(now, jobs)).unwrap_or_default()
    }

    /// The bodies of all its messages, oldest first.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let all = self.call(|broker, _, jobs| broker.peek(jobs, usize::MAX)).unwrap_or_default();
        all.into_iter().map(|it| String::from_utf8(it.body.to_vec()).unwrap()).collect()
    }

    /// Waits until the queue's numbers satisfy `so`.
    pub(crate) async fn until(&self, so: impl Fn(&Stats) -> bool) {
        let looking = async {
            while !so(&self.stats()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let seen = timeout(Duration::from_secs(10), looking).await;
        assert!(seen.is_ok(), "never: {:?}", self.stats());
    }

    pub(crate) fn publish(&self, bodies: Vec<Vec<u8>>) {
        let new = |body: Vec<u8>| NewMessage { body: body.into(), delay: Time::ZERO };
        let batch = bodies.into_iter().map(new).collect();
        self.call(|broker, now, jobs| broker.publish(now, jobs, batch, 0)).unwrap();
        self.0.came.notify_waiters();
    }

    fn settle<T>(
        &self,
        receipt: &str,
        end: impl FnOnce(&mut Broker, Time, &QueueName, Receipt) -> Result<T, Stale>,
    ) -> Result<(), Error> {
        let parsed = receipt.parse().unwrap();
        let ended = self.call(|broker, now, jobs| end(broker, now, jobs, parsed));
        self.0.came.notify_waiters();
        ended.map(drop).map_err(|_| Error::Stale(receipt.to_owned()))
    }
}

impl WorkQueue for Memory {
    fn with_timeout(self, _: Duration) -> Memory {
        self
    }

    async fn receive(&self, options: &ReceiveOptions) -> Result<Given, Error> {
        let (lease, worker) = (Some(options.lease), Some(options.worker.as_str().into()));
        let request = Request { max: options.max as usize, lease, worker };
        let end = Instant::now() + options.wait;
        loop {
            let came = self.0.came.notified();
            let given = self.call(|broker, now, jobs| broker.receive(now, jobs, &request));
            if !given.is_empty() || timeout_at(end, came).await.is_err() {
                let jobs = given.into_iter().map(|it| Job {
                    id: it.id.to_string(),
                    receipt: it.receipt.to_string(),
                    body: it.body.to_vec(),
                    enqueued_at: None,
                });
                return Ok(Given { jobs: jobs.collect(), retired: false });
            }
        }
    }

    async fn extend(&self, receipt: &str, lease: Duration) -> Result<(), Error> {
        self.settle(receipt, |broker, now, jobs, it| broker.extend(now, jobs, it, lease))
    }

    async fn ack(&self, receipt: &str) -> Result<(), Error> {
        self.settle(receipt, |broker, now, jobs, it| broker.ack(now, jobs, it))
    }

    async fn release(&self, receipt: &str) -> Result<(), Error> {
        self.settle(receipt, |broker, now, jobs, it| broker.release(now, jobs, it))
    }

    async fn publish_once(&self, _: &str, body: Vec<u8>) -> Result<(), Error> {
        self.publish(vec![body]);
        Ok(())
    }

    async fn publish_counted(&self, body: Vec<u8>) -> Result<Option<u64>, Error> {
        self.publish(vec![body]);
        Ok(None)
    }
}

impl WatchedQueue for Memory {
    fn numbers(&self) -> Answer<'_, Numbers> {
        let Stats { ready, in_flight, total, .. } = self.stats();
        let (ready, in_flight) = (ready as u64, in_flight as u64);
        let numbers =
            Numbers { ready, in_flight, acked_total: Some(total.acked), ..Numbers::default() };
        Box::pin(async move { Ok(numbers) })
    }

    fn publish_all<'a>(&'a self, bodies: &'a [Vec<u8>]) -> Answer<'a, ()> {
        self.publish(bodies.to_vec());
        Box::pin(async { Ok(()) })
    }

    fn purge(&self) -> Answer<'_, ()> {
        self.call(|broker, now, jobs| broker.purge(now, jobs));
        Box::pin(async { Ok(()) })
    }
}
