//! The sources of readings. Others may add sources of their own.

use std::fmt;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::queue_reading::{QueueReading, RecoveredJob};

/// Measures one queue, or whatever else a workload follows. It is read once a tick.
pub trait MetricSource: fmt::Debug + Send {
    /// Takes a reading; `now` is the time of the request. It must end before the next tick, best
    /// within 0.8 of one: a slow source delays only its own next reading.
    ///
    /// # Errors
    /// When any part of the reading is unknown: no part is ever made up.
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>>;

    /// Lost workers' jobs that were done since the last call; called after each reading.
    fn stories(&mut self) -> BoxFuture<'_, Vec<RecoveredJob>> {
        ready(Vec::new()).boxed()
    }
}

/// Why there is no reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No one has used it yet, or its name is misspelt.
    #[error("{0}")]
    Absent(String),
    /// It cannot be read; the text has one line.
    #[error("{0}")]
    Failed(String),
}
