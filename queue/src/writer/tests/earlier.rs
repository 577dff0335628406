//! Writes the log of `tests/durable/earlier`, which later versions must be able to read.
//!
//! It was written once, by the last version that could not release messages, and is not changed:
//! `EARLIER_LOG=DIRECTORY cargo test -p queue --lib -- --ignored writes_a_log`

use std::path::PathBuf;

use axum::http::HeaderMap;
use broker::{MessageId, Settings, Time};

use super::*;
use crate::idempotency;

/// A time far in the future, so that no delay or key is over when the log is read.
const AHEAD_OF_US: u64 = 4_000_000_000_000;
/// The length of a segment: short, so that messages are carried soon and the log is small.
const SEGMENT: u64 = 512;

fn name(name: &str) -> QueueName {
    name.parse().unwrap()
}

impl Running {
    fn begin(disk: &Narrow, run: u32) -> Running {
        let (Store { hub, writer }, _) = restored(load(disk.clone()).unwrap(), run, || AHEAD_OF_US);
        let writer = writer.unwrap();
        let writer = Writer { segment: SEGMENT, journal: writer.journal.with_ahead(0), ..writer };
        Running { hub, writing: std::thread::spawn(|| writer.run()) }
    }

    fn put(&self, queue: &str, settings: Settings) {
        self.hub.call(|broker, _| broker.configure(&name(queue), settings)).unwrap();
    }

    fn publish_to(&self, queue: &str, body: &'static str, delay: Time) {
        let new = NewMessage { body: body.as_bytes().into(), delay };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.hub.publish(&name(queue), vec![new], AHEAD_OF_US, None)).unwrap();
    }

    fn publish_with_key(&self, key: &'static str, body: &'static str) {
        let batch = vec![NewMessage { body: body.as_bytes().into(), delay: Time::ZERO }];
        let mut headers = HeaderMap::new();
        headers.insert("idempotency-key", key.parse().unwrap());
        let once = idempotency::once(idempotency::key(&headers).unwrap().unwrap(), &batch);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(self.hub.publish(&jobs(), batch, AHEAD_OF_US, Some(once))).unwrap();
    }

    fn nack(&self, receipt: Receipt, delay: Time) {
        self.hub.call(|broker, now| broker.nack(now, &jobs(), receipt, delay)).unwrap();
    }
}

/// Writes two runs with every kind of event that the log can hold.
#[test]
#[ignore = "its log exists already"]
fn writes_a_log_with_every_kind_of_event() {
    let path = PathBuf::from(std::env::var("EARLIER_LOG").unwrap());
    let disk = Narrow::at(&path);
    let running = Running::begin(&disk, 1);
    let (lease, dead_letter_queue) = (Duration::from_secs(600), Some(name("dead")));
    let jobs_settings =
        Settings { lease, max_attempts: 3, dead_letter_queue, ..Default::default() };
    running.put("jobs", jobs_settings);
    running.publish_to("jobs", "held", Time::ZERO);
    running.take();
    running.publish_with_key("k", "keyed");
    let keyed = running.take();
    running.nack(keyed, Duration::from_secs(3600));
    // The segments of these messages are deleted, and the two messages above are carried.
    for _ in 0..30 {
        running.publish_to("jobs", "goes", Time::ZERO);
        running.ack(running.take());
    }
    for body in ["dies", "dies too"] {
        running.publish_to("jobs", body, Time::ZERO);
        (0..3).for_each(|_| running.nack(running.take(), Time::ZERO));
    }
    let redriven =
        running.hub.call(|broker, now| broker.redrive(now, &name("dead"), Some(&jobs()), 1));
    assert_eq!(redriven, Ok(1));
    // This delivery never reaches its worker.
    let back = running.take();
    running.hub.call(|broker, now| broker.undeliver(now, &jobs(), &[back]));
    running.publish_to("jobs", "twice", Time::ZERO);
    running.publish_to("jobs", "later", Duration::from_secs(7200));
    running.publish_to("old", "purged", Time::ZERO);
    running.hub.call(|broker, now| broker.purge(now, &name("old")));
    running.put("news", Settings { max_age: Some(Duration::from_millis(1)), ..Default::default() });
    running.publish_to("news", "expires", Time::ZERO);
    let expired = |broker: &mut broker::Broker, now| broker.stats(now, &name("news"));
    while running.hub.call(expired).unwrap().total.expired == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    running.hub.call(|broker, now| broker.pause(now, &name("old"), true));
    running.end().unwrap();

    let running = Running::begin(&disk, 2);
    // A worker uses the receipt of a delivery that the log does not contain.
    let twice = running.hub.call(|broker, _| broker.peek(&jobs(), 100)).unwrap();
    let twice = twice.iter().find(|it| &it.body[..] == b"twice").unwrap().id;
    let unheard_of = Receipt { message: MessageId(twice.0), delivery: 1, run: 1 };
    running.nack(unheard_of, Time::ZERO);
    running.publish_to("jobs", "last", Time::ZERO);
    running.end().unwrap();
}
