//! A log on disk: batches of bytes, each written as a whole or not at all. The batches are in files
//! called segments; the oldest segments are deleted first.
//!
//! A batch survives any crash once [`Journal::append`] has written it or [`Journal::open`] has read
//! it. A crash may leave the last batch half written. The next start cuts this batch off, or
//! deletes its segment if it is the first batch there. Any other damage makes the start fail.
//!
//! # Layout
//! - [`journal`]: [`Journal`], opens a log, appends batches, and deletes old segments
//! - `reader`: reads the segments at the start, and repairs the last one after a crash
//! - `search`: looks for valid batches after a damaged one
//! - [`disk`]: the operations that the log needs from a disk; tests use a disk that fails
//! - [`directory`]: a directory of files that is used as the log's disk
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
