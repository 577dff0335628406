//! Simulated contenders as SVG files.
//!
//! # Layout
//! - [`axis`]: positions of counts
//! - [`labels`]: labels at the ends of lines that never overlap
//! - [`stacked`]: contenders one above the other
//! - [`fleets`]: job waits of each contender over background work done

pub mod axis;
pub mod fleets;
pub mod labels;
pub mod stacked;
