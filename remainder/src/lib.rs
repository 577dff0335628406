//! The background work, which uses spare capacity: it computes pictures of the Mandelbrot set,
//! tile by tile, in small slices with long rests between them.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`remainder`]: [`Remainder`], computing and publishing side by side
//! - [`computing`]: the thread that computes in slices
//! - [`duty`]: the share of a core that it may use
//! - [`fractal`]: the set and the places worth seeing
//! - [`ticket`]: which remainder computes which tile
//! - [`tile`]: a part of a picture, computed row by row
//! - [`publishing`]: publishes tiles to a queue
//! - [`metrics`]: the counters
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod args;
pub mod computing;
pub mod duty;
pub mod fractal;
pub mod metrics;
pub mod publishing;
pub mod remainder;
pub mod ticket;
pub mod tile;

pub use args::Args;
pub use remainder::Remainder;
