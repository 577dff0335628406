//! What can go wrong, by what a caller can do about it.

use std::time::Duration;

use service::token::NoToken;

use crate::wire::ErrorDetail;

/// Why a call on a queue failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody answered; the call may or may not have been carried out. Try again later.
    #[error("the queue at {url} does not answer: {reason}")]
    Away {
        /// The server's address.
        url: String,
        /// What the network said.
        reason: String,
    },
    /// The queue has no room. Try again after the time it names.
    #[error("the queue is full: {message}")]
    Full {
        /// The queue's words.
        message: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// The queue cannot do it now: its disk is full, or it has trouble of its own. Try again later.
    #[error("{0}")]
    Failing(String),
    /// The delivery is over: the message belongs to someone else, or is done.
    #[error("the lease is over: {0}")]
    Stale(String),
    /// The queue refused the call; trying again will not help.
    #[error("the queue refused: {} ({})", .0.message, .0.code)]
    Refused(ErrorDetail),
    /// The queue does not know the token that our file has. Try again later: the file of either
    /// may be about to change.
    #[error("the queue does not take our token: {0}")]
    Unauthorized(String),
    /// There is no token in the file that should have it.
    #[error(transparent)]
    NoToken(#[from] NoToken),
    /// There is no such queue yet.
    #[error("{0}")]
    Unknown(String),
    /// The answer is not what the queue documents.
    #[error("the queue's answer makes no sense: {0}")]
    Garbled(String),
}

impl Error {
    /// Whether a later try may succeed.
    pub fn is_passing(&self) -> bool {
        use Error::{Away, Failing, Full, Garbled, Unauthorized};
        matches!(self, Away { .. } | Full { .. } | Failing(_) | Garbled(_) | Unauthorized(_))
    }

    /// All that [`Error::reason`] may say.
    pub const REASONS: [&str; 6] =
        ["away", "full", "failing", "garbled", "refused", "unauthorized"];

    /// What kind of failure it is, in a word for metrics.
    pub fn reason(&self) -> &'static str {
        let [away, full, failing, garbled, refused, unauthorized] = Error::REASONS;
        match self {
            Error::Away { .. } => away,
            Error::Full { .. } => full,
            Error::Failing(_) => failing,
            Error::Garbled(_) => garbled,
            Error::Stale(_) | Error::Refused(_) | Error::Unknown(_) => refused,
            Error::Unauthorized(_) | Error::NoToken(_) => unauthorized,
        }
    }
}
