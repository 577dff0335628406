//! The decision core: who gets how many containers, and why, inside one budget.
//!
//! It takes the time, measurements and present counts, and gives decisions. It has no clock, no
//! I/O and no task, so tests, a simulator and the real loop drive the same code.
//!
//! # Layout
//! - [`autoscaler`]: [`Autoscaler::step`], one decision round from measurement to decisions;
//!   `state`: what is known of one workload; `cuts`: who may leave, and when
//! - `fleet`: how those that work on one queue share its need
//! - [`policy`]: the rules that turn a queue's state into a wanted count, a file each
//! - [`allocation`]: wanted counts into given counts, by priority
//! - [`workload`]: what is scaled, and how many of it there are
//! - [`config`]: the whole configuration and what is wrong with it
//! - [`reading`]: what was measured, and how old it is
//! - [`room`]: how many containers the machines have room for
//! - [`start_up`]: how long containers take to start, learned
//! - [`decision`] and [`why`]: what changes, and why things are as they are; `words` says it
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod allocation;
pub mod autoscaler;
pub mod config;
mod cuts;
pub mod decision;
mod fleet;
pub mod policy;
pub mod reading;
pub mod room;
pub mod start_up;
mod state;
pub mod why;
mod words;
pub mod workload;

pub use autoscaler::Autoscaler;
pub use config::{Config, ConfigError, Setting};
pub use decision::{Decision, Reason};
pub use policy::{Policy, Recommendation, Sight};
pub use reading::{Freshness, Observation, QueueSample, Reading, Totals, Work};
pub use start_up::{Stage, StartUp};
pub use why::{Limit, Term, Why};
pub use workload::{QueueTarget, RateSettings, Replicas, Rule, Workload};

/// Time since the engine began, by a clock that only goes forward.
pub type Time = std::time::Duration;
