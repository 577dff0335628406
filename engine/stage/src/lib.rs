//! What a talk needs besides: steps, an audience, rivals, recordings and a picture.
//!
//! # Layout
//! - [`Stage`]: all of it, put together
//! - [`presenter`]: plays a scenario's steps on this engine
//! - [`audience`]: how the people in the room look, and the one thing that they may do
//! - [`comparison`]: what others would have done with the same load
//! - [`record`]: a run in a file, and the same page from it again
//! - [`opening`]: the load that the audience finds when it looks first
//! - [`picture`]: what the background paints with spare capacity
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod audience;
pub mod comparison;
pub mod opening;
pub mod picture;
pub mod presenter;
pub mod record;
mod stage;

pub use stage::Stage;
