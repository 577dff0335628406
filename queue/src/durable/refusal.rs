//! Why a batch could not be written.

use std::io;

/// Why a publish was refused: its batch could not be written to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The disk is full.
    #[error("the queue's disk is full, so nothing was published; make room and try again")]
    Full,
    /// Another error, which the operating system reported.
    #[error("the queue cannot write its log, so nothing was published: {0}; try again later")]
    NotWritten(String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Refusal::Full,
            _ => Refusal::NotWritten(error.to_string()),
        }
    }
}
