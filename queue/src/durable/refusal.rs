//! Why what gathered could not be written.

use std::io;

/// Why a batch of messages was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The disk is full.
    #[error("the queue's disk is full, so nothing was taken in; make room and try again")]
    Full,
    /// It could not be written, in the operating system's words.
    #[error("the queue cannot write its log, so nothing was taken in: {0}; try again later")]
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
