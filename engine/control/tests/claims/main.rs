//! What is claimed of the core.

#![allow(clippy::unwrap_used)] // helpers of tests

mod at_work;
mod blind;
mod closed_loop;
mod model;
mod outage;
mod properties;
mod shared_queue;
mod take_over;
mod two_queues;
