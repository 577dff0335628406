//! Puts jobs on a queue at a steady rate, whatever the consumers can bear.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`producer`]: [`Producer`], the loop that publishes
//! - [`schedule`]: when jobs are due, by absolute times
//! - [`gaps`]: how far apart they are
//! - [`payload`]: what is written in them
//! - [`metrics`]: what is counted
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
