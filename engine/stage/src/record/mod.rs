//! Records a run in a file, and serves the page of a recording.
//!
//! # Layout
//! - [`mod@line`]: an event of the page's stream as a line of JSON
//! - [`deck`]: the clock of a replay; pure
//! - `frames`: the film at any moment, from tiles
//! - [`marks`]: the events that the bar of a replay marks
//! - [`moment`]: the page's state at any moment, from a snapshot and frames
//! - [`player`]: plays a recording to all pages
//! - [`recorder`]: writes events to a file as they arrive
//! - [`recording`]: reads a file and returns its events by number
//! - [`site`]: the routes that replay a recording

pub mod deck;
mod frames;
pub mod line;
pub mod marks;
pub mod moment;
pub mod player;
pub mod recorder;
pub mod recording;
pub mod site;
