//! What the broker promises, one test per promise.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod deliveries;
mod keys;
mod release;
mod retire;

use std::time::Duration;

use broker::{QueueName, Request, Time};

fn name(text: &str) -> QueueName {
    text.parse().unwrap()
}

fn jobs() -> QueueName {
    name("jobs")
}

fn at(seconds: u64) -> Time {
    Duration::from_secs(seconds)
}

fn one() -> Request {
    Request { max: 1, lease: None, worker: None }
}

fn by(worker: &str) -> Request {
    Request { worker: Some(worker.into()), ..one() }
}
