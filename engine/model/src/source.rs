//! Where readings come from: a door for what others may add.

use std::fmt;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::queue_reading::{QueueReading, RecoveredJob};

/// What one queue, or whatever else a workload follows, is measured by. It is read once a tick.
pub trait MetricSource: fmt::Debug + Send {
    /// What is measured now, asked at `now`. It ends before the next tick, best within 0.8 of one:
    /// a slow source delays nothing but its own next reading.
    ///
    /// # Errors
    /// Whatever keeps it from being known in full: no part of a reading is ever made up.
    fn read(&mut self, now: Duration) -> BoxFuture<'_, Result<QueueReading, ReadError>>;

    /// What became of lost workers' jobs since the last call; asked after each reading.
    fn stories(&mut self) -> BoxFuture<'_, Vec<RecoveredJob>> {
        ready(Vec::new()).boxed()
    }
}

/// Why there is no reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nobody has used it yet, or its name is misspelt.
    #[error("{0}")]
    Absent(String),
    /// It cannot be read, in one line.
    #[error("{0}")]
    Failed(String),
}
