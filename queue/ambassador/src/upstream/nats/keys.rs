//! Keys of the last five minutes, by which a key that comes with other messages is noticed.
//!
//! JetStream compares keys only, and would drop the other messages as a repetition. This memory is
//! lost at a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::upstream::Once;

const KEPT: Duration = Duration::from_secs(300);
/// The most keys that are kept: half a million, as in the kit's queue.
const MOST: usize = 500_000;

#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_key: HashMap<String, [u8; 16]>,
    /// The oldest first.
    ages: VecDeque<(Instant, String)>,
}

impl Keys {
    /// Whether the key is new, or came with the same messages.
    pub(super) fn fits(&self, once: &Once) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.forget(Instant::now());
        match known.by_key.get(&once.key) {
            Some(fingerprint) => *fingerprint == once.fingerprint,
            None => {
                known.by_key.insert(once.key.clone(), once.fingerprint);
                known.ages.push_back((Instant::now(), once.key.clone()));
                true
            }
        }
    }
}

impl Known {
    fn forget(&mut self, now: Instant) {
        while let Some((since, _)) = self.ages.front()
            && (now.duration_since(*since) >= KEPT || self.ages.len() >= MOST)
            && let Some((_, key)) = self.ages.pop_front()
        {
            self.by_key.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_key_fits_the_same_messages_and_after_five_minutes_any() {
        let keys = Keys::default();
        let once = |fingerprint| Once { key: "k".to_owned(), fingerprint: [fingerprint; 16] };
        assert!(keys.fits(&once(1)) && keys.fits(&once(1)) && !keys.fits(&once(2)));
        tokio::time::advance(KEPT).await;
        assert!(keys.fits(&once(2)) && !keys.fits(&once(1)));
    }
}
