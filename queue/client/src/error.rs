//! The errors of calls on a queue, grouped by what a client can do about them.

use std::time::Duration;

use service::token::NoToken;

use crate::wire::ErrorDetail;

/// Why a call on a queue failed.
#[allow(missing_docs)] // the names say it
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No server answered; the call may or may not have been carried out. Try again later.
    #[error("the queue at {url} does not answer: {reason}")]
    Away { url: String, reason: String },
    /// The queue has no room. Try again after `retry_after`.
    #[error("the queue is full: {message}")]
    Full { message: String, retry_after: Duration },
    /// The queue cannot carry out the call now, for example because its disk is full. Try later.
    #[error("{0}")]
    Failing(String),
    /// The receipt's lease is over: the message is done, ready again, or leased to another worker.
    #[error("the lease is over: {0}")]
    Stale(String),
    /// The queue refused the call; trying again does not help.
    #[error("the queue refused the call: {} ({})", .0.message, .0.code)]
    Refused(ErrorDetail),
    /// The server in front of this queue cannot carry out such calls at all; do without them.
    #[error("the queue cannot do this: {0}")]
    Unsupported(String),
    /// The queue refuses our token. Try again later: the token file of the client or that of the
    /// queue may be about to change.
    #[error("the queue refuses our token: {0}")]
    Unauthorized(String),
    /// There is no token in the token file.
    #[error(transparent)]
    NoToken(#[from] NoToken),
    /// The queue does not exist yet.
    #[error("{0}")]
    Unknown(String),
    /// The answer does not follow the format that the queue documents.
    #[error("the queue's answer is invalid: {0}")]
    Garbled(String),
}

impl Error {
    /// Whether the error is temporary, so that the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        use Error::{Away, Failing, Full, Garbled, Unauthorized};
        matches!(self, Away { .. } | Full { .. } | Failing(_) | Garbled(_) | Unauthorized(_))
    }

    /// All values of [`Error::reason`].
    pub const REASONS: [&str; 6] =
        ["away", "full", "failing", "garbled", "refused", "unauthorized"];

    /// The kind of failure, as a label value for metrics.
    pub fn reason(&self) -> &'static str {
        let [away, full, failing, garbled, refused, unauthorized] = Error::REASONS;
        match self {
            Error::Away { .. } => away,
            Error::Full { .. } => full,
            Error::Failing(_) => failing,
            Error::Garbled(_) => garbled,
            Error::Stale(_) | Error::Refused(_) | Error::Unsupported(_) | Error::Unknown(_) => {
                refused
            }
            Error::Unauthorized(_) | Error::NoToken(_) => unauthorized,
        }
    }
}
