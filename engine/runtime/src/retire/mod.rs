//! Idle containers leave first, and none takes a job on its way out.
//!
//! A container that is to leave is retired at its queue: from then on it receives no message, and
//! the queue says whether it holds a lease. Only containers retired without a lease are stopped,
//! unless more urgent work needs their slots. Where the scheduler chooses which ones it stops, a
//! retired container fails its readiness probe, and the scheduler stops unready ones first.
//!
//! # Layout
//! - `seen`: the last reading of a workload's queue
//! - `retiring`: [`Retiring`], the state of all workloads
//! - `workload_workers`: one workload's containers: which are busy, retired, or may be stopped
//! - [`calls`]: the calls on the queue

pub mod calls;
mod retiring;
mod seen;
#[cfg(test)]
mod tests;
mod workload_workers;

pub use retiring::Retiring;
pub use seen::{QueueView, strangers};
