//! The claims about the simulator, and about the core in it.

#![allow(clippy::unwrap_used)] // helpers of tests

mod closed_loop;
mod demo;
mod long_jobs;
mod measured;
mod outage;
mod promises;
mod scenarios;
mod sessions;
mod steps;
mod two_queues;
mod worlds;

use std::time::Duration;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
