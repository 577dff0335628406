//! Why what gathered could not be written.

use std::io;

/// Why a batch of messages was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The disk is full.
    Full,
    /// It could not be written, in the operating system's words.
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
