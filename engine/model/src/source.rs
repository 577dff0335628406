//! The interface to sources of readings. Other crates may add sources.

use std::fmt;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::queue_reading::{QueueReading, RecoveredJob};

/// Measures one queue, or something else that a workload follows. It is read once a tick.
pub trait MetricSource: fmt::Debug + Send {
    /// Takes a reading; `now` is the time of the request. Reading should take at most 0.8 of a
    /// tick, and must end before the next request. A slow source delays only its own next reading.
    ///
    /// # Errors
    /// When any part of the reading is unknown, because a source must not make up a part.
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>>;

    /// Jobs that were redelivered because their workers were lost, and that were done since this
    /// function was last called. It is called after each reading.
    fn stories(&mut self) -> BoxFuture<'_, Vec<RecoveredJob>> {
        ready(Vec::new()).boxed()
    }
}

/// Why a source could not take a reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The queue does not exist: nobody has used it yet, or its name is misspelt.
    #[error("{0}")]
    Absent(String),
    /// The source cannot be read; the text has one line with the reason.
    #[error("{0}")]
    Failed(String),
}
