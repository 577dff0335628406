//! Plays the steps of a scenario on this engine, by the clock or by a key.
//!
//! # Layout
//! - [`stepper`]: where a presentation is, and what is to be done next; pure
//! - [`file`](mod@file): a scenario's text, and the line of what is wrong with it
//! - [`frozen`]: counts of workloads that nobody scales in a step
//! - [`scene`]: where a scenario is, for all to see
//! - [`site`]: the calls
//! - [`stage`]: whether a scenario fits what this engine runs
//! - [`task`]: the clock around it, and the loop's wishes

pub mod file;
pub mod frozen;
pub mod scene;
pub mod site;
pub mod stage;
pub mod stepper;
pub mod task;

pub use scene::{Scene, Shown};
pub use stepper::Press;
pub use task::{Presenter, Refusal};
