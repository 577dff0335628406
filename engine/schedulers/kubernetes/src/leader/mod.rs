//! Leader election: of several engines only the one that holds the Lease may act.
//!
//! - [`elector`]: the rules, without a clock and without I/O
//! - [`terms`]: the types that the elector and the candidate exchange
//! - [`lease`]: reads and writes the Lease object over the Kubernetes API
//! - `leadership`: [`Leadership`], this engine's leader state, also for Prometheus
//! - `candidate`: the task that competes for the Lease
//! - `status`: the state that others see, and which changes of it are logged
//! - [`ByLease`]: the authority to decide while this engine holds the Lease
//!
//! # Leaving
//! The candidate gives the Lease back when the `Shutdown` passed to [`Leadership::start`] is set,
//! and a successor acts at once. So set it only when no write of this engine is under way any more,
//! then wait for [`Leadership::released`] before the process ends.

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
