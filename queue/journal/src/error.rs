//! Errors of the log, and what to do about them.

use std::io;

/// Why a log cannot be opened. The contents of the log were not changed.
#[allow(missing_docs)] // the names say it
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system reported an error.
    #[error("{what}: {error}")]
    Io {
        /// The operation that failed, or the segment on which it failed.
        what: String,
        error: io::Error,
    },
    /// A segment has bytes that the log did not write, other than a half-written batch at the end.
    #[error(
        "{segment} is damaged at byte {offset}: {what}; restore it from a copy, or move the whole \
         directory away to begin without its messages"
    )]
    Damaged {
        segment: String,
        /// The start of the damaged part, in bytes from the segment's start.
        offset: u64,
        what: String,
    },
    /// A segment is missing between two others.
    #[error(
        "{segment} is missing; restore it from a copy, or move the whole directory away to begin \
         without its messages"
    )]
    Missing { segment: String },
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The batch is not in the log, but all earlier batches are. Another try may succeed.
    #[error("{0}")]
    Refused(io::Error),
    /// The contents of the disk are unknown until a restart reads them.
    #[error("what is on the disk is unknown: {0}")]
    Unknown(io::Error),
}
