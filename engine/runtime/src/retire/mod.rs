//! Idle containers leave first, and none takes a job on its way out.
//!
//! A container that is to leave is retired at its queue: from then on it gets no message, and the
//! queue says whether it holds a lease. Only what was retired without a lease is stopped, but for
//! more urgent work. Where the scheduler chooses whom it stops, a retired container fails its
//! readiness probe, and those that are not ready are stopped first.
//!
//! # Layout
//! - `seen`: a workload's queue, as far as it is known
//! - `retiring`: [`Retiring`], what is known of all workloads
//! - `workload_workers`: one workload's containers: who is busy, who is retired, who may be stopped
//! - [`calls`]: the calls on the queue

pub mod calls;
mod retiring;
mod seen;
#[cfg(test)]
mod tests;
mod workload_workers;

pub use retiring::Retiring;
pub use seen::{QueueView, strangers};
