//! The charts of a report, for a page with a style sheet of its own.
//!
//! # Layout
//! - [`course`]: a whole run; [`moments`]: its values; [`fills`]: how workloads are told apart
//! - [`rival`]: one contender's queue as a small chart
//! - [`marks`]: places for the names of changes; [`time_axis`]: labelled times

pub mod course;
pub mod fills;
pub mod marks;
pub mod moments;
pub mod rival;
pub mod time_axis;
