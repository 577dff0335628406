//! A log on disk: batches of bytes, each written as a whole or not at all. They are in segments, of
//! which the oldest are deleted first.
//!
//! What [`Journal::append`] has returned for survives any crash, and so does what [`Journal::open`]
//! has read. A crash may leave the last batch half written. The next start cuts it off, and deletes
//! its segment if it is the first batch there. Any other damage stops the start.
//!
//! # Layout
//! - [`journal`]: [`Journal`], opening, appending, and deleting old segments
//! - `reader`: reading at the start, and handling what a crash left in the last segment
//! - `search`: whether valid batches follow a damaged one
//! - [`disk`]: what it needs of a disk; tests have one that fails
//! - [`directory`]: a directory of files as such a disk
//! - [`frame`]: the byte format of segments and batches
//! - [`error`]: errors, and what to do about them
//! - [`error`]: what can go wrong, and what to do then
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
