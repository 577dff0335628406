//! Idle containers are stopped first, and receive no job before they stop.
//!
//! Before a container is stopped, it is retired at its queue: from then on it receives no message,
//! and the queue says whether it holds a lease. The engine stops only containers retired without a
//! lease, unless a more urgent workload needs slots. On Kubernetes a retired pod also fails its
//! readiness probe, because a ReplicaSet chooses the pods to stop, and chooses unready ones first.
//!
//! # Layout
//! - `seen`: the last reading of a workload's queue
//! - `retiring`: [`Retiring`], the state of all workloads
//! - `workload_workers`: one workload's containers: which are busy, retired, or may be stopped
//! - [`calls`]: the calls to the queues

pub mod calls;
mod retiring;
mod seen;
#[cfg(test)]
mod tests;
mod workload_workers;

pub use retiring::Retiring;
pub use seen::{QueueView, strangers};
