//! Messages that were handed back and stay hidden. SQS counts them as in flight.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Until when each is hidden.
#[derive(Debug, Default)]
pub(super) struct Hidden(Mutex<Vec<Instant>>);

impl Hidden {
    pub(super) fn add(&self, delay: Duration) {
        self.lock().push(Instant::now() + delay);
    }

    pub(super) fn count(&self) -> u64 {
        let (now, mut all) = (Instant::now(), self.lock());
        all.retain(|until| *until > now);
        all.len() as u64
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_message_is_hidden_until_its_delay_is_over() {
        let hidden = Hidden::default();
        hidden.add(Duration::from_secs(1));
        hidden.add(Duration::from_secs(3));
        assert_eq!(hidden.count(), 2);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(hidden.count(), 1);
    }
}
