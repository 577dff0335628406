//! Where readings come from. Each source reads by itself, a moment before each round, so that a
//! slow or dead one never delays a decision; it only leaves its last reading to grow old.
//!
//! # Layout
//! - `watched`: [`Sources`], all queues that are watched
//! - [`origin`]: [`Origin`], where what workloads follow is opened
//! - [`queue`]: the reading of a queue; `poll`: once a tick
//! - `absent`: queues that nobody has used yet
//! - `recovered`: what became of lost workers' jobs
//! - `read_history`: what is worth a line in the log
//! - `patience`: how long a question may take
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
