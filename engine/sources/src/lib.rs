//! Reads the queues and metrics that workloads follow, each in its own task, just before the rounds
//! of the control loop. So a slow or dead server never delays a decision: only its reading becomes
//! stale.
//!
//! # Layout
//! - `watched`: [`Sources`], all queues and metrics that workloads follow
//! - [`origin`]: [`Origin`], which opens them
//! - [`queue`]: reads one queue; [`metric`]: reads figures that are no queues
//! - `poll`: reads a source once per interval
//! - `missing`: those that do not exist or cannot be read, with the reasons
//! - `recovered`: finds lost workers' jobs that were done later
//! - `read_history`: which reads of a source are logged
//! - `patience`: the timeouts of calls to queues
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod metric;
mod missing;
pub mod origin;
mod patience;
mod poll;
pub mod queue;
mod read_history;
mod recovered;
mod watched;

pub use metric::MetricServers;
pub use origin::{Kit, Origin};
pub use patience::part_of;
pub use watched::Sources;
