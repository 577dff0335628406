//! Records a run in a file, and serves the page of a recording.
//!
//! # Layout
//! - [`mod@line`]: an event of the page's stream as a line of JSON
//! - [`recorder`]: writes events to a file as they arrive
//! - [`recording`]: reads a file and returns its events by number
//! - [`site`]: the routes that replay a recording

pub mod line;
pub mod recorder;
pub mod recording;
pub mod site;
