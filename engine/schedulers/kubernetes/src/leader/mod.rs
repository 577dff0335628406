//! Which of several engines may act: the one that holds the Lease.
//!
//! - [`elector`]: the rules, without a clock and without I/O
//! - [`terms`]: the words that the rules and the edge share
//! - [`lease`]: the object, over the Kubernetes API
//! - `leadership`: [`Leadership`], how this engine stands, also for Prometheus
//! - `candidate`: the task that stands for leader
//! - `status`: what is seen of that, and what of it is worth a line in the log
//! - [`ByLease`]: the right to decide that comes of it
//!
//! # Leaving
//! The Lease is given back when the `Shutdown` that [`Leadership::start`] was given says so, and
//! a successor acts at once. So that must be said only when no write of this engine is under way
//! any more; then wait for [`Leadership::released`] before the process ends.

mod authority;
mod candidate;
pub mod elector;
mod leadership;
pub mod lease;
mod status;
pub mod terms;
#[cfg(test)]
mod tests;

pub use authority::ByLease;
pub use leadership::Leadership;
pub use lease::LeaseError;
pub use terms::LeaderState;
