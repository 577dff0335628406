//! Plays the steps of a scenario on this engine, by the clock or by a key.
//!
//! # Layout
//! - [`stepper`]: where a presentation is, and what is to be done next; pure
//! - [`file`](mod@file): a scenario's text, and the line of what is wrong with it

pub mod file;
pub mod stepper;
