//! A run in a file, and the same page from it again.
//!
//! # Layout
//! - [`mod@line`]: an event of the page's stream as a line
//! - [`recorder`]: events into a file as they come
//! - [`recording`]: a file that was read, and how far it is played
//! - [`site`]: the page from a recording

pub mod line;
pub mod recorder;
pub mod recording;
pub mod site;
