//! Leader election: of several engines, only the holder of the Lease may act.
//!
//! - [`elector`]: the rules of the election, without a clock and without I/O
//! - [`terms`]: the types that the elector and the candidate exchange
//! - [`lease`]: reads and writes the Lease object over the Kubernetes API
//! - `leadership`: [`Leadership`], this engine's leader state, also as a Prometheus metric
//! - `candidate`: the task that competes for the Lease
//! - `status`: the state that the candidate publishes, and which of its changes are logged
//! - [`ByLease`]: the authority to decide while this engine holds the Lease
//!
//! # Leaving
//! When the `Shutdown` passed to [`Leadership::start`] is set, the candidate gives the Lease back,
//! and another engine acts at once. So set it only when no write of this engine is under way any
//! more. Then wait for [`Leadership::released`] before the process ends.

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
