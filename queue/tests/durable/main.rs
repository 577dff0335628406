//! The queue's program with a data directory: confirmed messages survive `kill -9`.
#![allow(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

#[path = "../support/connection.rs"]
mod connection;

mod clock;
mod conserved;
mod consumer;
mod disk;
mod earlier;
mod hang_up;
mod kill;
mod once;
mod program;
mod restart;
mod soak;
mod standstill;
