//! What callers cannot do to the server: be slow, be many, send too much, or vanish.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod crowd;
mod hang_up;
mod own_process;
mod pipelining;
mod slow;
mod slow_loris;

use std::time::Duration;

use service::http::Limits;

/// Limits that a test need not wait for; each test makes those short that it is about.
fn limits() -> Limits {
    Limits::default()
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The head of a request to the queue "jobs", up to its last header.
fn head(call: &str) -> String {
    let (method, path) = call.split_once(' ').unwrap();
    format!("{method} /v1/queues/jobs{path} HTTP/1.1\r\nhost: q\r\n")
}
