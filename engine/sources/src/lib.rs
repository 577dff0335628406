//! The sources of readings. Each source is read in a task of its own, just before each round. So a
//! slow or dead source never delays a decision: only its last reading becomes stale.
//!
//! # Layout
//! - `watched`: [`Sources`], all queues that workloads follow
//! - [`origin`]: [`Origin`], which opens queues by name
//! - [`queue`]: reads one queue; `poll`: reads a source once a tick
//! - `absent`: the followed queues that nobody has used yet
//! - `recovered`: lost workers' jobs that were done in the end
//! - `read_history`: which reads of a source are logged
//! - `patience`: the timeouts of calls
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod absent;
pub mod origin;
mod patience;
mod poll;
pub mod queue;
mod read_history;
mod recovered;
mod watched;

pub use origin::{Kit, Origin};
pub use patience::part_of;
pub use watched::Sources;
