//! What is claimed of the simulator, and of the core in it.

#![allow(clippy::unwrap_used)] // helpers of tests

mod long_jobs;
mod promises;
mod rivals;
mod scenarios;
mod steps;
mod worlds;
