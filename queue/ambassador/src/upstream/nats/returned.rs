//! Messages that were handed back and wait for their next delivery. JetStream does not tell them
//! from those that are in flight.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// By their numbers in the stream: until when they are hidden.
#[derive(Debug, Default)]
pub(super) struct Returned(Mutex<BTreeMap<u64, Instant>>);

impl Returned {
    pub(super) fn insert(&self, sequence: u64, delay: Duration) {
        self.lock().insert(sequence, Instant::now() + delay);
    }

    pub(super) fn remove(&self, sequence: u64) {
        self.lock().remove(&sequence);
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    /// How many are ready, and how many are hidden.
    pub(super) fn counts(&self) -> (u64, u64) {
        let (now, all) = (Instant::now(), self.lock());
        let hidden = all.values().filter(|until| **until > now).count() as u64;
        (all.len() as u64 - hidden, hidden)
    }

    /// The oldest that is ready.
    pub(super) fn oldest(&self) -> Option<u64> {
        let now = Instant::now();
        self.lock().iter().find(|(_, until)| **until <= now).map(|(sequence, _)| *sequence)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
