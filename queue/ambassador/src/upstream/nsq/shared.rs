//! What all calls on a queue in NSQ share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use client::Error;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::place::Place;
use super::publishers::Publishers;
use super::subscription::Subscription;
use super::trouble::Trouble;
use crate::upstream::TIMEOUT;

#[derive(Debug)]
pub(super) struct Inner {
    /// The queue's name, which is the topic's.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) http: reqwest::Client,
    pub(super) publishers: Publishers,
    /// The subscription, once there was one.
    pub(super) subscription: Mutex<Option<Arc<Subscription>>>,
    pub(super) next: AtomicU64,
}

impl Inner {
    /// The subscription. If it was lost, there is a new one.
    pub(super) async fn subscription(&self) -> Result<Arc<Subscription>, Error> {
        let mut known = self.subscription.lock().await;
        if let Some(subscription) = known.as_ref().filter(|it| it.is_up()) {
            return Ok(subscription.clone());
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let opened = Subscription::open(&self.place, &self.name, number).await;
        let opened = opened.map_err(|trouble| self.error(trouble))?;
        *known = Some(opened.clone());
        Ok(opened)
    }

    /// Does something in the time that a call may take.
    pub(super) async fn within<T>(
        &self,
        done: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let late = |_| self.error(Trouble::Away("no answer in time".to_owned()));
        timeout(TIMEOUT, done).await.map_err(late).flatten()
    }

    pub(super) fn error(&self, trouble: Trouble) -> Error {
        trouble.into_error(&self.place.shown)
    }
}
