//! Simulated contenders as SVG files.
//!
//! # Layout
//! - [`axis`]: counts into places
//! - [`labels`]: words at the lines' ends that never touch
//! - [`stacked`]: contenders one above the other
//! - [`fleets`]: how long jobs wait with each of them, over how much spare work is done

pub mod axis;
pub mod fleets;
pub mod labels;
pub mod stacked;
