//! Why a batch is not taken in.

/// The queue has no room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// For so many messages.
    #[error("the queue holds {depth} of at most {limit} messages and has no room for {batch} more")]
    Depth {
        /// Messages in the queue, wherever they are.
        depth: usize,
        /// The queue's limit.
        limit: usize,
        /// Messages in the batch.
        batch: usize,
    },
    /// For so many bytes.
    #[error(
        "the queue holds {bytes} of at most {limit} bytes{} and has no room for {batch} more",
        of_keys(*keys)
    )]
    Bytes {
        /// Bytes in the queue, those for keys included.
        bytes: u64,
        /// What the keys of the last minutes count of these.
        keys: u64,
        /// The queue's limit.
        limit: u64,
        /// Bytes in the batch, and what its key counts.
        batch: u64,
    },
}

fn of_keys(bytes: u64) -> String {
    match bytes {
        0 => String::new(),
        _ => format!(", {bytes} of them for the keys of the last five minutes,"),
    }
}

/// Why a batch was not taken in. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A body is larger than the queue takes.
    #[error("a message of {bytes} bytes is over the queue's limit of {limit}")]
    TooLarge {
        /// The body's size.
        bytes: usize,
        /// The queue's limit.
        limit: usize,
    },
    /// The queue has no room for the batch.
    #[error(transparent)]
    Full(#[from] Full),
    /// Its key was used for another one, and is remembered.
    #[error("its key was used for another publish in the last five minutes")]
    KeyReused,
}
