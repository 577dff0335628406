//! A log on disk: batches of bytes, each written as a whole or not at all. The batches are in files
//! called segments; the oldest segments are deleted first.
//!
//! A batch survives any crash once [`Journal::append`] or [`Journal::open`], which has read it, has
//! returned. A crash may leave the last batch half written. The next start cuts it off; if it is
//! the first batch of its segment, the segment is deleted. Any other damage stops the start.
//!
//! # Layout
//! - [`journal`]: [`Journal`], opens a log, appends batches, and deletes old segments
//! - `reader`: reads the segments at the start, and repairs the last one after a crash
//! - `search`: looks for valid batches after a damaged one
//! - [`disk`]: what the log needs of a disk; tests use a disk that fails
//! - [`directory`]: a directory of files as such a disk
//! - [`frame`]: the byte format of segments and batches
//! - [`error`]: errors, and what to do about them
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod directory;
pub mod disk;
pub mod error;
pub mod frame;
pub mod journal;
mod reader;
mod search;

pub use directory::Directory;
pub use disk::{Disk, Segment};
pub use error::{OpenError, WriteError};
pub use frame::Outgoing;
pub use journal::Journal;
pub use reader::Cut;
