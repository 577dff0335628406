//! The clock and the sockets around the pure decision core, and what is known at a moment.
//!
//! # Layout
//! - [`control_loop`]: looks, decides and scales, twice a second
//! - [`retire`]: idle containers leave first, and none takes a job on its way out
//! - `refusals`: what was told of writes that failed
//! - [`board`]: what is known at a moment, for everyone who looks
//! - [`feed`]: the same as a stream of changes
//! - [`metrics`]: how Prometheus looks
//! - [`contribution`]: what others add to each snapshot
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod contribution;
pub mod control_loop;
pub mod feed;
pub mod metrics;
mod refusals;
pub mod retire;
pub mod snapshots;
