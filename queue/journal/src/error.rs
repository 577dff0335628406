//! Errors of the log, and what to do about them.

use std::io;

/// Why a log cannot be opened. Its contents were not changed.
#[allow(missing_docs)] // the names say it
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system reported an error.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        error: io::Error,
    },
    /// Bytes before the end are not what was written.
    #[error(
        "{segment} is damaged at byte {offset}: {what}; restore it from a copy, or move the whole \
         directory away to begin without its messages"
    )]
    Damaged {
        segment: String,
        /// Where the first bad byte may be.
        offset: u64,
        what: String,
    },
    /// A segment between others does not exist.
    #[error(
        "{segment} is missing; restore it from a copy, or move the whole directory away to begin \
         without its messages"
    )]
    Missing { segment: String },
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The batch is not in the log, and all earlier ones are; another try may succeed.
    #[error("{0}")]
    Refused(io::Error),
    /// It is unknown what is on the disk. Only a restart, which reads it, can tell.
    #[error("what is on the disk is unknown: {0}")]
    Unknown(io::Error),
}
