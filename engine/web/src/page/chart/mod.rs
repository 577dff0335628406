//! Simulated contenders as SVG files.
//!
//! # Layout
//! - [`axis`]: positions of counts
//! - [`labels`]: labels at the ends of lines, moved apart so that no two overlap
//! - [`stacked`]: contenders one above the other
//! - [`fleets`]: a chart of each contender's job waits against its background work

pub mod axis;
pub mod fleets;
pub mod labels;
pub mod stacked;
