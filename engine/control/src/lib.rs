//! The decision core: how many containers each workload gets of one shared capacity, and why.
//!
//! The core takes the time, the measurements and the present counts, and returns decisions. It has
//! no clock, no I/O and no tasks, so tests, the simulator and the real loop run the same code.
//!
//! # Layout
//! - [`autoscaler`]: [`Autoscaler::step`], one decision round from measurement to decisions;
//!   `state`: the knowledge about one workload; `cuts`: which containers may leave, and when
//! - `fleet`: divides the count that a queue needs among its workloads
//! - [`policy`]: the rules that turn a queue's state, or a metric's value, into a wanted count, one
//!   file per rule
//! - [`allocation`]: turns wanted counts into granted counts, by priority
//! - [`workload`]: the scaled workloads and their container counts
//! - [`followed`]: the queue, or another figure, that a rule reads, and where it is read
//! - [`config`]: the whole configuration and its errors
//! - [`reading`]: the measurements and their age
//! - [`room`]: how many containers the machines have room for
//! - [`start_up`]: the learned start-up times of containers
//! - [`decision`]: the change of a count; [`why`]: the reason for a count; `words`: the sentences
//!   for both
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod allocation;
pub mod autoscaler;
pub mod config;
mod cuts;
pub mod decision;
mod fleet;
pub mod followed;
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
pub use followed::{Amount, Followed, Source};
pub use policy::{Policy, Recommendation, Sight};
pub use reading::{Freshness, Observation, QueueSample, Reading, Totals, Work};
pub use start_up::{Stage, StartUp};
pub use why::{Lacks, Limit, Term, Why};
pub use workload::{PerContainerSettings, QueueTarget, RateSettings, Replicas, Rule, Workload};

/// Time since the engine started, by a clock that only goes forward.
pub type Time = std::time::Duration;
