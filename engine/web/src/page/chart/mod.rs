//! Simulated contenders as SVG files.
//!
//! # Layout
//! - [`stacked`]: contenders on one time axis; [`strip`]: one of them, [`load`]: the load's curve,
//!   [`scale`]: what the strips share
//! - [`fleets`]: each contender's job waits against its background work
//! - [`labels`]: labels beside a drawing, moved apart
//! - [`sheet`]: title, legend and size, which all drawings share; [`theme`]: their colours
//! - [`axis`]: positions of times and counts
//! - [`report`]: the charts of a report

pub mod axis;
pub mod fleets;
pub mod labels;
pub mod load;
pub mod report;
pub mod scale;
pub mod sheet;
pub mod stacked;
pub mod strip;
pub mod theme;
