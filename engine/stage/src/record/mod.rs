//! A run in a file, and the same page from it again.
//!
//! # Layout
//! - [`mod@line`]: an event of the page's stream as a line
//! - [`recording`]: events into a file as they come
//! - [`tape`]: a file that was read, and how far it is played
//! - [`site`]: the page from a tape

pub mod line;
pub mod recorder;
pub mod recording;
pub mod site;
