//! The types that all parts of the engine share, and the traits for schedulers and sources.
//!
//! # Layout
//! - [`scheduler`]: [`Scheduler`], which runs the containers
//! - [`authority`]: [`Authority`], which knows whether this engine makes the scaling decisions
//! - [`source`]: [`MetricSource`], which reads queues; [`queue_reading`]: one reading
//! - [`annotations`]: the scaling rules, which are annotations on Deployments
//! - [`settings`]: the configuration made from annotations; [`warning`]: the problems in it
//! - [`configure`]: edits of the annotations while the engine runs
//! - [`actor`], [`budget`], [`clock`]: the authors of actions, the flags, and the engine's time
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod actor;
pub mod annotations;
pub mod authority;
pub mod budget;
pub mod clock;
pub mod configure;
pub mod queue_reading;
pub mod scheduler;
pub mod settings;
pub mod source;
pub mod warning;

pub use actor::Actor;
pub use authority::{Authority, ControlMode, MayWrite};
pub use budget::Budget;
pub use clock::Clock;
pub use queue_reading::{Held, LeaseHolders, Leases, QueueReading, RecoveredJob};
pub use scheduler::{Instance, Phase, ScaleError, Scheduler, Status, Written};
pub use settings::Settings;
pub use source::{MetricSource, ReadError};
pub use warning::{Warning, Warnings};
