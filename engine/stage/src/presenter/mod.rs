//! Plays the steps of a scenario on this engine. Steps begin by the clock or when a key is pressed.
//!
//! # Layout
//! - [`stepper`]: the present step, and the actions that are due; pure
//! - [`file`](mod@file): reads a scenario, and finds the line of an error
//! - [`frozen`]: the counts of workloads that are held or paused in a step, to restore them
//! - [`scene`]: the present step as the page shows it
//! - [`site`]: the routes
//! - [`stage`]: whether a scenario fits the workloads of this engine
//! - [`talk`]: what only the presenter sees
//! - [`task`]: runs the stepper, and sends its actions to the control loop as commands

pub mod file;
pub mod frozen;
pub mod scene;
pub mod site;
pub mod stage;
pub mod stepper;
pub mod talk;
pub mod task;

pub use scene::{Scene, Shown};
pub use stepper::Press;
pub use task::{Presenter, Refusal};
