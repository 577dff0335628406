//! What can go wrong, and what to do then.

use std::io;

/// Why a log cannot be opened. What is in it was not changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused something.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What it said.
        error: io::Error,
    },
    /// Bytes in the middle are not what was written.
    #[error(
        "{segment} is damaged at byte {offset}: {what}; restore it from a copy, or move the whole \
         directory away to begin without its messages"
    )]
    Damaged {
        /// The segment.
        segment: String,
        /// Where the first bad byte may be.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// A segment between others is not there.
    #[error(
        "{segment} is missing; restore it from a copy, or move the whole directory away to begin \
         without its messages"
    )]
    Missing {
        /// The segment.
        segment: String,
    },
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not there, and all before it is; another try may succeed.
    #[error("{0}")]
    Refused(io::Error),
    /// What is on the disk is unknown. Only a new start, which reads it, can tell.
    #[error("what is on the disk is unknown: {0}")]
    Unknown(io::Error),
}
