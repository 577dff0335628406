//! The parts of the engine that only a talk needs: scenario steps, the audience's page, the
//! comparison with other autoscalers, recordings and the film.
//!
//! # Layout
//! - [`Stage`]: connects these parts to the engine
//! - [`presenter`]: plays a scenario's steps on this engine
//! - [`audience`]: the page for phones, with one button that adds a job
//! - [`comparison`]: how other autoscalers would have handled the same load
//! - [`record`]: records a run in a file, and serves the page of a recording
//! - [`report`]: the report of a run, one page in one file
//! - [`opening`]: the load that the engine starts for the audience
//! - [`picture`]: the film that the background makes
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod audience;
pub mod comparison;
pub mod opening;
pub mod picture;
pub mod presenter;
pub mod record;
pub mod report;
mod stage;

pub use stage::Stage;
