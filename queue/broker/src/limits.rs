//! The reasons for which a batch is refused.

/// The queue has no room for the batch.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The queue would have more messages than `max_depth`.
    #[error("the queue holds {depth} of at most {limit} messages and has no room for {batch} more")]
    Depth {
        /// Messages in the queue, whether ready, delayed, in flight or accepted.
        depth: usize,
        limit: usize,
        batch: usize,
    },
    /// The queue would have more bytes than `max_bytes`.
    #[error(
        "the queue holds {bytes} of at most {limit} bytes{} and has no room for {batch} more",
        of_keys(*keys)
    )]
    Bytes {
        /// Bytes in the queue, including the bytes of remembered keys.
        bytes: u64,
        /// The part of `bytes` that remembered keys take.
        keys: u64,
        limit: u64,
        /// Bytes of the batch, including the bytes of its key.
        batch: u64,
    },
}

fn of_keys(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        _ => format!(", {bytes} of them for the Idempotency-Keys of the last five minutes,"),
    }
}

/// The reason why a batch was refused. None of its messages was accepted.
#[allow(missing_docs)] // the names say it
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    #[error("a message of {bytes} bytes is over the queue's limit of {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error(transparent)]
    Full(#[from] Full),
    /// The key was used for a different batch, and is still remembered.
    #[error("the batch's key was used for another publish in the last five minutes")]
    KeyReused,
}
