//! Takes jobs off a queue, one at a time, and works on each for a while.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`consumer`]: [`Consumer`], the loop that receives and works
//! - [`lease`]: the right to one job: keeping it, and the ways it ends
//! - [`metrics`]: what is counted
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod consumer;
pub mod lease;
pub mod metrics;

pub use args::Args;
pub use consumer::Consumer;
