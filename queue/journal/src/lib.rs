//! A log on disk: batches of bytes, each there as a whole or not at all, in segments that are
//! deleted from the oldest on.
//!
//! What [`Journal::append`] has returned for is there after any crash, and so is what
//! [`Journal::open`] has read. A crash may leave the last batch half written; it is cut off at the
//! next start, with its segment where it is the first one of that. Whatever else is wrong stops the
//! start.
//!
//! # Layout
//! - [`journal`]: [`Journal`], opening, appending, and deleting what is done with
//! - `reader`: reading it at the start, and what a crash has left in its last segment
//! - `search`: whether good batches follow a bad one
//! - [`disk`]: what it needs of a disk; tests have one that fails
//! - [`directory`]: a directory of files as such a disk
//! - [`frame`]: how segments and batches look in bytes
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
