//! Receives jobs from a queue, one at a time, and works on each for a while.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`consumer`]: [`Consumer`], the loop that receives and works
//! - [`lease`]: the lease of one job: extending, acking and releasing it
//! - [`metrics`]: the counters and the histogram
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod consumer;
pub mod lease;
pub mod metrics;

pub use args::Args;
pub use consumer::Consumer;
