//! Background work for capacity that nobody else needs: it computes pictures of the Mandelbrot
//! set, tile by tile, in small slices with long rests between them.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`remainder`]: [`Remainder`], computing and publishing side by side
//! - [`computing`]: the thread that computes, slice by slice
//! - [`duty`]: which share of a core it may take
//! - [`fractal`]: the set and the places worth seeing
//! - [`ticket`]: which tile is whose
//! - [`tile`]: a part of a picture, computed row by row
//! - [`publishing`]: tiles on their way to a queue
//! - [`metrics`]: what is counted
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
