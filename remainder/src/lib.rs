//! The program that uses spare capacity, in the background. It computes the frames of a film, tile
//! by tile, in small slices with long rests between them.
//!
//! # Layout
//! - [`args`]: the flags
//! - [`remainder`]: [`Remainder`], which computes and publishes tiles at the same time
//! - [`computing`]: the thread that computes in slices
//! - [`duty`]: the share of a core that the program may use
//! - [`fractal`]: the Mandelbrot set, and the camera's way through it
//! - [`ticket`]: decides which process computes which tile
//! - [`tile`]: a part of a frame, computed row by row
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
