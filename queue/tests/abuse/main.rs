//! The server withstands clients that are slow or many, send too much, or vanish.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod connections;
mod crowd;
mod disconnect;
mod hang_up;
mod own_process;
mod pipelining;
mod slow;
mod slow_loris;
mod waiters;

use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use service::http::Limits;
use tokio::sync::Mutex;

/// Tests that measure times or open thousands of connections take turns.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The wanted number of connections, or as many as the limit of open files allows: both ends are in
/// this process.
fn room_for(connections: usize) -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let possible = |files: u64| connections.min((files.saturating_sub(200) / 2) as usize);
    maximum.map_or(connections, possible)
}

/// Limits for tests; each test shortens those that it is about.
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
