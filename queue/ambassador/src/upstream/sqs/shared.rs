//! What all calls on a queue in SQS share.

use std::time::Duration;

use aws_sdk_sqs::Client;
use client::Error;
use futures::FutureExt;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::fault::Fault;
use super::hidden::Hidden;
use super::place::Place;
use super::unanswered::Unanswered;
use crate::upstream::TIMEOUT;

/// The longest lease of SQS, and the longest time that a message stays hidden.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) client: Client,
    pub(super) found: Mutex<Found>,
    pub(super) hidden: Hidden,
    pub(super) unanswered: Unanswered,
}

/// What is known of the queue.
#[derive(Debug, Default)]
pub(super) enum Found {
    #[default]
    Unknown,
    /// The URL by which SQS knows it.
    At(String),
    /// It was there, and is gone.
    Gone(Instant),
}

impl Inner {
    /// Waits for an answer of SQS at most as long as a call may take.
    pub(super) async fn within<T>(
        &self,
        done: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Error> {
        // On the heap, because a call of the SDK nests more types than the compiler resolves.
        match timeout(TIMEOUT, done.boxed()).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(fault)) => Err(self.heard(fault).await),
            Err(_) => {
                let (url, reason) = (self.place.shown.clone(), "no answer in time".to_owned());
                Err(Error::Away { url, reason })
            }
        }
    }

    /// Notes if the queue is gone.
    pub(super) async fn heard(&self, fault: Fault) -> Error {
        if let Fault::Missing(_) = &fault {
            let mut found = self.found.lock().await;
            if let Found::At(_) = *found {
                *found = Found::Gone(Instant::now());
            }
        }
        fault.into_error()
    }
}

/// Whole seconds, as SQS counts, so that no time becomes shorter.
pub(super) fn seconds(time: Duration) -> i32 {
    let whole = time.min(LONGEST).as_nanos().div_ceil(1_000_000_000);
    i32::try_from(whole).unwrap_or(i32::MAX)
}
