//! One log line when an upstream begins to fail, and one when it answers again.

use std::sync::{Mutex, PoisonError};

use broker::QueueName;
use client::Error;

#[derive(Debug)]
pub(super) struct Condition {
    queue: String,
    /// The kind of the failure that was logged; `None` while the upstream answers.
    failing: Mutex<Option<&'static str>>,
}

impl Condition {
    pub(super) fn new(queue: &QueueName) -> Condition {
        Condition { queue: queue.to_string(), failing: Mutex::new(None) }
    }

    pub(super) fn heard<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        match &answer {
            Ok(_) => self.answers(),
            Err(error) if is_trouble(error) => self.fails(error),
            Err(_) => {}
        }
        answer
    }

    fn answers(&self) {
        // Most calls succeed after one that did, so that they only read.
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        if failing.take().is_some() {
            tracing::info!("the upstream of {} works again", self.queue);
        }
    }

    fn fails(&self, error: &Error) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = error.reason();
        if failing.replace(kind) != Some(kind) {
            let queue = &self.queue;
            tracing::warn!("the upstream of {queue}: {error}; calls are refused until it works");
        }
    }
}

/// Whether somebody should look at the upstream. Other errors are only the caller's.
fn is_trouble(error: &Error) -> bool {
    error.is_passing() || matches!(error, Error::NoToken(_))
}
