//! The control loop around the pure decision core, and the snapshots of its state.
//!
//! # Layout
//! - [`control_loop`]: observes, decides and scales, twice a second
//! - [`retire`]: idle containers are stopped first, and receive no job before they stop
//! - `refusals`: logs each failure of a write once
//! - [`snapshots`]: all state at one moment, for the API, the pages and the metrics
//! - [`feed`]: the snapshots as a stream of changes
//! - [`metrics`]: the engine's Prometheus metrics
//! - [`contribution`]: values that other parts add to each snapshot
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod contribution;
pub mod control_loop;
pub mod feed;
pub mod metrics;
mod refusals;
pub mod retire;
pub mod snapshots;
