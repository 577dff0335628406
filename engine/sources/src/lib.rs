//! Reads the queues that workloads follow, each in its own task, just before each round of the
//! control loop. So a slow or dead queue never delays a decision: only its reading becomes stale.
//!
//! # Layout
//! - `watched`: [`Sources`], all queues that workloads follow
//! - [`origin`]: [`Origin`], which opens queues by name
//! - [`queue`]: reads one queue; `poll`: reads a source once per tick
//! - `absent`: the followed queues that nobody has used yet
//! - `recovered`: finds lost workers' jobs that were done later
//! - `read_history`: which reads of a source are logged
//! - `patience`: the timeouts of calls to queues
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
