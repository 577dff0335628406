//! Idle containers leave first, and none takes a job on its way out.
//!
//! A container that is to leave is retired at its queue: from then on it gets no message, and the
//! queue says whether it holds a lease. Only what was retired without a lease is stopped, but for
//! more urgent work. Where the scheduler chooses whom it stops, a retired container fails its
//! readiness probe, and those that are not ready are stopped first.

pub mod calls;
mod retiring;
mod seen;
mod staff;
#[cfg(test)]
mod tests;

pub use retiring::Retiring;
pub use seen::{Seen, strangers};
