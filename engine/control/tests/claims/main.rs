//! The claims about the core.

#![allow(clippy::unwrap_used)] // helpers of tests

mod at_work;
mod blind;
mod per_container;
mod properties;
mod rounds;
mod shared_queue;
mod take_over;
