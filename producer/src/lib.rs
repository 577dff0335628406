//! Puts jobs on a queue at a steady rate, however fast the consumers are.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`producer`]: [`Producer`], the loop that publishes jobs
//! - [`schedule`]: computes when jobs are due
//! - [`gaps`]: computes the gaps between jobs
//! - [`payload`]: the content of a job
//! - [`metrics`]: the counters
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod gaps;
pub mod metrics;
pub mod payload;
pub mod producer;
pub mod schedule;

pub use args::Args;
pub use producer::Producer;
